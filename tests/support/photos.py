"""Pictures for tests, as real bytes: what a phone makes, and what somebody makes on purpose."""

import struct
import zlib
from io import BytesIO
from random import Random
from typing import Any

from PIL import Image

PLACE = 0x8825  # EXIF: where a photo was taken
ORIENTATION = 0x0112
MAKER, COMMENT = "Canary Phones", b"Qzxwvj comment"


def picture(size: tuple[int, int] = (400, 300), colour: str = "brown") -> Image.Image:
    """Its left half is one colour, its right half another: how it was turned can be seen."""
    image = Image.new("RGB", size, colour)
    image.paste("white", (size[0] // 2, 0, *size))
    return image


def jpeg(image: Image.Image | None = None, **told: Any) -> bytes:
    out = BytesIO()
    (image or picture()).save(out, "JPEG", **told)
    return out.getvalue()


def png(image: Image.Image | None = None) -> bytes:
    out = BytesIO()
    (image or picture()).save(out, "PNG")
    return out.getvalue()


def from_a_phone(orientation: int = 1) -> bytes:
    """With the place, the maker, a comment and a thumbnail's worth of metadata."""
    exif = Image.Exif()
    exif[0x010F] = MAKER
    exif[ORIENTATION] = orientation
    exif.get_ifd(PLACE).update({1: "N", 2: (52.0, 31.0, 12.5), 3: "E", 4: (13.0, 24.0, 18.0)})
    return jpeg(exif=exif, comment=COMMENT)


def noise(size: tuple[int, int], seed: int = 1) -> Image.Image:
    """What no compression makes small."""
    return Image.frombytes("RGB", size, Random(seed).randbytes(size[0] * size[1] * 3))


def bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of some kilobytes that says that it is 60,000 points wide and high."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


HTML = b"<!doctype html><title>a.jpg</title><script>window.odd = 1</script>"
HEIC = struct.pack(">I", 24) + b"ftypheic" + b"\0\0\0\0mif1heic" + b"\0" * 400

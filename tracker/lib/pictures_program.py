"""Draws a picture anew from its pixels alone: `python pictures_program.py < picture > jpeg`. See pictures.py.

A program of its own, with limits on its memory and its time: a picture that breaks a decoder, or is made to keep it
busy, ends this process and delays no parent's answer. It says what is wrong by its exit code.

Nothing of the file goes on but its pixels: no place, no device, no thumbnail, no comment, no second file behind the
first. Colours are made those of every screen beforehand, since how red a rash is matters.
"""

import resource
import sys
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

DONE, NO_PICTURE, TOO_MANY_PIXELS, BROKEN = 0, 3, 4, 5
FORMATS = ("JPEG", "PNG", "WEBP")
LONGEST = 2000  # pixels of the longer side: a spot of a millimetre on a child's back is seen
AT_MOST = 400_000  # bytes
PIXELS = 50_000_000  # of a JPEG in one pass, which is made smaller while it is read
PIXELS_AT_ONCE = 17_000_000  # of all others, which are held whole: four to eight bytes each
SCANS = 60  # passes of a JPEG; each is as much work as a whole picture, and phones and editors make ten
TRIES = ((2000, 85), (2000, 70), (1600, 70), (1200, 70), (1000, 60), (800, 50), (600, 40))  # pixels, quality
MEMORY, SECONDS = 600_000_000, 10  # addresses; 290 MB are used by the largest picture that is let in
FIRST = "1000"  # to be ended where the machine runs short of memory: never the site instead


class Wrong(Exception):
    """With the exit code that says what."""


def redrawn(data: bytes) -> tuple[tuple[int, int], bytes]:
    """The size and the bytes of the new picture."""
    image = opened(data)
    image.draft("RGB", (LONGEST, LONGEST))
    image.thumbnail((LONGEST, LONGEST), reducing_gap=3)
    return small(in_screen_colours(flat(ImageOps.exif_transpose(image)), image.info.get("icc_profile")))


def opened(data: bytes) -> Image.Image:
    """Only its head is read: how large it is, is known before it is decoded."""
    Image.MAX_IMAGE_PIXELS = None  # ours are stricter
    try:
        image = Image.open(BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError:
        raise Wrong(NO_PICTURE) from None
    is_jpeg = image.format in ("JPEG", "MPO")
    in_one_pass = is_jpeg and not image.info.get("progressive")
    if image.width * image.height > (PIXELS if in_one_pass else PIXELS_AT_ONCE):
        raise Wrong(TOO_MANY_PIXELS)
    if is_jpeg and data.count(b"\xff\xda") > SCANS:
        raise Wrong(BROKEN)
    return image


def flat(image: Image.Image) -> Image.Image:
    """Its pixels on white, and nothing else of it: not even what a library would carry over."""
    clean = Image.new("RGB", image.size, "white")
    if image.has_transparency_data:
        seen = image.convert("RGBA")
        clean.paste(seen, mask=seen.getchannel("A"))
    else:
        clean.paste(image.convert("RGB"))
    return clean


def in_screen_colours(image: Image.Image, profile: Any) -> Image.Image:
    """A profile that says something else than sRGB is applied; one that cannot be read is left out."""
    if profile:
        with suppress(ImageCms.PyCMSError, OSError):
            own, srgb = ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
            ImageCms.profileToProfile(image, own, srgb, inPlace=True)
    return image


def small(image: Image.Image) -> tuple[tuple[int, int], bytes]:
    """As good as fits: of a noisy picture the last try is small all the same."""
    data = b""
    for longest, quality in TRIES:
        image.thumbnail((longest, longest))
        out = BytesIO()
        image.save(out, "JPEG", quality=quality, optimize=True)
        data = out.getvalue()
        if len(data) <= AT_MOST:
            break
    return image.size, data


def limit() -> None:
    """Not every system has each of them; the one that asked ends us after some seconds anyway."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(FIRST)
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
        with suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


def main() -> int:
    limit()
    try:
        size, jpeg = redrawn(sys.stdin.buffer.read())
    except Wrong as wrong:
        return int(wrong.args[0])
    except Exception:  # whatever a decoder raises: what it was given is broken
        return BROKEN
    sys.stdout.buffer.write(b"%d %d\n" % size + jpeg)
    return DONE


if __name__ == "__main__":
    sys.exit(main())

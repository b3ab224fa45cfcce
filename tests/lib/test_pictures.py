"""A picture from outside is drawn anew, or refused with a reason; whatever it is, this process goes on."""

import random
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageCms

from tests.support import photos
from tracker.lib import pictures, pictures_program
from tracker.lib.pictures import NoPicture, redrawn


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


def why(data: bytes) -> str:
    with pytest.raises(NoPicture) as refused:
        redrawn(data)
    return refused.value.why


@pytest.mark.hazard("H48")
def test_nothing_stays_but_the_pixels():
    drawn = redrawn(photos.from_a_phone())
    image = opened(drawn.jpeg)
    assert (image.format, image.size) == ("JPEG", (drawn.width, drawn.height))
    assert dict(image.getexif()) == {}
    assert not {"exif", "comment", "icc_profile", "xmp", "photoshop"} & set(image.info)
    for trace in (photos.MAKER.encode(), photos.COMMENT, b"Exif", b"http"):
        assert trace not in drawn.jpeg


@pytest.mark.parametrize(("orientation", "size"), [(1, (400, 300)), (3, (400, 300)), (6, (300, 400))])
def test_a_photo_stands_upright(orientation, size):
    image = opened(redrawn(photos.from_a_phone(orientation)).jpeg)
    assert image.size == size
    brown = {1: (20, 20), 3: (380, 280), 6: (20, 20)}[orientation]
    assert image.getpixel(brown)[2] < 100


@pytest.mark.parametrize("form", ["PNG", "WEBP", "JPEG"])
def test_what_phones_and_screens_make_is_read(form):
    out = BytesIO()
    photos.picture().save(out, form)
    assert redrawn(out.getvalue())[1:] == (400, 300)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1", "CMYK"])
def test_every_kind_of_pixel_becomes_a_jpeg(mode):
    out = BytesIO()
    photos.picture().convert(mode).save(out, "JPEG" if mode == "CMYK" else "PNG")
    assert opened(redrawn(out.getvalue()).jpeg).mode == "RGB"


def test_what_is_seen_through_is_white():
    out = BytesIO()
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(out, "PNG")
    assert opened(redrawn(out.getvalue()).jpeg).getpixel((20, 20)) == (255, 255, 255)


def test_a_profile_that_does_not_fit_is_left_out():
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB", 5000))
    swapped = photos.jpeg(icc_profile=lab.tobytes())
    assert opened(redrawn(swapped).jpeg).getpixel((20, 20))[2] < 100


def test_a_photo_of_twelve_megapixels_of_noise_becomes_small():
    drawn = redrawn(photos.jpeg(photos.noise((4000, 3000)), quality=60))
    assert len(drawn.jpeg) <= pictures_program.AT_MOST
    assert max(drawn.width, drawn.height) >= 600


# ---------------------------------------------------------------- what is refused


@pytest.mark.hazard("H48")
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (photos.bomb(), "too many pixels"),
        (photos.bomb(5000, 4000), "too many pixels"),
        (photos.bomb(2000, 2000), "broken"),  # it says more rows than it has
        (photos.HTML, "no picture"),
        (b"", "no picture"),
        (b"\xff\xd8\xff", "no picture"),
        (b"GIF89a" + b"\0" * 200, "no picture"),
        (b"%PDF-1.7\n" + b"\0" * 200, "no picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no picture"),
        (photos.HEIC, "heic"),
        (photos.jpeg(photos.noise((600, 400)))[:-4000], "broken"),
        (b"\xff\xd8" + b"a" * pictures.AT_MOST, "too large"),
    ],
    ids=["bomb", "large", "half", "html", "nothing", "head", "gif", "pdf", "svg", "heic", "cut", "heavy"],
)
def test_what_is_no_picture_is_refused_with_its_reason(data, reason):
    assert why(data) == reason


@pytest.mark.hazard("H48")
def test_a_picture_that_is_a_page_as_well_is_a_picture_only():
    trailing = b"<script>window.odd = 1</script>PK\x03\x04"
    drawn = redrawn(photos.jpeg(comment=photos.HTML) + trailing)
    assert b"script" not in drawn.jpeg
    assert b"PK\x03\x04" not in drawn.jpeg
    assert drawn.jpeg.startswith(b"\xff\xd8\xff")
    assert drawn.jpeg.endswith(b"\xff\xd9")


def test_a_jpeg_of_a_thousand_passes_is_not_begun():
    whole = photos.jpeg(photos.picture((200, 200)), progressive=True)
    scan = whole.rindex(b"\xff\xda")
    assert why(whole[:-2] + whole[scan:-2] * 1000 + b"\xff\xd9") == "broken"


def test_flipped_bytes_never_break_more_than_the_picture():
    rng = random.Random(48)
    for whole in (photos.from_a_phone(), photos.png()):
        for _turn in range(12):
            bent = bytearray(whole)
            for _flip in range(rng.randrange(1, 20)):
                bent[rng.randrange(len(bent))] = rng.randrange(256)
            try:
                assert redrawn(bytes(bent)).jpeg.startswith(b"\xff\xd8\xff")
            except NoPicture:
                continue


def test_a_decoder_that_never_ends_is_ended(monkeypatch: Any, tmp_path: Any):
    program = tmp_path / "program"
    program.write_text("while True: pass")
    monkeypatch.setattr(pictures, "PROGRAM", program)
    monkeypatch.setattr(pictures, "WAITS", 0.5)
    assert why(photos.jpeg()) == "broken"


@pytest.mark.hazard("H48")
def test_the_program_knows_no_key_of_the_site(monkeypatch: Any, tmp_path: Any):
    program = tmp_path / "program"
    program.write_text("import os, sys; sys.stdout.write('1 1\\n' + ' '.join(os.environ))")
    monkeypatch.setattr(pictures, "PROGRAM", program)
    monkeypatch.setenv("SECRET_KEY", "Qzxwvj")
    assert b"SECRET_KEY" not in redrawn(photos.jpeg()).jpeg


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_the_largest_picture_that_is_let_in_fits_the_memory(form):
    out = BytesIO()
    Image.new("RGBA", (4200, 4000), (90, 20, 30, 200)).save(out, form)
    assert redrawn(out.getvalue()).width == pictures_program.LONGEST


def test_the_reasons_are_those_of_the_program():
    codes = {pictures_program.NO_PICTURE: "no picture", pictures_program.TOO_MANY_PIXELS: "too many pixels"}
    assert codes == pictures.SAYS
    assert pictures_program.DONE == 0

"""A photo from a phone: made small and upright before it is sent where scripts run; as it is where none do."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Page, Request, expect

from tests.support import photos
from tests.support.accessibility import violations
from tests.support.personas import NOW, answers
from tracker.lib.pictures_program import AT_MOST
from tracker.logs.actions.record import record_log
from tracker.models import Child, Photo, SymptomLog

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def logged(juno: Child) -> SymptomLog:
    mother = juno.memberships.get().user
    about = {"observed_at": NOW, "client_uuid": juno.pk, "now": NOW}
    return record_log(child=juno, caregiver=mother, answers=answers(temperature=38.4), **about).log


def twelve_megapixels() -> bytes:
    """On its side, as a phone that was held upright writes it: 4000 x 3000, to be turned by a quarter."""
    exif = Image.Exif()
    exif[photos.ORIENTATION] = 6
    image = photos.noise((1000, 750)).resize((4000, 3000), Image.Resampling.NEAREST)
    image.paste("brown", (0, 0, 2000, 3000))
    return photos.jpeg(image, quality=85, exif=exif)


def choose(page: Page, logged: SymptomLog, data: bytes) -> None:
    page.goto(reverse("answer", args=[logged.pk]))
    page.get_by_role("link", name="Add a photo").click()
    page.locator("#main label", has_text="Skin or rash").click()
    file = {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": data}
    page.get_by_label("The photo").set_input_files([file])


@pytest.mark.hazard("H48")
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_twelve_megapixels_are_small_and_upright_before_they_are_sent(
    home: Callable[..., Page], logged: SymptomLog, scripts: bool
) -> None:
    page, sent = home(java_script_enabled=scripts), twelve_megapixels()
    assert len(sent) > 2_000_000
    posted: list[Request] = []
    page.on("requestfinished", lambda one: posted.append(one) if one.method == "POST" else None)
    choose(page, logged, sent)
    page.get_by_role("button", name="Add this photo").click()
    expect(page.locator(".photos img")).to_be_visible()
    if scripts:
        assert violations(page) == []
        assert 0 < int(posted[0].all_headers()["content-length"]) <= AT_MOST + 2_000
    kept = Photo.objects.get()
    image = Image.open(BytesIO(bytes(kept.jpeg)))
    assert image.height > image.width
    red, _green, blue = image.getpixel((image.width // 2, 20))
    assert red > blue + 60  # what was left is above
    assert len(kept.jpeg) <= AT_MOST


def test_what_the_browser_cannot_read_is_sent_as_it_is_and_refused_in_words(
    home: Callable[..., Page], logged: SymptomLog
) -> None:
    page = home()
    choose(page, logged, photos.HEIC)
    page.get_by_role("button", name="Add this photo").click()
    expect(page.get_by_text("The photo was not added. Your log is saved.")).to_be_visible()
    expect(page.locator(".error-summary")).to_contain_text("HEIC")
    assert violations(page) == []


def test_whoever_is_quicker_than_the_phone_is_sent_on_when_it_is_done(
    home: Callable[..., Page], logged: SymptomLog, tmp_path: Path
) -> None:
    page = home()
    page.add_init_script("""
        const whole = globalThis.createImageBitmap;
        globalThis.createImageBitmap = async (...told) => {
          await new Promise((go) => { globalThis.go = go; });
          return whole(...told);
        };
    """)
    choose(page, logged, photos.jpeg())
    page.locator("[data-busy]").click()
    expect(page.get_by_role("button", name="Making the photo smaller")).to_be_visible()
    assert not Photo.objects.exists()
    page.evaluate("globalThis.go()")
    expect(page.locator(".photos img")).to_be_visible()
    assert Photo.objects.count() == 1

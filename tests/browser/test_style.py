"""The style page in a real browser: each part is usable by all, in each look and in both directions."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from tests.support.accessibility import violations
from tests.support.effort import tries
from tracker.site.demo.style_parts import PARTS

pytestmark = pytest.mark.django_db(transaction=True)
WAYS = (("light", "en"), ("night", "ar"), ("dark", "es"), ("light", "ar"), ("dark", "ar"), ("night", "en"))
NARROW = {"width": 320, "height": 6000}  # so long that the bar covers nothing


@pytest.mark.parametrize(("look", "language"), WAYS[: tries(3, 6)])
def test_each_part_is_accessible_and_fits_a_narrow_phone(
    open_page: Callable[..., Page], live_server: Any, look: str, language: str
) -> None:
    page, found = open_page(viewport=NARROW), []
    for part in PARTS:
        place = reverse("style-part", args=[part])
        page.goto(f"{live_server.url}{place}?look={look}&language={language}")
        page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
        found += [f"{part}: {fault}" for fault in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{part}: wider than the phone")
    assert not found, "\n".join(found)

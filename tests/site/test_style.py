"""The style page: open to all, each part in each look and language, drawn by the templates of the pages."""

import re
from typing import Any

import html5lib
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tracker.site.demo.style_parts import PARTS

pytestmark = pytest.mark.django_db


def read(client: Any, part: str, **query: str) -> str:
    with CaptureQueriesContext(connection) as queries:
        page = client.get(reverse("style-part", args=[part]), query)
    assert page.status_code == 200
    assert not queries.captured_queries
    assert not page.cookies
    return str(page.content.decode())


@pytest.mark.parametrize("part", PARTS)
def test_each_part_is_valid_html_in_every_look_and_language(client: Any, part: str) -> None:
    for look in ("light", "dark", "night"):
        for language, direction in (("en", ""), ("ar", 'dir="rtl"'), ("es", "")):
            page = read(client, part, look=look, language=language)
            head = page.partition("<head>")[0]
            assert f'data-theme="{look}"' in head
            assert f'lang="{language}"' in head
            assert direction in head
    html5lib.HTMLParser(strict=True).parse(page)
    ids = re.findall(r'\sid="([^"]*)"', page)
    assert len(ids) == len(set(ids))
    assert not re.findall(r"\sstyle=|<style|\son[a-z]+=", page)


def test_what_every_page_is_made_of_is_there(client: Any) -> None:
    shown = "".join(read(client, part) for part in PARTS)
    for urgency in ("emergency", "now", "today", "note"):
        assert f"care-{urgency}" in shown
        assert f"tag-{urgency}" in shown
    for what in (
        "btn-lamp",
        "btn-danger",
        "reach",
        "call-bar",
        "tile",
        'id="errors"',
        "<table",
        "line edge-now",
        "curve-line",
        "heat",
        'class="week"',
        'class="empty"',
    ):
        assert what in shown, what


def test_an_odd_address_is_shown_plainly_or_not_at_all(client: Any) -> None:
    assert client.get(reverse("style")).status_code == 200
    assert 'data-theme="light"' in read(client, "buttons", look="pink", language="xx")
    assert client.get(reverse("style-part", args=["nothing"])).status_code == 404

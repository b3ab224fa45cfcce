"""What a browser reads before it puts Nightlight on a home screen."""

import json
import struct
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve

from tracker.lib.served_scripts import SOURCES as STATIC

OWN = STATIC / "tracker"
MANIFEST: dict[str, Any] = json.loads((OWN / "manifest.webmanifest").read_text())
PICTURES = [*MANIFEST["icons"], *MANIFEST["screenshots"]]


@pytest.mark.parametrize("picture", PICTURES, ids=lambda one: one["src"])
def test_each_picture_is_there_in_the_size_that_is_told(picture: dict[str, str]) -> None:
    width, height = struct.unpack(">II", (OWN / picture["src"]).read_bytes()[16:24])
    assert f"{width}x{height}" == picture["sizes"]


def test_screenshots_show_a_phone_and_a_desk_and_are_in_bounds() -> None:
    """Chromium shows none whose longer side is more than 2.3 times the shorter."""
    for one in MANIFEST["screenshots"]:
        short, long = sorted(map(int, one["sizes"].split("x")))
        assert (short >= 320, long <= 3840, long <= 2.3 * short) == (True, True, True)
        assert one["label"]
    assert {one["form_factor"] for one in MANIFEST["screenshots"]} == {"narrow", "wide"}


def test_the_shortcuts_lead_to_a_log_and_to_the_numbers(client: Client) -> None:
    found = {one["name"]: resolve(one["url"]).view_name for one in MANIFEST["shortcuts"]}
    assert found == {"Log now": "log-now", "Call": "call"}
    assert client.get("/call/").status_code == 200

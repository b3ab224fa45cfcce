"""What a phone loads to answer without a network, packed as it is sent: on a bad line each kilobyte is awaited."""

import gzip
import json
from pathlib import Path

import brotli
import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation

from tracker.site.phone.kit import kit_text, kit_version, language_of
from tracker.site.views.phone import MODULES, STATIC

LIMIT = 110_000
"""Bytes, in one language. 100,000 were wanted: what is more are the words of danger in the other languages. A family
writes its notes in any of them, and a phone that did not know the words would miss the danger.
"""
OWN = STATIC / "tracker"
SCRIPTS = [*(file for folder in MODULES for file in sorted((OWN / folder).glob("*.js"))), OWN / "sw.js"]


def address(language: str) -> str:
    with translation.override(language):
        return f"/kit/{kit_version()}/"


def sent(file: Path) -> int:
    """WhiteNoise keeps each script packed like that."""
    return len(brotli.compress(file.read_bytes(), quality=11))


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_all_that_answers_without_a_network_is_at_most_110_kb(client: Client, language: str) -> None:
    kit = client.get(address(language), headers={"accept-encoding": "gzip, br"})
    assert kit["Content-Encoding"] == "br"
    scripts = sum(map(sent, SCRIPTS))
    assert len(kit.content) + scripts <= LIMIT, (len(kit.content), scripts)


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_a_kit_is_sent_in_its_own_language_whoever_asks_and_however_it_is_packed(
    client: Client, language: str
) -> None:
    with translation.override(language):
        whole = kit_text()
    packed = client.get(address(language), headers={"accept-encoding": "br", "accept-language": "en"})
    assert brotli.decompress(packed.content).decode() == whole
    assert json.loads(whole)["language"] == language
    older = client.get(address(language), headers={"accept-encoding": "gzip"})
    assert older["Content-Encoding"] == "gzip"
    assert gzip.decompress(older.content).decode() == whole
    refused = client.get(address(language), headers={"accept-encoding": "br;q=0"})
    assert refused.content.decode() == whole
    assert all("Accept-Encoding" in answer["Vary"] for answer in (packed, older, refused))


def test_another_version_is_no_kit(client: Client) -> None:
    assert language_of("0" * 16) is None
    assert client.get("/kit/0000000000000000/").status_code == 404

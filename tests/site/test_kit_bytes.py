"""What a phone loads to answer without a network, packed as it is sent: on a bad line each kilobyte is awaited."""

import gzip
import json

import brotli
import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation

from tracker.lib import served_scripts
from tracker.site.phone.kit import kit_text, kit_version, language_of
from tracker.site.views.phone import MODULES

LIMIT = 100_000
"""Bytes, in one language, with the words of danger of all: a family writes its notes in any of them, and a phone that
did not know the words would miss the danger.
"""
SCRIPTS = [name for name in served_scripts.names() if name.split("/")[1] in MODULES]


def address(language: str) -> str:
    with translation.override(language):
        return f"/kit/{kit_version()}/"


def sent(name: str) -> int:
    """WhiteNoise keeps each script packed like that."""
    return len(brotli.compress(served_scripts.as_sent(name).encode(), quality=11))


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_all_that_answers_without_a_network_is_at_most_100_kb(client: Client, language: str) -> None:
    kit = client.get(address(language), headers={"accept-encoding": "gzip, br"})
    assert kit["Content-Encoding"] == "br"
    worker = client.get("/sw.js", headers={"accept-encoding": "gzip, br"})
    assert worker["Content-Encoding"] == "br"
    parts = {"kit": len(kit.content), "scripts": sum(map(sent, SCRIPTS)), "worker": len(worker.content)}
    assert sum(parts.values()) <= LIMIT, parts


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

"""What the hospital says about itself is shown at sign-up; what it has not written is not, and the check names it."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.support.fixtures_infra import BASE
from tracker.lib import legal_pages
from tracker.operations import checks

FILLED_IN, BLANK = BASE / "tests/support/legal", BASE / "deploy/legal"


@pytest.fixture
def filled_in(settings: Any) -> Path:
    settings.LEGAL_DIR = FILLED_IN
    return FILLED_IN


@pytest.mark.django_db
def test_stands_on_the_way_to_an_account(client: Client, filled_in: Path) -> None:
    for path in ("/account/signup/", "/"):
        page = client.get(path).content.decode()
        for name, title in legal_pages.TITLES.items():
            assert f'<a href="/legal/{name}/">{title}</a>' in page


def test_is_read_by_anybody_as_it_was_written(client: Client, filled_in: Path) -> None:
    page = client.get("/legal/privacy/").content.decode()
    assert "<p>Given by Maple Hospital.</p>" in page
    assert "<h2>What is kept</h2>" in page
    assert "<li>A nickname.</li>" in page
    assert 'href="https://hospital.example/privacy"' in page
    assert client.get("/legal/nothing/").status_code == 404


@pytest.mark.django_db
def test_is_not_shown_with_a_blank_left_in_it(client: Client, settings: Any, tmp_path: Path) -> None:
    settings.LEGAL_DIR = tmp_path
    shutil.copy(FILLED_IN / "terms.txt", tmp_path)
    shutil.copy(BLANK / "privacy.txt", tmp_path)
    (tmp_path / "contact.txt").write_bytes(b"\xff\xfe")
    assert client.get("/legal/privacy/").status_code == 404
    assert [name for name, _title in legal_pages.shown()] == ["terms"]
    said = [message.msg for message in checks.hospital_says_who_it_is()]
    assert said == [
        "The page privacy.txt has a blank left: [name and address of the hospital], so it is not shown.",
        "The page imprint.txt is missing, so it is not shown.",
        "The page contact.txt is missing, so it is not shown.",
    ]
    assert "Privacy notice" not in client.get("/account/signup/").content.decode()


def test_each_page_has_a_beginning_that_a_hospital_can_fill_in() -> None:
    assert {file.stem for file in BLANK.glob("*.txt")} == set(legal_pages.TITLES)


def test_says_whom_to_tell_of_a_hole(client: Client, settings: Any) -> None:
    settings.SECURITY_CONTACT = ""
    assert client.get("/.well-known/security.txt").status_code == 404
    assert [message.id for message in checks.somebody_is_told_of_holes()] == ["nightlight.W004"]
    settings.SECURITY_CONTACT = "mailto:security@hospital.example"
    assert checks.somebody_is_told_of_holes() == []
    page = client.get("/.well-known/security.txt")
    assert page["Content-Type"] == "text/plain; charset=utf-8"
    told = dict(line.split(": ", 1) for line in page.content.decode().splitlines())
    assert told["Contact"] == "mailto:security@hospital.example"
    ahead = datetime.fromisoformat(told["Expires"]) - timezone.now()
    assert timedelta(days=30) < ahead < timedelta(days=365)


def test_search_engines_keep_out_of_what_has_its_key_in_its_address(client: Client) -> None:
    told = client.get("/robots.txt").content.decode().splitlines()
    assert told[0] == "User-agent: *"
    assert told[-1] == "Disallow: /"
    assert "Allow: /check/" in told


@pytest.mark.parametrize(("https", "proxies", "found"), [(True, 0, 1), (True, 1, 0), (False, 0, 0)])
def test_a_site_that_would_redirect_to_itself_is_told(
    settings: Any, https: bool, proxies: int, found: int
) -> None:
    settings.HTTPS, settings.PROXIES = https, proxies
    assert [message.id for message in checks.proxies_are_counted()] == ["nightlight.E004"] * found

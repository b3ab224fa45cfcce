"""Every text reaches the translators: a made-up language marks what gettext gave, and nothing else is shown."""

import calendar
import re
import shutil
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polib
import pytest
from django.conf.locale import LANG_INFO
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from therapies.catalogue import load
from therapies.explaining import address, subjects
from therapies.texts import texts
from tracker.logs.actions.record import Recorded
from tracker.models import Child, User

pytestmark = pytest.mark.django_db
BASE = Path(__file__).resolve().parents[2]
TEMPLATE = BASE / "locale" / "nightlight.pot"
MADE_UP = "qq"
LETTERS = re.compile(r"[^\W\d_]{2,}")
"""Two letters and more are a word."""
DAYS = [day[:letters] for day in calendar.day_name for letters in (None, 3, 2)]
DATES = "|".join([*calendar.month_name[1:], *calendar.month_abbr[1:], *DAYS])
"""Django brings their translations along."""
NOT_OURS = re.compile(
    rf"\b({DATES})\b|Nightlight|\d+\.\d+\.\d+-[0-9a-f]+|[A-Z]+(-[A-Z]+)+-\d+|https?://\S+|[\w.-]+@[\w.-]+|°|UTC|\bkg\b|\bmL?\b"
)


class Texts(HTMLParser):
    """The texts that a page shows or reads out, but for those that are marked as being in another language."""

    def __init__(self) -> None:
        super().__init__()
        self.skipping: list[str] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if self.skipping or tag in ("script", "style", "option") or (tag != "html" and "lang" in told):
            self.skipping += [tag] if tag not in ("br", "img", "input") else []
            return
        self.found += [
            told[name] or "" for name in ("aria-label", "alt", "title", "placeholder") if name in told
        ]

    def handle_endtag(self, tag: str) -> None:
        if self.skipping and tag == self.skipping[-1]:
            self.skipping.pop()

    def handle_data(self, data: str) -> None:
        if not self.skipping:
            self.found.append(data)


def untranslated(html: str, *told: str) -> list[str]:
    """What stands outside the marks, is no name and was not `told` by a person."""
    parser = Texts()
    parser.feed(html)
    whole = " \N{BULLET} ".join(parser.found)
    brands = [therapy.brand for therapy in load().therapies.values()]
    outside = ""
    depth = 0
    for sign in whole:
        depth += (sign == "⟦") - (sign == "⟧")
        outside += sign if depth == 0 else ""
    for text in (*told, *brands):
        outside = outside.replace(text, "")
    pieces = NOT_OURS.sub("", outside).split("\N{BULLET}")
    return [piece.strip() for piece in pieces if LETTERS.search(piece)]


@pytest.fixture(scope="module")
def made_up_language(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every text of the template, between marks."""
    folder = tmp_path_factory.mktemp("locale")
    words = polib.pofile(str(TEMPLATE))
    words.metadata["Plural-Forms"] = "nplurals=2; plural=(n != 1);"
    for entry in words:
        if entry.msgid_plural:
            entry.msgstr_plural = {0: f"⟦{entry.msgid}⟧", 1: f"⟦{entry.msgid_plural}⟧"}
        else:
            entry.msgstr = f"⟦{entry.msgid}⟧"
    place = folder / MADE_UP / "LC_MESSAGES"
    place.mkdir(parents=True)
    words.save_as_mofile(str(place / "django.mo"))
    return folder


@pytest.fixture
def spoken(made_up_language: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The site speaks the made-up language."""
    about = {"bidi": False, "code": MADE_UP, "name": "Made up", "name_local": "Made up"}
    monkeypatch.setitem(LANG_INFO, MADE_UP, about)
    settings.LOCALE_PATHS = [made_up_language]
    settings.LANGUAGES = [("en", "English"), (MADE_UP, "Made up")]


def read(client: Client, url: str) -> str:
    response = client.get(url, headers={"accept-language": MADE_UP})
    assert response.status_code == 200, url
    return response.content.decode()


def test_the_translators_have_every_text_of_the_knowledge():
    known = {entry.msgid for entry in polib.pofile(str(TEMPLATE))}
    assert not {text for _place, text in texts()} - known


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="GNU gettext is not installed")
def test_the_translators_have_every_text_of_the_pages(settings: Any, tmp_path: Path):
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    for name in ("tracker", "templates", "config"):
        (tmp_path / name).symlink_to(BASE / name)
    call_command("gathertexts", verbosity=0)
    fresh = {entry.msgid for entry in polib.pofile(str(tmp_path / "locale" / TEMPLATE.name))}
    kept = {entry.msgid for entry in polib.pofile(str(TEMPLATE))}
    assert fresh == kept, "run `manage.py gathertexts`"


@pytest.mark.usefixtures("spoken")
def test_the_public_pages_speak_the_readers_language(client: Client):
    urls = [reverse("how")]
    for therapy in load().therapies.values():
        place = address(therapy.id)
        urls += [reverse("how-therapy", args=[place])]
        urls += [
            reverse("how-sign", args=[place, address(subject.code)]) for subject in subjects(therapy)[::9]
        ]
    for url in urls:
        assert not untranslated(read(client, url)), url


def pages_of(child: Child) -> list[str]:
    names = (
        "today",
        "log-new",
        "log-nothing-new",
        "log-neuro",
        "days",
        "more",
        "family",
        "treatment",
        "settings",
    )
    names += ("pause", "reminders", "card", "doses", "medicine-new", "duty", "summary", "export")
    return [reverse(name, args=[child.pk]) for name in names]


@pytest.mark.usefixtures("spoken")
def test_a_familys_pages_speak_its_language(
    client: Client, child: Child, mother: User, log: Callable[..., Recorded]
):
    mother.language = MADE_UP
    mother.save()
    client.force_login(mother)
    recorded = log(temperature=38.4, chills="moderate", headache="mild", neuro={"talks": "less"})
    answers = [reverse(name, args=[recorded.log.pk]) for name in ("answer", "log", "log-correct")]
    for url in [*pages_of(child), *answers]:
        assert not untranslated(read(client, url), "Juno", "Mother", "Helper"), url


@pytest.mark.usefixtures("spoken")
def test_the_desk_of_a_nurse_speaks_her_language(
    client: Client, ward_child: Child, lead: User, log: Callable[..., Recorded]
):
    lead.language = MADE_UP
    lead.save()
    client.force_login(lead)
    log(temperature=38.4, chills="moderate")
    team, child = [ward_child.care_team_id], [ward_child.pk]
    of_a_team = (
        "team-board",
        "team-handover",
        "team-figures",
        "team",
        "team-numbers",
        "team-policy",
        "team-staff",
    )
    urls = [reverse(name, args=team) for name in of_a_team] + [reverse("nurse-child", args=child)]
    for url in urls:
        assert not untranslated(read(client, url), "Juno", "Mother", "Lead", "Nurse", "Maple ward"), url

"""Each person reads their own language; whoever picks up the telephone finds the answer in the team's."""

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import polib
import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from tests.languages import gates
from tests.support.personas import NOW
from tracker.assessment.wording import degrees
from tracker.lib import telephone
from tracker.lib.translations import MARK, compile_translations, isolate
from tracker.logs.actions.calls import record_call
from tracker.logs.actions.record import Recorded
from tracker.models import Child, User
from tracker.models.alerts import in_words

pytestmark = pytest.mark.django_db
Log = Callable[..., Recorded]
NOW_ES, NOW_EN = "Llame ahora a su equipo médico", "Call your care team now"


def read(client: Client, url: str, language: str = "en") -> str:
    response = client.get(url, headers={"accept-language": language})
    assert response.status_code == 200, url
    return response.content.decode()


def speaks(client: Client, person: User, language: str) -> None:
    User.objects.filter(pk=person.pk).update(language=language)
    client.force_login(person)


def test_the_browsers_wish_holds_until_somebody_chooses(client: Client):
    assert '<html lang="es"' in read(client, reverse("check"), "es-MX,es;q=0.9,en;q=0.5")
    assert 'dir="rtl"' in read(client, reverse("check"), "ar")
    chosen = client.post(reverse("language"), {"language": "es", "next": reverse("check")})
    assert (chosen.status_code, chosen.url) == (303, reverse("check"))
    page = read(client, reverse("check"), "en")
    assert '<html lang="es"' in page
    assert "Borrador" in page  # that nobody has read it
    for odd in ("xx", "../es", ""):
        client.post(reverse("language"), {"language": odd})
    assert client.post(reverse("language"), {"next": "https://evil.example/"}).url == "/"
    assert '<html lang="es"' in read(client, reverse("check"), "en")
    missing = client.get("/nothing-here/")
    assert (missing.status_code, "Esta página no está aquí" in missing.content.decode()) == (404, True)


def test_a_choice_is_the_persons_on_every_device(client: Client, child: Child, mother: User, father: User):
    today = reverse("today", args=[child.pk])
    client.force_login(mother)
    client.post(reverse("language"), {"language": "ar", "next": today})
    client.force_login(father)
    client.cookies.pop("django_language")
    assert '<html lang="en"' in read(client, today, "ar")
    another = Client()
    another.force_login(mother)
    assert 'lang="ar"' in read(another, today, "en")
    another.logout()
    assert 'lang="ar"' in read(another, reverse("check"), "en")  # what knows nobody goes on in it


def test_the_answer_stands_in_the_teams_language_too(client: Client, child: Child, mother: User, log: Log):
    answer = reverse("answer", args=[log(temperature=38.4, chills="moderate").log.pk])
    asked = {}
    for language in ("en", "en", "es"):  # the first look of a session costs more
        speaks(client, mother, language)
        with CaptureQueriesContext(connection) as queries:
            page = read(client, answer)
        asked[language] = len(queries)
    assert asked["es"] == asked["en"], "another language costs no query"
    assert NOW_ES in page
    shown = re.findall(r'lang="en" dir="ltr">(.*?)</(?:bdi|div)>', page, re.DOTALL)
    assert NOW_EN in "".join(shown)
    assert "555 0142" in page
    assert "My child is 8 years old and had CAR T cells." in page
    assert "Should we come in now?" in page
    speaks(client, mother, "en")
    assert 'lang="es"' not in read(client, answer).partition("<main")[2]


def test_a_team_may_speak_another_language(client: Client, child: Child, mother: User, log: Log):
    child.care_team.language = "es"
    child.care_team.save()
    speaks(client, mother, "ar")
    page = read(client, reverse("answer", args=[log(temperature=38.4).log.pk]))
    assert NOW_ES in page
    assert "¿Debemos ir ahora?" in page
    assert NOW_EN not in page


def test_the_open_check_answers_in_two_languages(client: Client):
    sent = {"therapy": "blinatumomab", "temperature": "38.4", "unit": "C"}
    page = client.post(reverse("check"), sent, headers={"accept-language": "ar"}).content.decode()
    assert "اتصل الآن بفريق رعايتك" in page
    assert NOW_EN in page


def test_a_nurse_sees_a_note_as_typed_and_in_which_language(
    client: Client, ward_child: Child, mother: User, nurse: User, log: Log
):
    with translation.override("es"):
        log(temperature=38.4, note="Tiene mucho sueño")
    client.force_login(nurse)
    page = read(client, reverse("nurse-child", args=[ward_child.pk]))
    assert 'lang="es">“Tiene mucho sueño”</bdi>' in page
    assert "typed in: Español" in " ".join(page.split())


def test_what_a_family_was_told_keeps_its_direction_on_a_nurses_page(
    client: Client, ward_child: Child, mother: User, nurse: User, log: Log
):
    log(temperature=38.4)
    told = "جاء الطبيب, 38.4"
    record_call(
        child=ward_child,
        caregiver=mother,
        called_at=NOW,
        reached=True,
        told=told,
        client_uuid=uuid4(),
        now=NOW,
    )
    client.force_login(nurse)
    page = " ".join(read(client, reverse("nurse-child", args=[ward_child.pk])).split())
    assert re.search(rf'<bdi dir="auto">[^<]*{told}', page)


def test_a_gap_is_english_and_marked(tmp_path: Path):
    folder = tmp_path / "es" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (tmp_path / "nightlight.pot").write_text(gates.TEMPLATE.read_text("utf-8"), "utf-8")
    words = polib.pofile(str(gates.files()["es"]))
    for entry in words:
        if entry.msgid == NOW_EN:
            entry.msgstr = ""
    words.remove(words.find("%(n)s log"))
    words.save(str(folder / "django.po"))
    compile_translations([tmp_path])
    compiled = {entry.msgid: entry for entry in polib.mofile(str(folder / "django.mo"))}
    assert compiled[NOW_EN].msgstr == MARK + NOW_EN
    assert compiled["%(n)s log"].msgstr_plural == {0: f"{MARK}%(n)s log", 1: f"{MARK}%(n)s logs"}
    assert compiled["Fever"].msgstr == "Fiebre"


def test_a_note_that_cannot_be_searched_says_so(client: Client, child: Child, mother: User, log: Log):
    unread = "Your note was not searched"
    client.force_login(mother)
    for note, is_unread in (
        ("לא נושם", True),
        ("не дышит", True),
        ("لعبت مع أختها", False),
        ("Sleepy 😴, 38 °C", False),
        ("niño", False),
    ):
        page = read(client, reverse("answer", args=[log(temperature=37.0, note=note).log.pk]))
        assert (unread in page) == is_unread, note


def test_a_note_in_arabic_is_searched_and_the_search_is_called_a_draft(
    client: Client, child: Child, mother: User, log: Log
):
    client.force_login(mother)
    page = read(client, reverse("answer", args=[log(temperature=37.0, note="لا يتنفس").log.pk]))
    assert "danger words in Arabic is a draft" in page
    assert "Did you mean" in page
    page = read(client, reverse("answer", args=[log(temperature=37.0, note="played").log.pk]))
    assert "danger words in Arabic" not in page


def test_a_name_keeps_its_order_and_what_a_paper_cannot_draw_is_said_before(
    client: Client, child: Child, mother: User
):
    client.force_login(mother)
    said = "cannot show some letters of the nickname"
    of_no_font = "A\u0378"  # not a letter of any script: a machine may have fonts for all that are
    for nickname, is_drawn in (("אורי", True), ("Łukasz", True), ("นิดา", True), (of_no_font, False)):
        Child.objects.filter(pk=child.pk).update(nickname=nickname)
        page = read(client, reverse("card", args=[child.pk]))
        assert (said in page) != is_drawn, nickname
        assert (said in read(client, reverse("summary", args=[child.pk]))) != is_drawn, nickname
        assert (f"\u2068{nickname}\u2069" in page) == (nickname == "אורי")


def test_numbers_of_a_translation_keep_their_order():
    words = polib.POFile()
    words.append(polib.POEntry(msgid="a", msgstr="اتصل +1 555 0100 ext 12 في 2026-12-01 09:30"))
    isolate(words)
    assert "\u2066+1 555 0100 ext 12\u2069" in words[0].msgstr
    assert "\u20662026-12-01 09:30\u2069" in words[0].msgstr


def test_what_a_team_told_keeps_its_own_direction():
    with translation.override("ar"):
        assert in_words("stay-home", "Come at 9.").endswith("\u2068Come at 9.\u2069")


def test_a_number_is_not_turned_round_in_arabic():
    number = telephone.of("555 0142")
    with translation.override("ar"):
        assert str(number) == "\u2066555 0142\u2069"
        assert degrees(Decimal("38.4"), "C") == "\u206638.4 °C\u2069"
        assert "\u206638.0 °C\u2069" in gettext("38.0 °C, once")
    assert str(number) == "555 0142"


def test_what_stays_in_english_keeps_its_direction_on_an_arabic_page(
    client: Client, child: Child, mother: User, nurse: User, log: Log
):
    """The parts of a line would run into each other, and a degree sign would stand behind its letter."""
    speaks(client, mother, "ar")
    answer = read(client, reverse("answer", args=[log(temperature=38.4).log.pk]))
    assert set(re.findall(r'<cite class="source"[^>]*>', answer)) == {'<cite class="source" dir="ltr">'}
    speaks(client, nurse, "ar")
    board = read(client, reverse("team-board", args=[nurse.memberships.get().care_team.pk]))
    assert re.findall(r'value="[CF]"\s+(dir="ltr")', board) == ['dir="ltr"'] * 2


@pytest.mark.parametrize(
    ("template", "name"),
    [("_ended", "alert"), ("_became", "became"), ("_emergency_before", "emergency_before")],
)
def test_what_a_nurse_wrote_keeps_its_direction_on_a_familys_page(template: str, name: str):
    """Else the full stop of an English note stands before it on an Arabic page."""
    alert = {"note": "Come in.", "outcome": "Sent", "resolved_at": NOW, "is_answer": True}
    page = render_to_string(f"tracker/logs/{template}.html", {name: alert})
    assert re.search(r'<bdi dir="auto">“?Come in\.”?</bdi>', page)

"""The answer page: who has it in hand, the calls, and the question whether anybody called."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import html5lib
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.site.test_costs import A_MINUTE
from tests.support.pages import FEVER, Phone, links, text
from tests.support.personas import NIGHT_NUMBER
from tracker.alerts.actions import resolve_alert
from tracker.alerts.taking import close_alert
from tracker.models import Alert, AlertEvent, AlertVerb, Call, Child, Message, Outcome, SymptomLog, User
from tracker.models.alerts import UNDO_WITHIN

pytestmark = pytest.mark.usefixtures("night")
CALLED = {
    "reached": "yes",
    "advice": "come-in",
    "told": "Come in now. Bring the card.",
    "look_again": "1",
    "called_at": "02:20",
}


def answer_of(phone: Phone) -> Any:
    log = SymptomLog.objects.latest("received_at")
    return phone.get(reverse("answer", args=[log.pk]))


def call(phone: Phone, **said: str) -> Any:
    log = SymptomLog.objects.latest("received_at")
    return phone.post(reverse("called", args=[log.pk]), CALLED | said, follow=True)


def take(nurse: User, minutes: int = 15) -> Alert:
    """As a nurse's own page does it."""
    now, alert = timezone.now(), Alert.objects.open().get()
    Alert.objects.filter(pk=alert.pk).update(taken_by=nurse, taken_until=now + timezone.timedelta(minutes=15))
    AlertEvent.objects.create(alert=alert, verb=AlertVerb.TAKEN, at=now, by=nurse)
    return alert


# ---------------------------------------------------------------- I have called


def test_a_call_is_kept_with_what_they_said_and_when_to_look_again(phone: Phone, child: Child, night) -> None:
    phone.send(child, **FEVER)
    night.shift(7 * 60)
    page = call(phone)
    assert page.redirect_chain[0][1] == 303
    assert (
        "02:20 , Mother: Come in, or go to the emergency room. Come in now. Bring the card. look again at 03:20"
        in text(page)
    )
    kept = Call.objects.get()
    assert kept.reached
    today = text(phone.get(reverse("today", args=[child.pk])))
    assert (
        "What the care team said Come in, or go to the emergency room. Come in now. Bring the card. " in today
    )
    assert "Bring the card. You called just now, Friday 02:20." in today
    assert "Look again: Friday 03:20." in today
    night.shift(90 * 60)
    phone.send(child, temperature="36.8")
    assert "Look again" not in text(phone.get(reverse("today", args=[child.pk])))  # somebody has


def test_today_has_what_the_team_wrote_since_the_call_and_who_wrote_it(
    phone: Phone, ward_child: Child, father: User, nurse: User, night
) -> None:
    phone.send(ward_child, **FEVER)
    call(phone)
    phone.force_login(father)
    assert "Mother called just now, " in text(phone.get(reverse("today", args=[ward_child.pk])))
    night.shift(60)
    told = {"outcome": "advised-by-phone", "note": "Counts are fine."}
    resolve_alert(alert=Alert.objects.open().get(), **told, by=nurse, now=timezone.now())
    night.shift(UNDO_WITHIN)
    today = text(phone.get(reverse("today", args=[ward_child.pk])))
    assert "They advised you by phone. Counts are fine. Nurse wrote this 1 minute ago" in today
    assert "Look again" not in today
    night.shift(13 * 3600)
    today = text(phone.get(reverse("today", args=[ward_child.pk])))
    assert "What the care team said on Friday 20 November They said this for that day." in today
    assert "Advised by phone. Counts are fine. Nurse wrote this 13 hours ago" in today


@pytest.mark.parametrize(
    ("called_at", "said", "due"),
    [
        (
            datetime(2026, 11, 20, 2, 20, tzinfo=UTC),
            "Tonight, 22:00",
            datetime(2026, 11, 20, 22, 0, tzinfo=UTC),
        ),
        (
            datetime(2026, 11, 20, 2, 20, tzinfo=UTC),
            "This morning, 08:00",
            datetime(2026, 11, 20, 8, 0, tzinfo=UTC),
        ),
        (
            datetime(2026, 11, 20, 19, 0, tzinfo=UTC),
            "Tomorrow morning, 08:00",
            datetime(2026, 11, 21, 8, 0, tzinfo=UTC),
        ),
    ],
)
def test_looking_again_can_wait_for_the_evening_or_the_morning(
    phone: Phone, child: Child, night, called_at: datetime, said: str, due: datetime
) -> None:
    """By the clock of the family, which is an hour ahead of UTC; and the reminder for it waits."""
    Child.objects.update(time_zone="Europe/Berlin")
    an_hour = timedelta(hours=1)
    night.move_to(called_at - an_hour)
    phone.send(child, **FEVER)
    page = answer_of(phone)
    (code,) = re.findall(rf'value="(\w+)"[^>]*>\s*<label[^>]*><bdi>{said}<', page.content.decode())
    shown = text(call(phone, look_again=code, called_at=f"{called_at:%H:%M}"))
    assert Call.objects.get().look_again_at == due - an_hour
    assert f"look again {'at' if due.date() == called_at.date() else 'Saturday at'} {due:%H:%M}" in shown
    assert Message.objects.waiting().filter(due_at=due - an_hour).exists()


def test_after_ten_in_the_evening_tonight_is_over(phone: Phone, child: Child, night) -> None:
    night.move_to(datetime(2026, 11, 20, 22, 1, tzinfo=UTC))
    phone.send(child, **FEVER)
    assert "Tonight" not in text(answer_of(phone))
    call(phone, look_again="tonight", called_at="22:01")  # the form was opened at two to ten
    assert Call.objects.get().look_again_at == timezone.now()


def test_a_call_sent_twice_is_kept_once(phone: Phone, child: Child) -> None:
    phone.send(child, **FEVER)
    number = str(uuid4())
    for _twice in range(2):
        call(phone, client_uuid=number)
    assert Call.objects.count() == 1


def test_a_call_in_the_minute_of_the_log_stands_under_it_and_is_advice_on_it(
    phone: Phone, child: Child, night
) -> None:
    night.shift(40)
    phone.send(child, **FEVER)
    night.shift(5)
    assert "Come in now. Bring the card." in text(call(phone, called_at="02:14"))
    night.shift(20 * 60)
    assert "Nothing documented as urgent" in text(
        phone.send(child, temperature="36.8", antipyretic_given="no")
    )


def test_a_call_before_midnight_told_after_it_was_yesterday(phone: Phone, child: Child) -> None:
    phone.send(child, **FEVER)
    call(phone, called_at="23:50")
    assert Call.objects.get().called_at.isoformat() == "2026-11-19T23:50:59+00:00"


def test_a_call_form_with_a_gap_comes_back_open_with_what_was_typed(phone: Phone, child: Child) -> None:
    phone.send(child, **FEVER)
    page = call(phone, reached="", called_at="late")
    assert page.status_code == 422
    assert "Choose one." in text(page)
    assert "Come in now. Bring the card." in text(page)
    assert '<details class="open-up" open>' in page.content.decode()
    assert f"tel:{NIGHT_NUMBER.replace(' ', '')}" in links(page)


def test_advice_closes_the_alert_of_a_family_that_keeps_its_own_numbers(phone: Phone, child: Child) -> None:
    phone.send(child, **FEVER)
    call(phone)
    assert not Alert.objects.open().exists()
    assert "You called and wrote down what they said." in text(answer_of(phone))


# ---------------------------------------------------------------- the question whether anybody called


def test_what_the_family_wrote_down_is_not_said_to_be_the_teams(phone: Phone, child: Child) -> None:
    phone.send(child, **FEVER)
    said = text(call(phone))
    assert "What you wrote down You called and wrote down what they said." in said
    assert "What the team wrote" not in said


def test_after_ten_minutes_without_a_call_the_page_asks_for_it(phone: Phone, child: Child, night) -> None:
    phone.send(child, **FEVER)
    night.shift(9 * 60)
    assert "No call is written down yet." not in text(answer_of(phone))
    night.shift(60)
    assert "No call is written down yet. Call now. 555 0142" in text(answer_of(phone))
    call(phone)
    assert "No call is written down yet." not in text(answer_of(phone))


def test_ten_minutes_after_nobody_answered_the_page_asks_for_another_call(
    phone: Phone, child: Child, night
) -> None:
    phone.send(child, **FEVER)
    call(phone, reached="no", told="")
    assert "nobody answered" in text(answer_of(phone))
    assert "Call again." not in text(answer_of(phone))
    night.shift(10 * 60)
    assert "Call again." in text(answer_of(phone))


def test_a_note_never_nudges(phone: Phone, child: Child, night) -> None:
    phone.send(child, temperature="36.8", antipyretic_given="no")
    night.shift(11 * 60)
    assert "No call is written down yet." not in text(answer_of(phone))


# ---------------------------------------------------------------- an ambulance comes before the team


def bar_of(page: Any) -> Any:
    """The links of the bar that stays at the bottom, in their order."""
    return re.findall(r'href="(tel:[^"]*)"', page.content.decode().partition('class="call-bar"')[2])


@pytest.mark.hazard("H22")
@pytest.mark.parametrize(("country", "dialled"), [("US", ["tel:911"]), ("", ["tel:112", "tel:911"])])
def test_an_emergency_dials_the_ambulance_wherever_it_says_call(
    phone: Phone, child: Child, night, country: str, dialled: list[str]
) -> None:
    Child.objects.filter(pk=child.pk).update(country=country)
    page = phone.send(child, temperature="36.8", **{"sign-seizure": "yes"})
    assert bar_of(page) == [*dialled, "tel:5550142"]
    assert bar_of(phone.get(reverse("today", args=[child.pk]))) == [*dialled, "tel:5550142"]
    assert "within 15 minutes" not in text(page)
    night.shift(10 * 60)
    page = answer_of(phone)
    nudge = page.content.decode().partition("No call is written down yet. Call now.")[2].partition("</p>")[0]
    assert re.findall(r'href="(tel:[^"]*)"', nudge) == [*dialled, "tel:5550142"]


def test_what_is_no_emergency_dials_the_team(phone: Phone, child: Child) -> None:
    page = phone.send(child, **FEVER)
    assert bar_of(page) == ["tel:5550142"]
    assert "If no one answers within 15 minutes, call again." in text(page)


# ---------------------------------------------------------------- what the team did


@pytest.mark.hazard("H07")
def test_five_minutes_without_a_nurse_the_family_is_told_that_nobody_has_confirmed(
    phone: Phone, ward_child: Child, nurse: User, night
) -> None:
    phone.send(ward_child, **FEVER)
    night.shift(4 * 60)
    assert "Nobody has confirmed yet. Call." not in text(answer_of(phone))
    night.shift(60)
    assert "Nobody has confirmed yet. Call." in text(answer_of(phone))


def test_a_family_reads_which_nurse_took_it_and_when(
    phone: Phone, ward_child: Child, nurse: User, night
) -> None:
    phone.send(ward_child, **FEVER)
    night.shift(60)
    take(nurse)
    night.shift(6 * 60)
    said = text(answer_of(phone))
    assert "Nurse took this at 02:15. No call yet? Call." in said
    assert "Nobody has confirmed yet." not in said


@pytest.mark.hazard("H06")
def test_a_taking_that_lapsed_no_longer_stands_for_somebody(
    phone: Phone, ward_child: Child, nurse: User, night
) -> None:
    phone.send(ward_child, **FEVER)
    take(nurse)
    night.shift(16 * 60)
    said = text(answer_of(phone))
    assert "took this" not in said
    assert "Nobody has confirmed yet. Call." in said


def test_a_call_that_reached_the_team_is_a_confirmation(phone: Phone, ward_child: Child, night) -> None:
    phone.send(ward_child, **FEVER)
    night.shift(6 * 60)
    call(phone)
    assert "Nobody has confirmed yet." not in text(answer_of(phone))


def test_the_outcome_stands_in_plain_words_with_who_wrote_it(
    phone: Phone, ward_child: Child, nurse: User, night
) -> None:
    phone.send(ward_child, **FEVER)
    alert = take(nurse)
    night.shift(120)
    resolve_alert(alert=alert, outcome=Outcome.CLINIC, note="Ask for Ada.", by=nurse, now=timezone.now())
    night.shift(UNDO_WITHIN)
    said = text(answer_of(phone))
    assert "What the team wrote Come to the clinic today. Ask for Ada. Nurse, 20 November, 02:16." in said
    assert "Nobody has confirmed yet." not in said


def test_a_log_whose_alert_became_part_of_a_worse_one_shows_what_became_of_that(
    phone: Phone, ward_child: Child, nurse: User, night
) -> None:
    phone.send(ward_child, **FEVER)
    first = SymptomLog.objects.get()
    night.shift(60)
    phone.send(ward_child, temperature="39.5", **{"sign-seizure": "yes"})
    night.shift(60)
    take(nurse)
    assert "Nurse took this at 02:16." in text(phone.get(reverse("answer", args=[first.pk])))


# ---------------------------------------------------------------- while the page is open


def followed(phone: Phone) -> Any:
    log = SymptomLog.objects.latest("received_at")
    return phone.get(reverse("answer", args=[log.pk]), headers={"X-Part": "followed"})


def test_an_open_page_is_told_what_the_page_itself_would_say(
    phone: Phone, ward_child: Child, nurse: User, night
) -> None:
    Child.objects.update(time_zone="Asia/Tokyo")  # whose clock both show
    phone.send(ward_child, **FEVER)
    for minutes, do, said in (
        (0, None, "Saved at"),
        (10, None, "Nobody has confirmed yet. Call."),
        (0, None, "No call is written down yet. Call now. 555 0142"),
        (0, take, "Nurse took this at"),
        (0, lambda _nurse: call(phone), "Come in now. Bring the card."),
        (1, lambda nurse: close_alert(alert=Alert.objects.get(), outcome="clinic-today", note="By eight",
                                      by=nurse, now=timezone.now()), "Nurse took this at"),
        (1, None, "Come to the clinic today. By eight"),
    ):  # fmt: skip
        night.shift(60 * minutes)
        if do:
            do(nurse)
        page, part = (answer.content.decode() for answer in (answer_of(phone), followed(phone)))
        assert said in text(followed(phone))
        for name in ("team", "calls"):
            assert inside(part, name)
            assert inside(part, name) == inside(page, name), said


def inside(page: str, name: str) -> str:
    """What stands in that part: followed.js compares it, and replaces only what differs."""
    found = html5lib.parse(page, namespaceHTMLElements=False).find(f".//div[@data-part='{name}']")
    found.attrib.clear()
    return ElementTree.tostring(found, encoding="unicode").strip()


def test_to_tell_an_open_page_is_cheap(
    phone: Phone, ward_child: Child, nurse: User, django_assert_max_num_queries: Any
) -> None:
    phone.send(ward_child, **FEVER)
    take(nurse)
    followed(phone)
    with django_assert_max_num_queries(
        8
    ):  # our own; session, person, log, assessment, calls, alert, its taking
        followed(phone)


def test_only_an_answer_that_somebody_may_take_asks_again(phone: Phone, ward_child: Child) -> None:
    phone.send(ward_child, temperature="36.8")
    assert "followed.js" not in answer_of(phone).content.decode()
    phone.send(ward_child, **FEVER)
    assert "followed.js" in answer_of(phone).content.decode()


# ---------------------------------------------------------------- who sees it, which line it was


def test_a_nurse_reads_the_answer_and_does_not_log_calls_for_the_family(
    phone: Phone, ward_child: Child, nurse: User
) -> None:
    phone.send(ward_child, **FEVER)
    hers = Phone()
    hers.force_login(nurse)
    page = answer_of(hers)
    assert page.status_code == 200
    assert "Have you called?" not in text(page)
    assert call(hers).status_code == 403


def test_a_stranger_finds_nothing(phone: Phone, child: Child, stranger: User) -> None:
    phone.send(child, **FEVER)
    theirs = Phone()
    theirs.force_login(stranger)
    log = SymptomLog.objects.get()
    for route in ("answer", "log", "log-correct"):
        assert theirs.get(reverse(route, args=[log.pk])).status_code == 404
    for route in ("called", "log-confirm", "log-correct"):
        assert theirs.post(reverse(route, args=[log.pk]), CALLED).status_code == 404
    for route in ("today", "log-new", "log-nothing-new", "log-neuro"):
        assert theirs.get(reverse(route, args=[child.pk])).status_code == 404
    assert theirs.send(child, **FEVER).status_code == 404
    assert SymptomLog.objects.count() == 1


def test_a_teams_own_fever_line_is_named_with_who_set_it(phone: Phone, ward_child: Child) -> None:
    phone.send(ward_child, **FEVER)
    assert "The fever line for this answer" not in text(answer_of(phone))
    ward_child.care_team.__class__.objects.filter(pk=ward_child.care_team_id).update(fever_rule="38.5-once")
    said = text(phone.send(ward_child, **FEVER))
    assert "The fever line for this answer: 38.5 °C, once. It was set by Maple ward." in said


def test_what_was_reported_before_is_said_on_the_phone(phone: Phone, child: Child, night) -> None:
    phone.send(child, **FEVER, **{"sign-chills": "severe"})
    night.shift(3 * 3600)
    said = text(phone.send(child, temperature="36.8"))
    assert "About 3 hours ago I logged: " in said
    logged = said.partition("I logged: ")[2]
    assert logged.startswith("38.4 °C (101.1 °F) under the arm")
    assert "Chills, shaking (severe)" in logged


@pytest.mark.hazard("H27")
@pytest.mark.parametrize(("seconds", "when"), [(180, "Less than an hour ago"), (7201, "About 2 hours ago")])
def test_a_fever_before_is_said_with_its_number_however_short_ago(
    phone: Phone, child: Child, night, seconds: int, when: str
) -> None:
    phone.send(child, temperature="39.4")
    night.shift(seconds)
    said = text(phone.send(child, temperature="36.8", antipyretic_given="no"))
    assert "The temperature was 36.8 °C" in said
    assert f"{when} I logged: 39.4 °C (102.9 °F)." in said


@pytest.mark.parametrize(
    ("seconds", "when"), [(186, "less than an hour ago"), (3600, "1 hour ago"), (7201, "2 hours ago")]
)
def test_how_long_ago_it_was_is_said_in_words_to_family_and_nurse(
    phone: Phone, ward_child: Child, nurse: User, night, seconds: int, when: str
) -> None:
    phone.send(ward_child, temperature="39.4")
    night.shift(seconds)
    assert f"You told us: Temperature · reported {when} " in text(phone.send(ward_child, temperature="36.8"))
    hers = Phone()
    hers.force_login(nurse)
    page = hers.get(reverse("nurse-child", args=[ward_child.pk]))
    assert f"reported {when} " in text(page)


def test_what_was_seen_before_a_log_that_came_a_day_late_is_said_with_its_number(
    phone: Phone, child: Child, log: Any
) -> None:
    log(temperature=39.4, hours_ago=31)
    late = log(temperature=36.8, hours_ago=30).log
    assert "I logged: 39.4 °C (102.9 °F)" in text(phone.get(reverse("answer", args=[late.pk])))


def test_remembering_costs_two_queries(phone: Phone, ward_child: Child, night) -> None:
    phone.send(ward_child, **FEVER, **{"sign-chills": "severe", "sign-bleeding": "yes"})
    night.shift(3600)
    phone.send(ward_child, temperature="36.8")
    url = reverse("answer", args=[SymptomLog.objects.latest("received_at").pk])
    with CaptureQueriesContext(connection) as queries:
        assert "I logged: " in text(phone.get(url))
    assert len(queries) <= A_MINUTE["its answer"] + 2


# ---------------------------------------------------------------- first aid


def test_first_aid_stands_under_the_number_and_before_all_else(phone: Phone, child: Child) -> None:
    page = phone.send(child, temperature="36.8", unit="C", **{"sign-seizure": "yes"})
    said = text(page)
    parts = [
        "Call now",
        "Until help is here",
        "Call first.",
        "Turn your child on the side.",
        "What to say",
        "Why",
    ]
    places = [said.index(part) for part in parts]
    assert places == sorted(places)
    assert "US Centers for Disease Control and Prevention: First aid for seizures" in said
    assert page.content.decode().index("tel:112") < page.content.decode().index("aid-title")


@pytest.mark.hazard("H16")
def test_medicines_and_thermometers_come_after_first_aid_and_only_where_they_matter(
    phone: Phone, child: Child
) -> None:
    fever, bottom, aspirin = "No fever medicine", "Put nothing into your child's bottom", "no aspirin"
    plain = text(phone.send(child, temperature="36.8", unit="C", **{"sign-seizure": "yes"}))
    assert not any(part in plain for part in (fever, bottom, aspirin))
    weak = text(phone.send(child, temperature="36.8", unit="C", **{"sign-weakness": "mild"}))
    assert aspirin in weak
    assert fever not in weak
    hot = text(phone.send(child, temperature="38.6", unit="C", **{"sign-seizure": "yes"}))
    unmeasured = text(phone.send(child, temperature="", **{"sign-seizure": "yes"}))
    for said in (hot, unmeasured):
        assert all(said.index("Until help is here") < said.index(part) for part in (fever, bottom, aspirin))
    assert fever in text(phone.send(child, **FEVER))


def test_signs_of_one_emergency_say_one_position_and_three_at_most(phone: Phone, child: Child) -> None:
    seen = {
        f"sign-{sign}": "severe" for sign in ("breathing_trouble", "weakness", "bleeding", "face_swelling")
    }
    said = text(phone.send(child, temperature="36.8", unit="C", **seen, **{"sign-passing_out": "yes"}))
    aid = said.partition("Until help is here")[2].partition("Where this comes from")[0]
    assert "Lay your child flat" in aid
    assert "Press firmly" in aid
    assert "sit up" not in aid
    assert "Note when it began" not in aid


def test_without_an_emergency_there_is_no_first_aid(phone: Phone, child: Child) -> None:
    assert "Until help is here" not in text(phone.send(child, **FEVER))
    mild = text(phone.send(child, temperature="36.8", unit="C", **{"sign-breathing_trouble": "mild"}))
    assert "Call your care team now" in mild
    assert "Until help is here" not in mild

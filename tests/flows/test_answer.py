"""The answer page: who has it in hand, the calls, and the question whether anybody called."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.flows.pages import FEVER, Phone, links, text
from tests.personas import NIGHT_NUMBER
from tracker.actions.alerts import resolve_alert
from tracker.models import Alert, AlertEvent, AlertVerb, Call, Child, Message, Outcome, SymptomLog, User

pytestmark = pytest.mark.usefixtures("night")
CALLED = {"reached": "yes", "told": "Come in now. Bring the card.", "look_again": "1", "called_at": "02:20"}


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
    assert "02:20 , Mother: Come in now. Bring the card. look again at 03:20" in text(page)
    kept = Call.objects.get()
    assert kept.reached
    today = text(phone.get(reverse("today", args=[child.pk])))
    assert "What the care team said Come in now. Bring the card. You called just now, 02:20." in today
    assert "Look again at 03:20." in today


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
    (code,) = re.findall(rf'value="(\w+)"[^>]*><label[^>]*>{said}<', page.content.decode())
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
    assert "Chills, shaking" in said.partition("I logged: ")[2]

"""How an alert ends where no team watches: by what they said to do, or because it is over; and how old it looks."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.support.pages import FEVER, Phone, links, text
from tests.support.personas import NIGHT_NUMBER
from tracker.alerts.actions import resolve_alert
from tracker.alerts.family_ending import end_own_alert
from tracker.core.refused import Refused
from tracker.models import Alert, Call, Child, SymptomLog, User

pytestmark = pytest.mark.usefixtures("night")
DAY = 24 * 3600


def call(phone: Phone, **said: str) -> Any:
    log = SymptomLog.objects.latest("received_at")
    told = {"reached": "yes", "advice": "none", "look_again": "", "called_at": "02:20"}
    return phone.post(reverse("called", args=[log.pk]), told | said, follow=True)


def today(phone: Phone, child: Child) -> Any:
    return phone.get(reverse("today", args=[child.pk]))


def end(phone: Phone, **said: str) -> Any:
    return phone.post(reverse("alert-end", args=[Alert.objects.get().pk]), said, follow=True)


@pytest.mark.hazard("H42")
def test_a_word_ends_nothing(phone: Phone, child: Child) -> None:
    phone.send(child, **FEVER)
    call(phone, told="x")
    assert Alert.objects.get().is_open
    assert "Call your care team now" in text(today(phone, child))


@pytest.mark.hazard("H42")
def test_what_they_said_to_do_ends_it_without_a_word(phone: Phone, child: Child) -> None:
    phone.send(child, **FEVER)
    page = call(phone, advice="come-in")
    assert "Mother: Come in, or go to the emergency room" in text(page)
    assert not Alert.objects.get().is_open
    shown = text(today(phone, child))
    assert "What the care team said Come in, or go to the emergency room" in shown
    assert "Call your care team now" not in shown


def test_who_reached_them_is_asked_what_they_said_to_do_and_keeps_what_was_typed(
    phone: Phone, child: Child
) -> None:
    phone.send(child, **FEVER)
    page = call(phone, advice="", told="Something about fluids")
    assert page.status_code == 422
    assert "Choose what they said to do." in text(page)
    assert "Something about fluids" in page.content.decode()
    assert not Call.objects.exists()


@pytest.mark.parametrize("advice", ["come-in", "none", ""])
def test_whom_nobody_answered_was_told_nothing(phone: Phone, child: Child, advice: str) -> None:
    phone.send(child, **FEVER)
    call(phone, reached="no", advice=advice)
    assert Call.objects.get().advice == ""
    assert Alert.objects.get().is_open


@pytest.mark.hazard("H42")
def test_of_a_young_one_the_page_says_to_call(phone: Phone, child: Child, night: Any) -> None:
    phone.send(child, **FEVER)
    night.shift(DAY - 1)
    page = phone.get(reverse("alert-end", args=[Alert.objects.get().pk]))
    assert "Not yet." in text(page)
    assert f"tel:{NIGHT_NUMBER.replace(' ', '')}" in links(page)
    refused = end(phone, note="He is fine")
    assert refused.status_code == 422
    assert "Not yet. This is less than a day old, and nobody has told you what to do. Call." in text(refused)
    assert Alert.objects.get().is_open


@pytest.mark.hazard("H42")
def test_one_that_is_a_day_old_ends_when_the_family_says_so(phone: Phone, child: Child, night: Any) -> None:
    phone.send(child, **FEVER)
    night.shift(DAY)
    asked = reverse("alert-end", args=[Alert.objects.get().pk])
    assert asked in links(today(phone, child))
    page = end(phone, note="Antibiotics on the ward, home again.")
    assert page.redirect_chain == [(reverse("today", args=[child.pk]), 303)]
    alert = Alert.objects.get()
    assert (alert.outcome, alert.resolution_note, alert.resolved_by.name) == (
        "family-over",
        "Antibiotics on the ward, home again.",
        "Mother",
    )
    assert "Call your care team now" not in text(page)
    answer = text(phone.get(reverse("answer", args=[SymptomLog.objects.get().pk])))
    assert "You wrote that it is over. Antibiotics on the ward, home again." in answer
    assert phone.get(asked).status_code == 303


def test_one_about_which_they_were_reached_ends_at_once(phone: Phone, child: Child) -> None:
    phone.send(child, **FEVER)
    call(phone)
    assert end(phone).redirect_chain
    assert not Alert.objects.get().is_open


@pytest.mark.hazard("H42")
def test_over_is_no_advice(phone: Phone, child: Child, night: Any) -> None:
    """The danger of the last day stays remembered: the next log says to call again."""
    phone.send(child, **FEVER)
    call(phone)
    end(phone)
    night.shift(3600)
    page = phone.send(child, temperature="36,8")
    assert "Call your care team now" in text(page)


def test_a_later_log_makes_it_young_again(phone: Phone, child: Child, night: Any) -> None:
    phone.send(child, **FEVER)
    night.shift(DAY - 60)
    phone.send(child, **FEVER)
    night.shift(3600)
    assert end(phone).status_code == 422


@pytest.mark.hazard("H42")
def test_a_family_ends_none_that_a_team_watches(
    phone: Phone, ward_child: Child, mother: User, night: Any
) -> None:
    phone.send(ward_child, **FEVER)
    night.shift(2 * DAY)
    alert = Alert.objects.get()
    assert reverse("alert-end", args=[alert.pk]) not in links(today(phone, ward_child))
    end(phone, note="over")
    with pytest.raises(Refused):
        end_own_alert(alert=alert, note="", by=mother, now=timezone.now())
    assert Alert.objects.get().is_open


def test_who_is_too_late_is_told_so(child: Child, mother: User, phone: Phone, night: Any) -> None:
    phone.send(child, **FEVER)
    night.shift(DAY)
    alert, now = Alert.objects.get(), timezone.now()
    assert resolve_alert(alert=alert, outcome="family-over", note="", by=mother, now=now)
    with pytest.raises(Refused, match="closed already"):
        end_own_alert(alert=alert, note="", by=mother, now=now)


@pytest.mark.hazard("H42")
def test_an_open_answer_says_how_old_it_is(phone: Phone, child: Child, night: Any) -> None:
    phone.send(child, **FEVER)
    night.shift(3600)
    assert "Logged 1 hour ago, Friday 20 November, 02:14." in text(today(phone, child))
    assert "This is old" not in text(today(phone, child))
    night.shift(3 * DAY)
    shown = text(today(phone, child))
    assert "Logged 3 days ago, Friday 20 November, 02:14." in shown
    assert "This is old, and nobody has written how it ended." in shown


def test_the_earlier_log_above_a_milder_answer_says_how_old_it_is(
    phone: Phone, child: Child, night: Any
) -> None:
    phone.send(child, **FEVER)
    night.shift(26 * 3600)
    page = phone.send(child, temperature="36,8")
    assert "The earlier log Logged yesterday, Friday 20 November, 02:14." in text(page)

"""What the care team said holds for a night, not for ever, and never under a sign that came after it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from tests.support.pages import FEVER, Phone, text
from tests.support.personas import NOW
from tracker.alerts.actions import resolve_alert
from tracker.logs.actions.calls import record_call
from tracker.logs.actions.record import Recorded
from tracker.models import Alert, Child, User

pytestmark = pytest.mark.usefixtures("night")
Log = Callable[..., Recorded]
HOUR = timedelta(hours=1)
HOLDS = "What the care team said {}"
THEN = "They said this for that day. Ask again before you do it now."
OVERTAKEN = "They said this before the log that says to call. Call again."


def call(
    child: Child, caregiver: User, at: datetime, told: str, look_again_at: datetime | None = None
) -> None:
    said = {"reached": True, "told": told, "look_again_at": look_again_at}
    record_call(child=child, caregiver=caregiver, called_at=at, client_uuid=uuid4(), now=at, **said)


def today(phone: Phone, child: Child) -> str:
    return text(phone.get(reverse("today", args=[child.pk])))


@pytest.mark.hazard("H27")
@pytest.mark.parametrize(
    ("hours", "how"),
    [(1, "holds"), (11.9, "holds"), (12, "then"), (167.9, "then"), (168, "gone"), (240, "gone")],
)
def test_advice_is_an_order_for_half_a_day_and_gone_after_a_week(
    phone: Phone, child: Child, mother: User, hours: float, how: str
) -> None:
    words = "Come to the emergency room tonight."
    call(child, mother, NOW - hours * HOUR, words)
    said = today(phone, child)
    assert (HOLDS.format(words) in said) is (how == "holds")
    assert (THEN in said) is (how == "then")
    assert (words in said) is (how != "gone")


def test_advice_with_a_time_to_look_again_holds_until_then(phone: Phone, child: Child, mother: User) -> None:
    call(child, mother, NOW - 20 * HOUR, "Watch it.", NOW + HOUR)
    said = today(phone, child)
    assert HOLDS.format("Watch it.") in said
    assert "Look again: Friday 03:14." in said


@pytest.mark.hazard("H27")
def test_look_again_in_the_morning_does_not_stand_under_a_danger_that_came_after_it(
    phone: Phone, ward_child: Child, mother: User, log: Log
) -> None:
    call(ward_child, mother, NOW - 2 * HOUR, "It can wait.", NOW + 6 * HOUR)
    assert "Look again: Friday 08:14." in today(phone, ward_child)
    phone.send(ward_child, **{**FEVER, "sign-seizure": "yes"})
    said = today(phone, ward_child)
    assert "Emergency" in said
    assert OVERTAKEN in said
    assert HOLDS.format("It can wait.") not in said
    assert "Look again" not in said
    assert "Ask again before you do it now." in text(phone.get(reverse("duty", args=[ward_child.pk])))


@pytest.mark.hazard("H27")
def test_a_sign_that_joined_the_open_alert_after_the_advice_overtakes_it_too(
    phone: Phone, ward_child: Child, mother: User, night: Any
) -> None:
    phone.send(ward_child, **FEVER)
    night.shift(600)
    call(ward_child, mother, NOW + timedelta(minutes=10), "Log again in two hours.")
    assert HOLDS.format("Log again in two hours.") in today(phone, ward_child)
    night.shift(600)
    phone.send(ward_child, temperature="39.4")
    assert OVERTAKEN in today(phone, ward_child)


def test_what_a_nurse_decided_is_told_as_done_once_a_new_danger_came(
    phone: Phone, ward_child: Child, nurse: User, night: Any
) -> None:
    phone.send(ward_child, **FEVER)
    told = {"outcome": "clinic-today", "note": "At nine."}
    resolve_alert(alert=Alert.objects.open().get(), **told, by=nurse, now=NOW)
    night.shift(60)
    assert "Come to the clinic today. At nine." in today(phone, ward_child)
    night.shift(3600)
    phone.send(ward_child, temperature="39.4")
    said = today(phone, ward_child)
    assert "Sent to the clinic. At nine." in said
    assert "Come to the clinic today." not in said


# ---------------------------------------------------------------- the answer that an earlier log keeps at "call now"


@pytest.mark.hazard("H27")
def test_an_answer_that_only_an_earlier_log_makes_urgent_says_so_first(
    phone: Phone, child: Child, night: Any
) -> None:
    phone.send(child, temperature="38.6", unit="C", **{"sign-seizure": "yes"})
    night.shift(7200)
    said = text(phone.send(child, temperature="36.7", unit="C", antipyretic_given="no"))
    first = said.index("An earlier log says so, 2 hours ago: 38.6 °C (101.5 °F), Seizure, fit.")
    assert said.index("Call your care team now") < first < said.index("This log: 36.7 °C (98.1 °F)")
    assert first < said.index("a fever after CAR T cells")
    assert "The team has not advised on it yet." in said


def test_an_answer_to_what_this_log_says_itself_names_no_earlier_one(
    phone: Phone, child: Child, night: Any
) -> None:
    phone.send(child, temperature="38.6", unit="C", **{"sign-seizure": "yes"})
    night.shift(7200)
    said = text(phone.send(child, temperature="38.9", unit="C"))
    assert "An earlier log says so" not in said
    assert "This log:" not in said


def test_of_several_earlier_logs_the_newest_is_named(phone: Phone, child: Child, night: Any) -> None:
    phone.send(child, temperature="38.6", unit="C")
    night.shift(3600)
    phone.send(child, temperature="36.7", unit="C", **{"sign-seizure": "yes"})
    night.shift(3600)
    said = text(phone.send(child, temperature="36.7", unit="C", antipyretic_given="no"))
    assert "An earlier log says so, 1 hour ago: Seizure, fit." in said

"""A call that nobody answers brings the next level of an open alert at once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.support.personas import NOW, join
from tracker.alerts.escalation import escalate_due
from tracker.alerts.taking import take_alert
from tracker.logs.actions.calls import record_call
from tracker.models import Alert, Call, CareTeam, Child, Membership, Message, Role, User

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def second(care_team: CareTeam, nurse: User, stranger: User) -> User:
    """The next on call."""
    join(stranger, Role.NURSE, care_team=care_team, by=nurse)
    for order, person in enumerate((nurse, stranger), 1):
        Membership.objects.filter(user=person, care_team=care_team).update(call_order=order)
    return stranger


@pytest.fixture
def alert(ward_child: Child, second: User, log: Callable[..., Any]) -> Alert:
    log(temperature=38.9)
    escalate_due(now=NOW)
    return Alert.objects.open().get()


def call(child: Child, by: User, *, at: Any, reached: bool = False) -> Call:
    told = {"client_uuid": uuid4(), "called_at": at, "reached": reached, "told": "Come in" if reached else ""}
    return record_call(child=child, caregiver=by, now=at, **told)


def was_told(person: User) -> bool:
    return Message.objects.filter(recipient=person, alert__isnull=False).exists()


@pytest.mark.hazard("H06")
def test_the_next_on_call_is_told_without_waiting(
    ward_child: Child, mother: User, second: User, alert: Alert
) -> None:
    escalate_due(now=NOW + MINUTE)
    assert not was_told(second)
    call(ward_child, mother, at=NOW + MINUTE)
    escalate_due(now=NOW + MINUTE)
    assert was_told(second)
    assert alert.events.latest("pk").verb == "escalated"


@pytest.mark.hazard("H06")
def test_a_call_that_was_answered_brings_nobody(
    ward_child: Child, mother: User, second: User, alert: Alert
) -> None:
    call(ward_child, mother, at=NOW + MINUTE, reached=True)
    escalate_due(now=NOW + MINUTE)
    assert not was_told(second)


@pytest.mark.hazard("H06")
def test_who_holds_it_and_does_not_answer_holds_it_no_more(
    ward_child: Child, mother: User, nurse: User, second: User, alert: Alert
) -> None:
    take_alert(alert=alert, by=nurse, now=NOW)
    call(ward_child, mother, at=NOW + MINUTE)
    alert.refresh_from_db()
    assert (alert.taken_by, alert.taken_until) == (None, None)
    escalate_due(now=NOW + MINUTE)
    assert was_told(second)


@pytest.mark.hazard("H06")
def test_saying_it_again_and_again_tells_everybody_once(
    ward_child: Child, mother: User, second: User, alert: Alert
) -> None:
    for minute in range(1, 12):
        call(ward_child, mother, at=NOW + minute * MINUTE)
        escalate_due(now=NOW + minute * MINUTE)
    alert.refresh_from_db()
    assert (alert.round, alert.level) == (1, 2)


@pytest.mark.hazard("H06")
def test_a_first_step_that_waits_does_not_wait_for_who_rang_in_vain(
    ward_child: Child, care_team: CareTeam, mother: User, nurse: User, second: User, log: Callable[..., Any]
) -> None:
    care_team.escalation_minutes = [10, 15, 20]
    care_team.save()
    log(temperature=38.9)
    escalate_due(now=NOW)
    assert not was_told(nurse)
    call(ward_child, mother, at=NOW + MINUTE)
    escalate_due(now=NOW + MINUTE)
    assert was_told(nurse)


@pytest.mark.hazard("H06")
def test_what_can_wait_until_the_day_still_waits(
    ward_child: Child, mother: User, nurse: User, second: User, log: Callable[..., Any]
) -> None:
    log(temperature=36.8, fatigue="moderate")
    assert Alert.objects.open().get().urgency == "today"
    escalate_due(now=NOW)
    call(ward_child, mother, at=NOW + MINUTE)
    escalate_due(now=NOW + MINUTE)
    assert not was_told(nurse)


@pytest.mark.hazard("H06")
def test_a_family_without_a_clinic_has_no_next_level(
    child: Child, mother: User, log: Callable[..., Any]
) -> None:
    log(temperature=38.9)
    escalate_due(now=NOW)
    due = Alert.objects.open().get().escalates_at
    call(child, mother, at=NOW + MINUTE)
    assert Alert.objects.open().get().escalates_at == due

"""The moves of an alert: as the table says, one winner, and the documentation drawn from it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.logs.test_races import at_once
from tests.support.alert_machine import Machine, ward
from tests.support.personas import NOW, join, person
from tracker.alerts import states
from tracker.alerts.taking import HELD_FOR, accept_offer, close_alert, offer_alert, take_alert
from tracker.core.refused import Refused
from tracker.logs.actions.record import Recorded
from tracker.models import Alert, AlertEvent, AlertVerb, CareTeam, Child, Role, User

Log = Callable[..., Recorded]
DOCS = Path(__file__).resolve().parents[2] / "docs" / "alerts.md"


@pytest.fixture
def alert(log: Log, ward_child: Child) -> Alert:
    log(temperature=38.4)
    return Alert.objects.get()


def test_the_page_of_the_documentation_is_the_table() -> None:
    assert DOCS.read_text() == states.drawn() + "\n"


def test_the_table_speaks_of_every_event_and_of_no_other() -> None:
    assert {move.verb for move in states.MOVES.values()} == set(AlertVerb.values)
    assert {state for move in states.MOVES.values() for state in (*move.states, move.to)} <= {
        *states.STATES,
        states.AS_BEFORE,
        "",
    }


def test_a_taken_alert_is_due_when_the_taking_ends(alert: Alert, nurse: User) -> None:
    take_alert(alert=alert, by=nurse, now=NOW)
    alert.refresh_from_db()
    assert (alert.taken_by, alert.taken_until, alert.escalates_at) == (nurse, NOW + HELD_FOR, NOW + HELD_FOR)
    event = alert.events.get(verb="taken")
    assert (event.by, event.at) == (nurse, NOW)


def test_the_second_is_told_who_was_first(alert: Alert, nurse: User, colleague: User) -> None:
    take_alert(alert=alert, by=nurse, now=NOW)
    with pytest.raises(Refused, match=r"Nurse took this at 02:14\."):
        take_alert(alert=alert, by=colleague, now=NOW + HELD_FOR - timedelta(seconds=1))
    assert alert.events.filter(verb="taken").count() == 1


def test_a_taking_lasts_fifteen_minutes(alert: Alert, nurse: User, colleague: User) -> None:
    take_alert(alert=alert, by=nurse, now=NOW)
    take_alert(alert=alert, by=colleague, now=NOW + HELD_FOR)
    alert.refresh_from_db()
    assert alert.taken_by == colleague


def test_she_keeps_it_for_fifteen_more_and_takes_an_offer_back(
    alert: Alert, nurse: User, colleague: User
) -> None:
    take_alert(alert=alert, by=nurse, now=NOW)
    offer_alert(alert=alert, to=colleague, by=nurse, now=NOW)
    take_alert(alert=alert, by=nurse, now=NOW + timedelta(minutes=10))
    alert.refresh_from_db()
    assert (alert.taken_until, alert.offered_to) == (NOW + timedelta(minutes=25), None)
    with pytest.raises(Refused):
        accept_offer(alert=alert, by=colleague, now=NOW + timedelta(minutes=11))


@pytest.mark.hazard("H40")
def test_it_is_offered_to_nobody_whose_login_is_closed(alert: Alert, nurse: User, colleague: User) -> None:
    take_alert(alert=alert, by=nurse, now=NOW)
    User.objects.filter(pk=colleague.pk).update(is_active=False)
    with pytest.raises(Refused, match="a colleague of your care team"):
        offer_alert(alert=alert, to=colleague, by=nurse, now=NOW)


def test_only_the_holder_offers_and_only_while_it_is_hers(alert: Alert, nurse: User, colleague: User) -> None:
    with pytest.raises(Refused):
        offer_alert(alert=alert, to=colleague, by=nurse, now=NOW)
    take_alert(alert=alert, by=nurse, now=NOW)
    with pytest.raises(Refused):
        offer_alert(alert=alert, to=nurse, by=colleague, now=NOW)
    with pytest.raises(Refused):
        offer_alert(alert=alert, to=colleague, by=nurse, now=NOW + HELD_FOR)


def test_nobody_closes_what_another_holds(alert: Alert, nurse: User, colleague: User) -> None:
    take_alert(alert=alert, by=nurse, now=NOW)
    with pytest.raises(Refused, match="Nurse took this"):
        close_alert(alert=alert, outcome="admitted", note="", by=colleague, now=NOW)
    close_alert(alert=alert, outcome="admitted", note="", by=nurse, now=NOW)
    with pytest.raises(Refused, match="Nurse closed this"):
        take_alert(alert=alert, by=colleague, now=NOW)


def test_a_worse_log_takes_the_alert_out_of_her_hands(alert: Alert, nurse: User, log: Log) -> None:
    take_alert(alert=alert, by=nurse, now=NOW)
    log(seizure=None)
    with pytest.raises(Refused, match="A worse log came in"):
        close_alert(alert=alert, outcome="admitted", note="", by=nurse, now=NOW)
    assert Alert.objects.open().get().taken_by is None


@pytest.mark.hazard("H06")
@pytest.mark.django_db(transaction=True)
def test_of_five_who_take_at_once_one_wins_and_four_learn_who(
    alert: Alert, care_team: CareTeam, lead: User
) -> None:
    nurses = [person(f"nurse{number}") for number in range(5)]
    for one in nurses:
        join(one, Role.NURSE, care_team=care_team, by=lead)
    results = at_once(*[lambda one=one: take_alert(alert=alert, by=one, now=NOW) for one in nurses])
    alert.refresh_from_db()
    assert sorted(type(result).__name__ for result in results) == ["NoneType"] + ["Refused"] * 4
    assert all(alert.taken_by.name in str(result) for result in results if result)
    assert AlertEvent.objects.filter(verb="taken").count() == 1


@pytest.mark.hazard("H06")
@pytest.mark.parametrize("nurses", [2, 5])
def test_no_random_walk_leaves_an_urgent_alert_to_nobody(db: None, nurses: int) -> None:
    """250 steps or more here; `python -m tests.tools.walk_alerts 100000 --nurses 5` walks further."""
    machine = Machine(*ward(nurses), NOW, seed={2: 10, 5: 8}[nurses])  # walks that come by every move early
    machine.play(250)
    rare = {
        "take",
        "keep",
        "take over",
        "offer",
        "accept",
        "lapse",
        "escalate",
        "close",
        "not reached",
        "take on",
        "undo",
        "reopen",
        "taken-in",
    }
    while rare - set(machine.done) and machine.steps < 10_000:
        machine.play(50)
    assert not rare - set(machine.done)

"""The table of moves is obeyed: a move that it does not have is a fault, and no other place writes history."""

import ast
from collections.abc import Callable, Mapping
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Q

import tracker
from tests.support.alert_machine import state_of
from tests.support.personas import NOW, join, person
from tracker.alerts import moves, states
from tracker.alerts.reopening import reopen_alert
from tracker.alerts.states import COLUMNS, MOVES, IllegalMove
from tracker.alerts.taking import close_alert, offer_alert, record_not_reached, take_alert
from tracker.core.refused import Refused
from tracker.logs.actions.record import Recorded
from tracker.models import Alert, AlertEvent, Child, Role, User

Log = Callable[..., Recorded]


@pytest.fixture
def alert(log: Log, ward_child: Child) -> Alert:
    log(temperature=38.4)
    return Alert.objects.get()


def test_every_row_that_the_database_takes_is_in_one_state() -> None:
    names = tuple(COLUMNS[states.WAITING])
    for filled in product((False, True), repeat=len(names)):
        row = dict(zip(names, filled, strict=True))
        held_or_nothing = row["taken_by"] or not (row["offered_to"] or row["try_again_at"])
        if held_or_nothing and not (row["resolved_at"] and row["taken_in_by"]):
            assert len([name for name, columns in COLUMNS.items() if columns.items() <= row.items()]) == 1, (
                row
            )


def test_a_state_in_the_table_is_the_state_of_the_row(
    alert: Alert, nurse: User, lead: User, log: Log
) -> None:
    colleague = person("colleague")
    join(colleague, Role.NURSE, care_team=alert.child.care_team, by=lead)
    now = {"by": nurse, "now": NOW}
    seen = [found(alert)]
    for act in (
        lambda: take_alert(alert=alert, **now),
        lambda: offer_alert(alert=alert, to=colleague, **now),
        lambda: record_not_reached(alert=alert, again_in=5, note="", **now),
        lambda: close_alert(alert=alert, outcome="admitted", note="", **now),
        lambda: reopen_alert(alert=alert, by=nurse, now=NOW + timedelta(minutes=2)),
        lambda: log(seizure=None),
    ):
        act()
        seen.append(found(alert))
    assert seen == ["waiting", "held", "offered", "not reached", "closed", "waiting", "part of a worse one"]


def found(alert: Alert) -> str:
    """By the conditions of the moves, and by a reading of the row that knows nothing of them."""
    (state,) = [name for name, is_in in moves.IN_STATE.items() if Alert.objects.filter(is_in, pk=alert.pk)]
    assert state == state_of(Alert.objects.get(pk=alert.pk))
    return state


@pytest.mark.parametrize(
    ("rules", "changes"),
    [
        (("steal",), {}),
        (("take", "close"), {}),
        (("take",), {"taken_until": NOW}),
        (("lapse",), {"taken_by": None, "taken_until": None}),
        (("close",), {"taken_by": None}),
        (("undo",), {"outcome": ""}),
        (("open the decision",), {"resolved_at": None}),
        (("call",), {"taken_by": None}),
        (("reopen",), {"resolved_at": None}),
    ],
    ids=lambda told: ", ".join(told),
)
def test_what_the_table_does_not_have_is_a_fault_and_changes_nothing(
    alert: Alert, nurse: User, rules: tuple[str, ...], changes: Mapping[str, Any]
) -> None:
    before = Alert.objects.values().get()
    with pytest.raises(IllegalMove):
        moves.move(alert.pk, dict.fromkeys(rules, Q()), changes, now=NOW, by=nurse)
    assert Alert.objects.values().get() == before
    assert AlertEvent.objects.filter(alert=alert).count() == 1
    assert not issubclass(IllegalMove, Refused)


def test_the_sweep_has_no_name_and_nobody_else_is_without_one(alert: Alert, nurse: User) -> None:
    with pytest.raises(IllegalMove):
        moves.event("take", alert.pk, now=NOW)
    with pytest.raises(IllegalMove):
        moves.event("lapse", alert.pk, now=NOW, by=nurse)


def test_a_move_from_another_state_is_nobody_s_fault_and_writes_nothing(alert: Alert, nurse: User) -> None:
    assert not moves.move(alert.pk, {"accept": Q()}, held_by(nurse), now=NOW, by=nurse)
    assert moves.move(alert.pk, {"take": Q()}, held_by(nurse), now=NOW, by=nurse)
    assert not moves.move(alert.pk, {"take": Q()}, held_by(nurse), now=NOW, by=nurse)
    assert AlertEvent.objects.filter(alert=alert).count() == 2


def held_by(nurse: User) -> dict[str, Any]:
    return {"taken_by": nurse, "taken_until": NOW, "offered_to": None, "try_again_at": None}


def calls() -> list[tuple[str, ast.Call]]:
    house = Path(tracker.__path__[0])
    paths = [path for path in house.rglob("*.py") if "migrations" not in path.parts]
    return [
        (path.relative_to(house).as_posix(), node)
        for path in paths
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
    ]


def test_one_place_writes_the_events_of_alerts_and_no_other_the_columns_of_their_state() -> None:
    events = {
        path
        for path, call in calls()
        if ast.unparse(call.func) in ("AlertEvent", "AlertEvent.objects.create")
    }
    assert events == {"alerts/moves.py"}
    columns = set(COLUMNS[states.WAITING])
    updates = [(path, call) for path, call in calls() if ast.unparse(call.func).endswith(".update")]
    assert not {path for path, call in updates if columns & {keyword.arg for keyword in call.keywords}}


def test_every_move_of_the_table_is_made_by_an_action() -> None:
    words = {
        node.value
        for path in (Path(tracker.__path__[0])).rglob("*.py")
        if path.name != "states.py" and {"alerts", "logs"} & set(path.parts)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    composed = {f"{name} beside another" for name in ("undo", "reopen")}
    assert set(MOVES) - composed <= words

"""A closing is taken back: within its first minute as if it had not been, later as an alert that is due at once."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from tracker.alerts.decisions import ask_to_call, withdraw_decision
from tracker.alerts.moves import move
from tracker.alerts.reassessing import reassess
from tracker.alerts.taking import who_won
from tracker.core.child_lock import Standing, lock_child
from tracker.core.refused import Refused
from tracker.lib.task_queue import request_task
from tracker.models import Alert, Lane, User
from tracker.models.alerts import ADVISING, AT_ANY_HOUR, UNDO_WITHIN
from tracker.models.logs import is_worse

UNDECIDED: dict[str, Any] = {
    "resolved_by": None,
    "resolved_at": None,
    "outcome": "",
    "resolution_note": "",
    "decision_opened_at": None,
    "expected_by": None,
    "there_at": None,
    "home_at": None,
    "asked_where_at": None,
}


@transaction.atomic
def reopen_alert(*, alert: Alert, by: User, now: datetime) -> bool:
    """Open again, or part of a worse alert that came since; a milder one becomes part of it. False: too late to undo.

    Logs since then were judged in the light of the team's advice: where it was none, they are judged again.
    """
    other = lock_child(alert.child).alert
    closed = Alert.objects.select_related("child__care_team").get(pk=alert.pk)
    if closed.resolved_at is None:
        raise Refused(who_won(alert))
    in_time = closed.resolved_at <= now < closed.resolved_at + UNDO_WITHIN
    may_know = withdraw_decision(alert=closed, now=now)
    joins = other is not None and not is_worse(closed.urgency, than=other.urgency)
    if joins and other is not None:
        changes = {"taken_in_by": other.pk}
    else:
        _take_in(other, closed, by, now)
        changes = _as_before(closed, now) if in_time else _due_at_once(closed, now)
    name = ("undo" if in_time else "reopen") + (" beside another" if joins else "")
    same = Q(resolved_at=closed.resolved_at)
    if not move(closed.pk, {name: same}, UNDECIDED | changes, now=now, by=by):
        raise Refused(who_won(alert))
    if (may_know or not in_time) and not joins and closed.urgency in AT_ANY_HOUR:
        ask_to_call(alert=closed, now=now)
    if closed.outcome in ADVISING:
        reassess(child=closed.child, since=closed.resolved_at, by=by, now=now)
    request_task("tracker.tasks.deliver_alerts", queue=Lane.ALERTS)
    return in_time


def _take_in(other: Standing | None, closed: Alert, by: User, now: datetime) -> None:
    """The child has one open alert at a time: the milder one that was raised since becomes part of this one."""
    if other is not None:
        move(other.pk, {"take in": Q()}, {"taken_in_by": closed.pk}, now=now, by=by)


def _as_before(closed: Alert, now: datetime) -> dict[str, Any]:
    """Who held it holds it, as long as she would have."""
    return {"escalates_at": closed.escalates_at or now}


def _due_at_once(closed: Alert, now: datetime) -> dict[str, Any]:
    """Nobody's, and at the end of a round: the next step begins a new one with the first level."""
    last = len(closed.child.care_team.steps) - 1
    free = {"taken_by": None, "taken_until": None, "offered_to": None, "try_again_at": None}
    return {**free, "level": last, "escalates_at": now, "escalation_set_at": now}

"""A family that was told to come in: whether it has come, and whether it is at home again."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from therapies.episodes import ADVICE_LASTS, COME_IN_WITHIN, IS_THERE
from tracker.alerts.moves import move
from tracker.core.board_mark import mark_boards
from tracker.core.child_lock import lock_child
from tracker.messaging.reminders import ask_everybody
from tracker.models import Alert, Cause, Child, User
from tracker.models.alerts import IS_EXPECTED, is_untold

log = logging.getLogger(__name__)

THERE, HOME = "there", "home"
ASKED_FOR = timedelta(hours=2)
"""After that the question is worth nothing: they are there, or have called."""
MANY = 200


def told_to_come(child: Child, now: datetime, *, for_family: bool = True) -> Alert | None:
    """What was closed last, if it sends the child somewhere from where nobody has said that it is at home again.

    The family is asked where it is, once it knows of the closing. One query.
    """
    closed = Alert.objects.filter(child=child, resolved_at__gt=now - ADVICE_LASTS)
    if for_family:
        closed = closed.exclude(is_untold(now))
    last = closed.order_by("-resolved_at").first()
    sends = last is not None and last.outcome in (*COME_IN_WITHIN, IS_THERE) and last.home_at is None
    return last if sends else None


@transaction.atomic
def say_where(*, alert: Alert, where: str, by: User, now: datetime) -> bool:
    """ "We are there", or "home again", which ends what was advised. False where it cannot be said, or is already."""
    lock_child(alert.child)
    same = Q(resolved_at=alert.resolved_at, home_at=None)
    if where == THERE:
        is_said = move(alert.pk, {"arrive": same & Q(there_at=None)}, {"there_at": now}, now=now, by=by)
    else:
        were_there = Q(there_at__isnull=False) | Q(outcome=IS_THERE)
        is_said = move(alert.pk, {"go home": same & were_there}, {"home_at": now}, now=now, by=by)
    if is_said:
        mark_boards(alert.child.care_team_id, now=now)
    return is_said


def ask_due(*, now: datetime) -> None:
    """Families that should have come. One that cannot be asked keeps none of the others waiting."""
    due = Alert.objects.filter(IS_EXPECTED, expected_by__lte=now).select_related("child")
    for alert in due.order_by("expected_by")[:MANY]:
        try:
            _ask(alert, now)
        except Exception:
            log.exception("arrival_not_asked_about", extra={"alert_id": alert.pk})


@transaction.atomic
def _ask(alert: Alert, now: datetime) -> None:
    """Once a closing; not where a later alert is what counts, or a day has gone by."""
    changes = {"asked_where_at": now}
    if not move(alert.pk, {"ask where": IS_EXPECTED & Q(expected_by__lte=now)}, changes, now=now):
        return
    mark_boards(alert.child.care_team_id, now=now)
    is_over = now - alert.closed_at >= ADVICE_LASTS
    if not is_over and told_to_come(alert.child, now) == alert:
        ask_everybody(child=alert.child, cause=Cause.WHERE, first=None, expires=ASKED_FOR, now=now)

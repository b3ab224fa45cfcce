"""Alerts: raised by logs, joined by logs, closed with an outcome; and "I have called"."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from tracker.alerts import decisions, moves, states
from tracker.assessment.assess import REMEMBERED
from tracker.core.child_lock import LockedChild, Standing, lock_child
from tracker.core.refused import Refused
from tracker.lib.task_queue import request_task
from tracker.lib.text import cleaned
from tracker.models import Alert, AlertEvent, Child, Lane, Outcome, User
from tracker.models.alerts import THE_FAMILYS
from tracker.models.logs import RANK, is_worse


class Finding(NamedTuple):
    """A log that asks for attention, and how urgently."""

    log_id: UUID
    urgency: str


def raise_alert(
    *, child: Child, held: LockedChild, findings: Sequence[Finding], by: User, now: datetime
) -> UUID:
    """The alert of these logs: the standing one if they are no worse, else a new one, which takes it in.

    A milder log joins however old the alert is: taken in by it, an urgent one would end without an outcome.
    """
    standing = held.alert
    worst, *others = sorted(findings, key=lambda finding: -RANK[finding.urgency])
    if standing and _belongs_to(standing, worst, now):
        alert_id, happened = standing.pk, [("join", standing.pk, worst)]
    else:
        alert_id = _raise(child, held, worst, now)
        happened = [("raise", alert_id, worst)]
        happened += [("take in", standing.pk, worst)] if standing else []
    happened += [("join", alert_id, other) for other in others]
    AlertEvent.objects.bulk_create(
        moves.event(name, alert, now=now, by=by, log_id=finding.log_id) for name, alert, finding in happened
    )
    return alert_id


def _belongs_to(standing: Standing, worst: Finding, now: datetime) -> bool:
    if is_worse(worst.urgency, than=standing.urgency):
        return False
    return now - standing.raised_at < REMEMBERED or is_worse(standing.urgency, than=worst.urgency)


def _raise(child: Child, held: LockedChild, worst: Finding, now: datetime) -> UUID:
    """Due at once: whom it is told, and how, is found out after the commit (escalation.py)."""
    begins = {"raised_at": now, "escalates_at": now, "escalation_set_at": now}
    states.check("raise", begins)
    alert = Alert(child=child, log_id=worst.log_id, urgency=worst.urgency, **begins)
    if held.alert:
        moves.change(held.alert.pk, {"take in": Q()}, {"taken_in_by": alert.pk})
    alert.save(force_insert=True)
    request_task("tracker.tasks.deliver_alerts", queue=Lane.ALERTS)
    return alert.pk


def resolve_alert(
    *, alert: Alert, outcome: str, note: str, by: User, now: datetime, move: str = "close"
) -> bool:
    """Closes an open alert. False where somebody was faster, or another nurse holds it.

    One for now or an emergency needs an outcome. The family is told in a minute (decisions.py).
    """
    if outcome == Outcome.NOT_REACHED:
        raise Refused(_("Nobody was reached: it stays open."))
    with transaction.atomic():
        lock_child(alert.child)
        closed = record_resolution(alert.pk, outcome, note, by, now, move)
        if closed and outcome not in THE_FAMILYS:
            decisions.send_decision(alert=alert, now=now)
        return closed


def record_resolution(alert_id: UUID, outcome: str, note: str, by: User, now: datetime, move: str) -> bool:
    """`move` is the nurse's "close" or "close together", or the family's "end"."""
    note, rules = cleaned(note).strip(), {move: not_anothers(by, now)}
    closing = {"resolved_by": by, "resolved_at": now, "outcome": outcome, "resolution_note": note}
    return moves.move(alert_id, rules, closing, now=now, by=by, outcome=outcome, note=note)


def not_anothers(by: User, now: datetime) -> Q:
    """Nobody else holds the alert at this moment."""
    return Q(taken_by=None) | Q(taken_by=by) | Q(taken_until__lte=now)

"""Alerts: raised by logs, joined by logs, told again of worse ones, closed with an outcome."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from therapies.episodes import COME_IN_WITHIN, IS_NEW, IS_WORSE
from tracker.alerts import decisions, moves, states
from tracker.alerts.episodes import Episode
from tracker.core.child_lock import LockedChild, Standing, lock_child
from tracker.core.refused import Refused
from tracker.lib.present import present
from tracker.lib.task_queue import request_task
from tracker.lib.text import cleaned
from tracker.models import Alert, AlertEvent, Child, Lane, Outcome, Urgency, User
from tracker.models.alerts import THE_FAMILYS
from tracker.models.logs import RANK, is_worse

FREE: dict[str, Any] = {"taken_by": None, "taken_until": None, "offered_to": None, "try_again_at": None}
"""Nobody's."""


class Finding(NamedTuple):
    """A log that asks for attention, and how urgently."""

    log_id: UUID
    urgency: str


Happened = list[tuple[str, UUID, Finding]]


def raise_alert(
    *,
    child: Child,
    held: LockedChild,
    findings: Sequence[Finding],
    by: User,
    now: datetime,
    episode: Episode | None = None,
) -> UUID:
    """The alert of these logs: a new one, or one that a nurse knows of, told again where they are worse.

    What arrives together is one message. `episode`: what was read of it before the child was claimed.
    """
    if episode:
        episode.take(held)
    else:
        episode = Episode(child, held, [finding.log_id for finding in findings], now)
    ordered = sorted(findings, key=lambda finding: -RANK[finding.urgency])
    becomes = {finding: episode.decide(*finding) for finding in ordered}
    new = [finding for finding in ordered if becomes[finding] == IS_NEW]
    alert_id, happened = _raise(child, held, new, now) if new else (present(episode.alert_id), [])
    known_id = alert_id if held.alert else episode.alert_id
    join = "join" if held.alert else "join what is closed"
    happened += [
        ("worsen" if becomes[finding] == IS_WORSE else join, present(known_id), finding)
        for finding in ordered
        if finding not in new
    ]
    if not new and IS_WORSE in becomes.values():
        _tell_again(alert_id, child, now)
    AlertEvent.objects.bulk_create(
        moves.event(name, alert, now=now, by=by, log_id=finding.log_id) for name, alert, finding in happened
    )
    return alert_id


def _raise(child: Child, held: LockedChild, new: Sequence[Finding], now: datetime) -> tuple[UUID, Happened]:
    """Due at once: whom it is told, and how, is found out after the commit (escalation.py).

    It is as urgent as what it takes in, at least: while the child is paused, a milder log may take one in.
    """
    standing, (worst, *others) = held.alert, new
    urgency = max(filter(None, (worst.urgency, standing and standing.urgency)), key=RANK.__getitem__)
    alert = Alert(child=child, log_id=worst.log_id, urgency=urgency, raised_at=now)
    begins: dict[str, Any] = {"escalates_at": now, "escalation_set_at": now}
    hers = {"taken_by_id": standing.taken_by, "taken_until": standing.taken_until} if standing else {}
    name, happened = "raise", []
    if (
        standing
        and _stays_hers(standing, worst, now)
        and _take_in(standing, alert, Q(taken_by=standing.taken_by))
    ):
        name, begins = "raise in her hands", begins | hers
        happened = [("take in", standing.pk, worst)]
    elif standing and _take_in(standing, alert, Q()):
        happened = [("take in", standing.pk, worst)]
    states.check(name, {key.removesuffix("_id"): value for key, value in begins.items()})
    for column, value in begins.items():
        setattr(alert, column, value)
    alert.save(force_insert=True)
    request_task("tracker.tasks.deliver_alerts", queue=Lane.ALERTS)
    return alert.pk, [(name, alert.pk, worst), *happened, *(("worsen", alert.pk, other) for other in others)]


def _stays_hers(standing: Standing, worst: Finding, now: datetime) -> bool:
    """More urgent than what a nurse has in hand, and no emergency: she is told, and the others when it lapses."""
    is_up = is_worse(worst.urgency, than=standing.urgency) and worst.urgency != Urgency.EMERGENCY
    is_in_hand = standing.taken_until is not None and standing.try_again_at is None
    return is_up and is_in_hand and present(standing.taken_until) > now


def _take_in(standing: Standing, alert: Alert, rule: Q) -> bool:
    return moves.change(standing.pk, {"take in": rule}, {"taken_in_by": alert.pk})


def _tell_again(alert_id: UUID, child: Child, now: datetime) -> None:
    """Due at once: to whoever holds it, else in a new round to the first ones."""
    due = {"escalates_at": now, "escalation_set_at": now}
    if not moves.change(alert_id, {"worsen in her hands": Q()}, due):
        again = FREE | due | {"level": len(child.care_team.steps) - 1}
        moves.change(alert_id, {"worsen": Q()}, again)
    request_task("tracker.tasks.deliver_alerts", queue=Lane.ALERTS)


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
    if outcome in COME_IN_WITHIN:
        closing["expected_by"] = now + COME_IN_WITHIN[outcome]
    return moves.move(alert_id, rules, closing, now=now, by=by, outcome=outcome, note=note)


def not_anothers(by: User, now: datetime) -> Q:
    """Nobody else holds the alert at this moment."""
    return Q(taken_by=None) | Q(taken_by=by) | Q(taken_until__lte=now)

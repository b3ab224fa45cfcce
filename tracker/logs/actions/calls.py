"""A family has called, or tried to: what it was told, and what that means for its alert."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from tracker.alerts import moves
from tracker.alerts.actions import record_resolution
from tracker.alerts.reassessing import reassess_from
from tracker.alerts.unanswered import bring_the_next_level
from tracker.core.board_mark import mark_boards
from tracker.core.child_lock import lock_child
from tracker.lib.text import typed
from tracker.messaging import reminders
from tracker.models import AlertEvent, Call, Child, Outcome, User


def record_call(
    *,
    child: Child,
    caregiver: User,
    client_uuid: UUID,
    called_at: datetime,
    reached: bool,
    advice: str = "",
    told: str = "",
    look_again_at: datetime | None = None,
    now: datetime,
) -> Call:
    """ "I have called". It stands at the open alert; where no team watches, what they said to do closes that.

    A double tap gives the first call. Logs that were seen after it and came before it are judged again.
    """
    with transaction.atomic():
        standing = lock_child(child).alert
        if before := Call.objects.filter(child=child, client_uuid=client_uuid).first():
            return before
        call = Call.objects.create(
            child=child,
            alert_id=standing.pk if standing else None,
            caregiver=caregiver,
            client_uuid=client_uuid,
            called_at=min(called_at, now),  # none lies ahead, as advice on what nobody has seen yet
            recorded_at=now,
            reached=reached,
            advice=advice if reached else "",
            told=typed(told),
            look_again_at=look_again_at,
        )
        if standing:
            _answer(standing.pk, call)
        if call.advice:
            reassess_from(child=child, at=call.called_at, by=caregiver, now=now)
        mark_boards(child.care_team_id, now=now)
        if look_again_at:
            reminders.look_again(child=child, at=look_again_at, by=caregiver, now=now)
    return call


def _answer(alert_id: UUID, call: Call) -> None:
    who, when = call.caregiver, call.recorded_at
    moves.event("call", alert_id, now=when, by=who).save(force_insert=True)
    if not call.reached:
        bring_the_next_level(alert_id=alert_id, team=call.child.care_team, now=when)
    ends = call.reached and call.advice and call.child.care_team.kept_by_family
    if ends and not _is_overtaken(alert_id, call.called_at):
        record_resolution(alert_id, Outcome.FAMILY_CALLED, call.told, who, when, "end")


def _is_overtaken(alert_id: UUID, called_at: datetime) -> bool:
    """A log of the alert was seen after the call: nobody has said anything about that yet."""
    logged = AlertEvent.objects.filter(Q(alert=alert_id) | Q(alert__taken_in_by=alert_id))
    return logged.filter(log__observed_at__gt=called_at).exists()

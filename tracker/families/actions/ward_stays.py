"""A child on a ward, at home again; a child that has died, and that this was said by mistake.

On a ward the reminders and the watch on silence rest, and nothing else. After a death nothing is sent to the family.
Each is one conditional UPDATE: of two who say the same thing at once the second changes nothing.
"""

from datetime import datetime
from typing import Any

from django.db import transaction

from tracker.alerts.arrivals import HOME, say_where, told_to_come
from tracker.alerts.escalation import follow
from tracker.core.audit import record_audit
from tracker.core.board_mark import mark_boards
from tracker.core.child_lock import lock_child
from tracker.messaging.at_home import drop_questions
from tracker.models import Child, Membership, Message, PauseReason, StayEvent, StayKind, User

NO_PAUSE: dict[str, Any] = {"paused_at": None, "paused_reason": ""}
AUDITED = {
    StayKind.ADMITTED: "child.admitted",
    StayKind.STILL_THERE: "child.still-admitted",
    StayKind.HOME: "child.home",
    StayKind.DIED: "child.died",
    StayKind.TAKEN_BACK: "child.died-taken-back",
}


@transaction.atomic
def admit(*, child: Child, by: User, now: datetime) -> bool:
    """False where the child is on a ward already, or has died."""
    lock_child(child)
    others = Child.objects.exclude(paused_reason__in=(PauseReason.HOSPITAL, PauseReason.DIED))
    on_a_ward = {"paused_at": now, "paused_reason": PauseReason.HOSPITAL}
    if not change_pause(child, others.filter(pk=child.pk).update(changed_at=now, **on_a_ward), now):
        return False
    record_stay(child=child, kind=StayKind.ADMITTED, by=by, now=now)
    return True


@transaction.atomic
def still_there(*, child: Child, by: User, now: datetime) -> bool:
    """The answer to the daily question. False where the child is not on a ward any more."""
    lock_child(child)
    if not Child.objects.filter(pk=child.pk, paused_reason=PauseReason.HOSPITAL).exists():
        return False
    drop_questions(child=child, now=now)
    record_stay(child=child, kind=StayKind.STILL_THERE, by=by, now=now)
    return True


@transaction.atomic
def come_home(*, child: Child, by: User, now: datetime) -> bool:
    """Everything is on again; a day without a log counts from now. False where the child is not on a ward."""
    lock_child(child)
    admitted = Child.objects.filter(pk=child.pk, paused_reason=PauseReason.HOSPITAL)
    if not change_pause(child, admitted.update(changed_at=now, **NO_PAUSE), now):
        return False
    drop_questions(child=child, now=now)
    if sent_in := told_to_come(child, now, for_family=False):
        say_where(alert=sent_in, where=HOME, by=by, now=now)
    record_stay(child=child, kind=StayKind.HOME, by=by, now=now)
    return True


@transaction.atomic
def say_died(*, child: Child, by: User, now: datetime) -> bool:
    """Nothing is sent to the family from now on, also not what waits. False where it has been said already.

    The team is still told of an alert that nobody has taken, and of a log that comes: it may be the wrong child.
    """
    lock_child(child)
    living = Child.objects.filter(pk=child.pk).exclude(paused_reason=PauseReason.DIED)
    died = {"paused_at": now, "paused_reason": PauseReason.DIED}
    if not change_pause(child, living.update(changed_at=now, **died), now):
        return False
    staff = Membership.objects.running().filter(care_team=child.care_team_id).values("user")
    waiting = Message.objects.waiting().filter(child=child, claimed_until=None)
    waiting.exclude(recipient__in=staff).update(dropped_at=now, reason="paused")
    record_stay(child=child, kind=StayKind.DIED, by=by, now=now)
    return True


@transaction.atomic
def take_death_back(*, child: Child, by: User, now: datetime) -> bool:
    """Everything is on again. False where it is already."""
    lock_child(child)
    died = Child.objects.filter(pk=child.pk, paused_reason=PauseReason.DIED)
    if not change_pause(child, died.update(changed_at=now, **NO_PAUSE), now):
        return False
    record_stay(child=child, kind=StayKind.TAKEN_BACK, by=by, now=now)
    return True


def change_pause(child: Child, changed: int, now: datetime) -> bool:
    """After the UPDATE of a pause: alerts that rested by another one go on, and the child is as the row says."""
    if changed:
        follow(now=now, child=child)
        mark_boards(child.care_team_id, now=now)
    child.refresh_from_db(fields=("paused_at", "paused_reason"))
    return bool(changed)


def record_stay(*, child: Child, kind: StayKind, by: User, now: datetime, **teams: Any) -> None:
    event = StayEvent.objects.create(child=child, kind=kind, at=now, by=by, **teams)
    if kind in AUDITED:
        record_audit(AUDITED[kind], by=by, now=now, child=child.pk, about=event.pk)

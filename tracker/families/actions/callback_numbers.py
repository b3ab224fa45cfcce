"""The numbers under which the care team calls a family back: each person's own, confirmed by that person."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from tracker.core.audit import record_audit
from tracker.core.board_mark import mark_boards
from tracker.core.child_lock import lock_child
from tracker.models import Child, Membership, User


@transaction.atomic
def set_callback(*, membership: Membership, number: str, by: User, now: datetime) -> None:
    """One's own number, or none. A number is shown to its owner once more before it counts as confirmed."""
    own = Membership.objects.filter(pk=membership.pk, user=by, ended_at=None).exclude(callback_number=number)
    if own.update(callback_number=number, callback_confirmed_at=None):
        mark_boards(membership.its_child.care_team_id, now=now)
        record_audit("callback.changed", by=by, now=now, child=membership.child_id, about=membership.pk)


@transaction.atomic
def confirm_callback(*, membership: Membership, number: str, by: User, now: datetime) -> bool:
    """They read their number and say that it is right. False where another one was typed in since."""
    own = Membership.objects.filter(pk=membership.pk, user=by, ended_at=None, callback_number=number)
    is_confirmed = bool(number) and own.update(callback_confirmed_at=now) == 1
    if is_confirmed:
        mark_boards(membership.its_child.care_team_id, now=now)
        record_audit("callback.confirmed", by=by, now=now, child=membership.child_id, about=membership.pk)
    return is_confirmed


@transaction.atomic
def call_back_first(*, child: Child, membership: Membership, by: User, now: datetime) -> None:
    """This person is called before the others; these keep their order."""
    lock_child(child)
    running = Membership.objects.filter(child=child, ended_at=None)
    running.exclude(callback_order=None).update(callback_order=F("callback_order") + 1)
    running.filter(pk=membership.pk).update(callback_order=1)
    mark_boards(child.care_team_id, now=now)
    record_audit("callback.ordered", by=by, now=now, child=child.pk, about=membership.pk)

"""The pump's bag, needle and dressing: the clinic's intervals, and each change."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tracker.core.audit import record_audit
from tracker.core.child_lock import lock_child
from tracker.models import Child, LineChange, LineInterval, User


@transaction.atomic
def set_intervals(*, child: Child, days: Mapping[str, int | None], by: User, now: datetime) -> None:
    """How many days each part may stay, as the clinic said; None where it said nothing."""
    for part, number in days.items():
        if number is None:
            LineInterval.objects.filter(child=child, part=part).delete()
        else:
            LineInterval.objects.update_or_create(
                child=child, part=part, defaults={"days": number, "set_at": now, "set_by": by}
            )
    record_audit("line-intervals.set", by=by, now=now, child=child.pk, days=dict(days))


def record_change(
    *, child: Child, part: str, changed_at: datetime, client_uuid: UUID, by: User, now: datetime
) -> LineChange:
    """A part was changed. A double tap gives the first."""
    with transaction.atomic():
        lock_child(child)
        if before := LineChange.objects.filter(child=child, client_uuid=client_uuid).first():
            return before
        change = LineChange.objects.create(
            child=child,
            part=part,
            client_uuid=client_uuid,
            changed_at=min(changed_at, now),
            recorded_at=now,
            recorded_by=by,
        )
        record_audit("line-change.recorded", by=by, now=now, child=child.pk, about=change.pk)
        return change


@transaction.atomic
def take_back_change(*, change: LineChange, by: User, now: datetime) -> bool:
    """It was recorded by mistake. The row stays."""
    rows = LineChange.objects.filter(pk=change.pk, taken_back_at=None)
    taken_back = rows.update(taken_back_at=now, taken_back_by=by) == 1
    if taken_back:
        record_audit("line-change.taken-back", by=by, now=now, child=change.child_id, about=change.pk)
    return taken_back

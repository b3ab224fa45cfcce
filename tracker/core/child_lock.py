"""One writer of a child at a time."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import FilteredRelation, Q, QuerySet

from tracker.models import Child, Course
from tracker.models.children import left_alone_since
from tracker.models.treatment import EVENT_COLUMNS, standing_events

_ALERT = tuple(
    f"open_alert__{column}"
    for column in ("pk", "urgency", "raised_at", "taken_by", "taken_until", "try_again_at")
)
_COURSE = ("courses__pk", "courses__therapy", "courses__begun_at")
_EVENT = tuple(f"courses__events__{column}" for column in EVENT_COLUMNS)


class Standing(NamedTuple):
    """The alert that is open."""

    pk: UUID
    urgency: str
    raised_at: datetime
    taken_by: UUID | None = None
    taken_until: datetime | None = None
    try_again_at: datetime | None = None


class LockedChild(NamedTuple):
    """What stands around a child while nobody else writes."""

    alert: Standing | None
    courses: list[Course]
    left_alone_since: datetime | None = None


def lock_child(child: Child) -> LockedChild:
    """Waits for the other writers of this child and keeps them out until the transaction ends.

    Two queries: one that waits sees the rest of the database as it was before it waited. So the lock brings
    only what may be a moment old. SQLite locks no row: with `transaction_mode: IMMEDIATE` one writer is in.
    """
    list(Child.objects.select_for_update(of=("self",), no_key=True).filter(pk=child.pk).only("pk"))
    rows = list(_around(child))
    (paused_at, reason, *alert), rows = rows[0][: 2 + len(_ALERT)], [row[2 + len(_ALERT) :] for row in rows]
    courses = [_course(child, list(of_one)) for pk, of_one in groupby(rows, key=itemgetter(0)) if pk]
    since = left_alone_since(paused_at, reason)
    return LockedChild(Standing(*alert) if alert[0] else None, courses, since)


def _around(child: Child) -> QuerySet:
    """A row for each event of each course, with the open alert on every one."""
    is_open = Q(alerts__resolved_at=None, alerts__taken_in_by=None)
    return (
        Child.objects.filter(pk=child.pk)
        .annotate(open_alert=FilteredRelation("alerts", condition=is_open))
        .order_by("courses__pk", "courses__events__at", "courses__events__recorded_at")
        .values_list("paused_at", "paused_reason", *_ALERT, *_COURSE, *_EVENT)
    )


def _course(child: Child, rows: Sequence[Sequence[Any]]) -> Course:
    """The course with its events loaded."""
    pk, therapy, begun_at = rows[0][:3]
    course = Course(pk=pk, child=child, therapy=therapy, begun_at=begun_at)
    course.schedule = standing_events((row[len(_COURSE) :] for row in rows), child.zone)
    return course

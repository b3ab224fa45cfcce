"""One writer of a child at a time."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import FilteredRelation, Q, QuerySet

from tracker.models import Child, Course
from tracker.models.treatment import EVENT_COLUMNS, standing_events

_ALERT = ("open_alert__pk", "open_alert__urgency", "open_alert__raised_at")
_COURSE = ("courses__pk", "courses__therapy", "courses__begun_at")
_EVENT = tuple(f"courses__events__{column}" for column in EVENT_COLUMNS)


class Standing(NamedTuple):
    """The alert that is open."""

    pk: UUID
    urgency: str
    raised_at: datetime


class LockedChild(NamedTuple):
    """What stands around a child while nobody else writes."""

    alert: Standing | None
    courses: list[Course]


def lock_child(child: Child) -> LockedChild:
    """Waits for the other writers of this child and keeps them out until the transaction ends.

    Two queries: one that waits sees the rest of the database as it was before it waited. So the lock brings
    only what may be a moment old. SQLite locks no row: with `transaction_mode: IMMEDIATE` one writer is in.
    """
    list(Child.objects.select_for_update(of=("self",), no_key=True).filter(pk=child.pk).only("pk"))
    rows = list(_around(child))
    alert, rows = rows[0][:3], [row[3:] for row in rows]
    courses = [_course(child, list(of_one)) for pk, of_one in groupby(rows, key=itemgetter(0)) if pk]
    return LockedChild(Standing(*alert) if alert[0] else None, courses)


def _around(child: Child) -> QuerySet:
    """A row for each event of each course, with the open alert on every one."""
    is_open = Q(alerts__resolved_at=None, alerts__taken_in_by=None)
    return (
        Child.objects.filter(pk=child.pk)
        .annotate(open_alert=FilteredRelation("alerts", condition=is_open))
        .order_by("courses__pk", "courses__events__at", "courses__events__recorded_at")
        .values_list(*_ALERT, *_COURSE, *_EVENT)
    )


def _course(child: Child, rows: Sequence[Sequence[Any]]) -> Course:
    """The course with its events loaded."""
    pk, therapy, begun_at = rows[0][:3]
    course = Course(pk=pk, child=child, therapy=therapy, begun_at=begun_at)
    course.schedule = standing_events((row[len(_COURSE) :] for row in rows), child.zone)
    return course

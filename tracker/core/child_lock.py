"""One writer of a child at a time."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.transaction import TransactionManagementError

from tracker.models import Alert, CareTeam, Child, Course
from tracker.models.alerts import IS_OPEN
from tracker.models.children import left_alone_since
from tracker.models.treatment import EVENT_COLUMNS, standing_events


class Standing(NamedTuple):
    """The alert that is open."""

    pk: UUID
    urgency: str
    raised_at: datetime
    taken_by: UUID | None = None
    taken_until: datetime | None = None
    try_again_at: datetime | None = None


_ALERT = tuple(f"open_alert__{column}" for column in Standing._fields)
_ABOUT = ("birth_month", "writes", "baseline_weight_kg", "time_zone", "care_team_id")
_POLICY = ("fever_rule", "sensitivity")
_ASKED_WITH = (*_ABOUT, *(f"care_team__{column}" for column in _POLICY))
"""What the rules are asked with of the child itself and of its team's policy: who changes it takes no lock."""
_CHILD = ("version", "last_log_at", "paused_at", "paused_reason", *_ASKED_WITH, *_ALERT)
_COURSE = ("courses__pk", "courses__therapy", "courses__begun_at")
_EVENT = tuple(f"courses__events__{column}" for column in EVENT_COLUMNS)


class LockedChild(NamedTuple):
    """What stands around a child while nobody else writes, or until somebody does: then its version has grown."""

    alert: Standing | None
    courses: list[Course]
    left_alone_since: datetime | None = None
    version: int = 0
    last_log_at: datetime | None = None
    asked_with: tuple[Any, ...] = ()
    beside: tuple[Any, ...] = ()


def lock_child(child: Child, **told: Any) -> LockedChild:
    """Waits for the other writers of this child and keeps them out until the transaction ends. Writes what is `told`.

    Two queries: one that waits sees the rest of the database as it was before it waited. So the lock changes
    only the version. SQLite locks no row: with `transaction_mode: IMMEDIATE` one writer is in.
    """
    _write(Child.objects.filter(pk=child.pk), **told)
    return look_at_child(child)


def claim_child(child: Child, seen: LockedChild, **told: Any) -> bool:
    """Keeps the other writers out like `lock_child`, if none has come since `seen` was read. Writes what is `told`.

    Beside the version the last log counts: a release before this one, while both run, writes that alone. And what the
    rules are asked with and no lock is taken for. The policy is looked for apart: an UPDATE of a join would look for
    the version in a query of its own, that no waiting for another writer renews.
    """
    about = dict(zip(_ABOUT, seen.asked_with, strict=False))
    policy = dict(zip(_POLICY, seen.asked_with[len(_ABOUT) :], strict=True))
    unmoved = Child.objects.filter(pk=child.pk, version=seen.version, last_log_at=seen.last_log_at, **about)
    by_policy = CareTeam.objects.filter(pk=OuterRef("care_team"), **policy)
    return _write(unmoved.filter(Exists(by_policy)), **told) == 1


def _write(child: QuerySet[Child], **told: Any) -> int:
    if not connection.in_atomic_block:
        raise TransactionManagementError("A child is locked until the end of a transaction.")
    return child.update(version=F("version") + 1, **told)


def look_at_child(child: Child, beside: Mapping[str, Combinable] | None = None) -> LockedChild:
    """What stands around a child, kept out or not. `beside`: what else is read with it, as one value each.

    What the rules are asked with of the child itself is read with its version, and is the child's from then on: whoever
    has it in memory may have read it before a change.
    """
    beside = beside or {}
    rows = list(_around(child, beside))
    ends = len(_CHILD) + len(beside)
    (version, last_log_at, paused_at, reason, *rest), rows = rows[0][:ends], [row[ends:] for row in rows]
    asked_with, rest = tuple(rest[: len(_ASKED_WITH)]), rest[len(_ASKED_WITH) :]
    _renew(child, asked_with)
    alert, others = rest[: len(_ALERT)], tuple(rest[len(_ALERT) :])
    courses = [_course(child, list(of_one)) for pk, of_one in groupby(rows, key=itemgetter(0)) if pk]
    since, standing = left_alone_since(paused_at, reason), Standing(*alert) if alert[0] else None
    return LockedChild(standing, courses, since, version, last_log_at, asked_with, others)


def renew_alert(child: Child, seen: LockedChild) -> LockedChild:
    """What `seen` has, once it is claimed, with what changes without the lock: who has the alert in hand, a pause."""
    is_open = Alert.objects.filter(IS_OPEN, child=child)
    row = is_open.values_list(*Standing._fields, "child__paused_at", "child__paused_reason").first()
    if row is None:
        return look_at_child(child)
    *alert, paused_at, reason = row
    return seen._replace(alert=Standing(*alert), left_alone_since=left_alone_since(paused_at, reason))


def _renew(child: Child, asked_with: Sequence[Any]) -> None:
    for column, value in zip(_ABOUT, asked_with, strict=False):
        setattr(child, column, value)
    policy = asked_with[len(_ABOUT) :] if Child.care_team.is_cached(child) else ()
    for column, value in zip(_POLICY, policy, strict=False):
        setattr(child.care_team, column, value)


def _around(child: Child, beside: Mapping[str, Combinable]) -> QuerySet:
    """A row for each event of each course, with the open alert on every one."""
    is_open = Q(alerts__resolved_at=None, alerts__taken_in_by=None)
    return (
        Child.objects.filter(pk=child.pk)
        .annotate(open_alert=FilteredRelation("alerts", condition=is_open), **beside)
        .order_by("courses__pk", "courses__events__at", "courses__events__recorded_at")
        .values_list(*_CHILD, *beside, *_COURSE, *_EVENT)
    )


def _course(child: Child, rows: Sequence[Sequence[Any]]) -> Course:
    """The course with its events loaded."""
    pk, therapy, begun_at = rows[0][:3]
    course = Course(pk=pk, child=child, therapy=therapy, begun_at=begun_at)
    course.schedule = standing_events((row[len(_COURSE) :] for row in rows), child.zone)
    return course

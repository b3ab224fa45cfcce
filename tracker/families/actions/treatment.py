"""Courses and what happens in them. The rules follow at once: recent logs are asked about again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid5

from django.db import transaction

from therapies.schedule import Event
from tracker.alerts.reassessing import reassess
from tracker.assessment.basis import STOPPED
from tracker.assessment.courses import forget_courses
from tracker.core.audit import record_audit
from tracker.core.board_mark import mark_boards
from tracker.core.child_lock import lock_child
from tracker.logs.actions.record import record_log
from tracker.models import Child, Course, SymptomLog, TreatmentEvent, User

TWICE = timedelta(minutes=1)
"""So near each other two records of one stop are one: a second tap, or both parents."""


@transaction.atomic
def start_course(
    *, child: Child, therapy: str, events: Sequence[Event] = (), by: User, now: datetime
) -> Course:
    """A course of a therapy, an id of the catalogue, with what has happened. It ends the one that runs."""
    lock_child(child)
    child.courses.filter(ended_at=None).update(ended_at=now, ended_by=by)
    begun_at = min((event.at for event in events), default=now)
    course = Course.objects.create(child=child, therapy=therapy, begun_at=begun_at)
    TreatmentEvent.objects.bulk_create(_row(course, event, by, now) for event in events)
    forget_courses(child)
    child.course = course
    record_audit("course.started", by=by, now=now, child=child.pk, about=course.pk)
    reassess(child=child, since=begun_at, by=by, now=now)
    mark_boards(child.care_team_id, now=now)
    return course


@transaction.atomic
def end_course(*, course: Course, by: User, now: datetime) -> None:
    """The course is over; ending it again changes nothing."""
    ended = Course.objects.filter(pk=course.pk, ended_at=None).update(ended_at=now, ended_by=by)
    forget_courses(course.child)
    if ended:
        mark_boards(course.child.care_team_id, now=now)
        record_audit("course.ended", by=by, now=now, child=course.child_id, about=course.pk)


@transaction.atomic
def record_event(
    *, course: Course, event: Event, by: User, now: datetime, instead_of: TreatmentEvent | None = None
) -> TreatmentEvent:
    """Something that happened or was planned; `instead_of` is withdrawn with it."""
    row = _row(course, event, by, now)
    row.save(force_insert=True)
    record_audit("event.recorded", by=by, now=now, child=course.child_id, about=row.pk)
    changed_since = event.at
    if instead_of is not None:
        _withdraw(instead_of, by, now)
        changed_since = min(event.at, instead_of.at)
    _follow(course, changed_since, by, now)
    return row


def record_stop(
    *, course: Course, event: Event, by: User, now: datetime, instead_of: TreatmentEvent | None = None
) -> SymptomLog | None:
    """The pump was stopped. Unless the care team planned it, that is a log too, with its answer and its alert.

    A second tap, or the other parent within a minute, gives the first.
    """
    with transaction.atomic():
        lock_child(course.child)
        around = (event.at - TWICE, event.at + TWICE)
        stops = course.events.filter(kind=event.kind, withdrawn_at=None, at__range=around)
        before = None if instead_of else stops.first()
        stop = before or record_event(course=course, event=event, by=by, now=now, instead_of=instead_of)
        if stop.is_planned:
            return None
        recorded = record_log(
            child=course.child,
            caregiver=by,
            answers=STOPPED,
            observed_at=stop.at,
            client_uuid=uuid5(course.pk, f"stopped {stop.at.isoformat()}"),
            now=now,
        )
        return recorded.log


@transaction.atomic
def withdraw_event(*, event: TreatmentEvent, by: User, now: datetime) -> None:
    """It did not happen like that. The row stays; withdrawing it again changes nothing."""
    if _withdraw(event, by, now):
        _follow(event.course, event.at, by, now)


def _row(course: Course, event: Event, by: User, now: datetime) -> TreatmentEvent:
    return TreatmentEvent(
        course=course,
        kind=event.kind,
        at=event.at,
        until=event.until,
        cycle=event.cycle,
        is_planned=event.is_planned,
        recorded_by=by,
        recorded_at=now,
    )


def _withdraw(event: TreatmentEvent, by: User, now: datetime) -> bool:
    rows = TreatmentEvent.objects.filter(pk=event.pk, withdrawn_at=None)
    withdrawn = rows.update(withdrawn_at=now, withdrawn_by=by) == 1
    if withdrawn:
        record_audit("event.withdrawn", by=by, now=now, child=event.course.child_id, about=event.pk)
    return withdrawn


def _follow(course: Course, changed_since: datetime, by: User, now: datetime) -> None:
    """The beginning of the course, and the answers to the logs since then."""
    earliest = course.events.filter(withdrawn_at=None).order_by("at").first()
    if earliest is not None:
        course.begun_at = earliest.at
        course.save(update_fields=("begun_at",))
    course.__dict__.pop("schedule", None)
    course.child.__dict__.pop("_courses", None)
    reassess(child=course.child, since=changed_since, by=by, now=now)
    mark_boards(course.child.care_team_id, now=now)

"""A child's therapies, the one that runs and the earlier ones that still count: for the rules and for every text."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from therapies.blood_counts import low_since
from therapies.catalogue import KnowledgeError, load
from therapies.schedule import NOT_BEGUN, OF_THE_CHILD, Event, Label, unplanned_stop
from tracker.models import Child, Course
from tracker.models.treatment import EVENT_COLUMNS, standing_events

_COURSE = ("pk", "therapy", "begun_at", "ended_at")
COURSE_ROW = (*_COURSE, *(f"events__{column}" for column in EVENT_COLUMNS))
COURSE_ORDER = ("begun_at", "pk", "events__at", "events__recorded_at")


class Earlier(NamedTuple):
    """An earlier therapy that still counts, and where it stands."""

    course: Course
    labels: list[Label]


def courses_of(child: Child) -> list[Course]:
    """Every course with what happened in it, the first that began first. One query, once for each child in memory."""
    known: list[Course] | None = child.__dict__.get("_courses")
    if known is None:
        known = remember_courses(child, child.courses.order_by(*COURSE_ORDER).values_list(*COURSE_ROW))
    return known


def remember_courses(child: Child, rows: Iterable[Sequence[Any]]) -> list[Course]:
    """The courses of these rows, of a course's columns and then an event's; the running one becomes `child.course`."""
    courses = []
    for course_row, of_one in groupby(rows, key=lambda row: row[: len(_COURSE)]):
        course = Course(child=child, **dict(zip(_COURSE, course_row, strict=True)))
        course.schedule = standing_events((row[len(_COURSE) :] for row in of_one), child.zone)
        courses.append(course)
    running = next((course for course in courses if course.ended_at is None), None)
    if running and (loaded := child.__dict__.get("course")):
        loaded.schedule = running.schedule
    else:
        child.course = running
    child.__dict__["_courses"] = courses
    return courses


def forget_courses(child: Child) -> None:
    """They are read again after a change."""
    for name in ("_courses", "course"):
        child.__dict__.pop(name, None)


# ---------------------------------------------------------------- which of them count


def course_at(courses: Sequence[Course], at: datetime) -> Course:
    """The course that had begun last by then; before the first one, that one."""
    begun = [course for course in courses if course.begun_at <= at]
    return max(begun, key=_begun_at) if begun else min(courses, key=_begun_at)


def begun_by(courses: Sequence[Course], at: datetime, otherwise: datetime) -> datetime:
    """When the course of that time began; without any, `otherwise`."""
    return course_at(courses, at).begun_at if courses else otherwise


def courses_that_count(courses: Sequence[Course], at: datetime) -> list[Course]:
    """The course of that time, then those of other therapies whose late effects may still come."""
    course = course_at(courses, at)
    return [course, *earlier_than(course, courses, at)]


def earlier_than(running: Course, courses: Sequence[Course], at: datetime) -> list[Course]:
    """Of each other therapy the last course, as long as its late effects may still come; by the therapy's name."""
    before = sorted((course for course in courses if course.begun_at <= at), key=_begun_at)
    late = {course.therapy: course for course in before if still_counts(course, at)}
    known = late.keys() & load().therapies.keys() - {running.therapy}
    return [late[therapy] for therapy in sorted(known)]


def of_the_child_beside(course: Course, courses: Sequence[Course]) -> list[Event]:
    """Transplants and blood counts that were recorded under another course: they hold whatever ran then."""
    return [
        event
        for other in courses
        if other.pk != course.pk
        for event in other.schedule
        if event.kind in OF_THE_CHILD
    ]


def counts_low_since(child: Child, at: datetime) -> datetime | None:
    """Since when the child's blood counts are known to be low, under whichever course that was recorded."""
    events = [event for course in courses_of(child) for event in course.schedule if event.at <= at]
    return low_since((event.kind, event.at) for event in sorted(events, key=lambda event: event.at))


def still_counts(course: Course, at: datetime) -> bool:
    """Late effects of it may still come. Those of a therapy that the catalogue no longer has may come at any time."""
    therapy = load().therapies.get(course.therapy)
    since = at - max([event.at for event in course.schedule] or [course.begun_at])
    return therapy is None or therapy.may_act_after(since / timedelta(days=1))


def _begun_at(course: Course) -> datetime:
    return course.begun_at


# ---------------------------------------------------------------- where they stand


def labels_of(child: Child, at: datetime) -> list[Label]:
    """Where the course of that time is, with the child's transplant. Nothing while none runs."""
    courses = courses_of(child)
    if child.course is None:
        return []
    course = child.course if child.course.begun_at <= at else course_at(courses, at)
    return course.day_labels(at, of_the_child_beside(course, courses))


def has_begun(child: Child, at: datetime) -> bool:
    """False while the first infusion, start or dose of the running course is still to come."""
    return all(text not in NOT_BEGUN for text, _values in labels_of(child, at))


def earlier_of(child: Child, at: datetime) -> list[Earlier]:
    """The therapies before the running one that still count. Nothing where the knowledge cannot be read."""
    courses = courses_of(child)
    if child.course is None:
        return []
    try:
        earlier = earlier_than(child.course, courses, at)
    except KnowledgeError:  # a page without them still shows whom to call
        return []
    return [Earlier(course, course.late_labels(at)) for course in earlier]


def asks_for_pump(child: Child, at: datetime) -> bool:
    """Whether a log of this moment asks how the pump is."""
    courses_of(child)
    return child.course is not None and child.course.asks_for_pump(at)


def stop_without_advice(course: Course, at: datetime, advised_at: datetime | None) -> Event | None:
    """The stop of the pump that nobody planned and that the team has said nothing about since."""
    zoned = at.astimezone(course.child.zone)
    past = sorted((event for event in course.schedule if event.at <= at), key=lambda event: event.at)
    stop = unplanned_stop(past, zoned)
    return stop if stop and (advised_at is None or advised_at < stop.at) else None

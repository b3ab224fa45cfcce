"""What the rules are asked about a child, as instants: for a phone that has to ask them by itself.

The phone has no schedule and no calendar. It gets what the rules would be asked with from each moment on, for as long
as it may go without us, and only subtracts. Where that changes between two looks is found by halving the time.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from therapies.schedule import unplanned_stop
from tracker.assessment.basis import basis_of_one, told_by
from tracker.assessment.courses import course_at, courses_of, courses_that_count
from tracker.assessment.fever_medicine import HIDES_A_FEVER
from tracker.assessment.past_logs import WINDOW, PastLog, oldest_weight, seen_around
from tracker.lib.clock import local_date, moment
from tracker.models import Alert, Call, Child, Course, DoseGiven
from tracker.models.alerts import ADVISING, WAS_ADVISED

KEPT_FOR = timedelta(weeks=1)
"""So long a phone may judge with what it keeps."""
EARLIER = timedelta(days=2)  # what was seen so long before may be logged
LOOKS = timedelta(hours=6)
NEAR = timedelta(minutes=1)
HOUR = 3600
MOST = 50  # of what is told with its time

Snapshot = dict[str, Any]


def milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def steps(child: Child, now: datetime) -> list[Snapshot]:
    """From which moment on the rules are asked with what, the first first. Nothing while no therapy is known."""
    courses = courses_of(child)
    if not courses:
        return []
    found: list[Snapshot] = []
    for at in _changes(child, courses, now):
        step = asked_at(courses, at)
        if not found or _without_time(found[-1]) != step:
            found.append({"from": milliseconds(at), **step})
    return found


def asked_at(courses: Sequence[Course], at: datetime) -> Snapshot:
    """Therapy, context and policy of each course that counts then; hours as the moment that they count from."""
    seen = PastLog(UUID(int=0), at, at, None, None, None, None, None, {}, ())
    asked = courses_that_count(courses, at)
    zoned = at.astimezone(asked[0].child.zone)
    past = sorted((event for event in asked[0].schedule if event.at <= at), key=lambda event: event.at)
    stop = unplanned_stop(past, zoned)
    return {
        "asked": [_instants(basis_of_one(seen, course, courses), at) for course in asked],
        "stopped_at": milliseconds(stop.at) if stop else None,
    }


def _instants(basis: Mapping[str, Any], at: datetime) -> Snapshot:
    """Hours that grow become the moment that they are counted from; what stands still is told as it is."""
    grows = {key: hours for key, hours in basis["context"].items() if key.startswith("hours_") and hours > 0}
    since = {key: 1000 * round(at.timestamp() - hours * HOUR) for key, hours in grows.items()}
    still = {key: value for key, value in basis["context"].items() if key not in grows}
    return {**basis, "context": still, "since": since}


# ------------------------------------------------------------ when it changes


def _changes(child: Child, courses: Sequence[Course], now: datetime) -> Iterator[datetime]:
    looks = sorted(_looks(child, courses, now))
    yield looks[0]
    for earlier, later in pairwise(looks):
        if asked_at(courses, earlier) != asked_at(courses, later):
            yield _change(courses, earlier, later)
        yield later


def _change(courses: Sequence[Course], earlier: datetime, later: datetime) -> datetime:
    """The first minute at which it is not what it was before."""
    before = asked_at(courses, earlier)
    while later - earlier > NEAR:
        middle = earlier + (later - earlier) / 2
        earlier, later = (middle, later) if asked_at(courses, middle) == before else (earlier, middle)
    return later


def _looks(child: Child, courses: Sequence[Course], now: datetime) -> set[datetime]:
    """Every few hours, at each midnight of the family, and at each event."""
    begin, end = now - EARLIER, now + KEPT_FOR
    looks = {begin + LOOKS * number for number in range(int((end - begin) / LOOKS) + 1)}
    first = local_date(begin, child.zone)
    days = (first + timedelta(days=ahead) for ahead in range(1, (end - begin).days + 1))
    looks |= {moment(day, time(), child.zone) for day in days}
    return looks | {event.at for course in courses for event in course.schedule if begin < event.at < end}


def _without_time(step: Snapshot) -> Snapshot:
    return {key: value for key, value in step.items() if key != "from"}


# ------------------------------------------------------------ what was told before


def history(child: Child, now: datetime) -> Snapshot:
    """The logs of the window, when the team last advised, which fever medicines were given, the oldest weight."""
    courses = courses_of(child)
    told = [log for log in seen_around(child, courses, now) if log.observed_at <= now]
    start = now - WINDOW
    begun_at = course_at(courses, now).begun_at if courses else start
    weight = oldest_weight(child, begun_at, start).values_list("value_number", flat=True).first()
    return {
        "reports": [{"at": milliseconds(log.observed_at), "report": told_by(log)} for log in told],
        "advised": sorted({milliseconds(at) for at in _advised(child, now)}),
        "medicines": [[milliseconds(at), name] for at, name in _medicines(child, now)],
        "medicine_hides": milliseconds_of(HIDES_A_FEVER),
        "oldest_weight": weight,
    }


def milliseconds_of(span: timedelta) -> int:
    return round(span.total_seconds() * 1000)


def _advised(child: Child, now: datetime) -> list[datetime]:
    """By a call that the family wrote down, or by a closing with advice."""
    calls = Call.objects.filter(WAS_ADVISED, child=child, reached=True, called_at__lte=now)
    closed = Alert.objects.filter(child=child, outcome__in=ADVISING, resolved_at__lte=now)
    told = calls.order_by("-called_at").values_list("called_at", flat=True)[:MOST]
    ends = closed.order_by("-resolved_at").values_list("resolved_at", flat=True)[:MOST]
    return [at for at in (*told, *ends) if at]


def _medicines(child: Child, now: datetime) -> list[tuple[datetime, str]]:
    given = DoseGiven.objects.standing().filter(child=child, lowers_fever=True, given_at__gt=now - WINDOW)
    return list(given.order_by("given_at").values_list("given_at", "name")[:MOST])

"""From the record to a request of the assessment contract, and back: the one place that asks the rules."""

import logging
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.utils.translation import gettext_noop

from therapies.catalogue import KnowledgeError, load
from therapies.looks import Looks
from therapies.note_questions import FIELD as NOTE
from therapies.note_questions import asks_of_danger
from therapies.response import Question, Response
from therapies.rules import (
    COULD_NOT_CHECK,
    OLD_HOURS,
    REMEMBERED_HOURS,
    assess,
    unchecked,
    worst_of,
)
from tracker.assessment.courses import (
    begun_by,
    courses_of,
    courses_that_count,
    of_the_child_beside,
    stop_without_advice,
)
from tracker.assessment.past_logs import WINDOW, PastLog, Unsaved, moved, seen_around
from tracker.models import Child, Course, SymptomLog, Urgency
from tracker.models.alerts import AT_ANY_HOUR
from tracker.models.logs import is_worse

logger = logging.getLogger(__name__)

REMEMBERED = timedelta(hours=REMEMBERED_HOURS)
"""So long a danger counts that nobody gave advice on, and so long a new one belongs to the same episode."""
NOTE_WAITS = timedelta(minutes=10)
LONG_AGO = 2 * WINDOW
LATE = timedelta(hours=OLD_HOURS)
MEDICINE = {"antipyretic_given": True}
STOPPED = {"pump": "stopped"}
TYPE_IT_AGAIN = gettext_noop("We could not read what you typed. Type it again.")


@dataclass(frozen=True)
class Checked:
    """What the rules made of a log, and what they were asked with beside its answers and its history."""

    log_id: uuid.UUID
    response: Response
    basis: dict[str, Any] = field(default_factory=dict)
    was: str | None = None
    note_due_at: datetime | None = None  # until then the family may answer what the note means

    @property
    def urgency(self) -> str:
        return str(self.response["urgency"])

    @property
    def has_risen(self) -> bool:
        return self.was is None or is_worse(self.urgency, than=self.was)


def check_around(
    child: Child,
    courses: Sequence[Course],
    moments: Collection[datetime],
    now: datetime,
    new: Unsaved | None = None,
) -> list[Checked]:
    """The logs at one of the moments or within the window after it, each with what was known before it.

    That is a new log, written or still to be, and those that it came too late for. Never raises because of the
    rules: what they cannot answer is `now`, "we could not check this".
    """
    found: dict[uuid.UUID, Checked] = {}
    for moment in moments:
        around, looks = seen_around(child, courses, moment, new), _looks()
        for seen in around:
            if seen.observed_at >= moment:
                own, history = _as_if_last(seen, around, courses, moment)
                found[seen.log_id] = _with_its_note(_check(own, history, courses, looks), seen, now)
    return list(found.values())


def _looks() -> Looks | None:
    """Where the knowledge cannot be read, the rules say so themselves."""
    try:
        return Looks(load())
    except KnowledgeError:
        return None


def _as_if_last(
    seen: PastLog, around: Sequence[PastLog], courses: Sequence[Course], moment: datetime
) -> tuple[PastLog, list[PastLog]]:
    """The log and what was known before it as if it came last: of its window, and of its course, whose oldest
    weight no other course's stands in for.
    """
    start = moved(seen.observed_at, -WINDOW)
    begun_at = begun_by(courses, seen.observed_at, start)
    if begun_at != begun_by(courses, moment, start):
        seen = replace(seen, oldest_weight=None)
    return seen, [one for one in around if min(start, begun_at) <= one.observed_at <= seen.observed_at]


def could_not_check(log_id: uuid.UUID) -> Checked:
    """The answer when the rules could not even be asked."""
    return Checked(log_id, unchecked("rules"))


def assess_alone(
    therapies: Sequence[str], context: Mapping[str, Any], answers: Mapping[str, Any] | None
) -> Response:
    """The answer to one report of which nothing is kept: the worst of the therapies. Never raises."""
    return _alone([{"therapy": therapy, "context": context} for therapy in therapies], answers)


def assess_unsaved(
    child: Child, answers: Mapping[str, Any] | None, at: datetime, *, with_history: bool = False
) -> Response:
    """The answer to a report that could not be saved, with the child's treatment.

    Where not even the treatment can be read, the worst of all therapies. Never raises.
    """
    now = PastLog(uuid.UUID(int=0), at, at, None, None, None, None, None, {}, ())
    try:
        courses = courses_of(child)
        asked = courses_that_count(courses, at)
        basis = [_basis(now, timedelta(), course, courses) for course in asked]
        if answers is not None and stop_without_advice(asked[0], at, None):
            answers = {**answers, **STOPPED}
        earlier = _reports_before(child, courses, at) if with_history else []
    except Exception as error:
        _say_without_its_words(error, None)
        return assess_alone(_all_therapies(), {}, answers)
    return _alone(basis, answers, earlier)


def _reports_before(child: Child, courses: Sequence[Course], at: datetime) -> list[dict[str, Any]]:
    return [
        {**_whole(seen), "hours_ago": _hours(at - seen.observed_at)}
        for seen in seen_around(child, courses, at)
        if seen.observed_at <= at
    ]


def _alone(
    asked: Sequence[Mapping[str, Any]],
    answers: Mapping[str, Any] | None,
    earlier: Sequence[Mapping[str, Any]] = (),
) -> Response:
    """Asks with what was seen before; where that cannot be understood, without, as `_check` does."""
    if answers is None:
        return unchecked("rules")
    report = {key: value for key, value in answers.items() if key != "raw"} | {"hours_ago": 0}
    for before, missing in ((earlier, ()), ((), ("history",))):
        try:
            responses = [_valid(assess({**one, "reports": [report, *before]})) for one in asked]
            return _not_checked(worst_of(*responses), list(answers.get("raw", ())), missing)
        except Exception as error:
            _say_without_its_words(error, None)
    return unchecked("rules")


def _all_therapies() -> list[str]:
    try:
        return list(load().therapies)
    except KnowledgeError:
        return []


def _check(
    seen: PastLog, history: Sequence[PastLog], courses: Sequence[Course], looks: Looks | None = None
) -> Checked:
    """Asks with the history; where that cannot be understood, without: it hides nothing of this log."""
    age = age_when_received(seen)
    for told, missing, kept in ((history, (), looks), ((seen,), ("history",), None)):
        try:
            courses_now = courses_that_count(courses, seen.observed_at)
            basis, *earlier = [_basis(seen, age, course, courses) for course in courses_now]
            recorded = _recorded(seen, courses_now[0])
            reports, look_at = _reports(seen, told, age, recorded, kept), kept.look if kept else None
            answers = [_valid(assess(asked | {"reports": reports}, look_at)) for asked in (basis, *earlier)]
            response = _not_checked(worst_of(*answers), seen.unreadable, missing)
            basis |= {"earlier": earlier} if earlier else {}
            basis |= {"recorded": recorded} if recorded else {}
            return Checked(seen.log_id, response, basis, seen.was)
        except Exception as error:
            _say_without_its_words(error, seen.log_id)
    return Checked(seen.log_id, unchecked("rules"), was=seen.was)


def _with_its_note(checked: Checked, seen: PastLog, now: datetime) -> Checked:
    """A danger of the note that nobody has answered for ten minutes, by our clock, could not be checked: call now."""
    response, due_at = checked.response, seen.received_at + NOTE_WAITS
    if response["urgency"] in AT_ANY_HOUR or not asks_of_danger(response["needs_confirmation"]):
        return checked
    if due_at > now:
        return replace(checked, note_due_at=due_at)
    return replace(checked, response=_not_checked(response, (), (NOTE,)))


def age_when_received(log: PastLog | SymptomLog) -> timedelta:
    """Of a log that came late, in whole hours: its answer counts from when it came. Nothing for the others."""
    late = log.received_at - log.observed_at
    return timedelta(hours=late // timedelta(hours=1)) if late > LATE else timedelta()


def _recorded(seen: PastLog, course: Course) -> dict[str, Any]:
    """What stands in the record beside the log and holds for it, whatever the log says: a fever medicine, a pump
    that stopped unplanned, until the team has said something about it.
    """
    stop = stop_without_advice(course, seen.observed_at, seen.last_advice)
    return (MEDICINE if seen.had_medicine else {}) | (STOPPED if stop else {})


def _reports(
    seen: PastLog,
    history: Iterable[PastLog],
    age: timedelta,
    recorded: Mapping[str, Any],
    looks: Looks | None,
) -> list[Any]:
    """Hours count from the log itself: the answer does not hang on when it came. A late one says its age.

    What was recorded beside it is a report of the same moment: of two answers the worse one counts. With `looks`,
    each log is read once for all that ask about it.
    """
    reports = [_report(other, _hours(seen.observed_at - other.observed_at + age), looks) for other in history]
    reports += [{**recorded, "hours_ago": _hours(age)}] if recorded else []
    if seen.oldest_weight is not None:
        reports.append({"weight_kg": seen.oldest_weight, "hours_ago": _hours(LONG_AGO + age)})
    return reports


def _report(log: PastLog, hours: float, looks: Looks | None) -> Any:
    if looks is None:
        return {**_whole(log), "hours_ago": hours}
    return looks.report(log.log_id, partial(_whole, log), hours)


def _whole(seen: PastLog) -> Mapping[str, Any]:
    """With a fever medicine that was recorded as given: it hides a fever, whatever the log says of it."""
    return {**seen.report, **MEDICINE} if seen.had_medicine else seen.report


def _basis(seen: PastLog, age: timedelta, course: Course, courses: Sequence[Course]) -> dict[str, Any]:
    """Therapy, context and policy as they were when the log was seen."""
    child = course.child
    weight = child.baseline_weight_kg
    advised = seen.observed_at - seen.last_advice + age if seen.last_advice else None
    context = course.context_at(seen.observed_at, of_the_child_beside(course, courses)) | {
        "age_years": child.age_years(seen.observed_at),
        "age_months": child.age_months(seen.observed_at),
        "writes": child.writes,
        "baseline_weight_kg": None if weight is None else float(weight),
        "team_advised_hours_ago": None if advised is None else _hours(advised),
    }
    return {
        "therapy": course.therapy,
        "context": {key: value for key, value in context.items() if value is not None},
        "policy": {"fever": child.care_team.fever_rule, "sensitivity": child.care_team.sensitivity},
    }


def _valid(response: Any) -> Response:
    """An answer without an urgency of the contract is none."""
    Urgency(response["urgency"])
    return response


def _not_checked(response: Response, unreadable: Sequence[str], missing: Sequence[str]) -> Response:
    """What could not be read or taken into account is at least `now`; what was typed is asked about."""
    if not (unreadable or missing):
        return response
    found = response.copy()
    found["could_not_check"] = [*response["could_not_check"], *unreadable, *missing]
    found["needs_confirmation"] = [*response["needs_confirmation"], *map(_type_again, unreadable)]
    found["unanswered"] = [code for code in response["unanswered"] if code not in unreadable]
    if is_worse(Urgency.NOW, than=response["urgency"]):
        found["urgency"], found["headline"] = "now", COULD_NOT_CHECK
    return found


def _type_again(field: str) -> Question:
    return {"field": field, "message": TYPE_IT_AGAIN, "msgid": TYPE_IT_AGAIN, "values": {}}


def _say_without_its_words(error: Exception, log_id: uuid.UUID | None) -> None:
    """What broke and where. What the error says itself may name a sign."""
    wordless = (type(error), Exception(), error.__traceback__)
    logger.error("could_not_assess", extra={"log_id": log_id}, exc_info=wordless)


def _hours(span: timedelta) -> float:
    return span.total_seconds() / 3600

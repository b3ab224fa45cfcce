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
    REMEMBERED_HOURS,
    assess,
    unchecked,
    worst_of,
)
from tracker.assessment.basis import (
    STOPPED,
    age_when_received,
    basis_of,
    basis_of_one,
    hours,
    of_each_therapy,
    told_by,
)
from tracker.assessment.courses import begun_by, courses_of, courses_that_count, stop_without_advice
from tracker.assessment.late_logs import affected
from tracker.assessment.past_logs import WINDOW, PastLog, Unsaved, moved, seen_around
from tracker.models import Child, Course, Urgency
from tracker.models.alerts import AT_ANY_HOUR
from tracker.models.logs import is_worse

logger = logging.getLogger(__name__)

REMEMBERED = timedelta(hours=REMEMBERED_HOURS)
"""So long a danger counts that nobody gave advice on, and so long a new one belongs to the same episode."""
NOTE_WAITS = timedelta(minutes=10)
LONG_AGO = 2 * WINDOW
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
    child: Child, courses: Sequence[Course], moments: Collection[datetime], now: datetime
) -> list[Checked]:
    """The logs at one of the moments or within the window after it, each with what was known before it.

    Never raises because of the rules: what they cannot answer is `now`, "we could not check this".
    """
    found: dict[uuid.UUID, Checked] = {}
    for moment in moments:
        around, looks = seen_around(child, courses, moment), _looks()
        later = [seen for seen in around if seen.observed_at >= moment]
        found |= {one.log_id: one for one in _check_each(later, around, courses, moment, looks, now)}
    return list(found.values())


def check_new(child: Child, courses: Sequence[Course], new: Unsaved, now: datetime) -> list[Checked]:
    """A log that is still to be written, and of those that it came too late for each whose answer it can change."""
    moment, looks = new.log.observed_at, _looks()
    around, asked = affected(child, courses, new, looks, now)
    return _check_each(asked, around, courses, moment, looks, now)


def _check_each(
    asked: Iterable[PastLog],
    around: Sequence[PastLog],
    courses: Sequence[Course],
    moment: datetime,
    looks: Looks | None,
    now: datetime,
) -> list[Checked]:
    found = []
    for seen in asked:
        own, history = _as_if_last(seen, around, courses, moment)
        found.append(_with_its_note(_check(own, history, courses, looks), seen, now))
    return found


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
        basis = [basis_of_one(now, course, courses) for course in asked]
        if answers is not None and stop_without_advice(asked[0], at, None):
            answers = {**answers, **STOPPED}
        earlier = _reports_before(child, courses, at) if with_history else []
    except Exception as error:
        _say_without_its_words(error, None)
        return assess_alone(_all_therapies(), {}, answers)
    return _alone(basis, answers, earlier)


def _reports_before(child: Child, courses: Sequence[Course], at: datetime) -> list[dict[str, Any]]:
    return [
        {**told_by(seen), "hours_ago": hours(at - seen.observed_at)}
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
            basis = basis_of(seen, courses)
            reports = _reports(seen, told, age, basis.get("recorded", {}), kept)
            look_at = kept.look if kept else None
            asked = [one | {"reports": reports} for one in of_each_therapy(basis)]
            answers = [_valid(assess(one, look_at)) for one in asked]
            response = _not_checked(worst_of(*answers), seen.unreadable, missing)
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
    reports = [_report(other, hours(seen.observed_at - other.observed_at + age), looks) for other in history]
    reports += [{**recorded, "hours_ago": hours(age)}] if recorded else []
    if seen.oldest_weight is not None:
        reports.append({"weight_kg": seen.oldest_weight, "hours_ago": hours(LONG_AGO + age)})
    return reports


def _report(log: PastLog, ago: float, looks: Looks | None) -> Any:
    if looks is None:
        return {**told_by(log), "hours_ago": ago}
    return looks.report(log.log_id, partial(told_by, log), ago)


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

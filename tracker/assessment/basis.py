"""What a log is asked about with: the treatment, the policy, what stands in the record beside it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from therapies.rules import OLD_HOURS
from tracker.assessment.courses import courses_that_count, of_the_child_beside, stop_without_advice
from tracker.assessment.past_logs import PastLog
from tracker.models import Course, SymptomLog

LATE = timedelta(hours=OLD_HOURS)
MEDICINE = {"antipyretic_given": True}
STOPPED = {"pump": "stopped"}
ASKED = ("therapy", "context", "policy")


def basis_of(seen: PastLog, courses: Sequence[Course]) -> dict[str, Any]:
    """All of it, as it is kept with the answer: `earlier` are the therapies before the present one that still count."""
    asked = courses_that_count(courses, seen.observed_at)
    basis, *earlier = [basis_of_one(seen, course, courses) for course in asked]
    recorded = _recorded(seen, asked[0])
    return basis | ({"earlier": earlier} if earlier else {}) | ({"recorded": recorded} if recorded else {})


def of_each_therapy(basis: Mapping[str, Any]) -> list[dict[str, Any]]:
    """As the rules are asked with it, the present therapy first."""
    return [{key: basis[key] for key in ASKED}, *basis.get("earlier", ())]


def basis_of_one(seen: PastLog, course: Course, courses: Sequence[Course]) -> dict[str, Any]:
    """Therapy, context and policy as they were when the log was seen."""
    child = course.child
    weight = child.baseline_weight_kg
    advised = seen.observed_at - seen.last_advice + age_when_received(seen) if seen.last_advice else None
    context = course.context_at(seen.observed_at, of_the_child_beside(course, courses)) | {
        "age_years": child.age_years(seen.observed_at),
        "age_months": child.age_months(seen.observed_at),
        "writes": child.writes,
        "baseline_weight_kg": None if weight is None else float(weight),
        "team_advised_hours_ago": None if advised is None else hours(advised),
    }
    return {
        "therapy": course.therapy,
        "context": {key: value for key, value in context.items() if value is not None},
        "policy": {"fever": child.care_team.fever_rule, "sensitivity": child.care_team.sensitivity},
    }


def _recorded(seen: PastLog, course: Course) -> dict[str, Any]:
    """What stands in the record beside the log and holds for it, whatever the log says: a fever medicine, a pump
    that stopped unplanned, until the team has said something about it.
    """
    stop = stop_without_advice(course, seen.observed_at, seen.last_advice)
    return (MEDICINE if seen.had_medicine else {}) | (STOPPED if stop else {})


def told_by(seen: PastLog) -> Mapping[str, Any]:
    """The report, with a fever medicine that was recorded as given: it hides a fever, whatever the log says of it."""
    return {**seen.report, **MEDICINE} if seen.had_medicine else seen.report


def age_when_received(log: PastLog | SymptomLog) -> timedelta:
    """Of a log that came late, in whole hours: its answer counts from when it came. Nothing for the others."""
    late = log.received_at - log.observed_at
    return timedelta(hours=late // timedelta(hours=1)) if late > LATE else timedelta()


def hours(span: timedelta) -> float:
    return span.total_seconds() / 3600

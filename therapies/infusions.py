"""The infusions of cells: one, or a split dose of several on planned days."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from therapies.model import Schedule

INFUSION_DAY = "Infusion day"
AFTER_INFUSION = "Day %(day)d after the infusion"
DAY_OF_INFUSION = "Day of infusion %(number)d"
AFTER_FIRST = "Day %(day)d after the first infusion"
AFTER_NUMBER = "day %(day)d after infusion %(number)d"
NEXT_INFUSION = "infusion %(number)d about %(date)s"
TEXTS = (INFUSION_DAY, AFTER_INFUSION, DAY_OF_INFUSION, AFTER_FIRST, AFTER_NUMBER, NEXT_INFUSION)


class Due(NamedTuple):
    """The next infusion of a split dose: about when the schedule has it, and the last day on which it may come."""

    number: int
    at: datetime
    last: datetime


def days_between(earlier: datetime, later: datetime) -> int:
    return (later.date() - earlier.date()).days


def context_after(schedule: Schedule, given: Sequence[datetime], at: datetime) -> dict[str, Any]:
    """The first infusion of a split dose is the one that days are counted from; early is after each."""
    if not given:
        return {}
    if not schedule.is_split:
        return {"days_since_infusion": days_between(given[-1], at)}
    return {
        "days_since_infusion": days_between(given[0], at),
        "days_since_last_dose": days_between(given[-1], at),
    }


def labels_after(
    schedule: Schedule, given: Sequence[datetime], at: datetime
) -> list[tuple[str, dict[str, Any]]]:
    """Where the course is, as texts to translate; none before the first infusion."""
    if not given:
        return []
    days, number = days_between(given[-1], at), len(given)
    if not schedule.is_split:
        return [(AFTER_INFUSION, {"day": days}) if days else (INFUSION_DAY, {})]
    since_first = (AFTER_FIRST, {"day": days_between(given[0], at)})
    if not days:
        return [(DAY_OF_INFUSION, {"number": number}), *([since_first] if number > 1 else [])]
    return [since_first, *([(AFTER_NUMBER, {"day": days, "number": number})] if number > 1 else [])]


def due_after(schedule: Schedule, given: Sequence[datetime]) -> Due | None:
    """The infusion that follows by the schedule; none before the first and after the last."""
    if not 0 < len(given) < len(schedule.infusions):
        return None
    planned = schedule.infusions[len(given)]
    first = given[0]
    return Due(len(given) + 1, first + timedelta(days=planned.day), first + timedelta(days=planned.last_day))

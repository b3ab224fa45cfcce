"""Courses of simulated children: drawn before any rule is asked, so that what is worse is the child's own."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

_QUIET_DAYS = (-2, -1, 0, 1)
"""Around the first day of a course nothing else happens: only then is it known what a nurse knows."""
_FIRST_DAY = 3


@dataclass(frozen=True)
class Step:
    """One log of a course. `day` is when it belongs to, `hour` counts from the beginning of the child's days."""

    day: int
    hour: float
    name: str
    seen: Mapping[str, Any]
    closed: Mapping[str, Any]  # how the nurse will close the alert that it raises

    @property
    def is_worse(self) -> bool:
        return bool(self.seen.get("worse"))


@dataclass(frozen=True)
class Drawn:
    """What will happen: the logs, the days on which nothing else does, and when a dose is given."""

    steps: Sequence[Step]
    quiet: Collection[int]
    doses: Sequence[float]


def draw(courses: Sequence[Mapping[str, Any]], busy: Collection[int], days: int, random: Random) -> Drawn:
    """At most one course for each of the names, on days of their own."""
    steps: list[Step] = []
    taken, quiet, doses = set(busy), set[int](), []
    for course in courses:
        wanted, first = random.random() < course["chance"], random.randrange(_FIRST_DAY, max(days, 4))
        around = {first + day for day in _QUIET_DAYS}
        if not wanted or taken & around:
            continue
        taken |= around
        quiet |= around
        begins = first * 24 + 7 + random.random()
        doses += [begins + course["dose"]] if "dose" in course else []
        for seen in course["logs"]:
            hour = begins + seen["hours"]
            steps.append(Step(int(hour // 24), hour, course["name"], seen, course["closed"]))
    return Drawn(steps, quiet, doses)

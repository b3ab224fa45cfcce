"""Families that are silent on a day on which they should not be: after CAR T cells, and while the pump runs."""

from datetime import datetime, time, timedelta
from typing import NamedTuple

from django.db.models import Max, Prefetch

from tracker.models import CareTeam, Child, Course
from tracker.wallclock import moment

EVENING = time(18)
"""By then a day without a log is a silent one."""


class Silent(NamedTuple):
    """A child of whom nothing was logged, and when the last log came; None: never."""

    child: Child
    last_log_at: datetime | None


def silent_children(care_team: CareTeam, now: datetime) -> list[Silent]:
    """Without a log since the family's day began, asked in its evening; before that, since the day before.

    The longest silent first. A paused child is left out.
    """
    running = Course.objects.filter(ended_at=None).prefetch_related("events")
    children = (
        Child.objects.filter(care_team=care_team, paused_at=None, courses__ended_at=None)
        .exclude(courses=None)
        .annotate(last_log_at=Max("logs__received_at"))
        .prefetch_related(Prefetch("courses", queryset=running, to_attr="running"))
        .distinct()
    )
    silent = [
        Silent(child, child.last_log_at)
        for child in children
        if not _has_logged(child, child.last_log_at, now) and _is_in_danger_time(child, now)
    ]
    return sorted(silent, key=lambda one: (one.last_log_at is not None, one.last_log_at or now))


def _has_logged(child: Child, last_log_at: datetime | None, now: datetime) -> bool:
    local = now.astimezone(child.zone)
    day = local.date() if local.time() >= EVENING else local.date() - timedelta(days=1)
    return last_log_at is not None and last_log_at >= moment(day, time(0), child.zone)


def _is_in_danger_time(child: Child, now: datetime) -> bool:
    for course in child.running:
        course.child = child
        context = course.context_at(now)
        if context.get("infusion_running") or context.get("days_since_infusion", -1) >= 0:
            return True
    return False

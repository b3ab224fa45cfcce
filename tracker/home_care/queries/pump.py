"""The clock of a pump and a line at home: what is changed when, and where the cycle is. Only read here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext_noop

from therapies.model import Citation
from therapies.schedule import next_planned, planned_end, pump_at
from tracker.assessment.pump import past_events, pump_therapy
from tracker.models import Child, LineChange, LineInterval, LinePart

DAY = timedelta(days=1)
gettext_noop(
    "in remission or consolidation"
)  # the settings of the schedule's hospital days, for the translators
gettext_noop("relapsed or refractory")
gettext_noop("any")


@dataclass(frozen=True)
class PartClock:
    """A part: how long it may stay, when it was changed last, when it is due."""

    part: LinePart
    days: int | None
    change: LineChange | None
    since: datetime | None
    due_at: datetime | None


@dataclass(frozen=True)
class HospitalDays:
    """Days of a cycle that the sources want in hospital. The dates are those of the cycle that runs."""

    cycle: int
    first_day: int
    last_day: int
    setting: str
    dates: tuple[datetime, datetime] | None


@dataclass(frozen=True)
class Cycle:
    """The cycle of the pump: its day, its planned end, the days without it, the next start."""

    number: int | None  # None where the family has not entered it
    day: int
    is_running: bool
    stopped_at: datetime | None
    started_at: datetime
    ends_at: datetime | None  # None once it has ended
    ended_at: datetime | None
    free_days: int
    infusion_days: int
    next_at: datetime
    next_is_planned: bool  # typed in by the family, not worked out from the schedule


@dataclass(frozen=True)
class DueChange:
    child: Child
    part: str
    at: datetime


def line_clock(child: Child, at: datetime) -> list[PartClock]:
    """Each part with its interval. A new cycle begins with a new bag. Two queries."""
    days = dict(LineInterval.objects.filter(child=child).values_list("part", "days"))
    standing = LineChange.objects.filter(child=child, taken_back_at=None, changed_at__lte=at)
    newest = standing.order_by("part", "-changed_at").select_related("recorded_by")
    changes: dict[str, LineChange] = {}
    for change in newest.filter(changed_at__gte=at - timedelta(days=60)):
        changes.setdefault(change.part, change)
    started = _started_at(child, at)
    return [_clock(part, days.get(part.value), changes.get(part.value), started) for part in LinePart]


def _clock(
    part: LinePart, days: int | None, change: LineChange | None, started: datetime | None
) -> PartClock:
    since = change.changed_at if change else None
    if part == LinePart.BAG and started and (since is None or started > since):
        since, change = started, None
    return PartClock(part, days, change, since, since + days * DAY if since and days else None)


def due_changes(now: datetime, *, within: timedelta = timedelta(hours=1)) -> list[DueChange]:
    """Changes that became due within the last hour, of every child that is not paused. One query.

    A new cycle's first bag is not counted here: it is hung in hospital.
    """
    intervals = LineInterval.objects.filter(child__paused_at=None).select_related("child")
    newest = LineChange.objects.filter(taken_back_at=None, child__in=intervals.values("child"))
    last = {
        (row["child"], row["part"]): row["last"]
        for row in newest.values("child", "part").annotate(last=Max("changed_at"))
    }
    found = []
    for one in intervals:
        since = last.get((one.child_id, one.part))
        if since and now - within < since + one.days * DAY <= now:
            found.append(DueChange(one.child, one.part, since + one.days * DAY))
    return found


def pump_cycle(child: Child, at: datetime) -> Cycle | None:
    """Where the pump's cycle is; None without a pump, or before the first start."""
    therapy, past = pump_therapy(child), past_events(child, at)
    pump = pump_at(past, at.astimezone(child.zone)) if therapy else None
    if therapy is None or pump is None:
        return None
    ends_at = None if pump.ended_at else planned_end(therapy.id, past)
    planned = next_planned(past, at)
    free = timedelta(days=therapy.schedule.free_days)
    return Cycle(
        number=pump.cycle,
        day=pump.cycle_day,
        is_running=pump.running,
        stopped_at=pump.stop.at if pump.stop else None,
        started_at=pump.started_at,
        ends_at=ends_at,
        ended_at=pump.ended_at,
        free_days=therapy.schedule.free_days,
        infusion_days=therapy.schedule.infusion_days,
        next_at=planned or (pump.ended_at or ends_at or pump.started_at) + free,
        next_is_planned=planned is not None,
    )


def hospital_days(child: Child, cycle: Cycle | None) -> tuple[list[HospitalDays], Sequence[Citation]]:
    """As the sources have them: the days differ with how the leukemia is treated, so all stand here."""
    therapy = pump_therapy(child)
    if therapy is None:
        return [], ()
    rows = [_hospital(one, cycle) for one in therapy.schedule.hospital_days]
    return rows, therapy.schedule.sources


def _hospital(given: Any, cycle: Cycle | None) -> HospitalDays:
    first, last = given["from"], given["to"]
    dates = None
    if cycle and cycle.number == given["cycle"]:
        dates = (cycle.started_at + (first - 1) * DAY, cycle.started_at + (last - 1) * DAY)
    return HospitalDays(given["cycle"], first, last, given["setting"], dates)


def _started_at(child: Child, at: datetime) -> datetime | None:
    starts = [event.at for event in past_events(child, at) if event.kind == "start"]
    return starts[-1] if starts else None

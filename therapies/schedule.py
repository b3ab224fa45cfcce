"""Where in the course a child is: from what happened to the day labels and to the context of a request.

Days are calendar days of the family's zone; the caller gives every moment in that zone.
`days_since_infusion` is 0 on the infusion day; `cycle_day` is 1 on the first day of a cycle; the two are
never mixed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from therapies.catalogue import load

KINDS = ("infusion", "dose", "start", "stop", "restart", "end", "transplant", "delayed", "next")
RESTART_HOURS = 4
"""A pause of this many hours makes a restart count like a start (Blincyto administration, restarts)."""
_CELLS = ("infusion",)
_DOSES = ("infusion", "dose")
_DOSE_HOURS = 2
"""The longest infusion of a dose (gemtuzumab 2 hours, inotuzumab 1 hour)."""
Label = tuple[str, dict[str, Any]]

INFUSION_DAY = "Infusion day"
AFTER_INFUSION = "Day %(day)d after the infusion"
BEFORE_INFUSION = "Before the infusion"
BEFORE_CYCLE = "Before the first cycle"
CYCLE_DAY = "Cycle %(cycle)d, day %(day)d"
PUMP_UNTIL = "pump running until %(until)s"
PUMP_RUNS = "pump running"
PUMP_OFF = "pump off"
BEFORE_DOSE = "Before the first dose"
DOSE_DAY = "Day of dose %(number)d"
DAY_AFTER_DOSE = "1 day after dose %(number)d"
AFTER_DOSE = "%(day)d days after dose %(number)d"
AFTER_TRANSPLANT = "Day %(day)d after the transplant"
NEXT = "Next: %(date)s"
TEXTS = (
    INFUSION_DAY,
    AFTER_INFUSION,
    BEFORE_INFUSION,
    BEFORE_CYCLE,
    CYCLE_DAY,
    PUMP_UNTIL,
    PUMP_RUNS,
    PUMP_OFF,
    BEFORE_DOSE,
    DOSE_DAY,
    DAY_AFTER_DOSE,
    AFTER_DOSE,
    AFTER_TRANSPLANT,
    NEXT,
)
"""Every text of a day label, for the translators."""


@dataclass(frozen=True)
class Event:
    """Something that happened to a course, or was planned ("delayed" and "next" carry the new time in
    `until`).

    kind: infusion (CAR T cells), dose (gemtuzumab, inotuzumab), start, stop, restart and end (of the pump's
    infusion), transplant, delayed, next. `cycle` is the number of the cycle where it is known.
    """

    kind: str
    at: datetime
    cycle: int | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Pump:
    """The pump at one moment: does it run, since which start or restart that counts, in which cycle, on
    which day.
    """

    running: bool
    counts_from: datetime
    cycle: int
    cycle_day: int
    stopped_at: datetime | None


def context_at(therapy_id: str, events: Sequence[Event], at: datetime) -> dict[str, Any]:
    """The keys of a request's context that follow from the events until `at`. What is not known is left
    out.
    """
    given = load().therapies[therapy_id].schedule.given
    past = _past(events, at)
    context: dict[str, Any] = {}
    if given == "pump" and (pump := pump_at(past, at)) is not None:
        context |= {
            "infusion_running": pump.running,
            "cycle": pump.cycle,
            "cycle_day": pump.cycle_day,
            "hours_since_start": _hours(pump.counts_from, at),
        }
    if given == "once" and (infusion := _last(past, _CELLS)):
        context["days_since_infusion"] = _days(infusion.at, at)
    if given == "doses" and (dose := _last(past, _DOSES)):
        context |= _after_dose(dose, past, at)
    if transplant := _last(past, ("transplant",)):
        context["days_since_transplant"] = _days(transplant.at, at)
    return context


def day_labels(therapy_id: str, events: Sequence[Event], at: datetime) -> list[Label]:
    """Where the course is, as texts to translate with their values: "Day 6 after the infusion"."""
    given = load().therapies[therapy_id].schedule.given
    past = _past(events, at)
    labels = {"once": _once_labels, "pump": _pump_labels, "doses": _dose_labels}[given](therapy_id, past, at)
    if transplant := _last(past, ("transplant",)):
        labels.append((AFTER_TRANSPLANT, {"day": _days(transplant.at, at)}))
    if planned := _planned(past, at):
        labels.append((NEXT, {"date": planned}))
    return labels


def pump_at(past: Sequence[Event], at: datetime) -> Pump | None:
    """The pump at `at`; None before the first start."""
    starts = [event for event in past if event.kind == "start"]
    if not starts:
        return None
    start = starts[-1]
    running, counts_from, stopped_at = True, start.at, None
    for event in past:
        if event.at < start.at or event is start:
            continue
        if event.kind in ("stop", "end"):
            running, stopped_at = False, event.at
        elif event.kind == "restart":
            if stopped_at is None or _hours(stopped_at, event.at) >= RESTART_HOURS:
                counts_from = event.at
            running, stopped_at = True, None
    cycle = start.cycle or len(starts)
    return Pump(running, counts_from, cycle, _days(start.at, at) + 1, stopped_at)


def planned_end(therapy_id: str, past: Sequence[Event]) -> datetime | None:
    """When the running cycle of the pump ends by the schedule; pauses are made up for."""
    starts = [event for event in past if event.kind == "start"]
    if not starts:
        return None
    days = load().therapies[therapy_id].schedule.infusion_days
    paused, stopped_at = timedelta(), None
    for event in past:
        if event.kind == "stop" and event.at >= starts[-1].at:
            stopped_at = event.at
        elif event.kind == "restart" and stopped_at is not None:
            paused, stopped_at = paused + (event.at - stopped_at), None
    return starts[-1].at + timedelta(days=days) + paused


def _after_dose(dose: Event, past: Sequence[Event], at: datetime) -> dict[str, Any]:
    cycle_start = _last(past, ("start",))
    found: dict[str, Any] = {
        "days_since_last_dose": _days(dose.at, at),
        "hours_since_start": _hours(dose.at, at),
        "hours_since_infusion_end": max(0.0, _hours(dose.at, at) - _DOSE_HOURS),
    }
    if dose.cycle:
        found["cycle"] = dose.cycle
    if cycle_start is not None:
        found["cycle_day"] = _days(cycle_start.at, at) + 1
    return found


def _once_labels(therapy_id: str, past: Sequence[Event], at: datetime) -> list[Label]:
    infusion = _last(past, _CELLS)
    if infusion is None:
        return [(BEFORE_INFUSION, {})]
    days = _days(infusion.at, at)
    return [(INFUSION_DAY, {})] if days == 0 else [(AFTER_INFUSION, {"day": days})]


def _pump_labels(therapy_id: str, past: Sequence[Event], at: datetime) -> list[Label]:
    pump = pump_at(past, at)
    if pump is None:
        return [(BEFORE_CYCLE, {})]
    labels: list[Label] = [(CYCLE_DAY, {"cycle": pump.cycle, "day": pump.cycle_day})]
    end = planned_end(therapy_id, past)
    if pump.running and end is not None and end > at:
        labels.append((PUMP_UNTIL, {"until": end}))
    elif pump.running:
        labels.append((PUMP_RUNS, {}))
    else:
        labels.append((PUMP_OFF, {}))
    return labels


def _dose_labels(therapy_id: str, past: Sequence[Event], at: datetime) -> list[Label]:
    doses = [event for event in past if event.kind in _DOSES]
    if not doses:
        return [(BEFORE_DOSE, {})]
    days = _days(doses[-1].at, at)
    values = {"day": days, "number": len(doses)}
    if days == 0:
        return [(DOSE_DAY, values)]
    if days == 1:
        return [(DAY_AFTER_DOSE, values)]
    return [(AFTER_DOSE, values)]


def _planned(past: Sequence[Event], at: datetime) -> datetime | None:
    """The next start or dose that was planned last, while it is still to come."""
    planned = [event.until for event in past if event.kind in ("delayed", "next") and event.until is not None]
    return planned[-1] if planned and planned[-1] > at else None


def _past(events: Iterable[Event], at: datetime) -> list[Event]:
    return sorted((event for event in events if event.at <= at), key=lambda event: event.at)


def _last(past: Sequence[Event], kinds: Sequence[str]) -> Event | None:
    return next((event for event in reversed(past) if event.kind in kinds), None)


def _days(earlier: datetime, later: datetime) -> int:
    return (later.date() - earlier.date()).days


def _hours(earlier: datetime, later: datetime) -> float:
    """Real hours: within one zone Python subtracts what the wall clock showed, wrong when clocks change."""
    return round((later.astimezone(UTC) - earlier.astimezone(UTC)).total_seconds() / 3600, 2)

"""Where in the course a child is: from what happened to the day labels and to the context of a request.

Days are calendar days of the family's zone; the caller gives every moment in that zone.
`days_since_infusion` is 0 on the infusion day; `cycle_day` is 1 on the first day of a cycle; the two are
never mixed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from therapies import blood_counts, infusions
from therapies.catalogue import load
from therapies.infusions import days_between as _days
from therapies.model import Schedule

KINDS = (
    *("infusion", "dose", "start", "stop", "restart", "end"),
    *("transplant", *blood_counts.KINDS, "delayed", "next"),
)
RESTART_HOURS = 4
"""A pause of this many hours makes a restart count like a start (Blincyto administration, restarts)."""
OVERDUE = timedelta(days=1)
"""So long after its computed end a pump may still run: some clinics count 29 days (CHOP, blinatumomab at home)."""
_DOSES = ("infusion", "dose")
_GIVEN = ("infusion", "dose", "start")
_PLANS = ("delayed", "next")
OF_THE_CHILD = ("transplant", *blood_counts.KINDS)
"""What holds under every therapy, whichever ran when it was recorded."""
_DOSE_HOURS = 2
"""The longest infusion of a dose (gemtuzumab 2 hours, inotuzumab 1 hour)."""
Label = tuple[str, dict[str, Any]]

BEFORE_INFUSION = "Before the infusion"
INFUSION_NOT_ENTERED = "Date of the infusion not entered"
BEFORE_CYCLE = "Before the first cycle"
START_NOT_ENTERED = "Start of the cycle not entered"
CYCLE_DAY = "Cycle %(cycle)d, day %(day)d"
CYCLE_NOT_ENTERED = "Cycle number not entered, day %(day)d"
PUMP_UNTIL = "pump running until %(until)s"
PUMP_RUNS = "pump running"
PUMP_OVERDUE = "end of the pump was due %(until)s"
PUMP_STOPPED = "pump stopped since %(since)s"
FREE_DAY = "day %(day)d of %(days)d without the pump"
FREE_DAYS_OVER = "day %(day)d without the pump"
BEFORE_DOSE = "Before the first dose"
DOSE_NOT_ENTERED = "Dates of the doses not entered"
DOSE_DAY = "Day of dose %(number)d"
DAY_AFTER_DOSE = "1 day after dose %(number)d"
AFTER_DOSE = "%(day)d days after dose %(number)d"
AFTER_TRANSPLANT = "Day %(day)d after the transplant"
NEXT = "Next: %(date)s"
TEXTS = (
    *(*infusions.TEXTS, BEFORE_INFUSION, INFUSION_NOT_ENTERED),
    *(BEFORE_CYCLE, START_NOT_ENTERED, CYCLE_DAY, CYCLE_NOT_ENTERED),
    *(PUMP_UNTIL, PUMP_RUNS, PUMP_OVERDUE, PUMP_STOPPED, FREE_DAY, FREE_DAYS_OVER),
    *(BEFORE_DOSE, DOSE_NOT_ENTERED, DOSE_DAY, DAY_AFTER_DOSE, AFTER_DOSE),
    *(AFTER_TRANSPLANT, blood_counts.LOW_SINCE, NEXT),
)
"""Every text of a day label, for the translators."""
NOT_BEGUN = (BEFORE_INFUSION, BEFORE_CYCLE, BEFORE_DOSE)
_NOTHING_YET = {
    "once": (INFUSION_NOT_ENTERED, BEFORE_INFUSION),
    "pump": (START_NOT_ENTERED, BEFORE_CYCLE),
    "doses": (DOSE_NOT_ENTERED, BEFORE_DOSE),
}
PUMP_ON = (PUMP_UNTIL, PUMP_RUNS, PUMP_OVERDUE)


@dataclass(frozen=True)
class Event:
    """Something that happened to a course, or was planned ("delayed" and "next" carry the new time in
    `until`).

    kind: infusion (CAR T cells), dose (gemtuzumab, inotuzumab), start, stop, restart and end (of the pump's
    infusion), transplant, delayed, next, low-counts, counts-recovered. `cycle` is the number of the cycle where it
    is known. `is_planned`: the care team planned this stop of the pump; None where nobody said.
    """

    kind: str
    at: datetime
    cycle: int | None = None
    until: datetime | None = None
    is_planned: bool | None = None


@dataclass(frozen=True)
class Pump:
    """The pump at one moment.

    `counts_from` is the start or the restart after a long pause. `stop` and `ended_at` are set while it stands
    still. `cycle` is None where its number was never entered.
    """

    running: bool
    counts_from: datetime
    cycle: int | None
    cycle_day: int
    started_at: datetime
    paused: timedelta
    stop: Event | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Dosing:
    """The last dose: its number, in its cycle where the therapy has cycles, and the first day of that cycle."""

    at: datetime
    number: int
    cycle: int | None
    cycle_began_at: datetime | None


def context_at(therapy_id: str, events: Sequence[Event], at: datetime) -> dict[str, Any]:
    """The keys of a request's context that follow from the events until `at`. What is not known is left
    out.
    """
    schedule = load().therapies[therapy_id].schedule
    past = _past(events, at)
    context: dict[str, Any] = {}
    if schedule.given == "pump" and (pump := pump_at(past, at)) is not None:
        context |= {
            "infusion_running": pump.running,
            "cycle": pump.cycle,
            "cycle_day": pump.cycle_day,
            "hours_since_start": _hours(pump.counts_from, at),
        }
    if schedule.given == "once":
        context |= infusions.context_after(schedule, infused(past), at)
    if schedule.given == "doses" and (dosing := doses_at(schedule, past)):
        context |= _after_dose(dosing, at)
    if transplant := _last(past, ("transplant",)):
        context["days_since_transplant"] = _days(transplant.at, at)
    if blood_counts.low_since((event.kind, event.at) for event in past):
        context["low_counts_known"] = True
    return {key: value for key, value in context.items() if value is not None}


def day_labels(therapy_id: str, events: Sequence[Event], at: datetime) -> list[Label]:
    """Where the course is, as texts to translate with their values: "Day 6 after the infusion"."""
    schedule = load().therapies[therapy_id].schedule
    past = _past(events, at)
    planned = next_planned(past, at)
    is_to_come = planned is not None or any(event.kind in _GIVEN and event.at > at for event in events)
    labels = _course_labels(schedule, past, at, is_to_come=is_to_come)
    if transplant := _last(past, ("transplant",)):
        labels.append((AFTER_TRANSPLANT, {"day": _days(transplant.at, at)}))
    if since := blood_counts.low_since((event.kind, event.at) for event in past):
        labels.append((blood_counts.LOW_SINCE, {"since": since.date()}))
    due = infusions.due_after(schedule, infused(past))
    if planned:
        labels.append((NEXT, {"date": planned}))
    elif due and due.at.date() >= at.date():
        labels.append((infusions.NEXT_INFUSION, {"number": due.number, "date": due.at}))
    return labels


def infused(past: Sequence[Event]) -> list[datetime]:
    """When cells were given, the first first."""
    return [event.at for event in past if event.kind == "infusion"]


def late_labels(therapy_id: str, events: Sequence[Event], at: datetime) -> list[Label]:
    """Where an earlier course was left: what was planned in it is void, and a transplant is the child's."""
    schedule = load().therapies[therapy_id].schedule
    past = [event for event in _past(events, at) if event.kind not in _PLANS]
    if schedule.given != "pump" or (pump := pump_at(past, at)) is None:
        return _course_labels(schedule, past, at, is_to_come=False)
    labels = [_cycle_label(pump.cycle, pump.cycle_day)]
    off_since = pump.ended_at or (pump.stop.at if pump.stop else None)
    return [*labels, (PUMP_STOPPED, {"since": off_since})] if off_since else labels


# ---------------------------------------------------------------- the pump


def pump_at(past: Sequence[Event], at: datetime) -> Pump | None:
    """The pump at `at`; None before the first start."""
    starts = [event for event in past if event.kind == "start"]
    if not starts:
        return None
    start = starts[-1]
    pump = Pump(
        running=True,
        counts_from=start.at,
        cycle=_cycle_number(starts),
        cycle_day=_days(start.at, at) + 1,
        started_at=start.at,
        paused=timedelta(),
    )
    for event in past:
        if event.at >= start.at and event is not start:
            pump = _after(pump, event)
    return pump


def planned_end(therapy_id: str, past: Sequence[Event]) -> datetime | None:
    """When the running cycle of the pump ends by the schedule; pauses are made up for."""
    pump = pump_at(past, past[-1].at) if past else None
    return _end_of(pump, load().therapies[therapy_id].schedule) if pump else None


def is_overdue(pump: Pump, schedule: Schedule, at: datetime) -> bool:
    """The pump is recorded as running, and its cycle should have ended a day ago or more."""
    return pump.running and at - _end_of(pump, schedule) >= OVERDUE


def unplanned_stop(past: Sequence[Event], at: datetime) -> Event | None:
    """The stop that stands and that the team did not plan; one of which nobody said so counts as such."""
    pump = pump_at(past, at)
    return pump.stop if pump and pump.stop and not pump.stop.is_planned else None


def asks_for_pump(therapy_id: str, events: Sequence[Event], at: datetime) -> bool:
    """Whether a log asks how the pump is: not in the days without it, nor while it is off by plan."""
    if load().therapies[therapy_id].schedule.given != "pump":
        return False
    past = _past(events, at)
    pump = pump_at(past, at)
    return pump is None or pump.running or unplanned_stop(past, at) is not None


def _after(pump: Pump, event: Event) -> Pump:
    """The pump once this has happened to it. A second stop is no new pause, and what has ended is not stopped."""
    if event.kind == "stop" and pump.running:
        return replace(pump, running=False, stop=event)
    if event.kind == "end" and pump.ended_at is None:
        return replace(pump, running=False, stop=None, ended_at=event.at)
    if event.kind == "restart":
        return _restarted(pump, event.at)
    return pump


def _restarted(pump: Pump, at: datetime) -> Pump:
    """A restart counts like a start after a long pause, and after one of unknown length."""
    since = pump.stop.at if pump.stop else pump.ended_at
    is_fresh = since is None or _hours(since, at) >= RESTART_HOURS
    paused = pump.paused + (at - pump.stop.at if pump.stop else timedelta())
    counts_from = at if is_fresh else pump.counts_from
    return replace(pump, running=True, counts_from=counts_from, paused=paused, stop=None, ended_at=None)


def _end_of(pump: Pump, schedule: Schedule) -> datetime:
    return pump.started_at + timedelta(days=schedule.infusion_days) + pump.paused


def _cycle_number(starts: Sequence[Event]) -> int | None:
    """As entered, or counted on from the last that was; None where none was: the family may have joined late."""
    for later, start in enumerate(reversed(starts)):
        if start.cycle:
            return start.cycle + later
    return None


# ---------------------------------------------------------------- doses


def doses_at(schedule: Schedule, past: Sequence[Event]) -> Dosing | None:
    """The last dose in `past`; None before the first."""
    dosing: Dosing | None = None
    number = 0
    cycle: int | None = None
    began_at: datetime | None = None
    for event in past:
        if event.kind not in (*_DOSES, "start"):
            continue
        if event.kind == "start" or _begins_cycle(schedule, event, number, cycle, began_at):
            number, cycle, began_at = 0, event.cycle or (cycle and cycle + 1), event.at
        if event.kind in _DOSES:
            number += 1
            dosing = Dosing(event.at, number, cycle, began_at)
    return dosing


def _begins_cycle(
    schedule: Schedule, dose: Event, number: int, cycle: int | None, began_at: datetime | None
) -> bool:
    """What the family said of its cycle decides; else the label's calendar does (days 1, 8 and 15 of 21 or more)."""
    if dose.cycle:
        return dose.cycle != cycle
    if not schedule.cycle_days or began_at is None:
        return bool(schedule.cycle_days)
    return number >= len(schedule.dose_days) or _days(began_at, dose.at) >= schedule.cycle_days


def _after_dose(dosing: Dosing, at: datetime) -> dict[str, Any]:
    began_at = dosing.cycle_began_at
    return {
        "days_since_last_dose": _days(dosing.at, at),
        "hours_since_start": _hours(dosing.at, at),
        "hours_since_infusion_end": max(0.0, _hours(dosing.at, at) - _DOSE_HOURS),
        "cycle": dosing.cycle,
        "cycle_day": None if began_at is None else _days(began_at, at) + 1,
    }


# ---------------------------------------------------------------- what is planned


def next_planned(past: Sequence[Event], at: datetime) -> datetime | None:
    """The next start or dose that is planned and still to come."""
    return next((until for until in plans(past) if until > at), None)


def plans(past: Sequence[Event]) -> list[datetime]:
    """What was planned and has not been given, the earliest first.

    A dose or start takes the place of the earliest plan, whenever that was for, and so does a new plan; those
    that were typed together stand together.
    """
    standing: list[Event] = []
    for event in past:
        if event.kind in _PLANS and event.until is not None:
            together = [plan for plan in standing if plan.at == event.at]
            standing = [*(together or standing[1:]), event]
        elif event.kind in _GIVEN:
            standing = standing[1:]
        standing.sort(key=_until)
    return [_until(plan) for plan in standing]


def _until(plan: Event) -> datetime:
    return plan.until or plan.at


# ---------------------------------------------------------------- labels


def _course_labels(
    schedule: Schedule, past: Sequence[Event], at: datetime, *, is_to_come: bool
) -> list[Label]:
    """Where nothing was given yet it is "before" only if something is known to follow; else it is not entered."""
    make = {"once": _once_labels, "pump": _pump_labels, "doses": _dose_labels}[schedule.given]
    return make(schedule, past, at) or [(_NOTHING_YET[schedule.given][is_to_come], {})]


def _once_labels(schedule: Schedule, past: Sequence[Event], at: datetime) -> list[Label]:
    return infusions.labels_after(schedule, infused(past), at)


def _pump_labels(schedule: Schedule, past: Sequence[Event], at: datetime) -> list[Label]:
    pump = pump_at(past, at)
    if pump is None:
        return []
    return [_cycle_label(pump.cycle, pump.cycle_day), _pump_label(pump, schedule, at)]


def _cycle_label(cycle: int | None, day: int) -> Label:
    return (CYCLE_DAY, {"cycle": cycle, "day": day}) if cycle else (CYCLE_NOT_ENTERED, {"day": day})


def _pump_label(pump: Pump, schedule: Schedule, at: datetime) -> Label:
    if pump.ended_at is not None:
        day = _days(pump.ended_at, at) + 1
        return (
            (FREE_DAY, {"day": day, "days": schedule.free_days})
            if day <= schedule.free_days
            else (FREE_DAYS_OVER, {"day": day})
        )
    if pump.stop is not None:
        return (PUMP_STOPPED, {"since": pump.stop.at})
    end = _end_of(pump, schedule)
    if end > at:
        return (PUMP_UNTIL, {"until": end})
    return (PUMP_OVERDUE, {"until": end}) if is_overdue(pump, schedule, at) else (PUMP_RUNS, {})


def _dose_labels(schedule: Schedule, past: Sequence[Event], at: datetime) -> list[Label]:
    dosing = doses_at(schedule, past)
    if dosing is None:
        return []
    days = _days(dosing.at, at)
    began_at = dosing.cycle_began_at
    labels = [_cycle_label(dosing.cycle, _days(began_at, at) + 1)] if began_at else []
    text = {0: DOSE_DAY, 1: DAY_AFTER_DOSE}.get(days, AFTER_DOSE)
    return [*labels, (text, {"day": days, "number": dosing.number})]


def _past(events: Iterable[Event], at: datetime) -> list[Event]:
    return sorted((event for event in events if event.at <= at), key=lambda event: event.at)


def _last(past: Sequence[Event], kinds: Sequence[str]) -> Event | None:
    return next((event for event in reversed(past) if event.kind in kinds), None)


def _hours(earlier: datetime, later: datetime) -> float:
    """Real hours: within one zone Python subtracts what the wall clock showed, wrong when clocks change."""
    return round((later.astimezone(UTC) - earlier.astimezone(UTC)).total_seconds() / 3600, 2)

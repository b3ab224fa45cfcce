"""What the record of a course leaves open, for the family to be asked: a gap is never filled with a guess."""

from collections.abc import Sequence
from datetime import datetime

from therapies.catalogue import load
from therapies.infusions import due_after
from therapies.model import Schedule
from therapies.schedule import (
    Event,
    Label,
    Pump,
    infused,
    is_overdue,
    next_planned,
    planned_end,
    plans,
    pump_at,
)

NO_INFUSION = "The date of the infusion is not entered."
NO_START = "The start of the pump is not entered."
NO_DOSE = "No dose is entered."
PLAN_PASSED = "It was planned for %(at)s. Was it given?"
STOP_UNCLEAR = "The pump was stopped %(at)s. Did the care team plan that?"
END_PASSED = "The pump should have ended %(at)s. Does it still run?"
FREE_DAYS_PASSED = "The days without the pump are over. Has the next cycle begun?"
INFUSION_DUE = "Infusion %(number)d was due about %(at)s. Was it given?"
TEXTS = (
    *(NO_INFUSION, NO_START, NO_DOSE, PLAN_PASSED),
    *(STOP_UNCLEAR, END_PASSED, FREE_DAYS_PASSED, INFUSION_DUE),
)
"""Every question, for the translators."""
_FIRST_GIVEN = {
    "once": ("infusion", NO_INFUSION),
    "pump": ("start", NO_START),
    "doses": ("dose", NO_DOSE),
}


def gaps_at(therapy_id: str, events: Sequence[Event], at: datetime) -> list[Label]:
    """What the family is asked about the course, as texts to translate with their values."""
    schedule = load().therapies[therapy_id].schedule
    past = sorted((event for event in events if event.at <= at), key=lambda event: event.at)
    if passed := [until for until in plans(past) if until <= at]:
        return [(PLAN_PASSED, {"at": passed[0]}), *_pump_gaps(schedule, therapy_id, past, at)]
    kind, text = _FIRST_GIVEN[schedule.given]
    kinds = {kind, "infusion"} if kind == "dose" else {kind}
    if not next_planned(past, at) and not kinds & {event.kind for event in past}:
        return [(text, {})]
    return [*_infusion_gaps(schedule, past, at), *_pump_gaps(schedule, therapy_id, past, at)]


def _infusion_gaps(schedule: Schedule, past: Sequence[Event], at: datetime) -> list[Label]:
    """The next of a split dose, from its planned day to the last on which it may come, unless it is planned."""
    due = due_after(schedule, infused(past))
    if due is None or next_planned(past, at) or not due.at <= at or at.date() > due.last.date():
        return []
    return [(INFUSION_DUE, {"number": due.number, "at": due.at})]


def _pump_gaps(schedule: Schedule, therapy_id: str, past: Sequence[Event], at: datetime) -> list[Label]:
    pump = pump_at(past, at) if schedule.given == "pump" else None
    if pump is None:
        return []
    if pump.stop is not None and pump.stop.is_planned is None:
        return [(STOP_UNCLEAR, {"at": pump.stop.at})]
    if is_overdue(pump, schedule, at):
        return [(END_PASSED, {"at": planned_end(therapy_id, past)})]
    if _free_days_are_over(pump, schedule, at) and not plans(past):
        return [(FREE_DAYS_PASSED, {})]
    return []


def _free_days_are_over(pump: Pump, schedule: Schedule, at: datetime) -> bool:
    return pump.ended_at is not None and (at.date() - pump.ended_at.date()).days >= schedule.free_days

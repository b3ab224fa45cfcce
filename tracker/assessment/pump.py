"""A therapy that a pump gives, and a pause of it that gets long. Only read here."""

from datetime import datetime

from therapies.catalogue import KnowledgeError, load
from therapies.model import Instruction, Therapy
from therapies.schedule import Event, pump_at
from tracker.models import Child


def long_pause(child: Child, at: datetime) -> Instruction | None:
    """While the pump is stopped: what a pause that gets long needs, with its source."""
    therapy = pump_therapy(child)
    pump = pump_at(past_events(child, at), at.astimezone(child.zone)) if therapy else None
    if therapy is None or pump is None or pump.stop is None:
        return None
    return next((one for one in therapy.instructions if one.when == "long-pause"), None)


def pump_therapy(child: Child) -> Therapy | None:
    """The child's therapy, if a pump gives it."""
    try:
        known = load().therapies.get(child.course.therapy) if child.course else None
    except KnowledgeError:
        return None
    return known if known and known.schedule.given == "pump" else None


def past_events(child: Child, at: datetime) -> list[Event]:
    events = child.course.schedule if child.course else []
    return sorted((event for event in events if event.at <= at), key=lambda event: event.at)

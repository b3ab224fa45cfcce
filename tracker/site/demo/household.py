"""What a family of the story keeps beside its logs: reminders, medicines, who is on duty, the pump, questions."""

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from tracker.home_care.actions.doses import add_medicine, give_dose
from tracker.home_care.actions.duty import take_baton
from tracker.home_care.actions.pump import record_change, set_intervals
from tracker.home_care.actions.questions import ask_question
from tracker.home_care.queries.doses import slots_between
from tracker.messaging.reminders import confirm_numbers, set_plan
from tracker.models import Child, Medicine, User

SETTLED = timedelta(days=8)  # ago, when the household was set up
GIVEN_SINCE = timedelta(days=2)
A_LITTLE_LATER = timedelta(minutes=4)
AS_TYPED = {"as_needed": False, "times": [], "days": "", "gap_hours": None, "lowers_fever": False}


def furnish(
    child: Child,
    told: Mapping[str, Any],
    by: Mapping[str, User],
    when: Callable[[Mapping[str, Any]], datetime],
    now: datetime,
) -> None:
    """The `[household]` of a family's story; `by` finds a person by the first word of the address."""
    parent, began = next(iter(by.values())), now - SETTLED
    if times := told.get("reminders"):
        set_plan(child=child, times=map(time.fromisoformat, times), by=parent, now=now)
        confirm_numbers(child=child, by=parent, now=now)
    for label in told.get("medicines", ()):
        medicine = add_medicine(child=child, label=AS_TYPED | label, by=parent, now=began)
        _give(medicine, parent, now)
    if intervals := told.get("intervals"):
        set_intervals(child=child, days=intervals, by=parent, now=began)
    for row in told.get("changes", ()):
        at, number = when(row), uuid5(NAMESPACE_URL, f"{child.pk} {row['part']}")
        record_change(child=child, part=row["part"], changed_at=at, client_uuid=number, by=parent, now=at)
    for text in told.get("questions", ()):
        ask_question(child=child, text=text, by=parent, now=now)
    if holder := told.get("on_duty"):
        take_baton(child=child, instead_of=None, by=by[holder], now=now)


def _give(medicine: Medicine, by: User, now: datetime) -> None:
    """Every planned dose of the last days but the newest, which is there to be given."""
    slots = list(slots_between(medicine, now - GIVEN_SINCE, now, medicine.child.zone))
    for slot in slots[:-1]:
        at = slot + A_LITTLE_LATER
        number = uuid5(NAMESPACE_URL, f"{medicine.pk} {slot}")
        give_dose(medicine=medicine, slot_at=slot, given_at=at, client_uuid=number, by=by, now=at)

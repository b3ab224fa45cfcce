"""What was given and what is due. Only read here: no dose is computed and none is advised."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.db.models import Q

from tracker.models import Child, DoseGiven, Medicine

LOOK_BACK = timedelta(hours=72)  # the longest gap of a medicine that is given as needed
STILL_OPEN = timedelta(hours=6)  # a planned dose of last night is shown so long, if nobody recorded it
SOON = timedelta(hours=2)


@dataclass(frozen=True)
class Slot:
    """One planned time and who gave it, if anybody has said so. `number` is that of its form."""

    at: datetime
    given: DoseGiven | None
    is_soon: bool
    number: UUID = field(default_factory=uuid4)


@dataclass(frozen=True)
class Planned:
    """A medicine on the page: its planned times around now, what was given last, until when its gap lasts."""

    medicine: Medicine
    slots: Sequence[Slot]
    last: DoseGiven | None
    gap_until: datetime | None
    number: UUID = field(default_factory=uuid4)


def plan_of(child: Child, now: datetime) -> list[Planned]:
    """Each running medicine with what stands around now. Two queries, however long the history."""
    medicines = list(child.medicines.filter(ended_at=None).order_by("as_needed", "begun_at"))
    recent = DoseGiven.objects.standing().filter(child=child, given_at__gt=now - LOOK_BACK)
    doses = list(recent.select_related("given_by").order_by("-given_at"))
    return [
        _planned(one, [d for d in doses if d.medicine_id == one.pk], child.zone, now) for one in medicines
    ]


def slots_between(medicine: Medicine, first: datetime, last: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Its planned times from `first` to `last`. An hour that the clock skips is given an hour later."""
    day = first.astimezone(zone).date()
    while day <= last.astimezone(zone).date():
        if str(day.isoweekday()) in medicine.days:
            for text in sorted(medicine.times):
                at = datetime.combine(day, time.fromisoformat(text), tzinfo=zone).astimezone(UTC)
                if first <= at <= last:
                    yield at
        day += timedelta(days=1)


def in_the_way(medicine: Medicine, slot_at: datetime | None, given_at: datetime) -> DoseGiven | None:
    """The dose that stands there already: for the planned time, or closer than the gap on the label."""
    standing = medicine.doses.standing().select_related("given_by").order_by("-given_at")
    if slot_at is not None:
        return standing.filter(slot_at=slot_at).first()
    near = Q(given_at__gt=given_at - medicine.gap, given_at__lt=given_at + medicine.gap)
    return standing.filter(near).first()


def is_slot(medicine: Medicine, at: datetime) -> bool:
    """Whether a dose is planned for that moment, on the family's clock of today."""
    return any(slots_between(medicine, at, at, medicine.child.zone))


def next_slot(medicine: Medicine, after: datetime) -> datetime | None:
    """The first planned time after that moment; None for one that is given as needed."""
    first = after + timedelta(seconds=1)
    slots = slots_between(medicine, first, first + timedelta(days=8), medicine.child.zone)
    return next(slots, None)


def _planned(medicine: Medicine, doses: Sequence[DoseGiven], zone: ZoneInfo, now: datetime) -> Planned:
    last = doses[0] if doses else None
    if medicine.as_needed:
        ends = last.given_at + medicine.gap if last else None
        return Planned(medicine, (), last, ends if ends and ends > now else None)
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    first = max(min(midnight, now - STILL_OPEN), medicine.begun_at)
    by_slot = {dose.slot_at: dose for dose in reversed(doses)}
    times = slots_between(medicine, first, midnight + timedelta(hours=24), zone)
    slots = [Slot(at, by_slot.get(at), at <= now + SOON) for at in times]
    return Planned(medicine, slots, last, None)

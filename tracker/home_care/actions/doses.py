"""Medicines that the family types in, and doses that were given: each once, whoever of them is faster."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from therapies.fever import names_a_fever_medicine
from tracker.alerts.reassessing import reassess_from
from tracker.core.audit import record_audit
from tracker.core.child_lock import lock_child
from tracker.core.refused import Refused
from tracker.home_care.queries.doses import in_the_way, is_slot, next_slot
from tracker.lib.text import typed
from tracker.models import Child, DoseGiven, Medicine, User
from tracker.models.doses import EVERY_DAY


class AlreadyGiven(Refused):
    """Somebody has given it: `dose` says who and when."""

    def __init__(self, dose: DoseGiven) -> None:
        super().__init__(_("This dose is recorded already."))
        self.dose = dose


@transaction.atomic
def add_medicine(
    *, child: Child, label: Mapping[str, Any], by: User, now: datetime, client_uuid: UUID | None = None
) -> Medicine:
    """`label`: name, dose, as_needed, times, days, gap_hours, lowers_fever, as the family typed them.

    A double tap gives the first: two of one label would hide that a dose was given.
    """
    lock_child(child)
    written = _as_written(label)
    key = uuid5(child.pk, f"medicine {client_uuid or uuid4()} {sorted(written.items())}")
    if before := Medicine.objects.filter(pk=key).first():
        return before
    medicine = Medicine(pk=key, child=child, begun_at=now, begun_by=by, **written)
    medicine.due_at = next_slot(medicine, now)
    medicine.save(force_insert=True)
    record_audit("medicine.added", by=by, now=now, child=child.pk, about=medicine.pk)
    return medicine


@transaction.atomic
def change_medicine(*, medicine: Medicine, label: Mapping[str, Any], by: User, now: datetime) -> None:
    """The label says something else now. Doses keep what it said when they were given."""
    written = _as_written(label)
    for name, value in written.items():
        setattr(medicine, name, value)
    medicine.due_at = next_slot(medicine, now)
    medicine.save(update_fields=(*written, "due_at"))
    record_audit("medicine.changed", by=by, now=now, child=medicine.child_id, about=medicine.pk)


@transaction.atomic
def end_medicine(*, medicine: Medicine, by: User, now: datetime) -> None:
    """It is not given any more; what was given stays. Ending it again changes nothing."""
    if Medicine.objects.filter(pk=medicine.pk, ended_at=None).update(ended_at=now, ended_by=by):
        record_audit("medicine.ended", by=by, now=now, child=medicine.child_id, about=medicine.pk)


def give_dose(
    *,
    medicine: Medicine,
    slot_at: datetime | None,
    given_at: datetime,
    client_uuid: UUID,
    even_so: bool = False,
    by: User,
    now: datetime,
) -> DoseGiven:
    """Records a dose, with its own time. A double tap gives the first.

    Raises AlreadyGiven where one stands for that planned time, or closer than the gap. `even_so` records it
    all the same, marked: it was given, and a record that hides that would be the danger. A fever medicine hides
    a fever in logs that may have come before it: they are judged again.
    """
    child = medicine.child
    if (slot_at is None) != medicine.as_needed or (slot_at and not is_slot(medicine, slot_at)):
        raise Refused(_("The times have been changed. Look at them again."))
    with transaction.atomic():
        lock_child(child)
        if before := DoseGiven.objects.filter(child=child, client_uuid=client_uuid).first():
            return before
        given_at = min(given_at, now)
        other = in_the_way(medicine, slot_at, given_at)
        if other and not even_so:
            raise AlreadyGiven(other)
        dose = _save(medicine, slot_at, given_at, client_uuid, other, by, now)
        if dose.lowers_fever:
            reassess_from(child=child, at=given_at, by=by, now=now)
        return dose


def _save(
    medicine: Medicine,
    slot_at: datetime | None,
    given_at: datetime,
    client_uuid: UUID,
    other: DoseGiven | None,
    by: User,
    now: datetime,
) -> DoseGiven:
    return DoseGiven.objects.create(
        child_id=medicine.child_id,
        medicine=medicine,
        client_uuid=client_uuid,
        name=medicine.name,
        dose=medicine.dose,
        lowers_fever=medicine.lowers_fever,
        slot_at=slot_at,
        given_at=given_at,
        given_by=by,
        recorded_at=now,
        again_after=other,
    )


@transaction.atomic
def take_back_dose(*, dose: DoseGiven, by: User, now: datetime) -> bool:
    """It was recorded by mistake. The row stays. False where it was taken back before."""
    lock_child(dose.child)
    rows = DoseGiven.objects.filter(pk=dose.pk, taken_back_at=None)
    taken_back = rows.update(taken_back_at=now, taken_back_by=by) == 1
    if taken_back:
        record_audit("dose.taken-back", by=by, now=now, child=dose.child_id, about=dose.pk)
    return taken_back


def _as_written(label: Mapping[str, Any]) -> dict[str, Any]:
    """As typed, without what a database cannot keep. A well-known fever medicine counts as one, ticked or not."""
    as_needed, name = bool(label["as_needed"]), typed(label["name"])
    return {
        "name": name,
        "dose": typed(label["dose"]),
        "as_needed": as_needed,
        "times": [] if as_needed else sorted(set(label["times"])),
        "days": label["days"] or EVERY_DAY,
        "gap_hours": label["gap_hours"] if as_needed else None,
        "lowers_fever": bool(label["lowers_fever"]) or names_a_fever_medicine(name),
    }

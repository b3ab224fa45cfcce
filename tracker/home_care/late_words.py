"""What a late form of these pages says, in words: read before it is saved."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from tracker.assessment.wording import vocabulary
from tracker.core.forms import moment_in
from tracker.home_care.forms import IntervalForm, MedicineForm
from tracker.logs.late_words import Words, said_in, when
from tracker.models import Child, DoseGiven, LineChange, LinePart, Medicine, Question


def _named(medicine: Medicine | DoseGiven | None) -> str:
    return f"{medicine.name}, {medicine.dose}" if medicine else ""


def _picked(typed: QueryDict, name: str, at: datetime) -> datetime | None:
    try:
        return moment_in(typed, name, at, at)
    except ValidationError:
        return None


def dose_given(child: Child, typed: QueryDict, at: datetime, medicine_id: UUID, **_which: UUID) -> Words:
    second = typed.get("even_so") == "yes"
    medicine = child.medicines.filter(pk=medicine_id).first()
    given_at = _picked(typed, "given_at", at)
    title = _("A second dose was given") if second else _("A dose was given")
    return Words(title, [(_("Medicine"), _named(medicine)), (_("Given"), when(given_at))])


def dose_taken_back(child: Child, typed: QueryDict, at: datetime, dose_id: UUID, **_which: UUID) -> Words:
    dose = child.doses.filter(pk=dose_id).first()
    rows = [(_("Medicine"), _named(dose)), (_("Given"), when(dose.given_at) if dose else "")]
    return Words(_("A dose was recorded by mistake"), rows)


def medicine_label(
    child: Child, typed: QueryDict, at: datetime, medicine_id: UUID | None = None, **_which: UUID
) -> Words:
    medicine = child.medicines.filter(pk=medicine_id).first() if medicine_id else None
    if typed.get("stop") == "yes":
        return Words(_("A medicine is not given any more"), [(_("Medicine"), _named(medicine))])
    return Words(_("A medicine's label"), said_in(MedicineForm(typed)))


def line_changed(child: Child, typed: QueryDict, at: datetime, **_which: UUID) -> Words:
    part = dict(LinePart.choices).get(typed.get("part", ""), "")
    changed_at = _picked(typed, "changed_at", at)
    return Words(_("Something was changed on the pump"), [(part, when(changed_at))])


def line_days(child: Child, typed: QueryDict, at: datetime, **_which: UUID) -> Words:
    return Words(_("Your clinic's days"), said_in(IntervalForm(typed)))


def line_taken_back(child: Child, typed: QueryDict, at: datetime, change_id: UUID, **_which: UUID) -> Words:
    change = LineChange.objects.filter(child=child, pk=change_id).first()
    rows = [(change.get_part_display(), when(change.changed_at))] if change else []
    return Words(_("A change was recorded by mistake"), rows)


def pump_problem(child: Child, typed: QueryDict, at: datetime, **_which: UUID) -> Words:
    known = vocabulary()
    choices = known.observations["pump"].choices if known else ()
    words = next((_(choice.name) for choice in choices if choice.code == typed.get("pump")), "")
    return Words(_("Something is wrong with the pump or the line"), [(words, when(at))])


def question(child: Child, typed: QueryDict, at: datetime, **_which: UUID) -> Words:
    return Words(_("A question for the next visit"), [(_("Question"), typed.get("text", ""))])


def question_answered(
    child: Child, typed: QueryDict, at: datetime, question_id: UUID, **_which: UUID
) -> Words:
    asked = Question.objects.filter(child=child, pk=question_id).first()
    said = _("Don't ask it") if typed.get("withdraw") == "yes" else typed.get("answer", "")
    return Words(_("A question for the next visit"), [(asked.text if asked else "", said)])


def signs_of_pump(typed: QueryDict) -> dict[str, Any] | None:
    return {"pump": typed["pump"]} if typed.get("pump") in ("alarm", "leak", "disconnected") else None

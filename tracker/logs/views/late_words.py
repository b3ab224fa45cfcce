"""What a late form says, in words: read before it is saved."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from tracker.assessment.follow_up import confirmed
from tracker.assessment.wording import name_of, temperature, vocabulary
from tracker.home_care.forms import IntervalForm, MedicineForm, moment_in
from tracker.logs.forms.call import CalledForm
from tracker.logs.self_report import ANSWERS, QUESTIONS, report_of
from tracker.models import Child, DoseGiven, LineChange, LinePart, Medicine, Question, TreatmentEvent


class Words(NamedTuple):
    """What was done, and each answer with its question."""

    title: str
    rows: list[tuple[Any, Any]]


def said_in(form: forms.Form) -> list[tuple[Any, Any]]:
    """Each field that was filled in: its label, and what was chosen or typed."""
    said = ((field.label, _said(field)) for field in form if not field.is_hidden)
    return [(label, words) for label, words in said if words]


def _said(field: forms.BoundField) -> str:
    value = field.value()
    if isinstance(field.field, forms.BooleanField):
        return _("Yes") if value else ""
    names = {str(code): str(name) for code, name in getattr(field.field, "choices", ())}
    values = value if isinstance(value, list) else [value or ""]
    return ", ".join(names.get(str(one), str(one)) for one in values)


def when(at: datetime | None) -> str:
    return date_format(localtime(at), "l H:i") if at else _("No time that can be read")


def _named(medicine: Medicine | DoseGiven | None) -> str:
    return f"{medicine.name}, {medicine.dose}" if medicine else ""


# ------------------------------------------------------------ what a family does


def dose_given(child: Child, typed: QueryDict, at: datetime, medicine_id: UUID, **_which: UUID) -> Words:
    second = typed.get("even_so") == "yes"
    medicine = child.medicines.filter(pk=medicine_id).first()
    given_at = moment_in(typed, "given_at", at, at)
    title = _("A second dose was given") if second else _("A dose was given")
    return Words(title, [(_("Medicine"), _named(medicine)), (_("Given"), when(given_at))])


def dose_taken_back(child: Child, typed: QueryDict, at: datetime, dose_id: UUID, **_which: UUID) -> Words:
    dose = child.doses.filter(pk=dose_id).first()
    rows = [(_("Medicine"), _named(dose)), (_("Given"), when(dose.given_at) if dose else "")]
    return Words(_("A dose was recorded by mistake"), rows)


def medicine_label(
    child: Child, typed: QueryDict, at: datetime, medicine_id: UUID | None = None, **_which: UUID
) -> Words:
    medicine = child.medicines.filter(pk=medicine_id).first()
    if typed.get("stop") == "yes":
        return Words(_("A medicine is not given any more"), [(_("Medicine"), _named(medicine))])
    return Words(_("A medicine's label"), said_in(MedicineForm(typed)))


def line_changed(child: Child, typed: QueryDict, at: datetime, **_which: UUID) -> Words:
    part = dict(LinePart.choices).get(typed.get("part", ""), "")
    changed_at = moment_in(typed, "changed_at", at, at)
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


def call(child: Child, typed: QueryDict, at: datetime, **_which: UUID) -> Words:
    return Words(_("You have called"), said_in(CalledForm(typed, now=at, zone=child.zone)))


def reply(child: Child, typed: QueryDict, at: datetime, **_which: UUID) -> Words:
    report = signs_of_reply(typed) or {}
    rows = [(_("Temperature"), temperature(report)[0])] if "temperature" in report else []
    rows += [(_("Yes:"), name_of(sign["code"])) for sign in report.get("symptoms", ())]
    return Words(_("Your reply to a question"), rows)


def mistake(child: Child, typed: QueryDict, at: datetime, **_which: UUID) -> Words:
    return Words(_("It was logged by mistake"), [])


def own_answers(
    child: Child, typed: QueryDict, at: datetime, pair_id: UUID | None = None, **_which: UUID
) -> Words:
    by_child, words = pair_id is None, dict(ANSWERS)
    rows = [
        (one.child if by_child else one.adult, words.get(typed.get(one.key, ""), "")) for one in QUESTIONS
    ]
    return Words(_("Five questions"), [(question, answer) for question, answer in rows if answer])


def question(child: Child, typed: QueryDict, at: datetime, **_which: UUID) -> Words:
    return Words(_("A question for the next visit"), [(_("Question"), typed.get("text", ""))])


def question_answered(
    child: Child, typed: QueryDict, at: datetime, question_id: UUID, **_which: UUID
) -> Words:
    asked = Question.objects.filter(child=child, pk=question_id).first()
    said = _("Don't ask it") if typed.get("withdraw") == "yes" else typed.get("answer", "")
    return Words(_("A question for the next visit"), [(asked.text if asked else "", said)])


def event_taken_back(child: Child, typed: QueryDict, at: datetime, event_id: UUID, **_which: UUID) -> Words:
    event = TreatmentEvent.objects.filter(course__child=child, pk=event_id).first()
    rows = [(event.get_kind_display(), when(event.until or event.at))] if event else []
    return Words(_("Something was recorded by mistake"), rows)


# ------------------------------------------------------------ what a nurse does


def note(child: Child, typed: QueryDict, at: datetime, **_which: UUID) -> Words:
    return Words(_("A note of the care team"), [(_("Note"), typed.get("text", ""))])


def known_numbers(child: Child, typed: QueryDict, at: datetime, **_which: UUID) -> Words:
    rows = [
        (_("Where you reach the family"), typed.get("call_back_number", "")),
        (_("Your record number of this child"), typed.get("record_number", "")),
    ]
    return Words(_("Telephone"), rows)


# ------------------------------------------------------------ the signs in what is a log by another name


def signs_of_pump(typed: QueryDict) -> dict[str, Any] | None:
    return {"pump": typed["pump"]} if typed.get("pump") in ("alarm", "leak", "disconnected") else None


def signs_of_reply(typed: QueryDict) -> dict[str, Any] | None:
    """The reply alone: what the log said is shown to nobody who is signed out."""
    return confirmed({}, {key: typed.get(key, "") for key in ("temperature", "sign")})


def signs_of_own_answers(typed: QueryDict) -> dict[str, Any] | None:
    return report_of({one.key: typed.get(one.key, "") for one in QUESTIONS})

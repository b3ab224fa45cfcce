"""Doses: what is due, who gave what when, and the labels that the family typed in."""

import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from therapies.model import ASK_FIRST
from tracker.assessment.fever_medicine import fever_medicine_since
from tracker.core.access import access_child, may, of_child
from tracker.core.forms import moment_in, number_in
from tracker.core.pages import AuthedRequest, page_context
from tracker.core.redirects import see_other
from tracker.core.refused import Refused
from tracker.home_care import late_words
from tracker.home_care.actions.doses import (
    AlreadyGiven,
    add_medicine,
    change_medicine,
    end_medicine,
    give_dose,
    take_back_dose,
)
from tracker.home_care.documents.card import instruction_about
from tracker.home_care.forms import MedicineForm
from tracker.home_care.queries.doses import plan_of
from tracker.logs import unsaved
from tracker.logs.late_rule import Rule, kept_when_late
from tracker.models import Child, DoseGiven, Medicine
from tracker.models.doses import EVERY_DAY

SHOWN = 12


@require_safe
def doses(request: AuthedRequest, child_id: uuid.UUID) -> HttpResponse:
    """What is due and what was given last."""
    now = timezone.now()
    child = access_child(request.user, child_id, to="see")
    context = page_context(request, child, now) | {
        "plan": plan_of(child, now),
        "given": child.doses.select_related("given_by", "taken_back_by").order_by("-given_at")[:SHOWN],
        "fever_medicine": fever_medicine_since(child, now),
        "ask_first": instruction_about(child, ASK_FIRST),
        **_rights(child),
    }
    return render(request, "tracker/home_care/doses.html", context)


@kept_when_late(Rule("log", late_words.dose_given))
@require_POST
def dose_give(request: AuthedRequest, child_id: uuid.UUID, medicine_id: uuid.UUID) -> HttpResponse:
    """ "Given". Where somebody was faster, a page says who and when before anything else can be done."""
    now = timezone.now()
    child = access_child(request.user, child_id, to="log")
    context = page_context(request, child, now)
    medicine = of_child(Medicine.objects.select_related("child"), child, medicine_id)
    medicine.child = child
    slot_at = _slot_in(request.POST.get("slot", ""))
    try:
        given_at = moment_in(request.POST, "given_at", now, unsaved.sent_at(request.POST, now))
        dose = give_dose(
            medicine=medicine,
            slot_at=slot_at,
            given_at=given_at,
            client_uuid=number_in(request.POST.get("client_uuid", "")),
            even_so=request.POST.get("even_so") == "yes",
            by=request.user,
            now=now,
        )
    except AlreadyGiven as refused:
        return _somebody_was_faster(request, context, medicine, refused.dose, slot_at, given_at)
    except ValidationError as wrong_time:
        messages.warning(request, wrong_time.message)
        return see_other("doses", child.pk)
    except Refused as refused:
        messages.warning(request, str(refused))
        return see_other("doses", child.pk)
    if dose.again_after_id:
        messages.warning(request, _("Recorded. Two doses stand here now. Call the care team and tell them."))
    return see_other("doses", child.pk)


def _somebody_was_faster(
    request: AuthedRequest,
    context: dict[str, Any],
    medicine: Medicine,
    dose: DoseGiven,
    slot_at: datetime | None,
    given_at: datetime,
) -> HttpResponse:
    more = {
        "medicine": medicine,
        "dose": dose,
        "slot_at": slot_at,
        "given_at": given_at,
        "client_uuid": uuid.uuid4(),
        "gap_until": dose.given_at + medicine.gap if medicine.as_needed else None,
    }
    return render(request, "tracker/home_care/dose_given_already.html", context | more, status=409)


@kept_when_late(Rule("log", late_words.dose_taken_back))
@require_POST
def dose_take_back(request: AuthedRequest, child_id: uuid.UUID, dose_id: uuid.UUID) -> HttpResponse:
    """It was recorded by mistake."""
    child = access_child(request.user, child_id, to="log")
    dose = of_child(DoseGiven.objects.all(), child, dose_id)
    take_back_dose(dose=dose, by=request.user, now=timezone.now())
    return see_other("doses", child.pk)


@kept_when_late(Rule("manage", late_words.medicine_label))
def medicine_new(request: AuthedRequest, child_id: uuid.UUID) -> HttpResponse:
    """A label, typed in."""
    now = timezone.now()
    child = access_child(request.user, child_id, to="manage")
    form = MedicineForm(request.POST or None, initial={"kind": "times"})
    if request.method == "POST" and form.is_valid():
        number = number_in(request.POST.get("client_uuid", ""))
        add_medicine(child=child, label=form.label, client_uuid=number, by=request.user, now=now)
        return see_other("doses", child.pk)
    return render(
        request, "tracker/home_care/medicine.html", page_context(request, child, now) | {"form": form}
    )


@kept_when_late(Rule("manage", late_words.medicine_label))
def medicine(request: AuthedRequest, child_id: uuid.UUID, medicine_id: uuid.UUID) -> HttpResponse:
    """The label says something else now, or the medicine is stopped."""
    now = timezone.now()
    child = access_child(request.user, child_id, to="manage")
    found = of_child(Medicine.objects.filter(ended_at=None), child, medicine_id)
    form = MedicineForm(request.POST or None, initial=_initial(found))
    if request.POST.get("stop") == "yes":
        end_medicine(medicine=found, by=request.user, now=now)
        return see_other("doses", child.pk)
    if request.method == "POST" and form.is_valid():
        change_medicine(medicine=found, label=form.label, by=request.user, now=now)
        return see_other("doses", child.pk)
    context = page_context(request, child, now) | {"form": form, "medicine": found}
    return render(request, "tracker/home_care/medicine.html", context)


def _initial(found: Medicine) -> dict[str, Any]:
    return {
        "name": found.name,
        "dose": found.dose,
        "kind": "needed" if found.as_needed else "times",
        "times": ", ".join(found.times),
        "days": [] if found.days == EVERY_DAY else list(found.days),
        "gap_hours": found.gap_hours,
        "lowers_fever": found.lowers_fever,
    }


def _rights(child: Child) -> dict[str, bool]:
    roles = (child.family_role, child.staff_role)
    return {"may_log": may(roles, "log"), "may_manage": may(roles, "manage")}


def _slot_in(text: str) -> datetime | None:
    """The planned time that a form was for. One that is broken is none, which the action refuses."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None

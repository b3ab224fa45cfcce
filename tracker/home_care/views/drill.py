"""Fire drill: the worst night rehearsed. Every page of it says that it is a drill."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tracker.assessment.courses import has_begun
from tracker.assessment.phone_script import ScriptFacts, what_to_say
from tracker.core.access import access_child, may, of_child
from tracker.core.pages import AuthedRequest, all_numbers, earlier_therapies, page_context
from tracker.core.redirects import see_other
from tracker.core.refused import Refused
from tracker.home_care.actions.drill import begin_drill, finish_drill, pass_step
from tracker.home_care.documents.card import card_of
from tracker.home_care.queries.drill import drills_of, is_the_fever, is_the_number, the_night
from tracker.models import Child, Drill

DRILLS_SHOWN = 5
FEVER = Decimal("38.6")
MADE_UP = {"temperature": {"value": FEVER, "unit": "C", "route": "ear"}, "symptoms": [{"code": "chills"}]}


@require_safe
def drill(request: AuthedRequest, child_id: uuid.UUID) -> HttpResponse:
    """What a drill is, and those that were done."""
    now = timezone.now()
    child = access_child(request.user, child_id, to="see")
    context = page_context(request, child, now) | {
        "drills": drills_of(child)[:DRILLS_SHOWN],
        "may_log": may((child.family_role,), "log"),
    }
    return render(request, "tracker/home_care/drill.html", context)


@require_POST
def drill_begin(request: AuthedRequest, child_id: uuid.UUID) -> HttpResponse:
    """Begins one, or goes on with the one that was left."""
    child = access_child(request.user, child_id, to="log")
    begun = begin_drill(child=child, by=request.user, now=timezone.now())
    return see_other("drill-step", child.pk, begun.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def drill_step(request: AuthedRequest, child_id: uuid.UUID, drill_id: uuid.UUID) -> HttpResponse:
    """The step that is open."""
    now = timezone.now()
    child = access_child(request.user, child_id, to="log")
    found = of_child(Drill.objects.select_related("begun_by"), child, drill_id)
    if request.method == "POST":
        return _done(request, child, found, now)
    return render(request, "tracker/home_care/drill_step.html", _step(request, child, found, now))


@require_safe
def drill_card(request: AuthedRequest, child_id: uuid.UUID, drill_id: uuid.UUID) -> HttpResponse:
    """The real card, marked as part of a drill, without a code that opens it elsewhere."""
    now = timezone.now()
    child = access_child(request.user, child_id, to="log")
    context = page_context(request, child, now) | {
        "drill": of_child(Drill.objects.all(), child, drill_id),
        "card": card_of(child, now),
        "numbers": all_numbers(child.care_team, child),
    }
    return render(request, "tracker/home_care/drill_card.html", context)


def _done(request: AuthedRequest, child: Child, found: Drill, now: datetime) -> HttpResponse:
    step, typed = found.open_step, request.POST.get("typed", "")
    if step == "hard":
        finish_drill(drill=found, hard=request.POST.get("hard", ""), by=request.user, now=now)
    elif step == "number_at" and not is_the_number(child, typed, now):
        messages.warning(request, _("Not yet. Look for the line that answers at that hour."))
    elif step == "card_at" and not is_the_fever(card_of(child, now).fever_from, typed):
        messages.warning(request, _("Not yet. It stands in the red field of the card."))
    else:
        try:
            pass_step(drill=found, by=request.user, now=now)
        except Refused as refused:
            messages.warning(request, str(refused))
    return see_other("drill-step", child.pk, found.pk)


def _step(request: AuthedRequest, child: Child, found: Drill, now: datetime) -> dict[str, Any]:
    around = page_context(request, child, now)
    told = ScriptFacts(
        report=MADE_UP,
        therapies=[child.course.therapy] if child.course else [],
        age_years=child.age_years(now),
        age_months=child.age_months(now),
        day_label=around["day_label"],
        has_begun=has_begun(child, now),
        earlier_therapies=earlier_therapies(child, now),
        seen_at=now,
        now=now,
    )
    return around | {
        "drill": found,
        "step": found.open_step,
        "night": the_night(child, now),
        "numbers": all_numbers(child.care_team, child),
        "fever": FEVER,
        "script": what_to_say(told, (), "now"),
        "took": _took(found),
    }


def _took(found: Drill) -> dict[str, int]:
    """Seconds from the beginning to each step."""
    passed = {step: getattr(found, step) for step in Drill.STEPS}
    return {step: round((at - found.begun_at).total_seconds()) for step, at in passed.items() if at}

"""On duty: who holds the baton tonight, and handing it over."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tracker.assessment.fever_medicine import fever_medicine_since
from tracker.core.access import access_child, may, of_child
from tracker.core.on_duty import adults_of, watch_of
from tracker.core.pages import AuthedRequest, page_context
from tracker.core.redirects import see_other
from tracker.core.refused import Refused
from tracker.home_care.actions.duty import accept_baton, decline_baton, offer_baton, take_baton
from tracker.home_care.queries.doses import plan_of
from tracker.logs import queries
from tracker.logs.advice import last_advice
from tracker.models import Baton, Child


@require_safe
def duty(request: AuthedRequest, child_id: uuid.UUID) -> HttpResponse:
    """Who is on duty, who is asked, and what whoever takes over needs to know."""
    now = timezone.now()
    child = access_child(request.user, child_id, to="see")
    watch = watch_of(child, now)
    held, last = watch.held, queries.last_log(child)
    context = page_context(request, child, now) | {
        "held": held,
        "offer": watch.offer,
        "others": [one for one in watch.adults if one != request.user and (not held or one != held.holder)],
        "turns": watch.turns,
        "last": last,
        "advice": last_advice(child, request.user, now, last),
        "fever_medicine": fever_medicine_since(child, now),
        "coming": _coming(child, now),
        "may_log": may((child.family_role,), "log"),
    }
    return render(request, "tracker/home_care/duty.html", context)


def _coming(child: Child, now: Any) -> list[tuple[Any, Any]]:
    """The next planned dose of each medicine that nobody has recorded."""
    coming = []
    for planned in plan_of(child, now):
        open_slots = [slot for slot in planned.slots if slot.given is None]
        if open_slots:
            coming.append((planned.medicine, open_slots[0].at))
    return coming


@require_POST
def duty_offer(request: AuthedRequest, child_id: uuid.UUID) -> HttpResponse:
    """Asks somebody else."""
    child = access_child(request.user, child_id, to="log")
    asked = [one for one in adults_of(child) if str(one.pk) == request.POST.get("to")]
    if asked:
        _try(request, offer_baton, child=child, to=asked[0])
    else:
        messages.warning(request, _("Choose somebody else of the family."))
    return see_other("duty", child.pk)


@require_POST
def duty_answer(request: AuthedRequest, child_id: uuid.UUID, baton_id: uuid.UUID) -> HttpResponse:
    """Yes or no to an offer, or taking it back."""
    child = access_child(request.user, child_id, to="log")
    baton = of_child(Baton.objects.select_related("child"), child, baton_id)
    action = accept_baton if request.POST.get("answer") == "yes" else decline_baton
    _try(request, action, baton=baton)
    return see_other("duty", child.pk)


@require_POST
def duty_take(request: AuthedRequest, child_id: uuid.UUID) -> HttpResponse:
    """ "I am on duty." """
    child = access_child(request.user, child_id, to="log")
    _try(request, take_baton, child=child, instead_of=_turn(request.POST.get("instead_of", "")))
    return see_other("duty", child.pk)


def _try(request: AuthedRequest, action: Any, **what: Any) -> None:
    try:
        action(**what, by=request.user, now=timezone.now())
    except Refused as refused:
        messages.warning(request, str(refused))


def _turn(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None

"""A family's reminders, and where the link in a message leads."""

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tracker.core.access import access_child, reminder_sent
from tracker.core.pages import AuthedRequest, all_numbers, page_context
from tracker.core.redirects import see_other
from tracker.core.refused import Refused
from tracker.lib.hours import time_format
from tracker.messaging.contact_points import choose_for_reminders, has_dead_way
from tracker.messaging.forms import PlanForm, as_typed
from tracker.messaging.reminders import NUMBERS_EVERY, confirm_numbers, set_plan, snooze, tonight
from tracker.models import (
    Channel,
    Child,
    ReminderPlan,
    ReminderTime,
    Role,
    User,
)

LATER = {"15": 15, "60": 60, "tonight": None}


@require_http_methods(["GET", "HEAD", "POST"])
def reminders(request: AuthedRequest, child_id: UUID) -> HttpResponse:
    """Times, "remind me later" and the numbers: three forms, told apart by their button."""
    child, now = access_child(request.user, child_id, to="manage"), timezone.now()
    if request.method != "POST":
        return _shown(request, child, now)
    act = {"later": _later, "numbers": _numbers}.get(request.POST.get("save", ""), _plan)
    return act(request, child, now)


def _plan(request: AuthedRequest, child: Child, now: datetime) -> HttpResponse:
    form = PlanForm(request.POST, parents=_parents(child))
    if not form.is_valid():
        return _shown(request, child, now, form=form)
    set_plan(child=child, times=form.times(), by=request.user, now=now, **form.about())
    messages.success(request, _("Saved."))
    return see_other("reminders", child.pk)


def _later(request: AuthedRequest, child: Child, now: datetime) -> HttpResponse:
    try:
        minutes = LATER.get(request.POST.get("later", ""), 15)
        until = snooze(child=child, minutes=minutes, by=request.user, now=now)
        local = until.astimezone(child.zone)
        messages.success(request, _("You are reminded at %(time)s.") % {"time": time_format(local, "H:i")})
    except Refused as refusal:
        messages.error(request, str(refusal))
    return see_other("reminders", child.pk)


def _numbers(request: AuthedRequest, child: Child, now: datetime) -> HttpResponse:
    confirm_numbers(child=child, by=request.user, now=now)
    messages.success(request, _("Noted. You are asked again in a month."))
    return see_other("reminders", child.pk)


def _shown(request: AuthedRequest, child: Child, now: datetime, form: PlanForm | None = None) -> HttpResponse:
    plan = ReminderPlan.objects.filter(child=child).prefetch_related("times").first()
    checked = child.number_checks.select_related("by").order_by("-at").first()
    due = ReminderTime.objects.filter(plan=child.pk).order_by("due_at")
    context = {
        "form": form or PlanForm(initial=as_typed(plan), parents=_parents(child)),
        "next_at": due.values_list("due_at", flat=True).first(),
        "dead": has_dead_way(request.user, now),
        "tonight": tonight(child, now),
        "numbers": all_numbers(child.care_team, child),
        "checked": checked,
        "check_is_old": checked is None or now - checked.at > NUMBERS_EVERY + timedelta(days=1),
    }
    return render(request, "tracker/messaging/reminders.html", page_context(request, child, now) | context)


def _parents(child: Child) -> list[User]:
    own = {"memberships__child": child, "memberships__role": Role.PARENT, "memberships__ended_at": None}
    return list(User.objects.filter(**own).order_by("memberships__begun_at"))


@login_not_required
@csrf_exempt  # a mail program sends it, without a page of ours: RFC 8058
@require_http_methods(["GET", "HEAD", "POST"])
def switch_off(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Reminders by mail, off with one click. Alerts still come."""
    found = reminder_sent(message_id)
    if request.method != "POST":
        return render(request, "tracker/messaging/reminders_off.html", {"is_off": "off" in request.GET})
    choose_for_reminders(person=found.person, channel=Channel.EMAIL, wanted=False, now=timezone.now())
    return (
        redirect(request.path + "?off")
        if "by_hand" in request.POST
        else HttpResponse(content_type="text/plain")
    )

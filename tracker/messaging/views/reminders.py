"""A family's reminders, and where the link in a message leads."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from tracker.alerts.decisions import open_decision
from tracker.core.access import access_child, access_message, reminder_sent
from tracker.core.pages import all_numbers, frame
from tracker.core.redirects import see_other
from tracker.core.refused import Refused
from tracker.lib.database import optional_write
from tracker.messaging.contact_points import choose_for_reminders, has_dead_way, prove
from tracker.messaging.forms import PlanForm, as_typed
from tracker.messaging.reminders import NUMBERS_EVERY, confirm_numbers, set_plan, snooze, tonight
from tracker.models import (
    Cause,
    Channel,
    Child,
    Kind,
    Membership,
    Message,
    ReminderPlan,
    ReminderTime,
    Role,
    User,
)
from tracker.models.people import FAMILY_ROLES

PAGES = {Cause.NUMBERS: "reminders", Cause.DOSE: "doses", Cause.LINE: "pump"}
"""Where a reminder leads to; all others to the log form."""
LATER = {"15": 15, "60": 60, "tonight": None}


@require_http_methods(["GET", "HEAD", "POST"])
def reminders(request: HttpRequest, child_id: UUID) -> HttpResponse:
    """Times, "remind me later" and the numbers: three forms, told apart by their button."""
    child, now = access_child(request.user, child_id, to="manage"), timezone.now()
    if request.method != "POST":
        return _shown(request, child, now)
    act = {"later": _later, "numbers": _numbers}.get(request.POST.get("save", ""), _plan)
    return act(request, child, now)


def _plan(request: HttpRequest, child: Child, now: datetime) -> HttpResponse:
    form = PlanForm(request.POST, parents=_parents(child))
    if not form.is_valid():
        return _shown(request, child, now, form=form)
    set_plan(child=child, times=form.times(), by=request.user, now=now, **form.about())
    messages.success(request, _("Saved."))
    return see_other("reminders", child.pk)


def _later(request: HttpRequest, child: Child, now: datetime) -> HttpResponse:
    try:
        minutes = LATER.get(request.POST.get("later", ""), 15)
        until = snooze(child=child, minutes=minutes, by=request.user, now=now)
        local = until.astimezone(child.zone)
        messages.success(request, _("You are reminded at %(time)s.") % {"time": time_format(local, "H:i")})
    except Refused as refusal:
        messages.error(request, str(refusal))
    return see_other("reminders", child.pk)


def _numbers(request: HttpRequest, child: Child, now: datetime) -> HttpResponse:
    confirm_numbers(child=child, by=request.user, now=now)
    messages.success(request, _("Noted. You are asked again in a month."))
    return see_other("reminders", child.pk)


def _shown(request: HttpRequest, child: Child, now: datetime, form: PlanForm | None = None) -> HttpResponse:
    plan = ReminderPlan.objects.filter(child=child).prefetch_related("times").first()
    checked = child.number_checks.select_related("by").order_by("-at").first()
    due = ReminderTime.objects.filter(plan=child.pk).order_by("due_at")
    context = {
        "form": form or PlanForm(initial=as_typed(plan), parents=_parents(child)),
        "next_at": due.values_list("due_at", flat=True).first(),
        "dead": has_dead_way(request.user),
        "tonight": tonight(child, now),
        "numbers": all_numbers(child.care_team, child),
        "checked": checked,
        "check_is_old": checked is None or now - checked.at > NUMBERS_EVERY + timedelta(days=1),
    }
    return render(request, "tracker/messaging/reminders.html", frame(request, child, now) | context)


def _parents(child: Child) -> list[User]:
    own = {"memberships__child": child, "memberships__role": Role.PARENT, "memberships__ended_at": None}
    return list(User.objects.filter(**own).order_by("memberships__begun_at"))


@require_safe
def message(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """One tap from a message to what it is about. That it was opened proves the way it came by."""
    found = access_message(request.user, message_id)
    with optional_write():
        prove(message=found, now=timezone.now())
    if found.kind == Kind.ANSWER and _is_family(found):
        with optional_write():
            open_decision(child=found.child, by=request.user, now=timezone.now())
    return HttpResponseRedirect(_place_of(found))


def _place_of(message: Message) -> str:
    """The log form for a reminder; Today for what was decided; of an alert, the nurse's page or the family's answer."""
    if message.reminder:
        page = PAGES.get(message.reminder.cause, "log-new")
        return reverse(page, args=[message.child_id])
    if message.alert is None:
        return reverse("reach")
    if message.kind == Kind.ANSWER:
        return reverse("today", args=[message.child_id])
    if _is_family(message):
        return reverse("answer", args=[message.alert.log_id])
    return _first_of(("nurse-child", [message.child_id]), ("board", []))


def _is_family(message: Message) -> bool:
    """Its recipient is, still."""
    family = Membership.objects.filter(user=message.recipient, child=message.child_id, ended_at=None)
    return family.filter(role__in=FAMILY_ROLES).exists()


def _first_of(*pages: tuple[str, list[Any]]) -> str:
    for name, args in pages:
        try:
            return reverse(name, args=args)
        except NoReverseMatch:
            continue
    return reverse("home")


@login_not_required
@csrf_exempt  # a mail program sends it, without a page of ours: RFC 8058
@require_http_methods(["GET", "HEAD", "POST"])
def switch_off(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Reminders by mail, off with one click. Alerts still come."""
    found = reminder_sent(message_id)
    if request.method != "POST":
        return render(request, "tracker/messaging/reminders_off.html", {"is_off": "off" in request.GET})
    person = found.recipient
    choose_for_reminders(person=person, channel=Channel.EMAIL, wanted=False, now=timezone.now())
    return redirect(request.path + "?off") if "by_hand" in request.POST else HttpResponse(status=200)

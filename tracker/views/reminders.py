"""A family's reminders, and where the link in a message leads."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from tracker.access import access_message, reminder_sent
from tracker.actions.reaching import prove, switch_mail_off
from tracker.models import Cause, Membership, Message


@require_safe
def message(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """One tap from a message to what it is about. That it was opened proves the way it came by."""
    found = access_message(request.user, message_id)
    prove(message=found, now=timezone.now())
    return HttpResponseRedirect(place_of(found))


def place_of(message: Message) -> str:
    """The log form for a reminder; of an alert, the nurse's page or the family's answer."""
    if message.reminder:
        page = "reminders" if message.reminder.cause == Cause.NUMBERS else "log-new"
        return reverse(page, args=[message.child_id])
    if message.alert is None:
        return reverse("home")
    family = Membership.objects.filter(user=message.recipient, child=message.child_id, ended_at=None)
    if family.exists():
        return reverse("answer", args=[message.alert.log_id])
    return _first_of(("nurse-alert", [message.alert_id]), ("board", []))


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
    if request.method == "POST":
        switch_mail_off(person=found.recipient, now=timezone.now())
        if "by_hand" not in request.POST:
            return HttpResponse(status=200)
        return redirect(request.path + "?off")
    return render(request, "tracker/public/reminders_off.html", {"is_off": "off" in request.GET})

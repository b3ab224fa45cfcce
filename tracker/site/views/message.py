"""The link in a message: one tap to what it is about."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tracker.alerts.decisions import open_decision
from tracker.core.access import access_message
from tracker.core.pages import AuthedRequest
from tracker.lib.database import optional_write
from tracker.messaging.contact_points import mark_proved
from tracker.messaging.gathering import tells_of_several
from tracker.models import (
    Cause,
    Kind,
    Membership,
    Message,
)
from tracker.models.memberships import FAMILY_ROLES

PAGES: dict[str, str] = {
    Cause.NUMBERS: "reminders",
    Cause.DOSE: "doses",
    Cause.LINE: "pump",
    Cause.WHERE: "today",
    Cause.HOME: "pause",
    Cause.MOVED: "today",
}
"""Where a reminder leads to; all others to the log form."""


@require_safe
def message(request: AuthedRequest, message_id: UUID) -> HttpResponse:
    """One tap from a message to what it is about. That it was opened proves the way it came by."""
    found = access_message(request.user, message_id)
    with optional_write():
        mark_proved(message=found, now=timezone.now())
    if found.kind == Kind.ANSWER and _is_family(found):
        with optional_write():
            open_decision(child=found.its_child, by=request.user, now=timezone.now())
    return HttpResponseRedirect(_place_of(found))


def _place_of(message: Message) -> str:
    """The log form for a reminder; Today for what was decided; of an alert, the nurse's page or the family's answer."""
    if message.reminder:
        page = PAGES.get(message.reminder.cause, "log-new")
        return reverse(page, args=[message.child_id])
    if message.care_team_id:
        return reverse("team-rota", args=[message.care_team_id])
    if message.alert is None:
        return reverse("reach")
    if message.kind in (Kind.ANSWER, Kind.NUDGE):
        return reverse("today", args=[message.child_id])
    if _is_family(message):
        return reverse("answer", args=[message.alert.log_id])
    if tells_of_several(message):
        return _first_of(("board", []))
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

"""What the team decided, seen by the family, and whether it has come: the nurse learns when."""

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from tracker.alerts.arrivals import HOME, THERE, say_where, told_to_come
from tracker.alerts.decisions import open_decision
from tracker.core.access import access_child
from tracker.core.pages import AuthedRequest
from tracker.core.redirects import see_other


@require_POST
def opened(request: AuthedRequest, child_id: UUID) -> HttpResponse:
    """A tap, because Today is shown whether or not the database takes a write."""
    child = access_child(request.user, child_id, to="log")
    open_decision(child=child, by=request.user, now=timezone.now())
    return see_other("today", child.pk)


@require_POST
def where(request: AuthedRequest, child_id: UUID) -> HttpResponse:
    """ "We are there", or "home again": back to Today, or to the answer that asked."""
    child, now = access_child(request.user, child_id, to="log"), timezone.now()
    alert, said = told_to_come(child, now), request.POST.get("where")
    if alert and said in (THERE, HOME):
        say_where(alert=alert, where=said, by=request.user, now=now)
    try:
        return see_other("answer", UUID(request.POST.get("log", "")))
    except ValueError:
        return see_other("today", child.pk)

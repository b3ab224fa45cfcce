"""What the team decided, seen by the family: the nurse learns when."""

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

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

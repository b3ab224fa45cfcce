"""That a child has died: everything stops. It can be taken back at any time."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tracker.core.access import access_child, may
from tracker.core.pages import AuthedRequest, page_context
from tracker.core.redirects import LOOK_AGAIN, see_other
from tracker.families.actions.ward_stays import say_died, take_death_back
from tracker.families.forms.settings import NicknameForm
from tracker.models import Child


@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: AuthedRequest, child_id: UUID) -> HttpResponse:
    """For a parent, or the lead of the care team. The nickname is typed, so that it is the right child."""
    child, now = access_child(request.user, child_id, to="stop"), timezone.now()
    if request.method == "POST" and "take_back" in request.POST:
        if take_death_back(child=child, by=request.user, now=now):
            messages.success(request, _("On again."))
        return see_other("nurse-stay" if child.staff_role else "today", child.pk)
    context = page_context(request, child, now)
    if child.has_died:
        return stopped_page(request, child, context)
    form = NicknameForm(request.POST if request.method == "POST" else None, child=child)
    if form.is_valid():
        say_died(child=child, by=request.user, now=now)
        return see_other("stop", child.pk)
    status = LOOK_AGAIN if form.is_bound else 200
    return render(request, "tracker/families/stop.html", context | {"form": form}, status=status)


def stopped_page(request: AuthedRequest, child: Child, around: dict[str, Any]) -> HttpResponse:
    """Instead of what asks for a log. `around` is the page's context."""
    roles = (child.family_role, child.staff_role)
    shown = {
        "may_manage": may(roles, "manage"),
        "may_stop": may(roles, "stop"),
        "history": may(roles, "history"),
    }
    return render(request, "tracker/families/stopped.html", around | shown)

"""A nurse writes down that she has reached a silent family, and when."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tracker.core.access import access_child
from tracker.core.pages import AuthedRequest
from tracker.core.redirects import LOOK_AGAIN, see_other
from tracker.core.refused import Refused
from tracker.core.staff_pages import staff_context, team_for
from tracker.logs.forms.call import ReachedForm
from tracker.messaging.silence import record_reached, silence_of
from tracker.models import Child


@require_http_methods(["GET", "HEAD", "POST"])
def reached(request: AuthedRequest, child_id: UUID) -> HttpResponse:
    """The button of the board says "just now"; this page asks for the time, and shows what was refused."""
    now, child = timezone.now(), access_child(request.user, child_id, to="review")
    team = team_for(request, child.care_team_id)
    form = ReachedForm(request.POST if request.method == "POST" else None, now=now, zone=team.zone)
    if form.is_valid() and _is_recorded(request, child, form, now):
        messages.success(request, _("Written down. A day without a log counts from then."))
        return see_other("team-board", team.pk)
    context = staff_context(request, team, now) | {
        "patient": child,
        "form": form,
        "silence": silence_of(child, now),
    }
    return render(request, "tracker/clinic/reached.html", context, status=LOOK_AGAIN if form.errors else 200)


def _is_recorded(request: AuthedRequest, child: Child, form: ReachedForm, now: datetime) -> bool:
    try:
        record_reached(child=child, reached_at=form.cleaned_data["reached_at"], by=request.user, now=now)
    except Refused as refused:
        form.add_error(None, str(refused))
        return False
    return True

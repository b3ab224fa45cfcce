"""Where a child is cared for: on a ward, at home again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tracker.core.access import access_child
from tracker.core.pages import AuthedRequest, day_label
from tracker.core.redirects import see_other
from tracker.core.staff_pages import staff_context, team_for
from tracker.families.actions.ward_stays import admit, come_home

STAYS_SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
def stay(request: AuthedRequest, child_id: UUID) -> HttpResponse:
    """What was said so far; a nurse says "in hospital", or "home again"."""
    now, child = timezone.now(), access_child(request.user, child_id, to="review")
    team = team_for(request, child.care_team_id)
    if request.method == "POST":
        say = {"admitted": admit, "home": come_home}.get(request.POST.get("where", ""))
        if say and say(child=child, by=request.user, now=now):
            messages.success(request, _("Saved."))
        else:
            messages.warning(request, _("Somebody has said so meanwhile, or where the child is has changed."))
        return see_other("nurse-stay", child.pk)
    stays = child.stay_events.select_related("by").order_by("-at")[:STAYS_SHOWN]
    context = {"patient": child, "patient_day": day_label(child, now), "stays": stays}
    return render(request, "tracker/clinic/stay.html", staff_context(request, team, now) | context)

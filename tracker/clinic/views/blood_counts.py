"""A nurse records that a child's blood counts are low, from which day, and when they have recovered."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tracker.assessment.courses import counts_low_since, courses_of
from tracker.clinic import late_words
from tracker.core.access import access_child
from tracker.core.pages import AuthedRequest
from tracker.core.redirects import LOOK_AGAIN, see_other
from tracker.core.staff_pages import staff_context, team_for
from tracker.families.actions.treatment import record_event
from tracker.families.forms.dates import Clock
from tracker.families.forms.treatment import COUNTS, WORDS, ChangeForm, counts_change
from tracker.logs.late_rule import Rule, kept_when_late
from tracker.models import Child


@kept_when_late(Rule("review", late_words.counts))
@require_http_methods(["GET", "HEAD", "POST"])
def blood_counts(request: AuthedRequest, child_id: UUID) -> HttpResponse:
    """What stands, and the one change that can follow. The rules read it at once."""
    now, child = timezone.now(), access_child(request.user, child_id, to="review")
    team = team_for(request, child.care_team_id)
    courses_of(child)
    form = _form(child, now, request.POST if request.method == "POST" else None)
    if form and form.is_valid():
        record_event(course=child.running_course, event=form.event(), by=request.user, now=now)
        messages.success(request, _("Saved. What is watched for has followed."))
        return see_other("nurse-child", child.pk)
    refused = request.method == "POST"
    context = staff_context(request, team, now) | {
        "patient": child,
        "form": form,
        "words": WORDS[form.change] if form else "",
        "since": counts_low_since(child, now),
    }
    return render(request, "tracker/clinic/blood_counts.html", context, status=LOOK_AGAIN if refused else 200)


def _form(child: Child, now: datetime, data: Any) -> ChangeForm | None:
    """None where no therapy is entered, and where a colleague has recorded meanwhile what was sent."""
    change = data.get("kind") if data else counts_change(child, now)
    if child.course is None or change not in COUNTS or change != counts_change(child, now):
        return None
    clock = Clock(now, child.zone, child.birth_month)
    return ChangeForm(data, change=change, course=child.course, clock=clock)

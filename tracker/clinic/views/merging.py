"""Two wards become one, by two leads: asked for, read with all that it does, and answered."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tracker.clinic.forms import TransferForm
from tracker.core.access import access_merge, care_teams_of
from tracker.core.pages import AuthedRequest
from tracker.core.reauthentication import asks_again
from tracker.core.redirects import LOOK_AGAIN, see_other
from tracker.core.refused import Refused
from tracker.core.staff_pages import refusals, staff_context, team_for
from tracker.families.actions.merge_offers import (
    accept_merge,
    ask_to_merge,
    end_merge,
    open_merges,
    what_moves,
)
from tracker.models import CareTeam, MergeEnd, TeamMerge


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: AuthedRequest, care_team_id: UUID) -> HttpResponse:
    """What is asked for now; a lead asks that this ward goes into the one whose code is typed."""
    team = team_for(request, care_team_id, to="lead")
    form = TransferForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ask_to_merge(left=team, code=form.cleaned_data["code"], by=request.user, now=timezone.now())
            messages.success(request, _("Asked. Nothing changes until a lead of the other ward says yes."))
            return see_other("team-merge", team.pk)
        except Refused as refused:
            form.add_error("code", str(refused))
    return _shown(request, team, form)


@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: AuthedRequest, merge_id: UUID) -> HttpResponse:
    asked = access_merge(request.user, merge_id, to="accept")
    return _accepted(request, asked) if request.method == "POST" else see_other("team-merge", asked.joins_id)


@asks_again
def _accepted(request: AuthedRequest, asked: TeamMerge) -> HttpResponse:
    with refusals(request):
        done = accept_merge(merge=asked, by=request.user, now=timezone.now())
        said = _(
            "%(children)s children and %(staff)s of the staff are with you now. Their families are told."
        )
        messages.success(request, said % {"children": done.children, "staff": done.staff})
        return see_other("team-board", asked.joins_id)
    return see_other("team-merge", asked.joins_id)


@require_POST
def end(request: AuthedRequest, merge_id: UUID) -> HttpResponse:
    """Declined by the one ward, or taken back by the other."""
    asked = access_merge(request.user, merge_id, to="end")
    is_theirs = care_teams_of(request.user).filter(pk=asked.joins_id).exists()
    outcome = MergeEnd.DECLINED if is_theirs else MergeEnd.WITHDRAWN
    end_merge(merge=asked, outcome=outcome, by=request.user, now=timezone.now())
    messages.success(request, _("Both wards stay as they are."))
    return see_other("team-merge", asked.joins_id if is_theirs else asked.left_id)


def _shown(request: AuthedRequest, team: CareTeam, form: TransferForm) -> HttpResponse:
    now = timezone.now()
    own, offered = open_merges(team, now)
    shown = [(one, what_moves(one)) for one in ([own] if own else []) + offered]
    context = staff_context(request, team, now) | {
        "form": form,
        "merges": shown,
        "is_asked": own is not None and not form.errors,
    }
    status = LOOK_AGAIN if form.errors else 200
    return render(request, "tracker/clinic/merge.html", context, status=status)

"""Where a child is cared for: on a ward, at home again, by another ward, or not by this one any more."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tracker.clinic.forms import TransferForm
from tracker.core.access import access_child, access_transfer, care_teams_of
from tracker.core.pages import AuthedRequest, day_label
from tracker.core.reauthentication import asks_again
from tracker.core.redirects import LOOK_AGAIN, see_other
from tracker.core.refused import Refused
from tracker.core.staff_pages import refusals, staff_context, team_for
from tracker.families.actions.transfers import accept_transfer, discharge, end_transfer, offer_transfer
from tracker.families.actions.ward_stays import admit, come_home
from tracker.families.queries.ward_stays import offers_to, open_offer
from tracker.models import Child, TransferEnd

STAYS_SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
def stay(request: AuthedRequest, child_id: UUID) -> HttpResponse:
    """What was said so far; a nurse says "in hospital", or "home again"."""
    now, child = timezone.now(), access_child(request.user, child_id, to="review")
    if request.method != "POST":
        return _shown(request, child, TransferForm())
    say = {"admitted": admit, "home": come_home}.get(request.POST.get("where", ""))
    if say and say(child=child, by=request.user, now=now):
        messages.success(request, _("Saved."))
    else:
        messages.warning(request, _("Somebody has said so meanwhile, or where the child is has changed."))
    return see_other("nurse-stay", child.pk)


@require_POST
def transfer(request: AuthedRequest, child_id: UUID) -> HttpResponse:
    """Offers the child to the ward whose code is typed."""
    now, child = timezone.now(), access_child(request.user, child_id, to="review")
    form = TransferForm(request.POST)
    if form.is_valid():
        try:
            offer_transfer(child=child, code=form.cleaned_data["code"], by=request.user, now=now)
            messages.success(request, _("Offered. Tell them: the child stays with you until they accept."))
            return see_other("nurse-stay", child.pk)
        except Refused as refused:
            form.add_error("code", str(refused))
    return _shown(request, child, form)


@require_http_methods(["GET", "HEAD", "POST"])
def discharge_child(request: AuthedRequest, child_id: UUID) -> HttpResponse:
    """By the lead alone: nobody watches this child then."""
    child = access_child(request.user, child_id, to="lead")
    return _discharge(request, child) if request.method == "POST" else see_other("nurse-stay", child.pk)


@asks_again
def _discharge(request: AuthedRequest, child: Child) -> HttpResponse:
    team = team_for(request, child.care_team_id)
    try:
        discharge(child=child, by=request.user, now=timezone.now())
    except Refused as refused:
        messages.warning(request, str(refused))
        return see_other("nurse-stay", child.pk)
    messages.success(request, _("Discharged. The family is told."))
    return see_other("team-board", team.pk)


@require_safe
def transfers(request: AuthedRequest, care_team_id: UUID) -> HttpResponse:
    """The children that are offered to a team."""
    team, now = team_for(request, care_team_id), timezone.now()
    context = staff_context(request, team, now) | {"offers": offers_to(team)}
    return render(request, "tracker/clinic/transfers.html", context)


@require_POST
def accept(request: AuthedRequest, transfer_id: UUID) -> HttpResponse:
    """From now on the child is this team's."""
    offer, now = access_transfer(request.user, transfer_id, to="accept"), timezone.now()
    with refusals(request):
        child = accept_transfer(transfer=offer, by=request.user, now=now)
        return see_other("nurse-child", child.pk)
    return see_other("transfers", offer.joins_id)


@require_POST
def end(request: AuthedRequest, transfer_id: UUID) -> HttpResponse:
    """Declined by the team that it is offered to, or withdrawn by the one that offers it."""
    offer, now = access_transfer(request.user, transfer_id, to="end"), timezone.now()
    is_ours = care_teams_of(request.user).filter(pk=offer.joins_id).exists()
    outcome = TransferEnd.DECLINED if is_ours else TransferEnd.WITHDRAWN
    with refusals(request):
        end_transfer(transfer=offer, outcome=outcome, by=request.user, now=now)
        messages.success(request, _("The child stays where it is."))
    return see_other("transfers", offer.joins_id) if is_ours else see_other("nurse-stay", offer.child_id)


def _shown(request: AuthedRequest, child: Child, form: TransferForm) -> HttpResponse:
    now, team = timezone.now(), team_for(request, child.care_team_id)
    stays = child.stay_events.select_related("by", "left", "joined").order_by("-at")[:STAYS_SHOWN]
    context = {"patient": child, "patient_day": day_label(child, now), "stays": stays}
    context |= staff_context(request, team, now) | {"form": form, "offer": open_offer(child)}
    status = LOOK_AGAIN if form.errors else 200
    return render(request, "tracker/clinic/stay.html", context, status=status)

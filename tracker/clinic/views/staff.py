"""The lead's page of the staff: who works here and is called first, who is invited, whose second step is lost.

What changes who sees the children asks once more who it is.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tracker.accounts.second_steps import ask_to_reset, decline_reset, reset_second_step
from tracker.clinic.actions.policy import change_call_order, change_escalation
from tracker.clinic.actions.staff import invite_colleague
from tracker.clinic.forms import EscalationForm, StaffForm
from tracker.clinic.queries.staff import memberships_of, open_invitations, second_steps_asked
from tracker.core.access import access_colleague, access_second_step, access_team_invitation
from tracker.core.pages import AuthedRequest
from tracker.core.reauthentication import asks_again
from tracker.core.redirects import LOOK_AGAIN, see_other
from tracker.core.refused import Refused
from tracker.core.staff_pages import refusals, staff_context, team_for
from tracker.families.actions.memberships import end_membership, revoke_invitation
from tracker.lib.qr import qr_svg
from tracker.models import CareTeam, Invitation, Membership, SecondStepReset

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@get_or_post
def staff(request: AuthedRequest, care_team_id: UUID) -> HttpResponse:
    """Who works here, who is called first, and after how many minutes who else."""
    team, now = team_for(request, care_team_id, to="lead"), timezone.now()
    form = EscalationForm(request.POST or None, initial=EscalationForm.kept(team))
    if request.method == "POST" and form.is_valid():
        with refusals(request):
            change_escalation(care_team=team, minutes=form.minutes(), by=request.user, now=now)
            messages.success(request, _("Saved. The next alert goes this way."))
        return see_other("team-staff", team.pk)
    return _staff(request, team, now, escalation_form=form)


@require_POST
def call_order(request: AuthedRequest, care_team_id: UUID) -> HttpResponse:
    team = team_for(request, care_team_id, to="lead")
    told = {
        membership.pk: request.POST.get(f"order-{membership.pk}", "") for membership in memberships_of(team)
    }
    order = {pk: int(place) if place.isdecimal() and len(place) < 3 else None for pk, place in told.items()}
    change_call_order(care_team=team, order=order, by=request.user, now=timezone.now())
    messages.success(request, _("Saved."))
    return see_other("team-staff", team.pk)


@get_or_post
def invite_staff(request: AuthedRequest, care_team_id: UUID) -> HttpResponse:
    """The link is shown once, in the answer to this request: its token is not kept anywhere."""
    team = team_for(request, care_team_id, to="lead")
    return _invite_staff(request, team) if request.method == "POST" else see_other("team-staff", team.pk)


@asks_again
def _invite_staff(request: AuthedRequest, team: CareTeam) -> HttpResponse:
    form, now = StaffForm(request.POST), timezone.now()
    if not form.is_valid():
        return _staff(request, team, now, LOOK_AGAIN, staff_form=form)
    try:
        made, link = invite_colleague(care_team=team, **form.cleaned_data, by=request.user, now=now)
    except Refused as refusal:
        form.add_error("address", str(refusal))
        return _staff(request, team, now, LOOK_AGAIN, staff_form=form)
    shown: dict[str, Any] = {
        "link": link,
        "qr": qr_svg(link, _("QR code of the link below")),
        "invitation": made,
    }
    return _staff(request, team, now, **shown)


@get_or_post
def revoke_staff(request: AuthedRequest, link_id: UUID) -> HttpResponse:
    invitation = access_team_invitation(request.user, link_id)
    if request.method == "POST":
        return _revoke_staff(request, invitation)
    return see_other("team-staff", invitation.care_team_id)


@asks_again
def _revoke_staff(request: AuthedRequest, invitation: Invitation) -> HttpResponse:
    revoke_invitation(invitation=invitation, by=request.user, now=timezone.now())
    return see_other("team-staff", invitation.care_team_id)


@get_or_post
def end_staff(request: AuthedRequest, colleague_id: UUID) -> HttpResponse:
    membership = access_colleague(request.user, colleague_id)
    if request.method == "POST":
        return _end_staff(request, membership)
    return see_other("team-staff", membership.care_team_id)


@asks_again
def _end_staff(request: AuthedRequest, membership: Membership) -> HttpResponse:
    with refusals(request):
        end_membership(membership=membership, by=request.user, now=timezone.now())
    return see_other("team-staff", membership.care_team_id)


@get_or_post
def ask_reset(request: AuthedRequest, colleague_id: UUID) -> HttpResponse:
    """A colleague has lost the second step: another lead has to say yes."""
    membership = access_colleague(request.user, colleague_id)
    if request.method == "POST":
        return _ask_reset(request, membership)
    return see_other("team-staff", membership.care_team_id)


@asks_again
def _ask_reset(request: AuthedRequest, membership: Membership) -> HttpResponse:
    with refusals(request):
        ask_to_reset(membership=membership, by=request.user, now=timezone.now())
        messages.success(
            request, _("Asked. Another lead of your team, or whoever runs Nightlight, says yes.")
        )
    return see_other("team-staff", membership.care_team_id)


@get_or_post
def confirm_reset(request: AuthedRequest, reset_id: UUID) -> HttpResponse:
    asked = access_second_step(request.user, reset_id)
    if request.method == "POST":
        return _confirm_reset(request, asked)
    return see_other("team-staff", asked.care_team_id)


@asks_again
def _confirm_reset(request: AuthedRequest, asked: SecondStepReset) -> HttpResponse:
    with refusals(request):
        reset_second_step(asked=asked, by=request.user, now=timezone.now())
        messages.success(
            request, _("Done. Your colleague was written to, and sets it up at the next sign-in.")
        )
    return see_other("team-staff", asked.care_team_id)


@require_POST
def decline(request: AuthedRequest, reset_id: UUID) -> HttpResponse:
    asked = access_second_step(request.user, reset_id)
    decline_reset(asked=asked, by=request.user, now=timezone.now())
    return see_other("team-staff", asked.care_team_id)


def _staff(
    request: AuthedRequest, team: CareTeam, now: datetime, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "staff": memberships_of(team),
        "open_invitations": open_invitations(team, now),
        "second_steps": second_steps_asked(team, now),
        "staff_form": StaffForm(),
        "escalation_form": EscalationForm(initial=EscalationForm.kept(team)),
    }
    around = staff_context(request, team, now)
    return render(request, "tracker/clinic/staff.html", around | context | more, status=status)

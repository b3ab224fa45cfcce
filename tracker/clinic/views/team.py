"""The lead's pages: numbers, rules, staff, the code for families, and what is on record. Each change holds at once.

What changes who works here asks once more who it is.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tracker.clinic.actions.policy import change_call_order, change_escalation, change_policy, renew_code
from tracker.clinic.export import lines
from tracker.clinic.forms import EscalationForm, PolicyForm, StaffForm, TeamNumbersForm
from tracker.clinic.queries import changes as team_record
from tracker.clinic.queries.figures import PERIODS, alerts_since
from tracker.clinic.queries.figures import figures as figures_of
from tracker.clinic.queries.first_steps import first_steps
from tracker.clinic.queries.policy_preview import preview
from tracker.core.access import access_colleague, access_team_invitation
from tracker.core.audit import record_audit
from tracker.core.pages import AuthedRequest, all_numbers
from tracker.core.reauthentication import asks_again
from tracker.core.redirects import see_other
from tracker.core.staff_pages import page_number, refusals, staff_context, team_for
from tracker.families.actions.care_teams import change_numbers
from tracker.families.actions.memberships import end_membership, invite, revoke_invitation
from tracker.families.queries.ward_stays import offers_to
from tracker.lib.qr import qr_svg
from tracker.models import CareTeam, Invitation, Membership
from tracker.models.memberships import TEAM_ROLES

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def team(request: AuthedRequest, care_team_id: UUID) -> HttpResponse:
    """Numbers, hours, rules and staff, for everybody of the team; the lead may change them."""
    team, now = team_for(request, care_team_id), timezone.now()
    context = staff_context(request, team, now)
    context |= {
        "numbers": all_numbers(team),
        "staff": memberships_of(team),
        "offers": offers_to(team).count(),
    }
    if context["leads"]:
        context["steps"] = first_steps(team, request.user)
    return render(request, "tracker/clinic/team.html", context)


@get_or_post
def numbers(request: AuthedRequest, care_team_id: UUID) -> HttpResponse:
    team, now = team_for(request, care_team_id, to="lead"), timezone.now()
    form = TeamNumbersForm(request.POST or None, initial=TeamNumbersForm.kept(team))
    if request.method == "POST" and form.is_valid():
        change_numbers(care_team=team, numbers=form.numbers(), by=request.user, now=now)
        messages.success(request, _("Saved. Families see it now."))
        return see_other("team", team.pk)
    return render(request, "tracker/clinic/numbers.html", staff_context(request, team, now) | {"form": form})


@get_or_post
def policy(request: AuthedRequest, care_team_id: UUID) -> HttpResponse:
    """First what it would have changed, then the change."""
    team, now = team_for(request, care_team_id, to="lead"), timezone.now()
    held = {"fever_rule": team.fever_rule, "sensitivity": team.sensitivity}
    form, shown = PolicyForm(request.POST or None, initial=held), None
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        if "take" in request.POST:
            change_policy(care_team=team, **chosen, by=request.user, now=now)
            messages.success(request, _("Saved. Each log from now on is checked with this."))
            return see_other("team", team.pk)
        asked = {"fever": chosen["fever_rule"], "sensitivity": chosen["sensitivity"]}
        shown = preview(team, asked, now) if chosen != held else None
    context = {"form": form, "preview": shown, "is_same": request.method == "POST" and shown is None}
    return render(request, "tracker/clinic/policy.html", staff_context(request, team, now) | context)


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
        return _staff(request, team, now, staff_form=form)
    made, token = invite(care_team=team, role=form.cleaned_data["role"], by=request.user, now=now)
    link = settings.SITE_URL + reverse("invitation", args=[token])
    shown = {"link": link, "qr": qr_svg(link, _("QR code of the link below")), "invitation": made}
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
def code(request: AuthedRequest, care_team_id: UUID) -> HttpResponse:
    """What families join the team by, to print and hang up."""
    team, now = team_for(request, care_team_id, to="lead"), timezone.now()
    if request.method == "POST":
        renew_code(care_team=team, by=request.user, now=now)
        messages.success(request, _("There is a new code. Nobody joins with the old one any more."))
        return see_other("team-code", team.pk)
    address = settings.SITE_URL + reverse("begin")
    context = {"address": address, "qr": qr_svg(address, _("QR code of the address below"))}
    return render(request, "tracker/clinic/code.html", staff_context(request, team, now) | context)


@require_safe
def changes(request: AuthedRequest, care_team_id: UUID) -> HttpResponse:
    """Who changed what, and who looked at whom."""
    team, now = team_for(request, care_team_id, to="lead"), timezone.now()
    page, shows_looks = page_number(request), request.GET.get("show") == "looks"
    found = (team_record.looks if shows_looks else team_record.changes)(team, page)
    context = {
        "done": found[: team_record.PAGE],
        "has_more": len(found) > team_record.PAGE,
        "page": page,
        "shows_looks": shows_looks,
    }
    return render(request, "tracker/clinic/changes.html", staff_context(request, team, now) | context)


@require_safe
def figures(request: AuthedRequest, care_team_id: UUID) -> HttpResponse:
    """What the work of the last days comes to."""
    team, now = team_for(request, care_team_id), timezone.now()
    context = {"figures": figures_of(team, _days(request), now), "periods": PERIODS}
    return render(request, "tracker/clinic/figures.html", staff_context(request, team, now) | context)


@require_POST
def export(request: AuthedRequest, care_team_id: UUID) -> StreamingHttpResponse:
    """The alerts as a table; that somebody took it along is on record."""
    team, now = team_for(request, care_team_id, to="lead"), timezone.now()
    days = _days(request)
    record_audit("alerts.exported", by=request.user, now=now, about=team.pk, days=days)
    with timezone.override(team.zone):
        rows = list(lines(alerts_since(team, now - timedelta(days=days))))
    table = StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8")
    table["Content-Disposition"] = f'attachment; filename="alerts-{now:%Y-%m-%d}.csv"'
    return table


def _days(request: AuthedRequest) -> int:
    asked = request.POST.get("days") or request.GET.get("days", "")
    return next((days for days in PERIODS if str(days) == asked), PERIODS[1])


def memberships_of(team: CareTeam) -> list[Membership]:
    """The staff in the order in which they are called."""
    found = Membership.objects.filter(care_team=team, ended_at=None, role__in=TEAM_ROLES)
    return list(found.select_related("user").order_by("call_order", "begun_at"))


def _staff(request: AuthedRequest, team: CareTeam, now: Any, **more: Any) -> HttpResponse:
    open_ones = Invitation.objects.filter(
        care_team=team, accepted_at=None, revoked_at=None, expires_at__gt=now
    )
    context = {
        "staff": memberships_of(team),
        "open_invitations": open_ones.select_related("invited_by").order_by("-invited_at"),
        "staff_form": StaffForm(),
        "escalation_form": EscalationForm(initial=EscalationForm.kept(team)),
    }
    return render(request, "tracker/clinic/staff.html", staff_context(request, team, now) | context | more)

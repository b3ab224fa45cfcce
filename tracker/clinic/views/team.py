"""The lead's pages: numbers, rules, the code for families, and what is on record. Each change holds at once."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tracker.clinic.actions.policy import change_policy, renew_code
from tracker.clinic.export import lines
from tracker.clinic.forms import PolicyForm, TeamNumbersForm
from tracker.clinic.queries import changes as team_record
from tracker.clinic.queries.figures import PERIODS, alerts_since
from tracker.clinic.queries.figures import figures as figures_of
from tracker.clinic.queries.first_steps import first_steps
from tracker.clinic.queries.policy_preview import preview
from tracker.clinic.queries.staff import memberships_of
from tracker.core.audit import record_audit
from tracker.core.pages import AuthedRequest, all_numbers
from tracker.core.redirects import see_other
from tracker.core.staff_pages import page_number, staff_context, team_for
from tracker.families.actions.care_teams import change_numbers
from tracker.families.queries.ward_stays import offers_to
from tracker.lib.qr import qr_svg

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
    form, shown, is_same = PolicyForm(request.POST or None, initial=held), None, False
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        if "take" in request.POST:
            change_policy(care_team=team, **chosen, by=request.user, now=now)
            messages.success(request, _("Saved. Each log from now on is checked with this."))
            return see_other("team", team.pk)
        asked = {"fever": chosen["fever_rule"], "sensitivity": chosen["sensitivity"]}
        shown, is_same = preview(team, asked, now), chosen == held
    context = {"form": form, "preview": shown, "is_same": is_same}
    return render(request, "tracker/clinic/policy.html", staff_context(request, team, now) | context)


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

"""The team's rota: who is on this week, "I am here tonight", days away; the lead lays out weeks and copies them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tracker.alerts.on_shift import Shift, rota_of
from tracker.clinic.actions.rota import copy_week, end_absence, end_rota, note_absence, save_week, say_here
from tracker.clinic.queries.rota import WEEK, laid_out, monday_of, staff_of, week_of
from tracker.clinic.rota_forms import AbsenceForm, RotaWeekForm
from tracker.core.access import may
from tracker.core.pages import AuthedRequest
from tracker.core.redirects import LOOK_AGAIN, see_other
from tracker.core.refused import Refused
from tracker.core.staff_pages import refusals, staff_context, team_for
from tracker.lib.clock import local_date
from tracker.lib.hours import date_format
from tracker.models import CareTeam, ShiftPart

MOST_NAMED = 4


@require_safe
def rota(request: AuthedRequest, care_team_id: UUID) -> HttpResponse:
    return _page(request, team_for(request, care_team_id), timezone.now())


@require_http_methods(["GET", "HEAD", "POST"])
def week(request: AuthedRequest, care_team_id: UUID) -> HttpResponse:
    """The lead lays out one week. Of two who do at once, the second is told, and sees what the first has saved."""
    team, now = team_for(request, care_team_id, to="lead"), timezone.now()
    monday = monday_of(request.GET.get("week", ""), team, now)
    form = RotaWeekForm(
        request.POST if request.method == "POST" else None,
        monday=monday,
        staff=staff_of(team),
        laid=laid_out(team, monday),
        rota=rota_of(team),
    )
    if form.is_valid():
        try:
            save_week(
                care_team=team,
                monday=monday,
                laid=form.laid(),
                times=form.times(),
                version=form.cleaned_data["version"],
                by=request.user,
                now=now,
            )
        except Refused as refused:
            messages.warning(request, str(refused))
            return see_other(_at(reverse("team-rota-week", args=[team.pk]), monday))
        messages.success(request, _("Saved. The next alert goes by it."))
        _say_gaps(request, week_of(team, monday, request.user, now).gaps)
        return see_other(_at(reverse("team-rota", args=[team.pk]), monday))
    context = {"form": form, "monday": monday}
    status = LOOK_AGAIN if form.errors else 200
    return render(
        request, "tracker/clinic/rota_week.html", staff_context(request, team, now) | context, status=status
    )


@require_POST
def copy(request: AuthedRequest, care_team_id: UUID) -> HttpResponse:
    """This week's people in the next one, where nobody stands there yet."""
    team, now = team_for(request, care_team_id, to="lead"), timezone.now()
    monday = monday_of(request.POST.get("week", ""), team, now)
    with refusals(request):
        copied = copy_week(care_team=team, monday=monday, version=_version(request), by=request.user, now=now)
        told = ngettext("%(n)s place was filled. ", "%(n)s places were filled. ", copied) % {"n": copied}
        messages.success(request, told + _("What stood there already stands."))
        _say_gaps(request, week_of(team, monday + WEEK, request.user, now).gaps)
        monday += WEEK
    return see_other(_at(reverse("team-rota", args=[team.pk]), monday))


@require_POST
def end(request: AuthedRequest, care_team_id: UUID) -> HttpResponse:
    team = team_for(request, care_team_id, to="lead")
    with refusals(request):
        end_rota(care_team=team, version=_version(request), by=request.user, now=timezone.now())
        messages.success(request, _("The team keeps no rota any more. Alerts go by the on-call order."))
    return see_other("team-rota", team.pk)


@require_POST
def here(request: AuthedRequest, care_team_id: UUID) -> HttpResponse:
    """ "I am here tonight", or not any more."""
    team, is_here = team_for(request, care_team_id), "gone" not in request.POST
    say_here(care_team=team, is_here=is_here, by=request.user, now=timezone.now())
    if is_here:
        messages.success(request, _("You are told of each alert first tonight."))
    else:
        messages.success(request, _("You are not told first any more, unless the rota says so."))
    return see_other("team-rota", team.pk)


@require_POST
def absence(request: AuthedRequest, care_team_id: UUID) -> HttpResponse:
    """Days away, of oneself; of anybody by the lead."""
    team, now = team_for(request, care_team_id), timezone.now()
    form = _absence_form(request, team, now, request.POST)
    if form.is_valid():
        told = form.cleaned_data
        days = {"from_day": told["from_day"], "until_day": told["until_day"]}
        with refusals(request):
            note_absence(care_team=team, person=UUID(told["person"]), **days, by=request.user, now=now)
            messages.success(request, _("Saved. On these days they are not on, and told with all."))
            monday = monday_of(told["from_day"].isoformat(), team, now)
            _say_gaps(request, week_of(team, monday, request.user, now).gaps)
        return see_other("team-rota", team.pk)
    return _page(request, team, now, absence_form=form, status=LOOK_AGAIN)


@require_POST
def absence_end(request: AuthedRequest, care_team_id: UUID, absence_id: UUID) -> HttpResponse:
    team = team_for(request, care_team_id)
    of = None if _leads(team) else request.user.pk
    if end_absence(care_team=team, absence_id=absence_id, of=of, by=request.user, now=timezone.now()):
        messages.success(request, _("Taken back. The rota says again when they are on."))
    else:
        messages.warning(
            request, _("Nothing was changed: it is gone already, or only your lead can take it back.")
        )
    return see_other("team-rota", team.pk)


def _page(
    request: AuthedRequest, team: CareTeam, now: datetime, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "week": week_of(team, monday_of(request.GET.get("week", ""), team, now), request.user, now),
        "form": more.pop("absence_form", None) or _absence_form(request, team, now),
    }
    return render(
        request, "tracker/clinic/rota.html", staff_context(request, team, now) | context, status=status
    )


def _absence_form(request: AuthedRequest, team: CareTeam, now: datetime, data: Any = None) -> AbsenceForm:
    own = (request.user.pk, str(request.user))
    people = [own, *(one for one in staff_of(team) if one != own)] if _leads(team) else [own]
    return AbsenceForm(data, people=people, today=local_date(now, team.zone))


def _leads(team: CareTeam) -> bool:
    return may((getattr(team, "staff_role", None),), "lead")


def _version(request: AuthedRequest) -> int:
    """What cannot be read is older than any."""
    told = request.POST.get("version", "")
    return int(told) if told.isdecimal() and len(told) < 10 else -1


def _at(address: str, monday: Any) -> str:
    return f"{address}?week={monday.isoformat()}"


def _say_gaps(request: AuthedRequest, gaps: Sequence[Shift]) -> None:
    """A rota with a gap stands, and whoever made it reads what that means."""
    if not gaps:
        return
    named = [
        _("%(day)s, %(part)s") % {"day": date_format(gap.day, "D j M"), "part": ShiftPart(gap.part).label}
        for gap in gaps[:MOST_NAMED]
    ]
    rest = len(gaps) - len(named)
    also = ngettext(" and %(n)s shift more", " and %(n)s shifts more", rest) % {"n": rest} if rest else ""
    messages.warning(
        request,
        _(
            "Nobody is on: %(shifts)s. An alert then is told to all of you at once, and the leads are told of it "
            "in the daytime before."
        )
        % {"shifts": "; ".join(named) + also},
    )

"""The board of a nurse who works in several teams: their open alerts in one list, and the way to each."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from tracker.clinic.actions.board_look import unit_for
from tracker.clinic.queries.board_alerts import Filters
from tracker.clinic.queries.board_version import Version, version
from tracker.clinic.queries.boards import boards
from tracker.clinic.views.board import ALL, come_home_to, in_words
from tracker.core.access import care_teams_of
from tracker.core.pages import AuthedRequest, number_to_call
from tracker.core.redirects import see_other
from tracker.core.staff_pages import locked_board, page_number, team_for
from tracker.core.staff_session import StaffLocked
from tracker.messaging.contact_points import has_dead_way
from tracker.models import CareTeam, Urgency
from tracker.models.alerts import AT_ANY_HOUR

KEPT = "boards"  # in the session: what to show of all teams


@require_safe
def boards_page(request: AuthedRequest) -> HttpResponse:
    """Who works in one team comes to its board. Locked, it counts and names nobody."""
    teams = _teams(request)
    if len(teams) == 1:
        return see_other("team-board", teams[0].pk)
    now = timezone.now()
    seen = _version(teams, now)  # before the alerts are read
    timezone.activate(teams[0].zone)
    around = {"version": seen.line, "late": seen.is_late, "teams": teams, "now": now, "as_staff": True}
    around["calls"] = [number_to_call(team, now) for team in teams]
    try:
        teams = [team_for(request, team.pk) for team in teams]
    except StaffLocked:
        return _drawn(request, "locked_boards", around | _locked(teams, now))
    come_home_to(request, ALL)
    filters = Filters(**request.session.get(KEPT, {}))
    found = boards(teams, unit_for(request.user, teams[0]), page_number(request, "alerts"), now, filters)
    in_words(found.alerts, now)
    context = {
        "board": found,
        "filters": filters,
        "counts": [(one, found.pick.by_urgency[one]) for one in (*reversed(AT_ANY_HOUR), Urgency.TODAY)],
        "mine": found.pick.by_holder[request.user.pk],
        "offered": [alert for alert in found.pick.open if alert.offered_to_id == request.user.pk],
        "dead": has_dead_way(request.user, now),
    }
    return _drawn(request, "boards", around | context)


@require_POST
def boards_find(request: AuthedRequest) -> HttpResponse:
    """Mine, or those of one urgency; kept in the session, as of one board."""
    for team in _teams(request):
        team_for(request, team.pk)
    wanted = {name: request.POST.get(name, "").strip()[:64] for name in ("nurse", "urgency")}
    request.session[KEPT] = {} if "all" in request.POST else wanted
    return see_other("board")


@require_safe
def boards_version(request: AuthedRequest) -> HttpResponse:
    """As of one board (board_version.py): changes whenever one of them does."""
    return HttpResponse(_version(_teams(request), timezone.now()).line, content_type="text/plain")


def _drawn(request: AuthedRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    part = "_" if request.headers.get("X-Part") == "board" else ""
    return render(request, f"tracker/clinic/{part}{name}.html", context)


def _locked(teams: list[CareTeam], now: datetime) -> dict[str, Any]:
    each = [locked_board(team, now) for team in teams]
    return {
        "locked": list(zip(teams, each, strict=True)),
        "number": sum(one["number"] for one in each),
        "emergencies": sum(one["emergencies"] for one in each),
        "ringing": [pk for one in each for pk in one["ringing"]],
    }


def _teams(request: AuthedRequest) -> list[CareTeam]:
    teams = list(care_teams_of(request.user))
    if not teams:
        raise Http404
    return teams


def _version(teams: list[CareTeam], now: datetime) -> Version:
    """The urgent parts of all first, as board.js reads it."""
    each = [version(team, now) for team in teams]
    urgent, calm = zip(*(one.line.split(" ") for one in each), strict=True)
    return Version(f"{'+'.join(urgent)} {'+'.join(calm)}", any(one.is_late for one in each))

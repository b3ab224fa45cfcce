"""The nurse's pages: the board of a care team, and whose the alerts on it are. How they end: alerts.py."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from therapies.catalogue import load
from therapies.explaining import address
from tracker.alerts import taking
from tracker.alerts.queries import outcome_in_words
from tracker.clinic.actions.board_look import keep_look, unit_for
from tracker.clinic.queries import board_version as asked
from tracker.clinic.queries.board import Asked, Board, BoardRow, board
from tracker.clinic.queries.board_alerts import CARDS, VIEWS, Filters
from tracker.clinic.queries.board_cache import shared
from tracker.clinic.queries.handover import SHIFTS, handover
from tracker.clinic.queries.staff import memberships_of
from tracker.core.pages import AuthedRequest, day_label, therapy_name
from tracker.core.redirects import see_other
from tracker.core.staff_pages import locked_board, page_number, staff_context, team_for
from tracker.core.staff_session import StaffLocked
from tracker.lib.hours import active_clock
from tracker.messaging.contact_points import has_dead_way
from tracker.models import CareTeam, Urgency, User
from tracker.models.alerts import AT_ANY_HOUR
from tracker.templatetags.nightlight import NOBODY, of

HOME, ALL = "board-home", "all"  # in the session
NOTHING_TYPED: Mapping[str, Any] = MappingProxyType({})


@require_safe
def team_board(request: AuthedRequest, care_team_id: UUID) -> HttpResponse:
    """The board; asked for by board.js, only the part of it that changes. Locked, it counts and names nobody."""
    try:
        team = team_for(request, care_team_id)
    except StaffLocked:
        return _locked_board(request, team_for(request, care_team_id, to="count"), timezone.now())
    come_home_to(request, "")
    return board_page(request, team)


def come_home_to(request: AuthedRequest, board: str) -> None:
    """Where a closed alert leads back to: the team's board, or ALL, whichever was opened last."""
    if "X-Part" not in request.headers and request.session.get(HOME, "") != board:
        request.session[HOME] = board


def home_board(request: AuthedRequest, team_id: UUID) -> str:
    return reverse("board") if request.session.get(HOME) == ALL else reverse("team-board", args=[team_id])


def board_page(
    request: AuthedRequest, team: CareTeam, status: int = 200, together: Mapping[str, Any] = NOTHING_TYPED
) -> HttpResponse:
    """`together`: what was chosen to be closed and refused, and why."""
    now = timezone.now()
    around = staff_context(request, team, now)
    wanted = _asked(request, team)
    version = asked.version(team, now)  # before the board is read

    def read() -> Board:
        found = board(team, wanted, now)
        in_words(found.rows, now)
        link(found.found)
        return found

    context = around | {
        "board": (
            found := shared(team.pk, version.line, (wanted, get_language(), active_clock()), now, read)
        ),
        "counts": [(one, found.pick.by_urgency[one]) for one in (*reversed(AT_ANY_HOUR), Urgency.TODAY)],
        "offered": [alert for alert in found.pick.open if alert.offered_to_id == request.user.pk],
        "mine": found.pick.by_holder[request.user.pk],
        "version": version.line,
        "late": version.is_late,
        "asked": wanted,
        "filters": wanted.filters,
        "staff": partial(staff_of, team),  # only the whole page asks
        "therapies": [(address(therapy.id), therapy) for therapy in load().therapies.values()],
        "urgencies": [urgency for urgency in Urgency if urgency != Urgency.NOTE],
        "outcomes": [(outcome, outcome_in_words(outcome)) for outcome in taking.OUTCOMES_OF_TODAY],
        "together": together,
        "dead": has_dead_way(request.user, now),
    }
    part = request.headers.get("X-Part") == "board"
    template = "tracker/clinic/_board.html" if part else "tracker/clinic/board.html"
    return render(request, template, context, status=status)


def _locked_board(request: AuthedRequest, team: CareTeam, now: datetime) -> HttpResponse:
    version = asked.version(team, now)
    context = staff_context(request, team, now) | locked_board(team, now)
    context |= {"version": version.line, "late": version.is_late, "is_locked": True}
    part = request.headers.get("X-Part") == "board"
    return render(request, f"tracker/clinic/{'_locked_board' if part else 'locked'}.html", context)


def in_words(rows: Iterable[BoardRow], now: datetime) -> None:
    """The therapy, its day, and where each row leads."""
    rows = list(rows)
    link(rows)
    for row in rows:
        row.day_label = day_label(row.child, now)
        row.therapy = therapy_name(row.child.course.therapy) if row.child.course else ""


def link(rows: Iterable[BoardRow]) -> None:
    """One look into the routes instead of a hundred."""
    names = ("nurse-child", "nurse-reached", "alert-take")
    place, reached, take = (reverse(name, args=[NOBODY]) for name in names)
    for row in rows:
        row.link, row.reached = (of(to, row.child.pk) for to in (place, reached))
        row.take = of(take, row.alert.pk) if row.alert else ""


@require_safe
def board_version(request: AuthedRequest, care_team_id: UUID) -> HttpResponse:
    """What every open board asks each five seconds: one short line that changes when the board does."""
    team = team_for(request, care_team_id, to="count")
    return HttpResponse(asked.version(team, timezone.now()).line, content_type="text/plain")


@require_safe
def shift(request: AuthedRequest, care_team_id: UUID) -> HttpResponse:
    """The handover: one page for whoever comes next."""
    team, now = team_for(request, care_team_id), timezone.now()
    asked = request.GET.get("hours", "")
    hours = next((hours for hours in SHIFTS if str(hours) == asked), SHIFTS[1])
    found = handover(team, hours, unit_for(request.user, team), now)
    in_words(found.open, now)
    context = staff_context(request, team, now) | {"handover": found, "hours": hours, "shifts": SHIFTS}
    context["child_page"] = reverse("nurse-child", args=[NOBODY])
    return render(request, "tracker/clinic/handover.html", context)


@require_POST
def find(request: AuthedRequest, care_team_id: UUID) -> HttpResponse:
    """Keeps what to show in the session: names and therapies stay out of every address."""
    team = team_for(request, care_team_id)
    names = ("therapy", "nurse", "urgency", "words")
    wanted = {name: request.POST.get(name, "").strip()[:64] for name in names}
    request.session[f"board-{team.pk}"] = {} if "all" in request.POST else wanted
    return see_other("team-board", team.pk)


@require_POST
def look(request: AuthedRequest, care_team_id: UUID) -> HttpResponse:
    """Lines or cards, and the unit of temperatures: her own choice, on every computer."""
    team = team_for(request, care_team_id)
    keep_look(person=request.user, view=request.POST.get("view"), unit=request.POST.get("unit"))
    return see_other("team-board", team.pk)


def staff_of(team: CareTeam) -> list[User]:
    """Who works in the team, in the order in which they are called."""
    return [membership.user for membership in memberships_of(team)]


def _asked(request: AuthedRequest, team: CareTeam) -> Asked:
    return Asked(
        filters=_filters(request, team),
        view=request.user.board_view if request.user.board_view in VIEWS else CARDS,
        unit=unit_for(request.user, team),
        alerts_page=page_number(request, "alerts"),
        page=page_number(request),
        silent_page=page_number(request, "silent"),
    )


def _filters(request: AuthedRequest, team: CareTeam) -> Filters:
    """A therapy is kept by its address, which names nothing."""
    kept = request.session.get(f"board-{team.pk}", {})
    therapies = {address(therapy): therapy for therapy in load().therapies}
    return Filters(**{**kept, "therapy": therapies.get(kept.get("therapy", ""), "")})

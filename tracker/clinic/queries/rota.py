"""A week of a team's rota, as it is shown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from tracker.alerts.on_shift import On, Shift, begins_at, on_by_shift, rota_of, shift_at, shifts_of, tonight
from tracker.lib.clock import local_date
from tracker.models import Absence, CareTeam, Membership, Place, Rota, ShiftPart, Turn, User
from tracker.models.memberships import TEAM_ROLES

WEEK = timedelta(days=7)
FURTHEST = timedelta(days=370)
"""So far from today a week can be looked at."""


@dataclass(frozen=True)
class Named:
    """Somebody in a shift. Whoever is away, or works here no more, is not on."""

    name: str
    place: int
    is_on: bool


@dataclass(frozen=True)
class ShownShift:
    shift: Shift
    people: Sequence[Named]
    is_now: bool
    is_gap: bool  # nobody is on, and it has not ended


@dataclass(frozen=True)
class ShownWeek:
    """The days with their shifts; before and after: the weeks beside it."""

    rota: Rota
    monday: date
    days: Sequence[tuple[date, Sequence[ShownShift]]]
    before: date
    after: date
    is_here: bool  # whoever looks has said so, of this night or the coming one
    now_on: Sequence[Named]
    absences: Sequence[Absence]

    @property
    def gaps(self) -> list[Shift]:
        return [one.shift for _day, shifts in self.days for one in shifts if one.is_gap]


def monday_of(text: str, team: CareTeam, now: datetime) -> date:
    """Of the week that was asked for. What is none, or too far away, is this one."""
    today = local_date(now, team.zone)
    try:
        asked = date.fromisoformat(text)
    except ValueError:
        asked = today
    day = asked if abs(asked - today) <= FURTHEST else today
    return day - timedelta(days=day.weekday())


def week_of(team: CareTeam, monday: date, by: User, now: datetime) -> ShownWeek:
    """Five queries, however many are on."""
    rota = rota_of(team)
    now_is, night = shift_at(rota, team.zone, now), tonight(rota, team.zone, now)
    sunday = monday + timedelta(days=6)
    first, last = min(monday, now_is.day), max(sunday, night.day)
    turns = _turns_of(team, first, last)
    on = on_by_shift(team, first, last)
    shown = {
        shift: _shown(rota, team, shift, turns.get(shift, ()), on.get(shift, On()), now)
        for shift in (*shifts_of(monday, 7), now_is)
    }
    days = [monday + timedelta(days=ahead) for ahead in range(7)]
    absences = Absence.objects.filter(care_team=team, until_day__gte=local_date(now, team.zone))
    here = [turn for turn in turns.get(night, ()) if turn.place == Place.HERE]
    return ShownWeek(
        rota=rota,
        monday=monday,
        days=[(day, [shown[Shift(day, part)] for part in ShiftPart.values]) for day in days],
        before=monday - timedelta(days=7),
        after=monday + timedelta(days=7),
        is_here=any(turn.person_id == by.pk for turn in here),
        now_on=[one for one in shown[now_is].people if one.is_on],
        absences=list(absences.select_related("person").order_by("from_day", "person__name")),
    )


def laid_out(team: CareTeam, monday: date) -> dict[tuple[Shift, int], UUID]:
    """By shift and place, who stands in the lead's rota."""
    turns = Turn.objects.filter(care_team=team, day__range=(monday, monday + timedelta(days=6)))
    return {
        (Shift(turn.day, turn.part), turn.place): turn.person_id for turn in turns.exclude(place=Place.HERE)
    }


def staff_of(team: CareTeam) -> list[tuple[UUID, str]]:
    """Who can be on, by name."""
    running = Membership.objects.running().filter(care_team=team, role__in=TEAM_ROLES).select_related("user")
    return sorted(((one.user_id, str(one.user)) for one in running), key=lambda one: one[1].casefold())


def _turns_of(team: CareTeam, first: date, last: date) -> Mapping[Shift, Sequence[Turn]]:
    found: dict[Shift, list[Turn]] = {}
    turns = Turn.objects.filter(care_team=team, day__range=(first, last)).select_related("person")
    for turn in turns.order_by("place", "person__name"):
        found.setdefault(Shift(turn.day, turn.part), []).append(turn)
    return found


def _shown(
    rota: Rota, team: CareTeam, shift: Shift, turns: Iterable[Turn], on: On, now: datetime
) -> ShownShift:
    are_on = on.first | on.second
    people = [Named(str(turn.person), turn.place, turn.person_id in are_on) for turn in turns]
    is_now = shift == shift_at(rota, team.zone, now)
    has_ended = not is_now and begins_at(rota, team.zone, shift) <= now
    is_gap = bool(rota.version) and not on and not has_ended
    return ShownShift(shift, people, is_now, is_gap)

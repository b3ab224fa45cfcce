"""Who is on in a care team, by its rota. It only orders who is told first: whom escalation reaches, and when it has
reached everybody, does not depend on it (docs/adr/the-rota-only-orders.md).
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q

from tracker.lib.clock import moment
from tracker.models import Absence, CareTeam, Membership, Place, Rota, ShiftPart, Turn
from tracker.models.memberships import TEAM_ROLES


class Shift(NamedTuple):
    """A night is of the day on which it begins."""

    day: date
    part: str


@dataclass(frozen=True)
class On:
    """Who is on in one shift: of the team's staff, and not away."""

    first: frozenset[UUID] = frozenset()
    second: frozenset[UUID] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.first or self.second)


def rota_of(team: CareTeam) -> Rota:
    """One that is not kept yet has version 0."""
    return Rota.objects.filter(care_team=team).first() or Rota(care_team=team)


def shift_at(rota: Rota, zone: ZoneInfo, at: datetime) -> Shift:
    local = at.astimezone(zone)
    today, clock = local.date(), local.time()
    if clock < rota.day_from:
        return Shift(today - timedelta(days=1), ShiftPart.NIGHT)
    return Shift(today, ShiftPart.DAY if clock < rota.night_from else ShiftPart.NIGHT)


def tonight(rota: Rota, zone: ZoneInfo, at: datetime) -> Shift:
    """The night that runs, or the coming one."""
    return Shift(shift_at(rota, zone, at).day, ShiftPart.NIGHT)


def begins_at(rota: Rota, zone: ZoneInfo, shift: Shift) -> datetime:
    return moment(shift.day, rota.day_from if shift.part == ShiftPart.DAY else rota.night_from, zone)


def shifts_of(first: date, days: int) -> Iterator[Shift]:
    """Day and night of so many days."""
    for ahead in range(days):
        for part in (ShiftPart.DAY, ShiftPart.NIGHT):
            yield Shift(first + timedelta(days=ahead), part)


def turns_on(team: CareTeam, first: date, last: date) -> Iterable[Turn]:
    """Those of these days that count: of people who work here and are not away, or have said that they are here."""
    same = {"care_team": OuterRef("care_team")}
    works = Membership.objects.running().filter(user=OuterRef("person"), role__in=TEAM_ROLES, **same)
    away = Absence.objects.filter(
        person=OuterRef("person"), from_day__lte=OuterRef("day"), until_day__gte=OuterRef("day"), **same
    )
    is_there = Q(place=Place.HERE) | ~Exists(away)
    return Turn.objects.filter(is_there, Exists(works), care_team=team, day__range=(first, last))


def on_by_shift(team: CareTeam, first: date, last: date) -> dict[Shift, On]:
    """The shifts of these days in which somebody is on. One query."""
    people: dict[Shift, tuple[set[UUID], set[UUID]]] = {}
    for turn in turns_on(team, first, last):
        told_first, told_second = people.setdefault(Shift(turn.day, turn.part), (set(), set()))
        (told_second if turn.place == Place.SECOND else told_first).add(turn.person_id)
    return {shift: On(frozenset(of[0]), frozenset(of[1] - of[0])) for shift, of in people.items()}


def who_is_on(team: CareTeam, at: datetime) -> On | None:
    """None where the team keeps no rota, and nobody has said that they are here: then its on-call order holds."""
    rota = rota_of(team)
    shift = shift_at(rota, team.zone, at)
    on = on_by_shift(team, shift.day, shift.day).get(shift, On())
    return on if rota.version or on else None


def in_order(on: On, staff: Collection[UUID], unreachable: Collection[UUID], levels: int) -> list[set[UUID]]:
    """The staff, level by level: who is on first, who is on second, all others.

    Who cannot be reached is told, and not waited for: the next ones are told with them. So with nobody on whom
    anything reaches, all are told at once.
    """
    everybody = set(staff)
    first = everybody & on.first
    second = everybody & on.second - first
    told: list[set[UUID]] = [set()]
    for group in (first, second, everybody - first - second):
        told[-1] |= group
        if not told[-1] <= set(unreachable):
            told.append(set())
    last = levels - 1
    told += [set() for _level in range(levels - len(told))]
    return [*told[:last], set().union(*told[last:])]

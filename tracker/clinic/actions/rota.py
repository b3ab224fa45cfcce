"""A team's rota: the lead lays out weeks, any nurse says that she is here tonight or away. Each change is on record."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from tracker.alerts.on_shift import Shift, rota_of, tonight
from tracker.alerts.rota_gaps import LOOKS_EVERY, look_again
from tracker.core.audit import record_audit
from tracker.core.refused import Refused
from tracker.models import Absence, CareTeam, Membership, Place, Rota, Turn, User
from tracker.models.memberships import TEAM_ROLES

WEEK = timedelta(days=7)
Laid = Mapping[tuple[Shift, int], UUID | None]
"""Who is on, by shift and place."""


@transaction.atomic
def save_week(
    *,
    care_team: CareTeam,
    monday: date,
    laid: Laid,
    times: tuple[time, time],
    version: int,
    by: User,
    now: datetime,
) -> None:
    """The whole week as it was laid out, gaps included. Refused, with nothing changed: another lead was faster."""
    _claim(care_team, version, now, day_from=times[0], night_from=times[1])
    _laid_in(care_team, monday).delete()
    staff = _staff(care_team)
    Turn.objects.bulk_create(
        _turn(care_team, shift, place, person)
        for (shift, place), person in laid.items()
        if person and person in staff
    )
    record_audit("rota.changed", by=by, now=now, about=care_team.pk, week=str(monday))


@transaction.atomic
def copy_week(*, care_team: CareTeam, monday: date, version: int, by: User, now: datetime) -> int:
    """This week's turns in the next one, where nobody stands there yet: how many. Refused like save_week."""
    _claim(care_team, version, now)
    next_week = {(turn.day, turn.part, turn.place) for turn in _laid_in(care_team, monday + WEEK)}
    staff = _staff(care_team)
    copied = [
        _turn(care_team, Shift(turn.day + WEEK, turn.part), turn.place, turn.person_id)
        for turn in _laid_in(care_team, monday)
        if turn.person_id in staff and (turn.day + WEEK, turn.part, turn.place) not in next_week
    ]
    Turn.objects.bulk_create(copied)
    record_audit("rota.changed", by=by, now=now, about=care_team.pk, week=str(monday + WEEK))
    return len(copied)


@transaction.atomic
def end_rota(*, care_team: CareTeam, version: int, by: User, now: datetime) -> None:
    """From now on the on-call order holds. Refused: another lead has changed the rota meanwhile."""
    if not Rota.objects.filter(care_team=care_team, version=version).delete()[0]:
        raise Refused(_too_late())
    Turn.objects.filter(care_team=care_team).delete()
    record_audit("rota.ended", by=by, now=now, about=care_team.pk)


@transaction.atomic
def say_here(*, care_team: CareTeam, is_here: bool, by: User, now: datetime) -> None:
    """For this night, or the coming one. Again changes nothing."""
    shift = tonight(rota_of(care_team), care_team.zone, now)
    turn: dict[str, Any] = {
        "care_team": care_team,
        "person": by,
        "day": shift.day,
        "part": shift.part,
        "place": Place.HERE,
    }
    if is_here:
        has_changed = Turn.objects.get_or_create(**turn)[1]
    else:
        has_changed = bool(Turn.objects.filter(**turn).delete()[0])
        look_again(care_team, now)
    if has_changed:
        record_audit("rota.here", by=by, now=now, about=care_team.pk, is_here=is_here)


@transaction.atomic
def note_absence(
    *, care_team: CareTeam, person: UUID, from_day: date, until_day: date, by: User, now: datetime
) -> Absence:
    """On these days the person is not on, whatever the rota says. The same days again are one absence."""
    if person not in _staff(care_team):
        raise Refused(_("Choose a colleague of your care team."))
    about: dict[str, Any] = {"care_team": care_team, "person_id": person}
    standing = Absence.objects.filter(from_day=from_day, until_day=until_day, **about).first()
    if standing:
        return standing
    noted = Absence.objects.create(from_day=from_day, until_day=until_day, **about)
    look_again(care_team, now)
    record_audit("absence.noted", by=by, now=now, about=care_team.pk)
    return noted


@transaction.atomic
def end_absence(*, care_team: CareTeam, absence_id: UUID, of: UUID | None, by: User, now: datetime) -> bool:
    """`of`: one's own only. False where it is gone already, or another's."""
    found = Absence.objects.filter(care_team=care_team, pk=absence_id)
    gone = (found.filter(person=of) if of else found).delete()[0]
    if gone:
        record_audit("absence.ended", by=by, now=now, about=care_team.pk)
    return bool(gone)


def _claim(care_team: CareTeam, version: int, now: datetime, **times: time) -> None:
    """Whoever comes with a page that is older than the last change is refused."""
    Rota.objects.get_or_create(care_team=care_team, defaults={"looks_at": now + LOOKS_EVERY})
    same = Rota.objects.filter(care_team=care_team, version=version)
    if not same.update(version=F("version") + 1, **times):
        raise Refused(_too_late())


def _too_late() -> str:
    return _(
        "Somebody else changed the rota after you opened it. Nothing of yours was saved: "
        "look at it as it is now, and change it again."
    )


def _laid_in(care_team: CareTeam, monday: date) -> Any:
    week = Turn.objects.filter(care_team=care_team, day__gte=monday, day__lt=monday + WEEK)
    return week.exclude(place=Place.HERE)


def _turn(care_team: CareTeam, shift: Shift, place: int, person: UUID) -> Turn:
    return Turn(care_team=care_team, person_id=person, day=shift.day, part=shift.part, place=place)


def _staff(care_team: CareTeam) -> set[UUID]:
    running = Membership.objects.running().filter(care_team=care_team, role__in=TEAM_ROLES)
    return set(running.values_list("user_id", flat=True))

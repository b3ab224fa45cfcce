"""Shifts in which nobody is on: the leads are told of them in the daytime before, so that somebody can be found.

Until then such a shift is no silence: an alert in it is told to everybody at once (on_shift.py).
"""

import logging
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from tracker.alerts.on_shift import Shift, begins_at, on_by_shift, shifts_of
from tracker.lib.clock import local_date, moment
from tracker.messaging import delivery
from tracker.models import CareTeam, Membership, Role, Rota, ShiftPart

log = logging.getLogger(__name__)

LOOKS_EVERY = timedelta(hours=1)
TOLD_FROM, TOLD_UNTIL = time(8), time(20)
"""The daytime, on the team's clock: of a shift that nobody has, a lead is not told at night."""
DAYS_AHEAD = 2
"""After today: each shift is told of in the daytime before it, and once sooner."""
LONGEST_DAY = timedelta(hours=26)
MANY = 200


def gaps(team: CareTeam, rota: Rota, first: Shift, days: int) -> list[Shift]:
    """From this shift on, in so many days, those in which nobody is on. One query."""
    shifts = list(shifts_of(first.day, days))
    on = on_by_shift(team, first.day, shifts[-1].day)
    return [shift for shift in shifts[shifts.index(first) :] if not on.get(shift)]


def tell_due(*, now: datetime) -> None:
    """Teams whose rota is to be looked at. One that cannot be keeps none of the others waiting."""
    is_due = Q(looks_at__lte=now) | Q(looks_at__gt=now + LONGEST_DAY)  # the clock was put back
    due = Rota.objects.filter(is_due, care_team__kept_by_family=False).select_related("care_team")
    for rota in due.order_by("looks_at")[:MANY]:
        try:
            _look(rota, now)
        except Exception:
            log.exception("rota_not_looked_at")


@transaction.atomic
def _look(rota: Rota, now: datetime) -> None:
    """Once, however many look. Once it is told, not again before the next morning."""
    team = rota.care_team
    local = now.astimezone(team.zone)
    tomorrow = moment(local.date() + timedelta(days=1), TOLD_FROM, team.zone)
    is_daytime = TOLD_FROM <= local.time() < TOLD_UNTIL
    found = coming_gaps(team, rota, now) if is_daytime else []
    today = moment(local.date(), TOLD_FROM, team.zone)
    next_look = now + LOOKS_EVERY if is_daytime and not found else today if today > now else tomorrow
    mine = Rota.objects.filter(pk=rota.pk, looks_at=rota.looks_at).update(looks_at=next_look)
    if mine and found:
        delivery.queue_about_rota(care_team=team, recipients=leads_of(team), now=now)


def coming_gaps(team: CareTeam, rota: Rota, now: datetime) -> list[Shift]:
    """Those that have not begun."""
    first = Shift(local_date(now, team.zone), ShiftPart.DAY)
    found = gaps(team, rota, first, DAYS_AHEAD + 1)
    return [shift for shift in found if begins_at(rota, team.zone, shift) > now]


def leads_of(team: CareTeam) -> Sequence[UUID]:
    leads = Membership.objects.running().filter(care_team=team, role=Role.LEAD)
    return list(leads.values_list("user_id", flat=True))


def look_again(team: CareTeam, now: datetime) -> None:
    """Somebody who was on is not any more."""
    Rota.objects.filter(care_team=team).update(looks_at=now)

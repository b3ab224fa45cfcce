"""Who is told of an alert, and who next, until somebody takes it.

`level` and `round` on the alert say who was told last. Round 0: nobody yet. An alert is due when it is raised, so that
raising it, within the parent's request, asks nothing about who is to be told and how.
"""

import logging
import random
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from tracker.actions import messages
from tracker.models import Alert, AlertEvent, AlertVerb, CareTeam, Child, Membership, Role
from tracker.models.alerts import AT_ANY_HOUR
from tracker.models.people import FAMILY_ROLES
from tracker.wallclock import local_date, moment

log = logging.getLogger(__name__)

ROUND_PAUSE = timedelta(minutes=15)
"""After the last level, until the first is told again."""
NUDGE = timedelta(minutes=10)
"""Without a call by then, who logged it is told too."""
REST = timedelta(days=1)
"""Until somebody looks again whether there is anybody to tell: a family may have joined a clinic since."""
MANY = 200


class People(NamedTuple):
    """Whom an alert is told, level by level."""

    staff: Sequence[Collection[UUID]]
    parents: Collection[UUID]

    def at(self, level: int, without: UUID) -> set[UUID]:
        """Each level is told with those before it. The last one is the family's too: nobody took it."""
        if not any(self.staff):
            return set(self.parents) - {without} if level == 0 else set()
        told = {person for group in self.staff[: level + 1] for person in group}
        return told | set(self.parents) if level == len(self.staff) - 1 else told


def people_to_tell(child: Child, team: CareTeam) -> People:
    """By the on-call order of the team. Without one, all are first. Its leads are told with the last level."""
    around = Membership.objects.filter(Q(care_team=team) | Q(child=child, role=Role.PARENT), ended_at=None)
    members = list(around.only("user_id", "role", "call_order"))
    staff = [member for member in members if member.role not in FAMILY_ROLES]
    order = sorted({member.call_order for member in staff if member.call_order is not None})
    last = len(team.steps) - 1
    levels: list[set[UUID]] = [set() for _level in range(last + 1)]
    for member in staff:
        rank = 0 if member.call_order is None else order.index(member.call_order)
        levels[min(rank, last)].add(member.user_id)
    return People(levels, [member.user_id for member in members if member.role == Role.PARENT])


def escalate_due(*, now: datetime) -> int:
    """One step for each alert whose time has come. One that cannot be told keeps none of the others waiting."""
    standing = Alert.objects.open()
    # None of these rests for longer: the clock was put back.
    standing.filter(urgency__in=AT_ANY_HOUR, escalates_at__gt=now + REST).update(escalates_at=now)
    due = standing.filter(escalates_at__lte=now).order_by("escalates_at")
    told, found = 0, list(due.values_list("pk", flat=True)[:MANY])
    random.shuffle(found)  # so that two workers seldom reach for the same one
    for alert_id in found:
        try:
            told += escalate(alert_id=alert_id, now=now)
        except Exception:
            log.exception("alert_not_escalated", extra={"alert_id": alert_id})
    return told


@transaction.atomic
def escalate(*, alert_id: UUID, now: datetime) -> bool:
    """One step of one alert. False where it is not its time any more, or somebody else was faster."""
    found = Alert.objects.open().select_related("child__care_team", "log").filter(pk=alert_id)
    alert = found.filter(escalates_at__lte=now).first()
    if alert is None:
        return False
    people = people_to_tell(alert.child, alert.child.care_team)
    if rests_until := _rests_until(alert, people, now):
        return _move(alert, escalates_at=rests_until) and False
    has_lapsed = alert.taken_by_id is not None
    is_new_round = has_lapsed or alert.round == 0 or alert.level >= len(people.staff) - 1
    level = 0 if is_new_round else alert.level + 1
    round = alert.round + is_new_round
    due = _next_due(alert, people, level, now)
    free = {"taken_by": None, "taken_until": None, "offered_to": None}
    if not _move(alert, round=round, level=level, escalates_at=due, **free):
        return False
    verb = AlertVerb.LAPSED if has_lapsed else AlertVerb.ESCALATED if alert.round else AlertVerb.TOLD
    AlertEvent.objects.create(alert=alert, verb=verb, at=now)
    _tell(alert, people, level, round, alert.log.caregiver_id, now)
    return True


def _move(alert: Alert, **to: object) -> bool:
    """Changes it if it still stands as it was read."""
    as_read = ("round", "level", "escalates_at", "taken_by_id", "taken_until")
    same = Alert.objects.open().filter(pk=alert.pk, **{name: getattr(alert, name) for name in as_read})
    return same.update(**to) == 1


def _rests_until(alert: Alert, people: People, now: datetime) -> datetime | None:
    """While nobody is to be told: the child is paused since before it, the team is closed, or the family knows."""
    paused_at, team = alert.child.paused_at, alert.child.care_team
    if paused_at and alert.raised_at <= paused_at:
        return now + ROUND_PAUSE
    if alert.taken_by_id:
        return None
    if not any(people.staff):
        return now + REST if alert.round else None
    begins = now if alert.round else max(now, alert.raised_at + timedelta(minutes=team.steps[0]))
    if alert.urgency not in AT_ANY_HOUR:
        begins = next_opening(team, begins)
    return begins if begins > now else None


def _tell(alert: Alert, people: People, level: int, round: int, logged_by: UUID, now: datetime) -> None:
    recipients = people.at(level, without=logged_by)
    messages.queue(alert=alert, recipients=recipients, now=now, level=level, round=round)
    if alert.round == 0 and alert.urgency in AT_ANY_HOUR:
        nudge_in = max(alert.raised_at + NUDGE - now, timedelta(0))
        messages.queue(alert=alert, recipients=[logged_by], now=now, later=nudge_in)


def _next_due(alert: Alert, people: People, level: int, now: datetime) -> datetime:
    """When the level after `level` is told, or the next round begins: of one for today on the team's next day."""
    team = alert.child.care_team
    if not any(people.staff):
        return now + REST
    steps = team.steps
    if level + 1 < len(steps):
        due = now + timedelta(minutes=max(1, steps[level + 1] - steps[level]))
        return due if alert.urgency in AT_ANY_HOUR else next_opening(team, due)
    return now + ROUND_PAUSE if alert.urgency in AT_ANY_HOUR else next_opening(team, now, another_day=True)


def next_opening(team: CareTeam, at: datetime, *, another_day: bool = False) -> datetime:
    """`at` while the team is there, else when it comes next. One that never opens is asked every morning."""
    if team.is_open(at) and not another_day:
        return at
    today = local_date(at, team.zone)
    days = [today + timedelta(days=ahead) for ahead in range(9)]
    openings = [(day, moment(day, team.opens_at, team.zone)) for day in days]
    later = [(day, opening) for day, opening in openings if opening > at]
    on_duty = [opening for day, opening in later if str(day.isoweekday()) in team.open_days]
    return on_duty[0] if on_duty else later[0][1]

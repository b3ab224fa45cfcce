"""Who is told of an alert, and who next, until somebody takes it.

`level` and `round` on the alert say who was told last. Round 0: nobody yet. An alert is due when it is raised, so that
raising it, within the parent's request, asks nothing about who is to be told and how. Whatever changes whom or when
to tell (a move, a nurse who leaves, hours, order) calls `follow`; a due time is never later than what it is made
from allows, by the clock of now.
"""

import logging
import random
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from tracker.alerts import nudges
from tracker.alerts.moves import move
from tracker.alerts.nudges import NUDGE
from tracker.alerts.on_shift import On, in_order, who_is_on
from tracker.alerts.unanswered import rang_in_vain
from tracker.lib.clock import SKEW, local_date, moment
from tracker.lib.present import present
from tracker.lib.task_queue import request_task
from tracker.messaging import delivery
from tracker.messaging.contact_points import unreachable
from tracker.messaging.left_alone import was_open_before_the_pause
from tracker.models import (
    Alert,
    CareTeam,
    Child,
    Kind,
    Lane,
    Membership,
    Message,
    Role,
    User,
)
from tracker.models.alerts import AT_ANY_HOUR
from tracker.models.memberships import FAMILY_ROLES

log = logging.getLogger(__name__)

ROUND_PAUSE = timedelta(minutes=15)
"""After the last level, until the first is told again. Also until a clinic's team without staff is looked at again."""
REST = timedelta(days=1)
"""Until somebody looks again whether a family without a clinic has anybody to tell."""
MANY = 200


class People(NamedTuple):
    """Whom an alert is told, level by level. Whom nothing reaches is told too, but nobody waits for them.

    By a rota, others are first after each shift: that begins no new round, which would put off the last level.
    """

    staff: Sequence[Collection[UUID]]
    parents: Collection[UUID]
    unreachable: Collection[UUID]
    by_rota: bool = False

    def at(self, level: int, without: UUID) -> set[UUID]:
        """Each level is told with those before it. The last one is the family's too: nobody took it."""
        if not any(self.staff):
            return set(self.parents) - {without} if level == 0 else set()
        called = self._staff_at(level)
        return called | set(self.parents) if level == len(self.staff) - 1 else called

    def waited_for(self, level: int, without: UUID) -> set[UUID]:
        """Those whose answer the alert waits for at this level: the staff, and where there is none the parents."""
        if not any(self.staff):
            return set(self.parents) - {without}
        return self._staff_at(len(self.staff) - 1 if self.by_rota else level)

    def first_reachable(self, level: int) -> int:
        """This level, or the first one after it in which somebody can be reached; else the last."""
        last = len(self.staff) - 1
        reached = (at for at in range(level, last) if self._staff_at(at) - set(self.unreachable))
        return next(reached, last) if any(self.staff) else level

    def works_here(self, person: UUID) -> bool:
        return any(person in group for group in self.staff)

    def _staff_at(self, level: int) -> set[UUID]:
        return {person for group in self.staff[: level + 1] for person in group}


def people_to_tell(child: Child, team: CareTeam, now: datetime) -> People:
    """By the rota of this hour, if the team keeps one; else by its on-call order. Without either, all are first."""
    around = Membership.objects.running().filter(Q(care_team=team) | Q(child=child, role=Role.PARENT))
    members = list(around.only("user_id", "role", "call_order"))
    staff = [member for member in members if member.role not in FAMILY_ROLES]
    parents = [member.user_id for member in members if member.role == Role.PARENT]
    unreached = unreachable([member.user_id for member in staff])
    if (on := _who_is_on(team, now)) is not None:
        levels = in_order(on, [member.user_id for member in staff], unreached, len(team.steps))
        return People(levels, parents, unreached, by_rota=True)
    return People(_by_call_order(staff, len(team.steps) - 1), parents, unreached)


def _who_is_on(team: CareTeam, now: datetime) -> On | None:
    """A rota that cannot be read orders nobody: the on-call order is always there."""
    if team.kept_by_family:
        return None
    try:
        with transaction.atomic():
            return who_is_on(team, now)
    except Exception:
        log.exception("rota_not_read")
        return None


def _by_call_order(staff: Sequence[Membership], last: int) -> list[set[UUID]]:
    order = sorted({member.call_order for member in staff if member.call_order is not None})
    levels: list[set[UUID]] = [set() for _level in range(last + 1)]
    for member in staff:
        rank = 0 if member.call_order is None else order.index(member.call_order)
        levels[min(rank, last)].add(member.user_id)
    return levels


def escalate_due(*, now: datetime) -> int:
    """One step for each alert whose time has come. One that cannot be told keeps none of the others waiting."""
    if Alert.objects.open().filter(escalation_set_at__gt=now + SKEW).exists():
        follow(now=now, escalation_set_at__gt=now + SKEW)  # the clock was put back
    due = Alert.objects.open().filter(escalates_at__lte=now).order_by("escalates_at")
    told, found = 0, list(due.values_list("pk", flat=True)[:MANY])
    random.shuffle(found)  # so that two workers seldom reach for the same one
    nudges.queue_due(now=now)
    for alert_id in found:
        try:
            told += escalate(alert_id=alert_id, now=now)
        except Exception:
            log.exception("alert_not_escalated", extra={"alert_id": alert_id})
    return told


@transaction.atomic
def follow(*, now: datetime, **which: object) -> None:
    """The due times of these open alerts follow what has changed around them. They only ever come nearer.

    Each row is locked, read again and written: an escalation that has read what was before finds it changed.
    """
    rows = Alert.objects.open().filter(**which).select_for_update(of=("self",)).order_by("pk")
    for alert in rows.select_related("child__care_team", "log"):
        people = people_to_tell(alert.child, alert.child.care_team, now)
        due = max(min(_latest_due(alert, people, now), alert.next_step_at), now)
        held_until = due if alert.taken_by_id else None
        if _waits_for_her(alert, due) and people.works_here(present(alert.taken_by_id)):
            held_until = alert.taken_until
        set_at = min(alert.escalation_set_at or alert.raised_at, now)
        row = Alert.objects.filter(pk=alert.pk)
        again_at = due if alert.try_again_at else None
        held = {"taken_until": held_until, "try_again_at": again_at}
        row.update(escalates_at=due, escalation_set_at=set_at, **held)
    request_task("tracker.tasks.deliver_alerts", queue=Lane.ALERTS)


def open_around(person: User) -> list[UUID]:
    """The open alerts of the children of this person's care teams and family."""
    own = person.memberships.filter(ended_at=None)
    around = Q(child__care_team__in=own.values("care_team")) | Q(child__in=own.values("child"))
    return list(Alert.objects.open().filter(around).values_list("pk", flat=True))


def _latest_due(alert: Alert, people: People, now: datetime) -> datetime:
    """Its due time made once more, with the people and hours of now, from the moment that it was made from."""
    set_at = alert.escalation_set_at or alert.raised_at
    made = min(set_at, now)
    if alert.taken_by_id:
        return made + (alert.next_step_at - set_at) if people.works_here(alert.taken_by_id) else now
    is_untold = _is_untold(alert, people)
    if rests_until := _rests_until(alert, people, is_untold, made):
        return rests_until
    return now if is_untold or alert.round == 0 else _next_due(alert, people, alert.level, made)


@transaction.atomic
def escalate(*, alert_id: UUID, now: datetime) -> bool:
    """One step of one alert. False where it is not its time any more, or somebody else was faster."""
    found = Alert.objects.open().select_related("child__care_team", "log").filter(pk=alert_id)
    alert = found.filter(escalates_at__lte=now).first()
    if alert is None:
        return False
    people = people_to_tell(alert.child, alert.child.care_team, now)
    if _waits_for_her(alert, now) and people.works_here(present(alert.taken_by_id)):
        return _tell_her(alert, now)
    is_untold = _is_untold(alert, people)
    if rests_until := _rests_until(alert, people, is_untold, now):
        Alert.objects.open().filter(_is_as_read(alert), pk=alert.pk).update(
            escalates_at=rests_until, escalation_set_at=now
        )
        return False
    has_lapsed = alert.taken_by_id is not None
    is_new_round = has_lapsed or is_untold or alert.round == 0 or alert.level >= len(people.staff) - 1
    level = people.first_reachable(0 if is_new_round else alert.level + 1)
    round = alert.round + is_new_round
    due = {"escalates_at": _next_due(alert, people, level, now), "escalation_set_at": now}
    free = {"taken_by": None, "taken_until": None, "offered_to": None, "try_again_at": None, "worse_at": None}
    name = "lapse" if has_lapsed else "tell" if is_new_round else "escalate"
    changes = {"round": round, "level": level, **due, **free}
    if not move(alert.pk, {name: _is_as_read(alert)}, changes, now=now):
        return False
    _tell(alert, people, level, round, now)
    return True


def tell_next_level(*, alert: Alert, now: datetime) -> None:
    """At once, while a nurse holds it; after the last level all of the staff, in a new round.

    The family is not among them. One for today wakes nobody while the team is closed.
    """
    team, holder = alert.child.care_team, alert.taken_by_id
    if alert.urgency not in AT_ANY_HOUR and not team.is_open(now):
        return
    staff = people_to_tell(alert.child, team, now).staff
    last = len(staff) - 1
    level, round = min(alert.level + 1, last), max(alert.round, 1) + (alert.level >= last)
    Alert.objects.open().filter(pk=alert.pk).update(level=level, round=round)
    recipients = {person for group in staff[: level + 1] for person in group} - {holder}
    delivery.queue(alert=alert, recipients=recipients, now=now, level=level, round=round)


def _waits_for_her(alert: Alert, now: datetime) -> bool:
    """Due while it is hers: a worse log has come, and she is to be told of it."""
    return alert.taken_until is not None and alert.next_step_at <= now < alert.taken_until


def _tell_her(alert: Alert, now: datetime) -> bool:
    """Whoever holds it, and nobody else until her 15 minutes are over."""
    round, until = alert.round + 1, alert.taken_until
    changes = {"round": round, "worse_at": now, "escalates_at": until, "escalation_set_at": now}
    if not move(alert.pk, {"tell her": _is_as_read(alert)}, changes, now=now):
        return False
    delivery.queue(
        alert=alert, recipients=[present(alert.taken_by_id)], now=now, level=alert.level, round=round
    )
    if alert.round == 0:
        _nudge(alert, now)
    return True


def _is_as_read(alert: Alert) -> Q:
    """It still stands as it was read, and the child is still of the team that was asked about."""
    as_read = ("round", "level", "escalates_at", "taken_by_id", "taken_until")
    children = Child.objects.filter(care_team=alert.child.care_team_id)
    return Q(child__in=children, **{name: getattr(alert, name) for name in as_read})


def _is_untold(alert: Alert, people: People) -> bool:
    """Whether in this round nobody was told of those whom it waits for: others are there now than were then."""
    waited_for = people.waited_for(alert.level, without=alert.log.caregiver_id)
    if alert.round == 0 or not waited_for:
        return False
    sent = Message.objects.filter(kind=Kind.ALERT, alert=alert, round=alert.round)
    return waited_for.isdisjoint(sent.values_list("recipient_id", flat=True))


def _rests_until(alert: Alert, people: People, is_untold: bool, now: datetime) -> datetime | None:
    """While nobody is to be told: the child is paused since before it, the team is closed, or the family knows."""
    team = alert.child.care_team
    if was_open_before_the_pause(alert, alert.child, now):
        return now + ROUND_PAUSE
    if alert.taken_by_id:
        return None
    if not any(people.staff):
        knows = alert.round and not is_untold
        return now + (REST if team.kept_by_family else ROUND_PAUSE) if knows else None
    first = alert.raised_at + timedelta(minutes=team.steps[0])
    was_ahead = alert.raised_at > now + SKEW
    begins = now if alert.round or was_ahead else max(now, first)
    if begins > now and rang_in_vain(alert):
        begins = now
    if alert.urgency not in AT_ANY_HOUR:
        begins = next_opening(team, begins)
    return begins if begins > now else None


def _tell(alert: Alert, people: People, level: int, round: int, now: datetime) -> None:
    recipients = people.at(level, without=alert.log.caregiver_id)
    delivery.queue(alert=alert, recipients=recipients, now=now, level=level, round=round)
    if alert.round == 0:
        _nudge(alert, now)


def _nudge(alert: Alert, now: datetime) -> None:
    """Who logged something urgent, where no call is noted by then."""
    if alert.urgency in AT_ANY_HOUR:
        nudge_in = max(min(alert.raised_at, now) + NUDGE - now, timedelta(0))
        delivery.queue(alert=alert, recipients=[alert.log.caregiver_id], now=now, later=nudge_in)


def _next_due(alert: Alert, people: People, level: int, now: datetime) -> datetime:
    """When the level after `level` is told, or the next round begins: of one for today on the team's next day."""
    team = alert.child.care_team
    if not any(people.staff):
        return now + (REST if team.kept_by_family else ROUND_PAUSE)
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

"""Silence is chased: the family is asked, an hour later the other parents; a nurse ends it who has reached them.

The texts are those of every reminder. Quiet hours hold them back: a silent family may be asleep.
"""

import logging
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from therapies.catalogue import load
from tracker.core.audit import record_audit
from tracker.core.board_mark import mark_boards
from tracker.core.child_lock import lock_child
from tracker.core.on_duty import holders
from tracker.core.refused import Refused
from tracker.lib.clock import SKEW
from tracker.messaging.heartbeats import record_heartbeat
from tracker.messaging.reminders import ask_everybody
from tracker.models import (
    Cause,
    Child,
    Course,
    Heartbeat,
    Message,
    ReminderPlan,
    Silence,
    StayEvent,
    TreatmentEvent,
    User,
)
from tracker.models.ward_stays import COUNTS_FROM_HERE

log = logging.getLogger(__name__)

MANY = 200
LOOKS_EVERY = timedelta(minutes=5)
EXPIRES = timedelta(hours=12)
"""Longer than quiet hours last: what is held back until the morning is still sent then."""


def chase(*, now: datetime) -> None:
    """Looks for silent families every few minutes: a look at a hundred thousand children takes a tenth of a second."""
    looked = Heartbeat.objects.filter(name="silence", at__gt=now - LOOKS_EVERY, at__lte=now + SKEW)
    if not looked.exists():
        while ask_due(now=now) == MANY:
            continue
        record_heartbeat(name="silence", now=now)


def ask_due(*, now: datetime) -> int:
    """Asks the families that have been silent for a day, and again each day. Twice at once changes nothing."""
    lately = Silence.objects.filter(
        child=OuterRef("pk"), asked_at__gt=now - SILENCE, asked_at__lte=now + SKEW
    )
    children: list[Child] = []
    for silent in silent_among(Child.objects.all(), now):
        children += silent.filter(~Exists(lately)).order_by()[: MANY - len(children)]
    return sum(_try_to_ask(child, now) for child in children)


def _try_to_ask(child: Child, now: datetime) -> bool:
    """One that cannot be asked keeps none of the others waiting."""
    try:
        return _ask(child, now)
    except Exception:
        log.exception("silence_not_asked_about", extra={"child_id": child.pk})
        return False


@transaction.atomic
def _ask(child: Child, now: datetime) -> bool:
    """One family, if nobody else asks it at the same time."""
    silence, _new = Silence.objects.get_or_create(child=child, since=silent_since(child))
    is_due = Q(asked_at=None) | Q(asked_at__lte=now - SILENCE) | Q(asked_at__gt=now + SKEW)
    if not Silence.objects.filter(is_due, pk=silence.pk, reached_at=None).update(asked_at=now):
        return False
    plan = ReminderPlan.objects.filter(child=child).first()
    first = holders([child.pk], now).get(child.pk) or (plan.first_id if plan else None)
    ask_everybody(child=child, cause=Cause.SILENCE, first=first, expires=EXPIRES, now=now)
    return True


@transaction.atomic
def record_reached(*, child: Child, reached_at: datetime, by: User, now: datetime) -> Silence:
    """Somebody of the team has spoken with the family: the silence ends, and counts from then.

    Refused: they have logged meanwhile, or a colleague was faster; a time that is still to come.
    """
    lock_child(child)
    quiet = silence_of(child, now)
    if quiet is None:
        raise Refused(_("They are not silent any more: they have logged, or a colleague has reached them."))
    if not quiet.since <= reached_at <= now:
        raise Refused(_("Enter a time between their last log and now."))
    silence, _new = Silence.objects.get_or_create(child=child, since=quiet.since)
    reached = {"reached_at": reached_at, "reached_by": by, "recorded_at": now}
    Silence.objects.filter(pk=silence.pk, reached_at=None).update(**reached)
    waiting = Message.objects.waiting().filter(child=child, reminder__cause=Cause.SILENCE)
    waiting.filter(claimed_until=None).update(dropped_at=now, reason="reached")
    mark_boards(child.care_team_id, now=now)
    record_audit("silence.ended", by=by, now=now, child=child.pk, about=silence.pk)
    silence.refresh_from_db()
    return silence


SILENCE = timedelta(hours=24)
"""A day without a log. By the clock, not by the date: at 00:10 nobody has been silent for a day yet."""


PUMP_MATTERS = ("start", "restart", "stop")
"""The last that happened to the pump. Stopped in the middle of a cycle it matters most; only the end ends it."""


def silent_ones(children: QuerySet[Child], page: int, now: datetime, size: int) -> list[Child]:
    """A page of the silent families and one more: who has never logged, then the newest silence first.

    Two queries, each a walk along an index; with "or" between them the database would look at every child.
    """
    never, since = silent_among(children, now)
    start, end = (page - 1) * size, page * size + 1
    first = list(never.order_by("-begun_at")[:end])
    rest = list(since.order_by("-last_log_at")[: end - len(first)]) if len(first) < end else []
    return [*first, *rest][start:end]


def silent_among(children: QuerySet[Child], now: datetime) -> tuple[QuerySet[Child], QuerySet[Child]]:
    """Who has never logged; of whom nobody has for a day. With `asked_at`, when the family was asked about it.

    In the days near the hospital, or with a pump. Whom a nurse has reached, or who has come home from a ward, is
    silent again a day later.
    """
    a_day_ago = now - SILENCE
    own = Silence.objects.filter(child=OuterRef("pk"))
    asked = own.filter(asked_at__gt=a_day_ago).order_by("-asked_at").values("asked_at")[:1]
    was_reached = Exists(own.filter(reached_at__gt=a_day_ago, reached_at__lte=now))
    stays = StayEvent.objects.filter(child=OuterRef("pk"), kind__in=COUNTS_FROM_HERE)
    was_back = Exists(stays.filter(at__gt=a_day_ago, at__lte=now))
    # Not Exists: PostgreSQL would look at the courses of all children first, for a page of twelve.
    watched = children.alias(watched=Subquery(_watched(now).values("pk")[:1])).filter(watched__isnull=False)
    quiet = watched.filter(~was_reached, ~was_back, paused_at=None, begun_at__lt=a_day_ago)
    quiet = quiet.annotate(**{"asked_at": Subquery(asked)})
    return quiet.filter(last_log_at=None), quiet.filter(last_log_at__lt=a_day_ago)


def _watched(now: datetime) -> QuerySet[Course]:
    """The running course of the child around it, if silence counts in it.

    The infusions are looked up once for all: asked for each child, SQLite walks through all of them each time.
    """
    happened = TreatmentEvent.objects.filter(withdrawn_at=None, at__lte=now)
    near_hospital = Q(pk__in=())
    for days, therapies in _near_hospital().items():
        infused = happened.filter(kind="infusion", at__gte=now - timedelta(days=days)).values("course")
        near_hospital |= Q(pk__in=infused, therapy__in=therapies)
    of_the_pump = happened.filter(course=OuterRef("pk"), kind__in=(*PUMP_MATTERS, "end"))
    pump = of_the_pump.order_by("-at").values("kind")[:1]
    running = Course.objects.filter(child=OuterRef("pk"), ended_at=None)
    return running.annotate(pump=Subquery(pump)).filter(
        near_hospital | Q(therapy__in=_given("pump"), pump__in=PUMP_MATTERS)
    )


def _given(how: str) -> list[str]:
    return [therapy.id for therapy in load().therapies.values() if therapy.schedule.given == how]


def silent_since(child: Child) -> datetime:
    """When somebody last heard of this family: by a log, because a nurse reached them, or at home again."""
    reached = child.silences.aggregate(at=Max("reached_at"))["at"]
    back = child.stay_events.filter(kind__in=COUNTS_FROM_HERE).aggregate(at=Max("at"))["at"]
    return max(filter(None, (child.last_log_at or child.begun_at, reached, back)))


class Quiet(NamedTuple):
    """The silence of one family: since when, and when it was asked about it."""

    since: datetime
    asked_at: datetime | None


def silence_of(child: Child, now: datetime) -> Quiet | None:
    for silent in silent_among(Child.objects.filter(pk=child.pk), now):
        if found := silent.first():
            return Quiet(silent_since(found), found.asked_at)
    return None


def _near_hospital() -> dict[int, list[str]]:
    """By the days after an infusion in which silence counts, the therapies: one look-up for each."""
    found: dict[int, list[str]] = {}
    for therapy in load().therapies.values():
        if therapy.near_hospital_days:
            found.setdefault(therapy.near_hospital_days, []).append(therapy.id)
    return found

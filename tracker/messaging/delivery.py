"""Messages: queued as rows, claimed by whoever delivers them, sent once or sent again, never forgotten.

Alerts: when in doubt, again. Reminders by mail or SMS: when in doubt, not (docs/adr/at-least-and-at-most-once.md).
"""

import logging
import random
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet

from tracker.lib.clock import SKEW
from tracker.lib.task_queue import request_task
from tracker.messaging import claims, contact_points, gathering
from tracker.messaging.channels import email
from tracker.messaging.channels.errors import SendError
from tracker.messaging.channels.sending import send
from tracker.messaging.heartbeats import record_heartbeat
from tracker.messaging.left_alone import (
    is_of_before_the_death,
    was_open_before_the_pause,
    why_reminder_rests,
)
from tracker.models import Alert, CareTeam, Channel, Kind, Lane, Message, ReminderPlan
from tracker.models.messages import LEASE, ONCE_AT_MOST, WAYS

log = logging.getLogger(__name__)

ALERT_LIVES = timedelta(hours=1)
"""By then the escalation has told others, and this person again."""
ANSWER_LIVES = timedelta(hours=12)
"""Nobody tells it again, and the page says it as long as what to do (advice.py)."""
BATCH = 50
FRESH = 2.0  # seconds for which what was read of some reminders may be believed
FIRST_PAUSE, LONGEST_PAUSE, LONGEST_ASKED = 10, 60, 600
"""Seconds until a failed send is tried again: twice as long each time, or as long as the other side asks for."""
LONGEST_PAUSE_OF_SIGN_IN = 600
"""Such a mail may wait for a day: a mail server that is down is not asked each minute for each of them."""
NOBODY_TOLD = timedelta(minutes=2)
"""Until the next round, where none of a round's messages could be sent."""


def queue(
    *,
    alert: Alert,
    recipients: Iterable[UUID],
    now: datetime,
    kind: Kind = Kind.ALERT,
    level: int = 0,
    round: int = 1,
    channel: str = "",
    later: timedelta = timedelta(0),
) -> None:
    """One message to each, and a ring for the worker. Queueing the same one again changes nothing.

    Without a channel each is told by the best way; from the second round on, by all of them.
    """
    people = list(recipients)
    ways = {person: [channel] for person in people} if channel else _ways_to(people, round, now)
    lives = ANSWER_LIVES if kind == Kind.ANSWER else ALERT_LIVES
    messages = [
        Message(
            kind=kind,
            child_id=alert.child_id,
            alert=alert,
            recipient_id=person,
            channel=way,
            level=level,
            round=round,
            queued_at=now,
            due_at=now + later,
            expires_at=now + later + lives,
        )
        for person in people
        for way in ways[person]
    ]
    Message.objects.bulk_create(messages, ignore_conflicts=True)
    if messages and not later:
        request_task("tracker.tasks.deliver_alerts", queue=Lane.ALERTS)


def _ways_to(people: Collection[UUID], round: int, now: datetime) -> Mapping[UUID, Sequence[str]]:
    return contact_points.ways_to(people) if round > 1 else contact_points.first_ways_to(people, now)


def queue_test(*, recipient: UUID, now: datetime) -> None:
    """A test message by every way."""
    Message.objects.bulk_create(
        Message(
            kind=Kind.TEST,
            recipient_id=recipient,
            channel=way,
            queued_at=now,
            due_at=now,
            expires_at=now + ALERT_LIVES,
        )
        for way in contact_points.ways_to([recipient])[recipient]
    )
    request_task("tracker.tasks.deliver_alerts", queue=Lane.ALERTS)


def queue_about_rota(*, care_team: CareTeam, recipients: Iterable[UUID], now: datetime) -> None:
    """That a shift has nobody on: to each by their best way."""
    people = list(recipients)
    ways = contact_points.ways_to(people)
    about = {"kind": Kind.ROTA, "care_team": care_team, "queued_at": now, "due_at": now}
    Message.objects.bulk_create(
        Message(recipient_id=person, channel=ways[person][0], expires_at=now + ANSWER_LIVES, **about)
        for person in people
    )
    request_task("tracker.tasks.deliver_reminders", queue=Lane.REMINDERS)


def queue_canary(*, now: datetime) -> None:
    """One a minute: it takes the way of an alert, to nobody. The old ones go, and those of a clock that was ahead."""
    minute = now.replace(second=0, microsecond=0)
    canary = Message(kind=Kind.CANARY, channel=Channel.CANARY, queued_at=now, due_at=minute)
    canary.expires_at = minute + ALERT_LIVES
    Message.objects.bulk_create([canary], ignore_conflicts=True)
    is_over = Q(due_at__lt=minute - ALERT_LIVES) | Q(due_at__gt=now + SKEW)
    Message.objects.filter(is_over, kind=Kind.CANARY).delete()


def due(*, lane: Lane, now: datetime) -> list[UUID]:
    """Some of those that wait, the oldest; shuffled, so that two workers seldom reach for the same one."""
    waiting = Message.objects.filter(kind__in=lane.kinds).claimable(now).order_by("due_at")
    found = list(waiting.values_list("pk", flat=True)[:BATCH])
    random.shuffle(found)
    return found


def deliver_due(*, lane: Lane, now: datetime, seconds: float = 30) -> int:
    """Delivers what is due, for so many seconds at most. A message that breaks stops none of the others."""
    began, delivered = time.monotonic(), 0
    each = partial(_deliver_each, seconds=seconds)
    work = _deliver_together if lane is Lane.REMINDERS else each
    while time.monotonic() - began < seconds:
        if lane is Lane.REMINDERS:  # they come by the thousand, and somebody waits for a code
            each(due(lane=Lane.SIGN_IN, now=_later(now, began)), now, began)
        found = due(lane=lane, now=_later(now, began))
        before, delivered = delivered, delivered + work(found, now, began)
        if delivered == before:
            return delivered
    request_task(f"tracker.tasks.deliver_{lane}", queue=lane.queue)  # there may be more
    return delivered


def _later(now: datetime, began: float) -> datetime:
    """The time passes while it works: a claim counts from when it is made."""
    return now + timedelta(seconds=time.monotonic() - began)


def _deliver_each(found: Iterable[UUID], now: datetime, began: float, *, seconds: float) -> int:
    """Looks at the time before each: a mail server that hangs takes ten seconds for every one of them."""
    delivered = 0
    for message_id in found:
        if time.monotonic() - began >= seconds:
            break
        try:
            delivered += deliver(message_id=message_id, now=_later(now, began))
        except Exception:
            log.exception("message_broken", extra={"message_id": message_id})
    return delivered


def _deliver_together(found: Sequence[UUID], now: datetime, began: float) -> int:
    """Reminders come by the thousand: some are claimed in one go, leave over one connection, are written down in one.

    Where that takes long, the rest is given back, and looked at again.
    """
    delivered = 0
    with email.kept_open():
        for start in range(0, len(found), claims.TOGETHER):
            some = claims.claim_together(found[start : start + claims.TOGETHER], _later(now, began))
            delivered += _deliver_claimed(some, now, began)
    return delivered


def _deliver_claimed(claimed: Sequence[Message], now: datetime, began: float) -> int:
    loaded, tried, sent = time.monotonic(), 0, []
    try:
        for message in claimed:
            if time.monotonic() - loaded > FRESH:
                break
            tried += 1
            try:
                if (dead := _handle(message, _later(now, began))) is not None:
                    sent.append(message)
                    contact_points.mark_dead(message=message, addresses=dead, now=now)
            except Exception:
                log.exception("message_broken", extra={"message_id": message.pk})
    finally:  # also where the worker is told to end at once
        claims.note_sent(sent, _later(now, began))
        claims.give_back(claimed[tried:])
    return tried


def deliver(*, message_id: UUID, now: datetime) -> bool:
    """Sends one message, if it still matters. False where somebody else has it in hand."""
    free = Message.objects.filter(pk=message_id).claimable(now)
    if not free.update(claimed_until=now + LEASE, tries=F("tries") + 1, gathered_in=None):
        return False
    message = Message.objects.with_what_matters().get(pk=message_id)
    if (dead := _handle(message, now)) is not None:
        _end(message, sent_at=now)
        contact_points.mark_dead(message=message, addresses=dead, now=now)
        if message.kind == Kind.CANARY:
            record_heartbeat(name="canary", now=now)
    return True


def _handle(message: Message, now: datetime) -> Collection[str] | None:
    """Sends it or says why not. Where it was sent: the addresses that turned out to be dead."""
    if why := _needless(message, now):
        _end(message, reason=why, dropped_at=now)
        if why == "left":
            raise_the_next_level(message, now)
        return None
    return None if _is_held(message, now) else _send(message, now)


def _needless(message: Message, now: datetime) -> str:
    """Why it does not matter any more; empty while it does."""
    if message.expires_at <= now:
        return "late"
    if message.kind == Kind.ALERT:
        return _alert_needless(message, now)
    if message.kind == Kind.NUDGE:
        return _nudge_needless(message)
    if message.alert:
        return _answer_needless(message, now)
    if message.reminder:
        return _reminder_needless(message)
    return ""


def _alert_needless(message: Message, now: datetime) -> str:
    alert, child = message.its_alert, message.its_child
    if not alert.is_open:
        return "closed"
    if _is_taken(alert, message):
        return "taken"
    if not (message.is_family or message.is_staff):
        return "left"
    if (message.is_family and child.is_left_alone) or was_open_before_the_pause(alert, child, now):
        return "paused"
    return "called" if message.is_family and not message.is_staff and message.has_called else ""


def _is_taken(alert: Alert, message: Message) -> bool:
    """Whoever holds it is told all the same of a log that is worse than what she took."""
    is_hers = alert.taken_by_id == message.recipient_id
    if is_hers and alert.worse_at and message.queued_at >= alert.worse_at:
        return False
    return alert.taken_by_id is not None and (is_hers or not alert.try_again_at)


def _answer_needless(message: Message, now: datetime) -> str:
    """To the family: one closing is told of while it stands, a call that reached nobody while the alert is open."""
    alert, child = message.its_alert, message.its_child
    if message.kind == Kind.ANSWER and alert.resolved_at != message.queued_at:
        return "undone"
    if message.kind == Kind.CALLBACK and not alert.is_open:
        return "closed"
    if not message.is_family:
        return "left"
    rests = was_open_before_the_pause(alert, child, now)
    return "paused" if rests or is_of_before_the_death(alert, child, now) else ""


def _nudge_needless(message: Message) -> str:
    """To the family, of a log that joined: until a call has reached the team, or a nurse has it in hand."""
    alert, child = message.its_alert, message.its_child
    if alert.resolved_at and alert.resolved_at >= message.queued_at:
        return "closed"
    if alert.is_open and alert.taken_by_id and not alert.try_again_at:
        return "taken"
    if not message.is_family:
        return "left"
    if child.is_left_alone:
        return "paused"
    return "called" if message.has_called_since else ""


def _reminder_needless(message: Message) -> str:
    if why := why_reminder_rests(message):
        return why
    if not message.is_family:
        return "left"
    return "logged" if message.has_logged else ""


def _is_held(message: Message, now: datetime) -> bool:
    """Whether a minute keeps an alert back that others may join, or quiet hours a reminder: until they end, or for good
    where it would come too late."""
    if minute_ends := gathering.held_until(message, now):
        _mine(message).update(due_at=minute_ends, claimed_until=None, tries=0)  # it was not tried
        return True
    reminder, child = message.reminder, message.child
    if reminder is None or child is None:
        return False
    plan: ReminderPlan | None = getattr(child, "reminder_plan", None)
    if plan is None or reminder.is_asked_for or not plan.is_quiet(now, child.zone):
        return False
    until = plan.quiet_ends(now, child.zone)
    if until < message.expires_at:
        _mine(message).update(due_at=until, claimed_until=None)
    else:
        _end(message, reason="quiet", dropped_at=now)
    return True


def _send(message: Message, now: datetime) -> Collection[str] | None:
    """With it goes what else waits for the same person. If it fails, all of it has failed."""
    waiting = [one for one in gathering.waiting_with(message, now) if not _needless(one, now)]
    others = gathering.claim(message, waiting, now)
    try:
        dead = send(message)
        gathering.mark_sent(message, others, now)
        return dead
    except SendError as error:
        failure = error
    except Exception:
        log.exception("channel_broken", extra={"message_id": message.pk})
        failure = SendError("broken", is_unknown=True)
    for one in (message, *others):
        _failed(one, failure, now)
    return None


def _failed(message: Message, error: SendError, now: datetime) -> None:
    """For good: the next way and the next level at once. For now: again, soon, and after two tries others too."""
    once_at_most = Message.objects.filter(ONCE_AT_MOST, pk=message.pk).exists()
    log.warning("message_not_sent", extra={"message_id": message.pk})
    with transaction.atomic():
        contact_points.mark_dead(message=message, addresses=error.dead, now=now)
        if error.is_permanent or (error.is_unknown and once_at_most):
            _end(message, reason=error.code, failed_at=now)
        else:
            longest = LONGEST_PAUSE_OF_SIGN_IN if message.kind == Kind.SIGN_IN else LONGEST_PAUSE
            pause = min(error.retry_after, LONGEST_ASKED) or min(
                longest, FIRST_PAUSE * 2 ** min(message.tries - 1, 10)
            )
            _mine(message).update(
                due_at=now + timedelta(seconds=pause), claimed_until=None, reason=error.code
            )
        if error.is_permanent or (not once_at_most and (message.tries > 1 or error.retry_after)):
            _try_the_next_way(message, now)
            raise_the_next_level(message, now)


def _try_the_next_way(message: Message, now: datetime) -> None:
    """The same to the same person by the next of their channels, where they have one more."""
    if message.kind in (Kind.TEST, Kind.CANARY) or message.recipient_id is None:
        return
    ways = contact_points.ways_to([message.recipient_id], reminders=message.kind == Kind.REMINDER)
    rest = WAYS[WAYS.index(message.channel) + 1 :]
    if following := [way for way in rest if way in ways[message.recipient_id]]:
        causes = ("child_id", "alert_id", "reminder_id", "care_team_id")
        same = ("kind", *causes, "recipient_id", "level", "round", "expires_at")
        copy = {name: getattr(message, name) for name in same}
        again = Message(**copy, channel=following[0], queued_at=now, due_at=now)
        Message.objects.bulk_create([again], ignore_conflicts=True)
        request_task(f"tracker.tasks.deliver_{message.lane}", queue=message.lane.queue)


def raise_the_next_level(message: Message, now: datetime) -> None:
    """Nobody waits for a nurse who could not be told. Where nobody at all could, the next round comes soon."""
    if message.kind != Kind.ALERT or (message.is_family and not message.is_staff):
        return
    alert, last = message.its_alert, len(message.its_child.care_team.steps) - 1
    same = Message.objects.filter(alert=alert.pk, round=message.round, sent_at__isnull=False)
    standing = Alert.objects.open().filter(
        pk=alert.pk, taken_by=None, round=message.round, level=message.level
    )
    if alert.worse_at and message.queued_at >= alert.worse_at and alert.taken_by_id == message.recipient_id:
        hers = Alert.objects.open().filter(pk=alert.pk, taken_by=message.recipient_id, try_again_at=None)
        raised = hers.update(escalates_at=now, escalation_set_at=now, taken_until=now)
    elif message.level < last:
        raised = standing.update(escalates_at=now, escalation_set_at=now)
    else:
        soon = now + NOBODY_TOLD
        later = standing.filter(escalates_at__gt=soon)
        raised = not same.exists() and later.update(escalates_at=soon, escalation_set_at=now)
    if raised:
        request_task("tracker.tasks.deliver_alerts", queue=Lane.ALERTS)


def _mine(message: Message) -> QuerySet:
    """The row, as long as nobody has claimed it since it was read, or since this claim."""
    return Message.objects.waiting().filter(pk=message.pk, tries=message.tries)


def _end(message: Message, reason: str = "", **when: datetime) -> None:
    _mine(message).update(claimed_until=None, reason=reason, sealed="", **when)

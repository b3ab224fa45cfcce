"""Of a heap of alerts, one message a minute to one person, which says how many; an emergency always comes by itself.

Only the sending is shared. Each alert keeps its messages and its escalation, and what becomes of the one message
becomes of each of them (docs/adr/one-message-a-minute.md).
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db.models import F

from tracker.lib.clock import SKEW
from tracker.models import Kind, Message, Urgency
from tracker.models.messages import LEASE, MessageQuerySet

WITHIN = timedelta(minutes=1)
"""So long a further one waits for others: from the message that was sent, or from its own queueing where that is
earlier."""
MOST = 500


def held_until(message: Message, now: datetime) -> datetime | None:
    """The end of the minute, where the same person was sent an alert this way less than a minute ago.

    An emergency begins no minute: what waits is not put off by it.
    """
    if not _goes_with_others(message) or message.queued_at + WITHIN <= now:
        return None
    lately = Message.objects.filter(
        kind=Kind.ALERT,
        recipient=message.recipient_id,
        channel=message.channel,
        gathered_in=None,
        sent_at__gt=now - WITHIN,
        sent_at__lte=now + SKEW,
    ).exclude(alert__urgency=Urgency.EMERGENCY)
    sent_at = lately.order_by("-sent_at").values_list("sent_at", flat=True).first()
    return min(sent_at, message.queued_at) + WITHIN if sent_at else None


def waiting_with(message: Message, now: datetime) -> Sequence[Message]:
    """What waits for the same person by the same way, and is in nobody's hands. One query."""
    if not _goes_with_others(message):
        return []
    untried = {"claimed_until": None, "tries": 0}
    same = _of_the_same(message).filter(**untried, due_at__lte=now + WITHIN, expires_at__gt=now)
    found = same.exclude(pk=message.pk).exclude(alert__urgency=Urgency.EMERGENCY)
    return [one for one in found.with_what_matters().order_by("due_at")[:MOST] if _may_be_gathered(one)]


def claim(message: Message, others: Sequence[Message], now: datetime) -> list[Message]:
    """Those of the others that are now in the same hands. Whoever else reaches for one finds it taken."""
    if not others:
        return []
    free = Message.objects.waiting().filter(pk__in=[one.pk for one in others], claimed_until=None)
    claimed = {"gathered_in": message.pk, "claimed_until": now + LEASE}
    if not free.update(**claimed, tries=F("tries") + 1):
        return []
    tries = dict(_of_the_same(message).filter(gathered_in=message.pk).values_list("pk", "tries"))
    mine = [one for one in others if one.pk in tries]
    for one in mine:
        one.tries, one.gathered_in = tries[one.pk], message.pk
    message.together = 1 + len(mine)
    return mine


def mark_sent(message: Message, others: Collection[Message], now: datetime) -> None:
    """With the message that told of them. What somebody has claimed since is left to them."""
    if others:
        told = _of_the_same(message).filter(pk__in=[one.pk for one in others], gathered_in=message.pk)
        told.update(sent_at=now, claimed_until=None, reason="gathered")


def tells_of_several(message: Message) -> bool:
    """Whether others were gathered in it."""
    return Message.objects.filter(recipient=message.recipient_id, gathered_in=message.pk).exists()


def _of_the_same(message: Message) -> MessageQuerySet:
    waiting: MessageQuerySet = Message.objects.waiting()
    return waiting.filter(kind=Kind.ALERT, recipient=message.recipient_id, channel=message.channel)


def _may_be_gathered(message: Message) -> bool:
    """To the staff, and no emergency. A family has one alert, and is never kept waiting."""
    if message.kind != Kind.ALERT or message.is_family or not message.is_staff:
        return False
    return message.its_alert.urgency != Urgency.EMERGENCY


def _goes_with_others(message: Message) -> bool:
    """Once: one that may have arrived comes again by itself and under its own key, so that it is not told twice."""
    return message.tries <= 1 and _may_be_gathered(message)

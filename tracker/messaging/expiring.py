"""What nobody will deliver any more is closed, and what a clock that was ahead has put off is due again."""

from datetime import datetime, timedelta

from django.db.models import Q

from tracker.lib.clock import SKEW
from tracker.models import Cause, Kind, Message, ReminderPlan
from tracker.models.messages import ONCE_AT_MOST

AHEAD = timedelta(minutes=15)
"""No message of an alert is due later than this. One that is was put off before the clock was put back."""
COUNTED_FROM_NOW = Q(kind__in=(Kind.ALERT, Kind.ROTA, Kind.TEST, Kind.SIGN_IN)) | Q(
    reminder__cause__in=(Cause.SNOOZED, Cause.LOOK_AGAIN, Cause.SILENCE)
)
"""What is due so long after it was queued. Other reminders are due at a time of day, however it was queued."""


def expire_stale(*, now: datetime) -> None:
    """Closes what nobody will deliver any more: too late, or in the hands of somebody who is gone."""
    waiting = Message.objects.waiting()
    waiting.filter(ONCE_AT_MOST, claimed_until__lte=now).update(
        failed_at=now, claimed_until=None, reason="unknown"
    )
    late = waiting.filter(due_at__lte=now, expires_at__lte=now, claimed_until=None)
    late.update(dropped_at=now, reason="late", sealed="")
    waiting.filter(kind=Kind.ALERT, due_at__gt=now + AHEAD, queued_at__lte=now + SKEW).update(
        due_at=now, claimed_until=None
    )
    to_families = waiting.filter(kind__in=(Kind.CALLBACK, Kind.ANSWER))  # these say what was at `queued_at`
    to_families.filter(due_at__gt=now + AHEAD).update(due_at=now, claimed_until=None)
    for message in waiting.filter(COUNTED_FROM_NOW, queued_at__gt=now + SKEW).select_related("reminder"):
        _count_again(message, now)


def _count_again(message: Message, now: datetime) -> None:
    """It was queued by a clock that was ahead, and is due as long after now as it was to be after that moment."""
    ahead = message.queued_at - now
    due_at, expires_at = message.due_at - ahead, message.expires_at - ahead
    again = {"queued_at": now, "due_at": due_at, "expires_at": expires_at, "claimed_until": None}
    mine = Message.objects.waiting().filter(pk=message.pk, tries=message.tries)
    if mine.update(**again) and message.reminder and message.reminder.cause == Cause.SNOOZED:
        plans = ReminderPlan.objects.filter(child=message.child_id, snoozed_until__gt=due_at)
        plans.update(snoozed_until=due_at)

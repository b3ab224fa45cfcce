"""What is not sent because the family is paused, on a ward, or the child has died. Only read here."""

from datetime import datetime

from tracker.lib.clock import SKEW
from tracker.models import Alert, Cause, Child, Message
from tracker.models.reminders import OF_THE_WARD


def was_open_before_the_pause(alert: Alert, child: Child, now: datetime) -> bool:
    """Then it waits. A pause that lies ahead, set before the clock was put back, keeps nothing waiting."""
    since = child.rests_since
    return since is not None and alert.raised_at <= since <= now + SKEW


def is_of_before_the_death(alert: Alert, child: Child, now: datetime) -> bool:
    """What was logged later may be of another child: to that the family gets its answer."""
    since = child.paused_at if child.has_died else None
    return since is not None and alert.log.received_at <= since <= now + SKEW


def why_reminder_rests(message: Message) -> str:
    """Empty where it is sent. On a ward only what is about the ward is."""
    child, cause = message.its_child, message.its_reminder.cause
    if cause == Cause.HOME and not child.is_admitted:
        return "home"
    return "paused" if child.is_left_alone or (child.paused_at and cause not in OF_THE_WARD) else ""

"""A child on a ward: once a day the family is asked whether it is at home again, or reminders would rest for good."""

import logging
from datetime import datetime, time, timedelta
from uuid import uuid5

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from tracker.lib.clock import SKEW, local_date, moment
from tracker.messaging.reminders import ask_everybody
from tracker.models import Cause, Child, Message, PauseReason, Reminder

log = logging.getLogger(__name__)

ASKED_AT = time(10)  # on the family's clock: who was discharged overnight is at home by then
EXPIRES = timedelta(hours=10)
A_DAY = timedelta(hours=20)
"""Within it nobody is asked twice, also where the family's clock changes."""
MANY = 200


def ask_due(*, now: datetime) -> int:
    """Twice at once changes nothing; one family that cannot be asked keeps none of the others waiting."""
    asked = 0
    for child in _to_ask(now)[:MANY]:
        try:
            asked += _is_due(child, now) and _ask(child, now)
        except Exception:
            log.exception("not_asked_whether_at_home", extra={"child_id": child.pk})
    return asked


def _to_ask(now: datetime) -> QuerySet[Child]:
    own = Reminder.objects.filter(child=OuterRef("pk"), cause=Cause.HOME)
    lately = own.filter(due_at__gt=now - A_DAY, due_at__lte=now + SKEW)
    admitted = Child.objects.filter(paused_reason=PauseReason.HOSPITAL)
    return admitted.filter(~Exists(lately)).order_by("paused_at")


def _is_due(child: Child, now: datetime) -> bool:
    """From the first morning after the admission on. One that lies ahead is of a clock that was put back: ask."""
    asks_at = moment(local_date(now, child.zone), ASKED_AT, child.zone)
    admitted_at = child.paused_at if child.paused_at and child.paused_at <= now + SKEW else None
    return asks_at <= now < asks_at + EXPIRES and (admitted_at is None or admitted_at < asks_at)


@transaction.atomic
def _ask(child: Child, now: datetime) -> bool:
    """Its key follows from the date: whoever asks at the same time asks the same question."""
    key = uuid5(child.pk, f"home {local_date(now, child.zone)}")
    return ask_everybody(child=child, cause=Cause.HOME, first=None, expires=EXPIRES, now=now, key=key)


def drop_questions(*, child: Child, now: datetime) -> None:
    """Somebody has answered: nobody else is asked."""
    waiting = Message.objects.waiting().filter(child=child, reminder__cause=Cause.HOME, claimed_until=None)
    waiting.update(dropped_at=now, reason="answered")

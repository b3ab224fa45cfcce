"""Several messages in one hand: claimed in one go, written down in one. The number of tries is the claim's token."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from tracker.models import Message
from tracker.models.messages import LEASE

TOGETHER = 10
"""So many at most are in doubt, and of these the reminders are not sent again, where a worker is killed."""


def claim_together(found: Collection[UUID], at: datetime) -> list[Message]:
    """Those that are free, and that nobody else is just claiming: with what matters, in one transaction."""
    with transaction.atomic():
        free = Message.objects.filter(pk__in=found).claimable(at).with_what_matters()
        claimed = list(free.select_for_update(of=("self",), skip_locked=True))
        rows = Message.objects.filter(pk__in=[message.pk for message in claimed])
        rows.update(claimed_until=at + LEASE, tries=F("tries") + 1)
    for message in claimed:
        message.tries += 1
    return claimed


def note_sent(messages: Iterable[Message], at: datetime) -> None:
    for tries, together in _by_tries(messages):
        rows = Message.objects.waiting().filter(pk__in=together, tries=tries)
        rows.update(sent_at=at, claimed_until=None, reason="")


def give_back(messages: Iterable[Message]) -> None:
    """They were not tried."""
    for tries, together in _by_tries(messages):
        rows = Message.objects.waiting().filter(pk__in=together, tries=tries)
        rows.update(claimed_until=None, tries=tries - 1)


def _by_tries(messages: Iterable[Message]) -> list[tuple[int, list[UUID]]]:
    found: dict[int, list[UUID]] = {}
    for message in messages:
        found.setdefault(message.tries, []).append(message.pk)
    return list(found.items())

"""What is kept for how long. Each period is said in docs/deploy.md; what is over is deleted."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from tracker.accounts.erasure import erase_child
from tracker.core.child_lock import lock_child
from tracker.models import (
    Absence,
    Alert,
    CardLink,
    Child,
    Invitation,
    Membership,
    Message,
    Reminder,
    SymptomLog,
    Turn,
)
from tracker.operations.encryption_keys import forget_former_keys

LINKS = timedelta(days=30)  # after they ended
MESSAGES = timedelta(days=90)  # after they were queued
ROTA = timedelta(weeks=52)  # after the day: who was on is asked when a night is looked into
SESSIONS = timedelta(days=90)  # the longest that a session lives
TOGETHER = 500  # rows that one transaction deletes


def retain(*, now: datetime) -> dict[str, int]:
    """Deletes what is over; how many of each. Again changes nothing."""
    counts = dict.fromkeys((*_over(now), "children", "former keys"), 0)
    for name, count in batches(now=now):
        counts[name] += count
    return counts


def batches(*, now: datetime) -> Iterator[tuple[str, int]]:
    """The same, bit by bit: each is a transaction of its own, and nobody waits long for one."""
    for name, rows in _over(now).items():
        while count := _delete_some(rows):
            yield name, count
    while numbers := list(forgotten(now).values_list("pk", flat=True)[:TOGETHER]):
        for number in numbers:
            yield "children", _erase(number, now)
    yield "former keys", forget_former_keys(now=now)


def _over(now: datetime) -> dict[str, QuerySet[Any]]:
    return {
        "invitations": Invitation.objects.filter(expires_at__lt=now - LINKS),
        "card links": CardLink.objects.filter(expires_at__lt=now - LINKS),
        "messages": Message.objects.filter(queued_at__lt=now - MESSAGES).exclude(
            alert__in=Alert.objects.open()
        ),
        "reminders": Reminder.objects.filter(due_at__lt=now - MESSAGES),
        "turns": Turn.objects.filter(day__lt=(now - ROTA).date()),
        "absences": Absence.objects.filter(until_day__lt=(now - ROTA).date()),
        "sessions": Session.objects.filter(expire_date__lt=now),
        "devices": UserSession.objects.filter(last_seen_at__lt=now - SESSIONS).exclude(
            session_key__in=Session.objects.values("session_key")
        ),
    }


def _delete_some(rows: QuerySet[Any]) -> int:
    """0 where there are none, or where all were gone or mattered again by the time they were to go."""
    found = list(rows.values_list("pk", flat=True)[:TOGETHER])
    return rows.filter(pk__in=found).delete()[1].get(rows.model._meta.label, 0)


@transaction.atomic
def _erase(number: UUID, now: datetime) -> int:
    """Unless somebody came back since it was looked for."""
    child = Child.objects.filter(pk=number).select_related("care_team").first()
    if child is None:
        return 0
    lock_child(child)
    if not forgotten(now).filter(pk=number).exists():
        return 0
    erase_child(child=child, by=None, now=now)
    return 1


def forgotten(now: datetime) -> QuerySet[Child]:
    """Children of whom nothing was logged, and whose family has not signed in, for RETAIN_DAYS."""
    since = now - timedelta(days=settings.RETAIN_DAYS)
    logs = SymptomLog.objects.filter(child=OuterRef("pk"), received_at__gte=since)
    family = Membership.objects.filter(child=OuterRef("pk"), ended_at=None)
    signed_in = family.filter(Q(user__last_login__gte=since) | Q(begun_at__gte=since))
    old = Child.objects.filter(begun_at__lt=since, changed_at__lt=since).select_related("care_team")
    return old.filter(~Exists(logs), ~Exists(signed_in))

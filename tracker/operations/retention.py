"""What is kept for how long. Each period is said in docs/deploy.md; what is over is deleted."""

from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, Q, QuerySet

from tracker.accounts.erasure import erase_child
from tracker.models import Alert, CardLink, Child, Invitation, Membership, Message, Reminder, SymptomLog
from tracker.operations.encryption_keys import forget_former_keys

LINKS = timedelta(days=30)  # after they ended
MESSAGES = timedelta(days=90)  # after they were queued
SESSIONS = timedelta(days=90)  # the longest that a session lives


def retain(*, now: datetime) -> dict[str, int]:
    """Deletes what is over; how many of each. Again changes nothing."""
    over = {
        "invitations": Invitation.objects.filter(expires_at__lt=now - LINKS),
        "card links": CardLink.objects.filter(expires_at__lt=now - LINKS),
        "messages": Message.objects.filter(queued_at__lt=now - MESSAGES).exclude(
            alert__in=Alert.objects.open()
        ),
        "reminders": Reminder.objects.filter(due_at__lt=now - MESSAGES),
        "sessions": Session.objects.filter(expire_date__lt=now),
        "devices": UserSession.objects.filter(last_seen_at__lt=now - SESSIONS).exclude(
            session_key__in=Session.objects.values("session_key")
        ),
    }
    counts = {name: rows.delete()[1].get(rows.model._meta.label, 0) for name, rows in over.items()}
    children = list(forgotten(now))
    for child in children:
        erase_child(child=child, by=None, now=now)
    return counts | {"children": len(children), "former keys": forget_former_keys(now=now)}


def forgotten(now: datetime) -> QuerySet[Child]:
    """Children of whom nothing was logged, and whose family has not signed in, for RETAIN_DAYS."""
    since = now - timedelta(days=settings.RETAIN_DAYS)
    logs = SymptomLog.objects.filter(child=OuterRef("pk"), received_at__gte=since)
    family = Membership.objects.filter(child=OuterRef("pk"), ended_at=None)
    signed_in = family.filter(Q(user__last_login__gte=since) | Q(begun_at__gte=since))
    old = Child.objects.filter(begun_at__lt=since, changed_at__lt=since).select_related("care_team")
    return old.filter(~Exists(logs), ~Exists(signed_in))

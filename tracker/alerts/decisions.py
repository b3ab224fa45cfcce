"""What a family is told of its alert: what the team decided, or that the team called and reached nobody.

Both parents are told, and whoever logged: a grandmother may be the person beside the child.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from tracker.alerts.moves import move
from tracker.messaging import delivery
from tracker.models import Alert, AlertEvent, Child, Kind, Membership, Message, Role, User
from tracker.models.alerts import UNDO_WITHIN, is_untold


def family_of(alert: Alert) -> set[UUID]:
    """Who has left meanwhile is found out when the message is sent."""
    parents = Membership.objects.filter(child=alert.child_id, role=Role.PARENT, ended_at=None)
    logged = AlertEvent.objects.filter(alert=alert.pk, log__isnull=False)
    return {*parents.values_list("user_id", flat=True), *logged.values_list("log__caregiver_id", flat=True)}


def send_decision(*, alert: Alert, now: datetime) -> None:
    """Queues it for the end of the minute in which the closing can be taken back."""
    _queue(alert, Kind.ANSWER, now, UNDO_WITHIN)


def ask_to_call(*, alert: Alert, now: datetime) -> None:
    """Tells the family at once, whoever holds the alert and whatever call stands written down."""
    _queue(alert, Kind.CALLBACK, now, timedelta(0))


def _queue(alert: Alert, kind: Kind, now: datetime, later: timedelta) -> None:
    """By every way. The number of events tells apart what is told of one alert at different times."""
    number = AlertEvent.objects.filter(alert=alert.pk).count()
    delivery.queue(alert=alert, recipients=family_of(alert), now=now, kind=kind, round=number, later=later)


def withdraw_decision(*, alert: Alert, now: datetime) -> bool:
    """Drops what is not yet in a deliverer's hands. True where somebody of the family may know of it already."""
    answers = Message.objects.filter(alert=alert.pk, kind=Kind.ANSWER, queued_at=alert.closed_at)
    answers.waiting().filter(claimed_until=None).update(dropped_at=now, reason="undone")
    return alert.decision_opened_at is not None or answers.filter(dropped_at=None).exists()


@transaction.atomic
def open_decision(*, child: Child, by: User, now: datetime) -> bool:
    """The family has seen what was decided last. False where somebody of it had before, or nothing is decided."""
    closed = Alert.objects.filter(child=child, resolved_at__isnull=False).exclude(is_untold(now))
    newest = closed.order_by("-resolved_at").values_list("pk", flat=True).first()
    unread = Q(decision_opened_at=None) & ~is_untold(now)
    changes = {"decision_opened_at": now}
    return newest is not None and move(newest, {"open the decision": unread}, changes, now=now, by=by)

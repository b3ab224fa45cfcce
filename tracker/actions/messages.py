"""What is to be told to whom. A message is a row first; delivering it comes after the commit."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from tracker.doorbell import ring
from tracker.models import Alert, Channel, Message


def queue(
    *,
    alert: Alert,
    recipients: Iterable[UUID],
    now: datetime,
    channel: str = Channel.EMAIL,
    level: int = 0,
    round: int = 1,
) -> None:
    """One message each, due now, and a ring for the worker. Queueing the same one again changes nothing."""
    messages = [
        Message(
            alert=alert,
            recipient_id=recipient,
            channel=channel,
            level=level,
            round=round,
            queued_at=now,
            due_at=now,
        )
        for recipient in recipients
    ]
    Message.objects.bulk_create(messages, ignore_conflicts=True)
    ring("tracker.tasks.sweep", queue="alerts")

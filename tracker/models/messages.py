"""What is to be told to whom."""

import uuid

from django.db import models
from django.db.models import Q

from tracker.models.alerts import Alert
from tracker.models.people import User
from tracker.models.shapes import one_of


class Channel(models.TextChoices):
    EMAIL = "email", "e-mail"
    PUSH = "push", "push"
    SMS = "sms", "SMS"


class Message(models.Model):
    """One message to one person by one channel, at one level, in one round. The rows are the queue."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="messages", db_index=False)
    recipient = models.ForeignKey(User, on_delete=models.CASCADE, related_name="messages")
    channel = models.CharField(max_length=8, choices=Channel)
    level = models.PositiveSmallIntegerField(default=0)
    round = models.PositiveSmallIntegerField(default=1)
    queued_at = models.DateTimeField()
    due_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    error_code = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = (
            models.Index(
                fields=("due_at",), condition=Q(sent_at=None, failed_at=None), name="messages_to_deliver"
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("alert", "recipient", "channel", "level", "round"), name="one_message_each"
            ),
            models.CheckConstraint(
                condition=Q(sent_at=None) | Q(failed_at=None), name="sent_or_failed_not_both"
            ),
            one_of("channel", Channel.values, name="channel_is_known"),
        )

    def __str__(self) -> str:
        return str(self.pk)

"""Hands a message to its channel."""

from tracker.channels import email
from tracker.models import Channel, Message

SENDERS = {Channel.EMAIL: email.send}


def send(message: Message) -> None:
    """Raises SendError. The canary's channel leads nowhere."""
    if message.channel != Channel.CANARY:
        SENDERS[message.channel](message)

"""Hands a message to its channel."""

from collections.abc import Callable, Collection

from tracker.messaging.channels import email, push, sms
from tracker.models import Channel, Message

SENDERS: dict[str, Callable[[Message], Collection[str]]] = {
    Channel.EMAIL: email.send,
    Channel.PUSH: push.send,
    Channel.SMS: sms.send,
}


def send(message: Message) -> Collection[str]:
    """Raises SendError. Hands back addresses that turned out to be dead. The canary's channel leads nowhere."""
    return () if message.channel == Channel.CANARY else SENDERS[message.channel](message)

"""Messages that have nowhere to go: each becomes a file that only the site's own user can read.

Mail without a mail server, SMS without a gateway, and what a demo would push.
"""

from collections.abc import Sequence
from email.message import EmailMessage as PlainMail

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone
from django.utils.crypto import get_random_string

from tracker.models import Message


class EmailBackend(BaseEmailBackend):
    """Writes to settings.OUTBOX instead of sending."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        for message in messages:
            _keep(message.message().as_bytes())
        return len(messages)


def write(*, kind: str, to: str, text: str, message: Message) -> None:
    """What is no mail, as if it were one: the outbox page shows all of them alike."""
    mail = PlainMail()
    mail["To"] = f"{kind} <{to}>"
    mail["Subject"] = text.partition(" http")[0]
    mail["Message-ID"] = message_id(message)
    mail.set_content(text)
    _keep(mail.as_bytes())


def message_id(message: Message) -> str:
    """The same however often it is sent."""
    host = settings.SITE_URL.partition("://")[2].partition(":")[0]
    return f"<{message.pk}@{host}>"


def _keep(text: bytes) -> None:
    """The names sort by time. A file appears whole or not at all."""
    folder = settings.OUTBOX
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"{timezone.now():%Y%m%dT%H%M%S.%f}-{get_random_string(6)}.eml"
    draft = folder / f".{name}"
    draft.write_bytes(text)
    draft.rename(folder / name)

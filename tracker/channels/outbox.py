"""Mail without a mail server: each message becomes a file that only the site's own user can read."""

from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone
from django.utils.crypto import get_random_string


class EmailBackend(BaseEmailBackend):
    """Writes to settings.OUTBOX; the names sort by time. A file appears whole or not at all."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        folder = settings.OUTBOX
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for message in messages:
            name = f"{timezone.now():%Y%m%dT%H%M%S.%f}-{get_random_string(6)}.eml"
            draft = folder / f".{name}"
            draft.write_bytes(message.message().as_bytes())
            draft.rename(folder / name)
        return len(messages)

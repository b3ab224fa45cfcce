"""Mail that came back, or that its reader called spam, as the mail server reports it (RFC 3464, RFC 5965).

Whoever knows the bounce address can write there. A report counts only with the Message-ID of a mail that we sent
lately, which nobody but its reader and the servers on the way has seen, and only for the address that it was sent to.
"""

import re
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import Message as Mail
from uuid import UUID

from django.db import transaction

from tracker.messaging import contact_points, delivery
from tracker.models import Channel, Message

COUNTS_FOR = timedelta(weeks=2)
_NUMBER = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@", re.IGNORECASE)
_HEADERS = ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers")


@transaction.atomic
def take_back(raw: bytes, *, now: datetime) -> bool:
    """Marks the way as dead. A nurse whose mail about an alert came back was not told: the next level is, at once.

    False where nothing was done: no report, one of a delay, of a mail that is not ours, or of another address. The same
    report once more changes nothing.
    """
    mail = message_from_bytes(raw, policy=policy.compat32)
    came_back, complained = _came_back(mail), _parts(mail, "message/feedback-report") != []
    message = _message(mail, now) if came_back or complained else None
    if message is None:
        return False
    contact_points.mark_dead(message=message, addresses=[message.person.email], now=now)
    first = Message.objects.filter(pk=message.pk).exclude(reason="came-back") if came_back else None
    if first and first.update(reason="came-back"):
        delivery.raise_the_next_level(message, now)
    return True


def _came_back(mail: Mail) -> bool:
    """For good: a report of a delay says that it is still tried."""
    blocks = [block for part in _parts(mail, "message/delivery-status") for block in part.walk()]
    return any(
        str(block.get("Action", "")).strip().lower() == "failed"
        and str(block.get("Status", "")).strip().startswith("5")
        for block in blocks
    )


def _message(mail: Mail, now: datetime) -> Message | None:
    """The mail that the report is about, as far as its headers came along."""
    for part in _parts(mail, *_HEADERS):
        text = (
            "".join(str(inner) for inner in part.get_payload())
            if part.is_multipart()
            else str(part.get_payload())
        )
        headers = message_from_bytes(text.encode(errors="replace"))
        number = _NUMBER.search(str(headers.get("Message-ID", "")))
        ours = Message.objects.filter(
            channel=Channel.EMAIL, recipient__isnull=False, sent_at__gt=now - COUNTS_FOR
        )
        message = ours.with_what_matters().filter(pk=UUID(number[1])).first() if number else None
        if message and message.person.email.lower() in str(headers.get("To", "")).lower():
            return message
    return None


def _parts(mail: Mail, *kinds: str) -> list[Mail]:
    return [part for part in mail.walk() if part.get_content_type() in kinds]

"""Mails about signing in take the way of every other message: a row first, then a worker, or nightwatch.

A page that asks for a code is answered though the mail server is down. The words are a secret, so they lie encrypted
in the row until the mail has left, or is given up (docs/adr/mails-about-signing-in.md).
"""

import json
from datetime import datetime, timedelta
from uuid import UUID

from tracker.lib.encryption import encrypt
from tracker.lib.task_queue import request_task
from tracker.models import Channel, Kind, Lane, Message, User


def queue_sign_in_mail(*, to: str, subject: str, text: str, lives: timedelta, now: datetime) -> UUID:
    """Due at once. `lives`: for how long it is of use to anybody; an address without an account has no recipient."""
    message = Message.objects.create(
        kind=Kind.SIGN_IN,
        channel=Channel.EMAIL,
        recipient=User.objects.filter(email__iexact=to).first(),
        queued_at=now,
        due_at=now,
        expires_at=now + lives,
        sealed=encrypt(json.dumps({"to": [to], "subject": subject, "body": text})),
    )
    request_task("tracker.tasks.deliver_sign_in", queue=Lane.SIGN_IN.queue)
    return message.pk

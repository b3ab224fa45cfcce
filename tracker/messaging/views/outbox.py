"""What the demo would have sent by mail, SMS and push, and why."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tracker.messaging.reasons import reasons

NEWEST = 100


class Mail(NamedTuple):
    sent_at: datetime
    to: str
    subject: str
    body: str
    message_id: UUID | None  # of a message of ours
    why: str = ""


@login_not_required
@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """The mails that were written to files, newest first. A site that is no demo has no such page."""
    if not settings.DEMO:
        raise Http404
    found = sorted(Path(settings.OUTBOX).glob("[0-9]*.eml"), reverse=True)[:NEWEST]
    mails = [_mail(file) for file in found]
    why = reasons({mail.message_id for mail in mails if mail.message_id})
    told = [mail._replace(why=why.get(mail.message_id, "") if mail.message_id else "") for mail in mails]
    return render(request, "tracker/messaging/outbox.html", {"mails": told})


def _mail(file: Path) -> Mail:
    message = message_from_bytes(file.read_bytes(), policy=default)
    sent_at = datetime.strptime(file.name[:15], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    return Mail(sent_at, str(message["To"]), str(message["Subject"]), _text(message), _id(message))


def _id(message: EmailMessage) -> UUID | None:
    try:
        return UUID(str(message["Message-ID"]).strip("<>").partition("@")[0])
    except ValueError:
        return None


def _text(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    return body.get_content() if body else ""

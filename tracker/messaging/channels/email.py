"""Mail, by Django's backends: plain and HTML, under one Message-ID however often it is sent."""

import json
import smtplib
from collections.abc import Collection
from contextlib import suppress
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPResponseException, SMTPSenderRefused

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from tracker.lib.encryption import Unreadable, decrypt
from tracker.messaging.channels.errors import SendError
from tracker.messaging.channels.outbox import message_id
from tracker.messaging.channels.wording import headline, link
from tracker.models import Kind, Message
from tracker.models.reminders import OF_THE_WARD


def send(message: Message) -> Collection[str]:
    """To the address of the recipient's login, or the one that a mail about signing in is for."""
    mail = mail_of(message)
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        raise SendError("no-mail-server") from error
    try:
        connection.send_messages([mail])
    except SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        raise _refused(code, mail) from error
    except (SMTPSenderRefused, SMTPDataError) as error:
        raise _refused(error.smtp_code, mail) from error
    except SMTPResponseException as error:
        raise SendError("mail-server", is_unknown=True) from error
    except (OSError, smtplib.SMTPException) as error:  # cut off: nobody knows whether it was taken
        raise SendError("cut-off", is_unknown=True) from error
    finally:
        _close(connection)
    return ()


def _close(connection: BaseEmailBackend) -> None:
    with suppress(OSError, smtplib.SMTPException):  # what was said before counts
        connection.close()


def _refused(code: int, mail: EmailMultiAlternatives) -> SendError:
    """5xx: not to this address; 4xx: not now."""
    is_permanent = 500 <= code < 600
    dead = mail.to if is_permanent else []
    return SendError(f"smtp-{code}", is_permanent=is_permanent, dead=dead)


def mail_of(message: Message) -> EmailMultiAlternatives:
    if message.kind == Kind.SIGN_IN:
        return _about_signing_in(message)
    context = {"message": message, "link": link(message), "is_reminder": message.kind == Kind.REMINDER}
    context["asks_for_a_log"] = bool(message.reminder and message.reminder.cause not in OF_THE_WARD)
    headers = {"Message-ID": message_id(message)}
    if context["is_reminder"]:
        off = settings.SITE_URL + reverse("reminders-off", args=[message.pk])
        context["off"] = off
        headers |= {"List-Unsubscribe": f"<{off}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    with translation.override(message.person.language):
        context["headline"] = subject = headline(message)
        mail = EmailMultiAlternatives(
            subject=subject,
            body=render_to_string("tracker/messaging/mail/message.txt", context),
            to=[message.person.email],
            headers=headers,
        )
        mail.attach_alternative(render_to_string("tracker/messaging/mail/message.html", context), "text/html")
    return mail


def _about_signing_in(message: Message) -> EmailMultiAlternatives:
    """Rendered when it was asked for; its words are a secret (docs/adr/mails-about-signing-in.md)."""
    try:
        words = json.loads(decrypt(message.sealed))
    except Unreadable as error:
        raise SendError("unreadable", is_permanent=True) from error
    return EmailMultiAlternatives(**words, headers={"Message-ID": message_id(message)})

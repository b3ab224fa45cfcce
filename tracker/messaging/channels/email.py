"""Mail, by Django's backends: plain and HTML, under one Message-ID however often it is sent."""

import json
import smtplib
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPResponseException, SMTPSenderRefused
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape

from tracker.lib import hours
from tracker.lib.encryption import Unreadable, decrypt
from tracker.messaging.channels.errors import SendError
from tracker.messaging.channels.outbox import message_id
from tracker.messaging.channels.wording import headline, link
from tracker.models import Kind, Message
from tracker.models.reminders import OF_THE_WARD

OK = 250
_PLACES: dict[str, Any] = {"link": "{{the-link}}", "off": "{{the-way-off}}"}


def send(message: Message) -> Collection[str]:
    """To the address of the recipient's login, or the one that a mail about signing in is for."""
    mail = mail_of(message)
    connection, went_well = _open(), False
    try:
        connection.send_messages([mail])
        went_well = True
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
        if not went_well or not _kept.is_wanted:
            _kept.connection = None
            _close(connection)
    return ()


class _Kept(threading.local):
    """A thread's open connection, while it has many mails to send."""

    is_wanted = False
    connection: BaseEmailBackend | None = None


_kept = _Kept()


@contextmanager
def kept_open() -> Iterator[None]:
    """For mails in a row: over one connection, as long as each of them goes well."""
    _kept.is_wanted = True
    try:
        yield
    finally:
        connection, _kept.connection, _kept.is_wanted = _kept.connection, None, False
        if connection:
            _close(connection)


def _open() -> BaseEmailBackend:
    """The one that is kept, if the server is still there: else a mail would be in doubt that was never begun."""
    if _kept.connection:
        if _is_alive(_kept.connection):
            return _kept.connection
        _close(_kept.connection)
        _kept.connection = None
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        raise SendError("no-mail-server") from error
    if _kept.is_wanted:
        _kept.connection = connection
    return connection


def _is_alive(kept: BaseEmailBackend) -> bool:
    server: smtplib.SMTP | None = getattr(kept, "connection", None)
    if server is None:  # a file, where no server was named
        return True
    try:
        return server.noop()[0] == OK
    except (OSError, smtplib.SMTPException):
        return False


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
    about = {"link": link(message)}
    headers = {"Message-ID": message_id(message)}
    is_reminder = message.kind == Kind.REMINDER
    if is_reminder:
        about["off"] = off = settings.SITE_URL + reverse("reminders-off", args=[message.pk])
        headers |= {"List-Unsubscribe": f"<{off}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    asks_for_a_log = bool(message.reminder and message.reminder.cause not in OF_THE_WARD)
    with hours.read_by(message.person):
        subject = headline(message)
        text, html = _words(translation.get_language() or "", subject, is_reminder, asks_for_a_log)
    for name, address in about.items():
        text, html = text.replace(_PLACES[name], address), html.replace(_PLACES[name], escape(address))
    mail = EmailMultiAlternatives(subject=subject, body=text, to=[message.person.email], headers=headers)
    mail.attach_alternative(html, "text/html")
    return mail


@lru_cache(maxsize=200)
def _words(language: str, subject: str, is_reminder: bool, asks_for_a_log: bool) -> tuple[str, str]:
    """Plain and HTML, in the language that is active: the same for everybody but for the addresses in them."""
    context = _PLACES | {"headline": subject, "is_reminder": is_reminder, "asks_for_a_log": asks_for_a_log}
    of = "tracker/messaging/mail/message"
    return render_to_string(f"{of}.txt", context), render_to_string(f"{of}.html", context)


def _about_signing_in(message: Message) -> EmailMultiAlternatives:
    """Rendered when it was asked for; its words are a secret (docs/adr/mails-about-signing-in.md)."""
    try:
        words = json.loads(decrypt(message.sealed))
    except Unreadable as error:
        raise SendError("unreadable", is_permanent=True) from error
    return EmailMultiAlternatives(**words, headers={"Message-ID": message_id(message)})

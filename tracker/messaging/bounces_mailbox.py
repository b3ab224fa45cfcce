"""The mailbox to which mail comes back (BOUNCES_URL), read by IMAP over TLS each minute.

A report that counted is deleted: it names a person. What else came, like a note that somebody is on holiday, stays
there as seen, for people. A mail is marked after it was looked at: whoever is killed in between looks again, which
changes nothing.
"""

import imaplib
import logging
import ssl
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.conf import settings

from tracker.messaging.bounces import take_back

log = logging.getLogger(__name__)

LARGEST = 1_000_000  # bytes; a report holds headers and at most our own short mail
AT_ONCE = 50  # mails in one minute, well within a task's time
PATIENCE = 10.0  # seconds that the server may be silent
SILENT = (OSError, imaplib.IMAP4.error, UnicodeError)


def read_mailbox(*, now: datetime) -> int | None:
    """How many reports counted; None where the mailbox could not be read: the log tells the kind of error."""
    if settings.BOUNCES is None:
        return 0
    try:
        box = _open(settings.BOUNCES)
        try:
            return _read(box, now)
        finally:
            with suppress(*SILENT):
                box.logout()
    except SILENT as error:
        log.error("mailbox_not_read", extra={"error": type(error).__name__})
        return None


def _open(about: dict[str, Any]) -> imaplib.IMAP4_SSL:
    trust = ssl.create_default_context()
    box = imaplib.IMAP4_SSL(about["host"], about["port"], ssl_context=trust, timeout=PATIENCE)
    user, password = about["user"], about["password"]
    if "AUTH=PLAIN" in box.capabilities:  # takes any sign in a password
        box.authenticate("PLAIN", lambda _challenge: f"\0{user}\0{password}".encode())
    else:
        box.login(_quoted(user), password)
    _answered(box.select(_quoted(about["folder"])))
    return box


def _read(box: imaplib.IMAP4_SSL, now: datetime) -> int:
    found = _answered(box.uid("SEARCH", "UNSEEN", "UNDELETED"))
    done = []
    for number in found[0].split()[:AT_ONCE]:
        uid = number.decode()
        if take_back(_mail(box, uid), now=now):
            done.append(uid)
        _answered(box.uid("STORE", uid, "+FLAGS", r"(\Seen \Deleted)" if uid in done else r"(\Seen)"))
    if done:
        _remove(box, done)
    return len(done)


def _mail(box: imaplib.IMAP4_SSL, uid: str) -> bytes:
    """Empty where another reader was quicker."""
    for part in _answered(box.uid("FETCH", uid, f"(BODY.PEEK[]<0.{LARGEST}>)")):
        if isinstance(part, tuple):
            return bytes(part[1])
    return b""


def _remove(box: imaplib.IMAP4_SSL, uids: list[str]) -> None:
    """Those alone, where the server can: somebody else may have marked others, and thinks about it."""
    if "UIDPLUS" in box.capabilities:
        _answered(box.uid("EXPUNGE", ",".join(uids)))
    else:
        _answered(box.expunge())


def _answered(answer: tuple[str, list[Any]]) -> list[Any]:
    if answer[0] != "OK":
        raise imaplib.IMAP4.error("the server said no")
    return answer[1]


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

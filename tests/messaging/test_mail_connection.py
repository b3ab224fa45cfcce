"""Many mails in a row leave over one connection, and none is in doubt for it."""

import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail.backends.smtp import EmailBackend

from tests.support.personas import NOW
from tests.support.sinks import MailServer, mail_server
from tracker.messaging import claims
from tracker.messaging.channels import email
from tracker.messaging.channels.errors import SendError
from tracker.models import Channel, Kind, Message, User

HOUR = timedelta(hours=1)


@pytest.fixture
def post(settings: Any) -> Iterator[MailServer]:
    with mail_server() as (server, port):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        yield server


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every connection that was made."""
    found: list[Any] = []
    whole = EmailBackend.open

    def counting(self: EmailBackend) -> Any:
        if self.connection is None:
            found.append(self)
        return whole(self)

    monkeypatch.setattr(EmailBackend, "open", counting)
    return found


def to(person: User) -> Message:
    about = {"queued_at": NOW, "due_at": NOW, "expires_at": NOW + HOUR}
    return Message(kind=Kind.TEST, channel=Channel.EMAIL, recipient=person, **about)


def test_mails_in_a_row_share_one_connection_which_is_closed_behind_them(
    post: MailServer, opened: list[Any], mother: User
) -> None:
    with email.kept_open():
        for _mail in range(3):
            email.send(to(mother))
        assert opened[0].connection
    assert (len(post.arrivals), len(opened), opened[0].connection) == (3, 1, None)
    email.send(to(mother))
    email.send(to(mother))
    assert len(opened) == 3


def test_a_connection_that_the_server_has_given_up_puts_no_mail_in_doubt(
    post: MailServer, opened: list[Any], mother: User
) -> None:
    with email.kept_open():
        email.send(to(mother))
        opened[0].connection.sock.shutdown(socket.SHUT_RDWR)
        email.send(to(mother))
    assert (len(post.arrivals), len(opened)) == (2, 2)


def test_after_a_mail_that_failed_the_next_has_a_connection_of_its_own(
    post: MailServer, opened: list[Any], mother: User
) -> None:
    with email.kept_open():
        post.mode = "cut"
        with pytest.raises(SendError) as cut:
            email.send(to(mother))
        post.mode = "451 later"
        with pytest.raises(SendError) as later:
            email.send(to(mother))
        post.mode = "ok"
        email.send(to(mother))
    assert (cut.value.is_unknown, later.value.is_unknown, len(opened)) == (True, False, 3)


def test_each_mail_leads_to_its_own_message(post: MailServer, mother: User) -> None:
    messages = [to(mother), to(mother)]
    for message in messages:
        email.send(message)
    for message, arrival in zip(messages, post.arrivals, strict=True):
        for part in arrival.mail.get_payload():
            words = part.get_payload(decode=True).decode()
            assert str(message.pk) in words
            assert "{{" not in words


@pytest.mark.hazard("H11")
def test_what_is_claimed_together_is_nobody_elses_until_it_is_given_back(mother: User) -> None:
    keys = [row.pk for row in Message.objects.bulk_create([to(mother)])]
    mine = claims.claim_together(keys, NOW)
    assert ([message.pk for message in mine], claims.claim_together(keys, NOW)) == (keys, [])
    claims.give_back(mine)
    (again,) = claims.claim_together(keys, NOW)
    assert again.tries == 1
    claims.note_sent([again], NOW)
    assert claims.claim_together(keys, NOW + HOUR) == []

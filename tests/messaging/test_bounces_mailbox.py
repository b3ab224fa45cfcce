"""Mail that came back is read from a mailbox, in a real conversation over TLS."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.messaging.test_bounces import DELAYED, FAILED, original, report, to_the_nurse
from tests.support.imap import PASSWORD, Mailbox, imap_server
from tests.support.personas import NOW
from tracker.messaging.bounces_mailbox import read_mailbox
from tracker.messaging.contact_points import unreachable
from tracker.models import Alert, Message, User
from tracker.operations.tasks import read_bounces

__all__ = ["to_the_nurse"]


@pytest.fixture
def box(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    with imap_server(tmp_path) as (found, certificate):
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        about = {"host": "127.0.0.1", "port": found.port, "user": "bounces", "password": PASSWORD}
        settings.BOUNCES = about | {"folder": "INBOX"}
        yield found


@pytest.mark.hazard("H14")
def test_a_report_counts_once_and_goes_and_what_else_came_stays_for_people(
    box: Mailbox, to_the_nurse: Message, nurse: User, capsys: Any
) -> None:
    came_back = report(FAILED, original(nurse))
    late, holiday = (
        box.put(report(DELAYED, original(nurse))),
        box.put(b"Subject: on holiday\r\n\r\nUntil May."),
    )
    box.put(came_back)
    planned = Alert.objects.get().escalates_at
    call_command("bounce", "--mailbox")
    assert "1 came back" in capsys.readouterr().out
    assert unreachable([nurse.pk]) == {nurse.pk}
    told = Alert.objects.get().escalates_at
    assert told < planned
    assert set(box.mails) == {late, holiday}
    assert box.flags == {late: {"\\Seen"}, holiday: {"\\Seen"}}
    box.put(came_back)  # as after a crash before it was marked
    assert read_mailbox(now=NOW) == 1
    assert Alert.objects.get().escalates_at == told
    assert read_mailbox(now=NOW) == 0


@pytest.mark.parametrize("command", ["AUTHENTICATE", "SELECT", "UID FETCH", "UID STORE"])
def test_a_server_that_says_no_is_no_crash(
    command: str, box: Mailbox, db: None, caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    number = box.put(b"Subject: hello\r\n\r\nhello")
    if command == "AUTHENTICATE":
        settings.BOUNCES = settings.BOUNCES | {"password": "wrong"}
    box.says_no_to = command
    read_bounces()
    assert "mailbox_not_read" in caplog.text
    assert box.flags[number] == set()
    with pytest.raises(CommandError, match="could not be read"):
        call_command("bounce", "--mailbox")


def test_nobody_is_believed_without_a_certificate(
    box: Mailbox, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    assert read_mailbox(now=NOW) is None
    assert box.asked == []
    settings.BOUNCES = settings.BOUNCES | {"port": 9}
    assert read_mailbox(now=NOW) is None


def test_without_a_mailbox_nothing_is_read(settings: Any) -> None:
    settings.BOUNCES = None
    read_bounces()
    with pytest.raises(CommandError, match="BOUNCES_URL"):
        call_command("bounce", "--mailbox")

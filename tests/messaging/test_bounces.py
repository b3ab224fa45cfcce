"""A mail that came back says that a nurse was not told; a report that anybody could have written says nothing."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail

from tests.support.personas import NOW
from tracker.alerts.escalation import escalate_due
from tracker.logs.actions.record import Recorded
from tracker.messaging import delivery
from tracker.messaging.bounces import take_back
from tracker.messaging.contact_points import unreachable
from tracker.models import Alert, Child, Lane, Message, User

REPORT = """From: mailer-daemon@mail.example
Content-Type: multipart/report; report-type={kind}; boundary=cut

--cut
Content-Type: text/plain

Something happened.
--cut
Content-Type: message/{kind}

{said}
--cut
Content-Type: {headers}

{original}
--cut--
"""
FAILED = "Reporting-MTA: dns; mail.example\n\nFinal-Recipient: rfc822; x@y.example\nAction: failed\nStatus: 5.1.1\n"
DELAYED = FAILED.replace("failed", "delayed").replace("5.1.1", "4.4.1")
COMPLAINT = "Feedback-Type: abuse\nUser-Agent: mail.example\nVersion: 1\n"


def report(
    said: str, original: str, kind: str = "delivery-status", headers: str = "text/rfc822-headers"
) -> bytes:
    return REPORT.format(kind=kind, said=said, original=original, headers=headers).encode()


@pytest.fixture
def to_the_nurse(log: Callable[..., Recorded], ward_child: Child, nurse: User) -> Message:
    """An alert that was sent to her by mail."""
    log(temperature=38.6)
    escalate_due(now=NOW)
    delivery.deliver_due(lane=Lane.ALERTS, now=NOW)
    return Message.objects.get(kind="alert", recipient=nurse)


def original(to: User) -> str:
    sent = next(sent for sent in mail.outbox if sent.to == [to.email])
    return str(sent.message()["Message-ID"]).join(["Message-ID: ", f"\nTo: {to.email}\n"])


@pytest.mark.hazard("H14")
def test_the_next_level_is_told_at_once_and_the_way_is_dead(to_the_nurse: Message, nurse: User) -> None:
    assert Alert.objects.get().escalates_at > NOW
    assert take_back(report(FAILED, original(nurse)), now=NOW)
    assert Alert.objects.get().escalates_at == NOW
    assert unreachable([nurse.pk]) == {nurse.pk}


def test_a_whole_mail_may_come_back_too(to_the_nurse: Message, nurse: User) -> None:
    whole = original(nurse) + "Subject: an alert\n\nOpen it.\n"
    assert take_back(report(FAILED, whole, headers="message/rfc822"), now=NOW)


def test_a_complaint_ends_the_way_and_tells_nobody_else(to_the_nurse: Message, nurse: User) -> None:
    before = Alert.objects.get().escalates_at
    assert take_back(report(COMPLAINT, original(nurse), kind="feedback-report"), now=NOW)
    assert unreachable([nurse.pk]) == {nurse.pk}
    assert Alert.objects.get().escalates_at == before


def test_what_is_still_tried_or_not_ours_or_old_changes_nothing(
    to_the_nurse: Message, nurse: User, lead: User
) -> None:
    ours = original(nurse)
    assert not take_back(report(DELAYED, ours), now=NOW)
    assert not take_back(report(FAILED, ours.replace(str(to_the_nurse.pk), str(uuid4()))), now=NOW)
    assert not take_back(report(FAILED, ours.replace(nurse.email, lead.email)), now=NOW)
    assert not take_back(report(FAILED, ours), now=NOW + timedelta(days=15))
    assert not take_back(b"", now=NOW)
    assert not take_back(b"\xff\x00: nonsense\n\nMessage-ID: <1@2>", now=NOW)
    assert unreachable([nurse.pk]) == set()

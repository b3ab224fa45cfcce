"""Notifications cannot die unseen: a browser answers, or its person and the team learn that it is silent."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from tests.support.personas import NOW
from tests.support.sinks import Browser, Gateway
from tracker.clinic.queries.board_alerts import LINES
from tracker.messaging import contact_points, delivery, push_checks
from tracker.messaging.channels import push
from tracker.models import Child, ContactPoint, Kind, Lane, Message, User

NOON = NOW.replace(hour=12, minute=0)
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


@pytest.fixture
def point(service: Gateway, telephone: Browser, mother: User) -> ContactPoint:
    User.objects.filter(pk=mother.pk).update(time_zone="UTC")
    return contact_points.add_browser(
        person=mother, endpoint=f"{service.origin}/mother", keys=telephone.keys, now=NOON - DAY
    )


def asked(now: datetime) -> int:
    return push_checks.check_due(now=now)


def receipt_in(telephone: Browser, service: Gateway) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(telephone.decrypt(service.asked[-1][2]))
    return told


def confirm(client: Client, receipt: str) -> int:
    return client.post(reverse("push-received"), {"receipt": receipt}).status_code


def test_a_browser_is_asked_a_day_after_it_was_added_and_then_once_a_week(
    point: ContactPoint, telephone: Browser, service: Gateway, client: Client
) -> None:
    assert asked(NOON - timedelta(minutes=1)) == 0
    assert asked(NOON) == 1
    assert asked(NOON) == 0
    told = receipt_in(telephone, service)
    assert (told["web_push"], told["mutable"], told["quiet"]) == (8030, True, True)
    assert told["notification"]["silent"] is True
    assert push_checks.note_received(receipt=told["receipt"], now=NOON)
    point.refresh_from_db()
    assert (point.received_at, point.unheard_since) == (NOON, None)
    assert asked(NOON + WEEK - timedelta(minutes=1)) == 0
    assert asked(NOON + WEEK) == 1


def test_nobody_is_asked_in_the_night(point: ContactPoint, service: Gateway) -> None:
    assert asked(NOON + timedelta(hours=14)) == 0
    assert asked(NOON + DAY - timedelta(hours=1)) == 0
    assert asked(NOON + DAY) == 1


def test_two_workers_ask_once(point: ContactPoint, service: Gateway) -> None:
    """Both have read the row before either claims it."""
    seen = ContactPoint.objects.select_related("person").get()
    assert push_checks._claim(seen, NOON)
    assert not push_checks._claim(seen, NOON)
    assert asked(NOON) == 0  # whoever has it may have died
    assert asked(NOON + push_checks.LEASE) == 1


def test_what_could_not_be_sent_is_no_silence(point: ContactPoint, service: Gateway) -> None:
    service.status = 503
    assert asked(NOON) == 0
    point.refresh_from_db()
    assert point.unheard_since is None
    service.status = 201
    assert asked(NOON + push_checks.LEASE) == 1


def test_a_receipt_needs_no_session_and_cannot_be_made_up(
    point: ContactPoint, telephone: Browser, service: Gateway
) -> None:
    asked(NOON)
    receipt = receipt_in(telephone, service)["receipt"]
    nobody = Client(enforce_csrf_checks=True)
    for wrong in ("", point.pk.hex, receipt[:-1], receipt.replace(point.pk.hex, "0" * 32)):
        assert confirm(nobody, wrong) == 204
        point.refresh_from_db()
        assert point.received_at is None
    assert confirm(nobody, receipt) == 204
    point.refresh_from_db()
    assert point.received_at is not None
    assert point.unheard_since is None


def test_silence_is_told_once_by_another_way_and_ends_with_the_next_receipt(
    point: ContactPoint, telephone: Browser, service: Gateway, mother: User
) -> None:
    asked(NOON)
    assert push_checks.tell_lost(now=NOON + DAY - timedelta(minutes=1)) == 0
    assert push_checks.tell_lost(now=NOON + DAY) == 1
    assert push_checks.tell_lost(now=NOON + DAY) == 0
    delivery.deliver_due(lane=Lane.REMINDERS, now=NOON + DAY)
    sent = Message.objects.get(kind=Kind.LOST_WAY)
    assert (sent.recipient, sent.channel) == (mother, "email")
    assert "notifications do not reach you" in mail.outbox[0].subject
    asked(NOON + WEEK)  # asked again, still silent: since the first question
    point.refresh_from_db()
    assert point.unheard_since == NOON
    assert push_checks.note_received(receipt=push.receipt_of(point), now=NOON + WEEK)
    assert contact_points.without_notifications([mother.pk], NOON + WEEK) == set()
    point.refresh_from_db()
    assert point.lost_told_at is None


def test_one_that_is_gone_is_told_too_and_not_asked_again(point: ContactPoint, service: Gateway) -> None:
    service.status = 410
    assert asked(NOON) == 0
    point.refresh_from_db()
    assert point.dead_at == NOON
    assert push_checks.tell_lost(now=NOON) == 1
    assert asked(NOON + WEEK) == 0


@pytest.mark.hazard("H14")
def test_an_alert_goes_by_the_next_way_as_well_while_notifications_are_in_doubt(
    point: ContactPoint, mother: User
) -> None:
    first = contact_points.first_ways_to
    assert first([mother.pk], NOON)[mother.pk] == ["push"]
    asked(NOON)
    assert first([mother.pk], NOON + timedelta(hours=23))[mother.pk] == ["push"]
    assert first([mother.pk], NOON + DAY)[mother.pk] == ["push", "email"]


def test_a_reminder_goes_by_another_way_while_notifications_are_in_doubt(
    point: ContactPoint, mother: User
) -> None:
    asked(NOON)
    ways = contact_points.reminder_ways_to
    assert ways([mother.pk], NOON + timedelta(hours=23))[mother.pk] == ["push", "email"]
    assert ways([mother.pk], NOON + DAY)[mother.pk] == ["email", "push"]


def test_a_second_browser_that_answers_is_enough(point: ContactPoint, mother: User, service: Gateway) -> None:
    asked(NOON)
    contact_points.add_browser(person=mother, endpoint=f"{service.origin}/b", keys=point.keys, now=NOON)
    assert contact_points.without_notifications([mother.pk], NOON + DAY) == set()


def test_every_notification_confirms_the_way(
    point: ContactPoint, telephone: Browser, service: Gateway, mother: User
) -> None:
    delivery.queue_test(recipient=mother.pk, now=NOON)
    delivery.deliver_due(lane=Lane.ALERTS, now=NOON)
    told = receipt_in(telephone, service)
    assert "mutable" not in told  # shown by the browser alone, where it can
    assert push.point_of(told["receipt"]) == point.pk


@pytest.fixture
def silent(point: ContactPoint) -> ContactPoint:
    ContactPoint.objects.filter(pk=point.pk).update(
        received_at=NOW - timedelta(days=9), unheard_since=NOW - timedelta(days=2)
    )
    return point


def page(client: Client, person: User, url: str) -> str:
    client.force_login(person)
    return client.get(url, follow=True).content.decode()


def test_today_says_whether_notifications_arrive(
    client: Client, silent: ContactPoint, ward_child: Child, mother: User
) -> None:
    today = reverse("today", args=[ward_child.pk])
    assert "Notifications do not reach your phone any more." in page(client, mother, today)
    assert "No notification has arrived since" in page(client, mother, reverse("reach"))
    push_checks.note_received(receipt=push.receipt_of(silent), now=NOW)
    said = page(client, mother, today)
    assert "Notifications reach your phone" in said
    assert "do not reach your phone" not in said


def test_the_team_sees_whose_notifications_do_not_arrive(
    client: Client, silent: ContactPoint, ward_child: Child, mother: User, nurse: User, log: Any
) -> None:
    log(temperature=38.4)
    board, about = reverse("board"), reverse("nurse-child", args=[ward_child.pk])
    shown = {
        board: "A phone of theirs gets no notifications.",
        about: "Gets no notifications any more: Mother.",
    }
    for url, said in shown.items():
        assert said in page(client, nurse, url), url
    nurse.board_view = LINES
    nurse.save()
    assert shown[board] in page(client, nurse, board)
    push_checks.note_received(receipt=push.receipt_of(silent), now=NOW + timedelta(seconds=30))
    for url, said in shown.items():
        assert said not in page(client, nurse, url), url

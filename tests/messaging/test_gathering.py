"""Of a heap of alerts one message a minute to one person; an emergency by itself; each alert its own way."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client

from tests.support.personas import NOW, answers, child_of, join, person
from tracker.alerts.escalation import escalate_due
from tracker.families.actions.care_teams import join_care_team
from tracker.logs.actions.record import record_log
from tracker.messaging import delivery
from tracker.messaging.channels.errors import SendError
from tracker.models import Alert, CareTeam, ContactPoint, Lane, Message, Role, Rota, ShiftPart, Turn, User

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
Fever = Callable[..., Alert]


@pytest.fixture(autouse=True)
def mail_is_kept_and_work_takes_no_time(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    monkeypatch.setattr(delivery, "_later", lambda now, began: now)


@pytest.fixture
def fever(care_team: CareTeam, mother: User) -> Fever:
    """A child of the ward more, for which something urgent has just been logged; with seizure=None an emergency."""
    number = iter(range(1000))

    def fever(at: timedelta = timedelta(0), **seen: object) -> Alert:
        child = child_of(mother, f"Child {next(number)}")
        join_care_team(child=child, code=care_team.join_code, by=mother, now=NOW)
        seen = seen or {"temperature": 38.4}
        told = {"answers": answers(**seen), "observed_at": NOW + at, "now": NOW + at}
        record_log(child=child, caregiver=mother, client_uuid=uuid4(), **told)
        return Alert.objects.get(child=child)

    return fever


def work(at: timedelta = timedelta(0)) -> list[str]:
    """What the nurse's mailbox gets when sweep and worker have been through."""
    before = len(mail.outbox)
    escalate_due(now=NOW + at)
    delivery.deliver_due(lane=Lane.ALERTS, now=NOW + at)
    return [sent.subject for sent in mail.outbox[before:] if sent.to == ["nurse@example.org"]]


def three_wait(fever: Fever) -> list[Alert]:
    alerts = [fever() for _child in range(3)]
    escalate_due(now=NOW)
    return alerts


ONE = "Nightlight: urgent, open now"


def of(number: int) -> str:
    return f"Nightlight: {number} alerts, open now"


class TestFurtherOnes:
    def test_wait_for_the_end_of_the_minute_and_come_as_one_that_says_how_many(
        self, nurse: User, fever: Fever
    ) -> None:
        fever()
        assert work() == [ONE]
        for seconds in (10, 20, 30):
            fever(seconds * SECOND)
            assert work(seconds * SECOND) == []
        assert work(59 * SECOND) == []
        assert work(MINUTE) == [of(3)]
        assert work(2 * MINUTE) == []

    @pytest.mark.hazard("H38")
    def test_wait_no_longer_for_what_was_sent_meanwhile(self, nurse: User, fever: Fever) -> None:
        """One of another alert that was tried again leaves at 50 seconds: it begins no new minute for who waits."""
        fever()
        assert work() == [ONE]
        fever(10 * SECOND)
        assert work(10 * SECOND) == []
        again = fever(40 * SECOND)
        escalate_due(now=NOW + 40 * SECOND)
        Message.objects.filter(recipient=nurse, alert=again).update(sent_at=NOW + 50 * SECOND)
        assert work(MINUTE) == []
        assert work(70 * SECOND) == [ONE]

    def test_that_come_at_once_leave_at_once(self, nurse: User, fever: Fever) -> None:
        for _child in range(4):
            fever()
        assert work() == [of(4)]

    def test_after_the_minute_leave_at_once(self, nurse: User, fever: Fever) -> None:
        fever()
        work()
        fever(61 * SECOND)
        assert work(61 * SECOND) == [ONE]

    def test_keep_their_own_rows_and_their_own_escalation(self, nurse: User, fever: Fever) -> None:
        alerts = [fever(), fever(), fever()]
        work()
        rows = Message.objects.filter(recipient=nurse, sent_at=NOW)
        assert set(rows.values_list("alert", flat=True)) == {alert.pk for alert in alerts}
        assert sorted(rows.values_list("reason", flat=True)) == ["", "gathered", "gathered"]
        Alert.objects.filter(pk=alerts[0].pk).update(escalates_at=NOW + MINUTE)
        escalate_due(now=NOW + MINUTE)
        levels = Alert.objects.order_by("level").values_list("level", flat=True)
        assert list(levels) == [0, 0, 1]

    def test_are_told_to_each_person_apart(self, nurse: User, lead: User, fever: Fever) -> None:
        fever()
        fever()
        work()
        assert sorted(sent.to[0] for sent in mail.outbox) == ["lead@example.org", "nurse@example.org"]

    def test_lead_to_the_board(self, client: Client, nurse: User, fever: Fever) -> None:
        fever()
        fever()
        work()
        told = Message.objects.get(recipient=nurse, reason="")
        client.force_login(nurse)
        assert client.get(f"/m/{told.pk}/", follow=False).headers["Location"] == "/board/"

    def test_that_do_not_matter_any_more_are_not_counted(self, nurse: User, lead: User, fever: Fever) -> None:
        fever()
        work()
        fever(SECOND)
        taken = fever(SECOND)
        work(SECOND)
        Alert.objects.filter(pk=taken.pk).update(taken_by=lead, taken_until=NOW + 16 * MINUTE)
        assert work(MINUTE) == [ONE]


class TestAnEmergency:
    @pytest.mark.hazard("H38")
    def test_leaves_at_once_and_by_itself(self, nurse: User, fever: Fever) -> None:
        fever()
        work()
        fever(10 * SECOND)
        fever(10 * SECOND, seizure=None)
        assert work(10 * SECOND) == [ONE]
        assert work(MINUTE) == [ONE]

    @pytest.mark.hazard("H38")
    def test_is_one_message_each(self, nurse: User, fever: Fever) -> None:
        for _child in range(3):
            fever(seizure=None)
        assert work() == [ONE] * 3


class TestOneThatCannotBeSent:
    @pytest.mark.hazard("H38")
    def test_for_good_brings_the_next_level_of_each_alert_at_once(
        self, nurse: User, fever: Fever, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        alerts = three_wait(fever)

        def refuse(message: Message) -> tuple[()]:
            raise SendError("smtp-550", is_permanent=True, dead=[message.person.email])

        monkeypatch.setattr(delivery, "send", refuse)
        delivery.deliver_due(lane=Lane.ALERTS, now=NOW)
        due = Alert.objects.filter(pk__in=[alert.pk for alert in alerts], escalates_at=NOW)
        assert due.count() == 3
        assert not Message.objects.filter(recipient=nurse, failed_at=None).exists()

    @pytest.mark.hazard("H38")
    def test_now_is_tried_again_for_each_under_its_own_key(
        self, nurse: User, fever: Fever, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        three_wait(fever)
        real = delivery.send

        def refuse(message: Message) -> tuple[()]:
            raise SendError("no-mail-server")

        monkeypatch.setattr(delivery, "send", refuse)
        delivery.deliver_due(lane=Lane.ALERTS, now=NOW)
        assert Message.objects.filter(recipient=nurse, sent_at=None, claimed_until=None).count() == 3
        monkeypatch.setattr(delivery, "send", real)
        assert work(11 * SECOND) == [ONE] * 3

    @pytest.mark.hazard("H38")
    def test_since_its_sender_died_comes_again_whole(
        self, nurse: User, fever: Fever, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        three_wait(fever)
        real = delivery.send

        def die(message: Message) -> tuple[()]:
            raise SystemExit("killed")

        monkeypatch.setattr(delivery, "send", die)
        first = Message.objects.filter(recipient=nurse).earliest("pk")
        with pytest.raises(SystemExit):
            delivery.deliver(message_id=first.pk, now=NOW)
        monkeypatch.setattr(delivery, "send", real)
        assert work(29 * SECOND) == []
        work(31 * SECOND)
        work(2 * MINUTE)
        assert not Message.objects.waiting().filter(recipient=nurse).exists()
        told = Message.objects.filter(recipient=nurse, sent_at__isnull=False)
        assert told.values("alert").distinct().count() == 3

    def test_goes_by_no_way_that_another_has_in_hand(self, nurse: User, fever: Fever) -> None:
        fever()
        fever()
        escalate_due(now=NOW)
        held = Message.objects.filter(recipient=nurse).earliest("pk")
        Message.objects.filter(pk=held.pk).update(claimed_until=NOW + 30 * SECOND)
        assert work() == [ONE]
        held.refresh_from_db()
        assert (held.sent_at, held.gathered_in) == (None, None)


def test_a_heap_is_gathered_with_as_many_queries_as_a_few(
    nurse: User, lead: User, fever: Fever, django_assert_max_num_queries: Any
) -> None:
    for _child in range(12):
        fever()
    escalate_due(now=NOW)
    one = Message.objects.filter(recipient=nurse).earliest("pk")
    with django_assert_max_num_queries(12):
        delivery.deliver(message_id=one.pk, now=NOW)
    assert Message.objects.filter(recipient=nurse, sent_at=NOW).count() == 12


@pytest.mark.hazard("H15")
def test_twenty_alerts_in_a_team_of_five_are_a_handful_of_messages(
    care_team: CareTeam, nurse: User, lead: User, fever: Fever
) -> None:
    """Without both these are 160 messages to the staff in a quarter of an hour, by the on-call order."""
    for name in ("second", "third", "fourth"):
        join(person(name), Role.NURSE, care_team=care_team, by=lead)
    Rota.objects.create(care_team=care_team, version=1, looks_at=NOW)
    day = (NOW - timedelta(hours=12)).date()
    for place, who in enumerate((nurse, User.objects.get(name="Second")), 1):
        Turn.objects.create(care_team=care_team, person=who, day=day, part=ShiftPart.NIGHT, place=place)
    for _child in range(20):
        fever()
    for minutes in (0, 1, 5, 6, 15, 16):
        work(minutes * MINUTE)
    staff = [sent.to[0] for sent in mail.outbox if sent.to != ["mother@example.org"]]
    assert len(staff) == 1 + 2 + 5
    told = Message.objects.filter(sent_at__isnull=False).exclude(recipient__name="Mother")
    assert told.values("alert", "recipient").distinct().count() == 20 * 5
    assert not ContactPoint.objects.filter(dead_at__isnull=False).exists()

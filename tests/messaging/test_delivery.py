"""Messages: claimed once, sent once or sent again, and only while they still matter."""

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail

from tests.support.personas import NOW
from tracker.alerts import escalation
from tracker.alerts.actions import resolve_alert
from tracker.families.actions.children import pause
from tracker.families.actions.memberships import end_membership
from tracker.logs.actions.calls import record_call
from tracker.logs.actions.record import Recorded
from tracker.messaging import delivery
from tracker.messaging.channels.errors import SendError
from tracker.messaging.reminders import remind_due, set_plan
from tracker.models import (
    Alert,
    Channel,
    Child,
    ContactPoint,
    Heartbeat,
    Kind,
    Lane,
    Message,
    Outcome,
    Reminder,
    User,
)
from tracker.operations import sweep

Log = Callable[..., Recorded]
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def mail_is_kept(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


class Broken:
    """A channel that does what it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.error: Exception | None = None
        self.sent: list[Message] = []
        monkeypatch.setattr(delivery, "send", self.send)

    def send(self, message: Message) -> tuple[()]:
        if self.error and message.channel != Channel.CANARY:
            raise self.error
        self.sent.append(message)
        return ()


@pytest.fixture
def channel(monkeypatch: pytest.MonkeyPatch) -> Broken:
    return Broken(monkeypatch)


@pytest.fixture
def paged(log: Log, ward_child: Child, nurse: User, lead: User) -> Alert:
    """A fever, of which nurse and lead have just been told, and the mother in ten minutes."""
    log(temperature=38.4)
    escalation.escalate_due(now=NOW)
    return Alert.objects.get()


def to(person: User) -> Message:
    return Message.objects.get(recipient=person)


def deliver(lane: Lane = Lane.ALERTS, after: timedelta = timedelta(0)) -> int:
    return delivery.deliver_due(lane=lane, now=NOW + after)


def remind(child: Child, by: User, **about: Any) -> None:
    """A reminder that is due at NOW, which is 02:14."""
    quiet = {"quiet_from": time(0), "quiet_until": time(0)}
    set_plan(child=child, times=[time(2, 14)], by=by, now=NOW - timedelta(hours=5), **(quiet | about))
    assert remind_due(now=NOW) == 1


def forget_the_log() -> None:
    """As if the family had logged long ago."""
    Reminder.objects.update(moot_since=NOW + MINUTE)


class TestDelivering:
    def test_sends_one_mail_to_each_and_nothing_the_second_time(self, paged: Alert) -> None:
        assert deliver() == 2
        assert sorted(sent.to[0] for sent in mail.outbox) == ["lead@example.org", "nurse@example.org"]
        assert deliver() == 0
        assert len(mail.outbox) == 2

    def test_leaves_what_is_in_anothers_hands(self, paged: Alert, nurse: User) -> None:
        message = to(nurse)
        Message.objects.filter(pk=message.pk).update(claimed_until=NOW + timedelta(seconds=1))
        assert not delivery.deliver(message_id=message.pk, now=NOW)
        assert delivery.deliver(message_id=message.pk, now=NOW + timedelta(seconds=1))

    @pytest.mark.hazard("H11")
    def test_takes_over_from_one_who_died_while_sending(
        self, paged: Alert, nurse: User, channel: Broken
    ) -> None:
        channel.error = SystemExit("killed")
        with pytest.raises(SystemExit):
            delivery.deliver(message_id=to(nurse).pk, now=NOW)
        channel.error = None
        assert not delivery.deliver(message_id=to(nurse).pk, now=NOW + timedelta(seconds=29))
        assert delivery.deliver(message_id=to(nurse).pk, now=NOW + timedelta(seconds=30))
        assert to(nurse).sent_at == NOW + timedelta(seconds=30)

    def test_believes_the_last_claim_only(self, paged: Alert, nurse: User, monkeypatch: Any) -> None:
        """One who slept through its lease sends, and changes nothing of what the next one wrote."""

        def sleep_and_send(message: Message) -> tuple[()]:
            Message.objects.filter(pk=message.pk).update(claimed_until=None)
            monkeypatch.setattr(delivery, "send", lambda message: ())
            delivery.deliver(message_id=message.pk, now=NOW + MINUTE)
            return ()

        monkeypatch.setattr(delivery, "send", sleep_and_send)
        delivery.deliver(message_id=to(nurse).pk, now=NOW)
        assert (to(nurse).tries, to(nurse).sent_at) == (2, NOW + MINUTE)

    def test_is_not_stopped_by_a_message_that_breaks(
        self, paged: Alert, nurse: User, lead: User, monkeypatch: Any
    ) -> None:
        real = delivery._needless

        def break_for_the_nurse(message: Message, now: Any) -> str:
            if message.recipient == nurse:
                raise ZeroDivisionError
            return real(message, now)

        monkeypatch.setattr(delivery, "_needless", break_for_the_nurse)
        deliver()
        assert to(lead).sent_at
        assert to(nurse).sent_at is None

    def test_costs_five_queries(
        self, paged: Alert, nurse: User, channel: Broken, django_assert_max_num_queries: Any
    ) -> None:
        message_id = to(nurse).pk
        with django_assert_max_num_queries(5):  # two of them ask what may go with it
            delivery.deliver(message_id=message_id, now=NOW)


class TestWhatIsNotSent:
    def dropped(self, person: User, after: timedelta = timedelta(0)) -> str:
        deliver(after=after)
        assert to(person).dropped_at == NOW + after or to(person).dropped_at > NOW
        assert not [sent for sent in mail.outbox if sent.to == [person.email]]
        return to(person).reason

    def test_of_an_alert_that_is_closed(self, paged: Alert, nurse: User, lead: User) -> None:
        resolve_alert(alert=paged, outcome=Outcome.ADVISED, note="", by=lead, now=NOW)
        assert self.dropped(nurse) == "closed"

    def test_of_one_that_somebody_took(self, paged: Alert, nurse: User, lead: User) -> None:
        Alert.objects.update(taken_by=lead, taken_until=NOW + 15 * MINUTE)
        assert self.dropped(nurse) == "taken"

    @pytest.mark.hazard("H05")
    def test_to_a_nurse_who_left(self, paged: Alert, nurse: User, lead: User) -> None:
        end_membership(membership=nurse.memberships.get(), by=lead, now=NOW)
        assert self.dropped(nurse) == "left"

    def test_of_a_child_paused_since(self, paged: Alert, nurse: User, mother: User, child: Child) -> None:
        pause(child=child, reason="moved", by=mother, now=NOW)
        assert self.dropped(nurse) == "paused"

    def test_to_the_mother_once_she_has_called(self, paged: Alert, mother: User, child: Child) -> None:
        record_call(
            child=child, caregiver=mother, client_uuid=uuid4(), called_at=NOW, reached=True, now=NOW + MINUTE
        )
        assert self.dropped(mother, after=10 * MINUTE) == "called"

    def test_after_an_hour(self, paged: Alert, nurse: User) -> None:
        assert self.dropped(nurse, after=timedelta(hours=1)) == "late"

    def test_of_a_reminder_when_either_parent_has_logged(
        self, child: Child, mother: User, father: User, log: Log
    ) -> None:
        remind(child, by=father)
        log(temperature=36.8, at=NOW - MINUTE)
        deliver(Lane.REMINDERS)
        assert [m.reason for m in Message.objects.filter(due_at=NOW)] == ["logged"]
        assert not mail.outbox

    def test_of_a_reminder_whatever_was_queued_once_paused(self, child: Child, mother: User) -> None:
        remind(child, by=mother)
        pause(child=child, reason="not-needed", by=mother, now=NOW)
        for minutes in range(0, 120, 10):
            sweep.sweep(now=NOW + minutes * MINUTE, deliver=True)
        assert not mail.outbox
        assert not Message.objects.filter(kind=Kind.REMINDER).waiting().exists()


class TestALogOfAPausedChild:
    def test_still_reaches_the_ward_and_not_the_family(
        self, log: Log, ward_child: Child, nurse: User, mother: User
    ) -> None:
        """Whoever logs a seizure in spite of a pause is at home again, or mistaken; the ward finds out which."""
        pause(child=ward_child, reason="moved", by=mother, now=NOW - timedelta(hours=1))
        log(seizure=None)
        sweep.sweep(now=NOW, deliver=True)
        sweep.sweep(now=NOW + 10 * MINUTE, deliver=True)
        assert {sent.to[0] for sent in mail.outbox} == {"lead@example.org", "nurse@example.org"}


class TestAMailThatFails:
    def test_for_now_is_tried_again_later_each_time(self, paged: Alert, nurse: User, channel: Broken) -> None:
        channel.error = SendError("smtp-421")
        pauses, at = [], NOW
        for _try in range(5):
            delivery.deliver(message_id=to(nurse).pk, now=at)
            pauses.append((to(nurse).due_at - at).total_seconds())
            at = to(nurse).due_at
        assert pauses == [10, 20, 40, 60, 60]
        assert to(nurse).reason == "smtp-421"

    @pytest.mark.hazard("H14")
    def test_for_good_raises_the_next_level_at_once(self, paged: Alert, nurse: User, channel: Broken) -> None:
        channel.error = SendError("smtp-550", is_permanent=True, dead=["nurse@example.org"])
        assert paged.escalates_at == NOW + 5 * MINUTE
        delivery.deliver(message_id=to(nurse).pk, now=NOW)
        assert to(nurse).failed_at == NOW
        assert Alert.objects.get().escalates_at == NOW
        assert escalation.escalate_due(now=NOW) == 1
        assert Alert.objects.get().level == 1

    @pytest.mark.hazard("H14")
    def test_for_good_goes_to_the_next_channel_and_the_way_is_dead(
        self, paged: Alert, nurse: User, channel: Broken
    ) -> None:
        Message.objects.filter(recipient=nurse).update(channel=Channel.SMS)
        ContactPoint.objects.create(person=nurse, channel=Channel.SMS, address="+1555", begun_at=NOW)
        channel.error = SendError("no-such-number", is_permanent=True, dead=["+1555"])
        delivery.deliver(message_id=to(nurse).pk, now=NOW)
        second = Message.objects.get(recipient=nurse, channel=Channel.EMAIL)
        assert (second.due_at, second.level, second.round) == (NOW, 0, 1)
        assert ContactPoint.objects.get().dead_at == NOW

    def test_twice_is_told_by_the_next_channel_too(self, paged: Alert, nurse: User, channel: Broken) -> None:
        Message.objects.filter(recipient=nurse).update(channel=Channel.PUSH)
        channel.error = SendError("http-503")
        first = to(nurse)
        delivery.deliver(message_id=first.pk, now=NOW)
        assert Message.objects.filter(recipient=nurse).count() == 1
        delivery.deliver(message_id=first.pk, now=NOW + timedelta(seconds=10))
        assert Message.objects.filter(recipient=nurse).count() == 2

    @pytest.mark.hazard("H14")
    def test_with_dead_channels_all_over_does_not_spin(self, paged: Alert, channel: Broken) -> None:
        channel.error = SendError("smtp-550", is_permanent=True)
        for second in range(0, 60, 5):
            sweep.sweep(now=NOW + timedelta(seconds=second), deliver=True)
        alert = Alert.objects.get()
        assert (alert.round, alert.level) == (1, 2)
        assert alert.escalates_at >= NOW + 2 * MINUTE  # nobody could be told: the next round comes soon


class TestAReminderInDoubt:
    """By mail or SMS: not again."""

    def test_is_not_repeated_when_the_line_was_cut(self, child: Child, mother: User, channel: Broken) -> None:
        remind(child, by=mother, nudge_minutes=0)
        channel.error = SendError("cut-off", is_unknown=True)
        deliver(Lane.REMINDERS)
        assert to(mother).failed_at
        assert to(mother).reason == "cut-off"

    @pytest.mark.hazard("H11")
    def test_is_not_repeated_when_the_worker_died(self, child: Child, mother: User, channel: Broken) -> None:
        remind(child, by=mother, nudge_minutes=0)
        channel.error = SystemExit("killed")
        with pytest.raises(SystemExit):
            deliver(Lane.REMINDERS)
        channel.error = None
        for seconds in (30, 60, 90):
            sweep.sweep(now=NOW + timedelta(seconds=seconds), deliver=True)
        assert (to(mother).reason, [m for m in channel.sent if m.kind == Kind.REMINDER]) == ("unknown", [])

    def test_is_repeated_by_push_which_replaces_itself(
        self, child: Child, mother: User, channel: Broken
    ) -> None:
        remind(child, by=mother, nudge_minutes=0)
        Message.objects.update(channel=Channel.PUSH)
        channel.error = SystemExit("killed")
        with pytest.raises(SystemExit):
            deliver(Lane.REMINDERS)
        channel.error = None
        deliver(Lane.REMINDERS, after=timedelta(seconds=31))
        assert to(mother).sent_at

    def test_is_repeated_when_it_surely_did_not_go(self, child: Child, mother: User, channel: Broken) -> None:
        remind(child, by=mother, nudge_minutes=0)
        channel.error = SendError("no-mail-server")
        deliver(Lane.REMINDERS)
        channel.error = None
        deliver(Lane.REMINDERS, after=timedelta(seconds=11))
        assert to(mother).sent_at


class TestTheMail:
    @pytest.mark.hazard("H23")
    def test_says_one_of_four_fixed_texts_and_leads_to_the_login(
        self, paged: Alert, child: Child, nurse: User
    ) -> None:
        sweep.sweep(now=NOW, deliver=True)
        sweep.sweep(now=NOW + 5 * MINUTE, deliver=True)
        remind(child, by=User.objects.get(name="Mother"))
        forget_the_log()
        deliver(Lane.REMINDERS)
        resolve_alert(alert=paged, outcome=Outcome.CLINIC, note="", by=nurse, now=NOW + 6 * MINUTE)
        sweep.sweep(now=NOW + 7 * MINUTE, deliver=True)
        assert {sent.subject for sent in mail.outbox} == {
            "Nightlight: urgent, open now",
            "Nightlight: still nobody, open now",
            "Nightlight: time for a log",
            "Nightlight: your team has answered",
        }

    @pytest.mark.hazard("H05")
    def test_names_nobody_and_nothing(self, paged: Alert, child: Child) -> None:
        for minutes in (0, 5, 10, 15):
            sweep.sweep(now=NOW + minutes * MINUTE, deliver=True)
        remind(child, by=User.objects.get(name="Mother"))
        forget_the_log()
        deliver(Lane.REMINDERS)
        whole = "".join(sent.message().as_string() for sent in mail.outbox).lower()
        assert len(mail.outbox) > 5
        for word in ("juno", "maple", "fever", "38.4", "tisagenlecleucel", "mother", str(child.pk)):
            assert word not in whole.replace("mother@example.org", "")

    @pytest.mark.hazard("H11")
    def test_has_the_same_id_however_often_it_is_sent(self, paged: Alert, nurse: User) -> None:
        for after in (timedelta(0), MINUTE):
            delivery.deliver(message_id=to(nurse).pk, now=NOW + after)
            Message.objects.update(sent_at=None)
        ids = [sent.extra_headers["Message-ID"] for sent in mail.outbox]
        assert ids == [f"<{to(nurse).pk}@localhost>"] * 2

    def test_of_a_reminder_is_switched_off_with_one_click_and_an_alerts_is_not(
        self, paged: Alert, child: Child, mother: User, client: Any
    ) -> None:
        deliver()
        assert not any("List-Unsubscribe" in sent.extra_headers for sent in mail.outbox)
        remind(child, by=mother)
        forget_the_log()
        deliver(Lane.REMINDERS)
        headers = mail.outbox[-1].extra_headers
        assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        link = headers["List-Unsubscribe"].strip("<>").removeprefix("http://localhost:8000")
        assert client.get(link).status_code == 200
        assert not ContactPoint.objects.exists()
        assert client.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
        assert not ContactPoint.objects.get(person=mother).for_reminders
        Message.objects.all().delete()
        assert remind_due(now=NOW + timedelta(days=1)) == 1
        assert not Message.objects.exists()


class TestTheCanary:
    def test_takes_the_way_of_an_alert_once_a_minute(self, db: None) -> None:
        for seconds in (0, 15, 30, 45, 60):
            sweep.sweep(now=NOW + timedelta(seconds=seconds), deliver=True)
        assert Message.objects.filter(kind=Kind.CANARY).exclude(sent_at=None).count() == 2
        assert Heartbeat.objects.get(name="canary").at >= NOW + MINUTE

    def test_leaves_no_heap(self, db: None) -> None:
        for minutes in range(0, 180, 10):
            sweep.sweep(now=NOW + minutes * MINUTE, deliver=True)
        assert Message.objects.count() <= 7


def test_the_lanes_do_not_wait_for_each_other(paged: Alert, child: Child, mother: User) -> None:
    remind(child, by=mother)
    assert {m.kind for m in Message.objects.filter(pk__in=delivery.due(lane=Lane.ALERTS, now=NOW))} == {
        "alert"
    }
    deliver()
    assert Message.objects.filter(kind=Kind.REMINDER, due_at=NOW).waiting().exists()


def test_the_next_message_is_found_in_an_index(paged: Alert) -> None:
    plan = Message.objects.filter(kind__in=Lane.ALERTS.kinds).claimable(NOW).order_by("due_at").explain()
    assert "messages_to_deliver" in plan or "Seq Scan" in plan

"""A child on a ward: reminders rest, alerts do not, and once a day the family is asked whether it is at home."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from tests.support.personas import NOW
from tracker.core.refused import Refused
from tracker.families.actions.children import pause
from tracker.families.actions.ward_stays import admit, come_home, still_there
from tracker.logs.actions.record import Recorded
from tracker.messaging import at_home, silence
from tracker.messaging.channels.wording import headline
from tracker.messaging.reminders import remind_due, set_plan
from tracker.messaging.silence import record_reached, silence_of
from tracker.models import Alert, Cause, Child, Kind, Message, Reminder, StayEvent, User
from tracker.operations import sweep

Log = Callable[..., Recorded]
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MORNING = NOW.replace(hour=10, minute=0)
"""The first one after NOW, at ten on the family's clock."""


@pytest.fixture(autouse=True)
def mail_is_kept(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def admitted(child: Child, mother: User) -> Child:
    admit(child=child, by=mother, now=NOW)
    return child


def questions() -> list[tuple[str, float]]:
    """Who is asked, and how many minutes after the first morning."""
    rows = Message.objects.filter(reminder__cause=Cause.HOME).order_by("due_at")
    return [(row.recipient.name, (row.due_at - MORNING) / MINUTE) for row in rows]


class TestTheQuestion:
    @pytest.mark.hazard("H45")
    def test_comes_the_next_morning_and_to_the_other_parent_an_hour_later(
        self, admitted: Child, father: User
    ) -> None:
        assert at_home.ask_due(now=MORNING - MINUTE) == 0
        assert at_home.ask_due(now=MORNING) == 1
        assert questions() == [("Mother", 0), ("Father", 60)]

    @pytest.mark.hazard("H45")
    def test_comes_once_a_day_however_often_the_sweep_comes(self, admitted: Child) -> None:
        for minutes in range(0, 3 * 24 * 60, 60):
            at_home.ask_due(now=MORNING + minutes * MINUTE)
        assert questions() == [("Mother", 0), ("Mother", 24 * 60), ("Mother", 48 * 60)]

    def test_comes_in_the_morning_of_where_the_family_is(self, admitted: Child) -> None:
        Child.objects.update(time_zone="America/New_York")
        assert at_home.ask_due(now=MORNING) == 0
        assert at_home.ask_due(now=MORNING + 5 * HOUR) == 1

    def test_waits_a_night_where_they_were_admitted_in_the_day(self, child: Child, mother: User) -> None:
        admit(child=child, by=mother, now=MORNING + MINUTE)
        assert at_home.ask_due(now=MORNING + HOUR) == 0
        assert at_home.ask_due(now=MORNING + DAY) == 1

    def test_of_an_admission_that_lies_ahead_is_asked_all_the_same(self, child: Child, mother: User) -> None:
        admit(child=child, by=mother, now=MORNING + 300 * DAY)
        assert at_home.ask_due(now=MORNING) == 1

    @pytest.mark.hazard("H23")
    def test_says_neither_name_nor_hospital(self, admitted: Child) -> None:
        at_home.ask_due(now=MORNING)
        sweep.sweep(now=MORNING, deliver=True)
        (sent,) = mail.outbox
        assert sent.subject == "Nightlight: a short question"
        assert not [word for word in ("Juno", "hospital", "ward") if word in sent.subject + sent.body]

    def test_once_answered_is_put_to_nobody_else(self, admitted: Child, mother: User, father: User) -> None:
        at_home.ask_due(now=MORNING)
        assert still_there(child=admitted, by=mother, now=MORNING + MINUTE)
        sweep.sweep(now=MORNING + HOUR, deliver=True)
        assert {row.reason for row in Message.objects.filter(reminder__cause=Cause.HOME)} == {"answered"}
        assert at_home.ask_due(now=MORNING + DAY) == 1

    def test_that_waits_is_not_put_to_who_is_at_home_again_or_has_paused(
        self, admitted: Child, mother: User
    ) -> None:
        at_home.ask_due(now=MORNING)
        Child.objects.update(paused_reason="moved")
        sweep.sweep(now=MORNING, deliver=True)
        assert not mail.outbox

    def test_is_not_answered_by_a_log(self, admitted: Child, log: Log) -> None:
        at_home.ask_due(now=MORNING)
        log(temperature=36.8, at=MORNING + MINUTE)
        sweep.sweep(now=MORNING + 2 * MINUTE, deliver=True)
        assert [sent.to[0] for sent in mail.outbox] == ["mother@example.org"]


class TestOnAWard:
    @pytest.mark.hazard("H45")
    def test_a_log_alerts_as_ever_the_family_too(
        self, ward_child: Child, nurse: User, mother: User, father: User, log: Log
    ) -> None:
        admit(child=ward_child, by=nurse, now=NOW - HOUR)
        log(temperature=39.6)
        for minutes in range(0, 30, 5):
            sweep.sweep(now=NOW + minutes * MINUTE, deliver=True)
        told = {sent.to[0].partition("@")[0] for sent in mail.outbox}
        assert told == {"lead", "nurse", "mother", "father"}

    @pytest.mark.hazard("H45")
    def test_an_alert_that_was_open_is_told_on(self, ward_child: Child, nurse: User, log: Log) -> None:
        """Whoever said it may have meant another child."""
        log(temperature=39.6)
        admit(child=ward_child, by=nurse, now=NOW + MINUTE)
        sweep.sweep(now=NOW + 2 * MINUTE, deliver=True)
        assert Alert.objects.get().round == 1
        assert "nurse@example.org" in {sent.to[0] for sent in mail.outbox}

    @pytest.mark.hazard("H45")
    def test_one_that_rested_goes_on(self, ward_child: Child, mother: User, nurse: User, log: Log) -> None:
        log(temperature=39.6)
        pause(child=ward_child, reason="moved", by=mother, now=NOW + MINUTE)
        sweep.sweep(now=NOW + 2 * MINUTE, deliver=True)
        assert not mail.outbox
        admit(child=ward_child, by=mother, now=NOW + 3 * MINUTE)
        sweep.sweep(now=NOW + 4 * MINUTE, deliver=True)
        assert "nurse@example.org" in {sent.to[0] for sent in mail.outbox}

    def test_reminders_and_silence_rest(self, admitted: Child, mother: User) -> None:
        set_plan(child=admitted, times=[MORNING.time()], by=mother, now=NOW)
        remind_due(now=MORNING)
        silence.ask_due(now=NOW + 2 * DAY)
        assert not Message.objects.filter(kind=Kind.REMINDER).exists()
        assert silence_of(admitted, NOW + 2 * DAY) is None


class TestHomeAgain:
    def test_silence_counts_from_then(self, admitted: Child, mother: User, nurse: User) -> None:
        home = NOW + 3 * DAY
        assert come_home(child=admitted, by=mother, now=home)
        assert silence_of(admitted, home + DAY - MINUTE) is None
        quiet = silence_of(admitted, home + DAY + MINUTE)
        assert quiet is not None
        assert quiet.since == home
        with pytest.raises(Refused):
            record_reached(child=admitted, reached_at=home - HOUR, by=nurse, now=home + DAY + MINUTE)

    def test_said_twice_changes_nothing(self, admitted: Child, mother: User, father: User) -> None:
        assert not admit(child=admitted, by=father, now=NOW + MINUTE)
        assert come_home(child=admitted, by=mother, now=NOW + HOUR)
        assert not come_home(child=admitted, by=father, now=NOW + HOUR)
        assert not still_there(child=admitted, by=father, now=NOW + HOUR)
        assert list(StayEvent.objects.order_by("at").values_list("kind", flat=True)) == ["admitted", "home"]

    def test_ends_what_was_advised(self, ward_child: Child, nurse: User, mother: User, log: Log) -> None:
        log(temperature=39.6)
        Alert.objects.update(resolved_by=nurse, resolved_at=NOW, outcome="admitted")
        admit(child=ward_child, by=nurse, now=NOW)
        come_home(child=ward_child, by=mother, now=NOW + HOUR)
        assert Alert.objects.get().home_at == NOW + HOUR


def test_headlines_of_the_ward_are_their_own(admitted: Child) -> None:
    at_home.ask_due(now=MORNING)
    message = Message.objects.select_related("reminder").get()
    Reminder.objects.update(cause=Cause.MOVED)
    assert headline(message) != headline(Message.objects.select_related("reminder").get())

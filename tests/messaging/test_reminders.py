"""Reminders: at the family's local times, exactly one a time and local date."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.support.personas import NOW
from tracker.core.refused import Refused
from tracker.families.actions.children import pause, update_child
from tracker.families.actions.memberships import end_membership
from tracker.home_care.actions.duty import take_baton
from tracker.logs.actions.calls import record_call
from tracker.logs.actions.record import Recorded
from tracker.messaging import delivery
from tracker.messaging.reminders import confirm_numbers, numbers_due, remind_due, set_plan, snooze
from tracker.models import (
    Cause,
    Child,
    ContactPoint,
    Kind,
    Message,
    Reminder,
    ReminderPlan,
    ReminderTime,
    User,
)
from tracker.operations import sweep

Log = Callable[..., Recorded]
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NO_QUIET = {"quiet_from": time(0), "quiet_until": time(0)}


@pytest.fixture(autouse=True)
def mail_is_kept(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture(autouse=True)
def silence_is_asked_about_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """These families never log, and would be asked about that too: test_silence.py."""
    monkeypatch.setattr(sweep.silence, "chase", lambda *, now: None)


def plan(child: Child, by: User, *times: time, at: datetime = NOW - HOUR, **about: Any) -> ReminderPlan:
    return set_plan(child=child, times=times or [time(2, 14)], by=by, now=at, **(NO_QUIET | about))


def run(start: datetime, until: datetime, step: timedelta = MINUTE) -> None:
    at = start
    while at <= until:
        remind_due(now=at)
        at += step


def queued() -> list[tuple[str, int, float]]:
    """Who, which nudge, minutes after NOW."""
    rows = Message.objects.filter(kind=Kind.REMINDER).order_by("due_at", "recipient__name")
    return [(m.recipient.name, m.level, (m.due_at - NOW) / MINUTE) for m in rows]


def sent(after: timedelta = timedelta(0)) -> list[str]:
    """Who gets a reminder at that moment."""
    before = set(Message.objects.exclude(sent_at=None).values_list("pk", flat=True))
    sweep.sweep(now=NOW + after, deliver=True)
    new = Message.objects.filter(kind=Kind.REMINDER).exclude(sent_at=None).exclude(pk__in=before)
    return sorted(new.values_list("recipient__name", flat=True))


class TestAPlan:
    def test_reminds_then_nudges_then_tells_the_other_parent(
        self, child: Child, mother: User, father: User
    ) -> None:
        plan(child, mother)
        assert remind_due(now=NOW) == 1
        assert queued() == [("Mother", 0, 0), ("Mother", 1, 30), ("Father", 2, 60)]
        assert [sent(minutes * MINUTE) for minutes in (0, 15, 30, 45, 60, 75)] == [
            ["Mother"],
            [],
            ["Mother"],
            [],
            ["Father"],
            [],
        ]

    def test_asks_first_who_is_on_duty_tonight(self, child: Child, mother: User, helper: User) -> None:
        plan(child, mother)
        take_baton(child=child, instead_of=None, by=helper, now=NOW - HOUR)
        remind_due(now=NOW)
        assert queued() == [("Helper", 0, 0), ("Helper", 1, 30), ("Mother", 2, 60)]

    def test_stops_once_either_parent_has_logged(
        self, child: Child, mother: User, father: User, log: Log
    ) -> None:
        plan(child, father)
        assert sent() == ["Father"]
        log(temperature=36.8, at=NOW + 5 * MINUTE)
        assert [sent(minutes * MINUTE) for minutes in (30, 60)] == [[], []]

    def test_is_needless_shortly_after_a_log_and_not_long_after(
        self, child: Child, mother: User, log: Log
    ) -> None:
        plan(child, mother)
        log(temperature=36.8, at=NOW - 3 * HOUR)
        assert sent() == ["Mother"]
        log(temperature=36.8, at=NOW + DAY - HOUR)
        assert sent(DAY) == []

    @pytest.mark.hazard("H05")
    def test_reminds_nobody_who_left_the_family(self, child: Child, mother: User, father: User) -> None:
        plan(child, father)
        remind_due(now=NOW)
        end_membership(membership=father.memberships.get(), by=mother, now=NOW)
        assert sent() == []
        assert sent(60 * MINUTE) == ["Mother"]

    def test_is_given_to_the_other_parent_where_the_first_has_no_way(
        self, child: Child, mother: User, father: User
    ) -> None:
        off = {"channel": "email", "for_reminders": False, "begun_at": NOW}
        ContactPoint.objects.create(person=mother, address=mother.email, **off)
        plan(child, mother)
        remind_due(now=NOW)
        assert queued()[0] == ("Father", 0, 0)

    @pytest.mark.hazard("H10")
    def test_does_not_arrive_in_a_heap_after_a_standstill(self, child: Child, mother: User) -> None:
        plan(child, mother, time(2, 14), time(14, 0), time(20, 0), at=NOW - 3 * DAY)
        assert sent() == ["Mother"]
        assert Message.objects.filter(kind=Kind.REMINDER, level=0).count() == 1
        assert not ReminderTime.objects.filter(due_at__lte=NOW)

    def test_is_not_sent_two_hours_late(self, child: Child, mother: User) -> None:
        plan(child, mother)
        assert sent(2 * HOUR) == []
        assert Reminder.objects.count() == 1

    def test_moved_on_the_same_day_does_not_say_it_twice(self, child: Child, mother: User) -> None:
        plan(child, mother)
        remind_due(now=NOW)
        plan(child, mother, time(3), at=NOW + 5 * MINUTE)
        assert ReminderTime.objects.get().due_on == date(2026, 11, 21)

    def test_keeps_its_other_times_when_one_is_removed(self, child: Child, mother: User) -> None:
        plan(child, mother, time(2, 14), time(20))
        remind_due(now=NOW)
        plan(child, mother, time(2, 14), at=NOW)
        assert [row.at for row in ReminderTime.objects.all()] == [time(2, 14)]
        assert Reminder.objects.count() == 1

    def test_asked_for_twice_at_once_is_one(self, child: Child, mother: User) -> None:
        plan(child, mother)
        stale = list(ReminderTime.objects.values("due_on", "due_at"))
        remind_due(now=NOW)
        ReminderTime.objects.update(**stale[0])
        remind_due(now=NOW)
        assert (Reminder.objects.count(), len(queued())) == (1, 2)


class TestQuietHours:
    def test_hold_a_reminder_until_they_end(self, child: Child, mother: User) -> None:
        plan(child, mother, quiet_from=time(22), quiet_until=time(3), nudge_minutes=0)
        assert sent() == []
        assert sent(46 * MINUTE) == ["Mother"]

    def test_drop_what_would_come_too_late(self, child: Child, mother: User) -> None:
        plan(child, mother, quiet_from=time(22), quiet_until=time(6), nudge_minutes=0)
        assert [sent(minutes * MINUTE) for minutes in (0, 60, 226, 300)] == [[]] * 4
        assert Message.objects.get(kind=Kind.REMINDER).reason == "quiet"

    def test_do_not_hold_what_somebody_asked_for(self, child: Child, mother: User) -> None:
        plan(child, mother, quiet_from=time(22), quiet_until=time(6))
        snooze(child=child, minutes=15, by=mother, now=NOW)
        assert sent(15 * MINUTE) == ["Mother"]


class TestSnoozing:
    def test_reminds_again_after_15_minutes_instead_of_the_nudge(
        self, child: Child, mother: User, father: User
    ) -> None:
        plan(child, mother)
        assert sent() == ["Mother"]
        snooze(child=child, minutes=60, by=mother, now=NOW + 5 * MINUTE)
        assert [sent(minutes * MINUTE) for minutes in (30, 60)] == [[], []]
        assert sent(65 * MINUTE) == ["Mother"]
        assert sent(95 * MINUTE) == ["Father"]

    def test_twice_is_once(self, child: Child, mother: User) -> None:
        plan(child, mother)
        for _tap in range(2):
            snooze(child=child, minutes=15, by=mother, now=NOW)
        assert sent(15 * MINUTE) == ["Mother"]
        assert Message.objects.filter(sent_at=None, dropped_at=None, kind=Kind.REMINDER).count() == 0

    def test_until_tonight_skips_what_lies_between(self, child: Child, mother: User) -> None:
        plan(child, mother, time(12))
        tonight = snooze(child=child, minutes=None, by=mother, now=NOW)
        assert tonight == datetime(2026, 11, 20, 21, tzinfo=UTC)
        assert sent(9 * HOUR + 46 * MINUTE) == []
        assert sent(tonight - NOW) == ["Mother"]

    def test_until_tonight_is_refused_late_at_night(self, child: Child, mother: User) -> None:
        plan(child, mother)
        with pytest.raises(Refused, match="too late"):
            snooze(child=child, minutes=None, by=mother, now=NOW + 19 * HOUR)


class TestLookAgain:
    def call(self, child: Child, by: User, at: datetime, now: datetime = NOW) -> None:
        when = {"called_at": now, "now": now, "look_again_at": at}
        record_call(child=child, caregiver=by, client_uuid=uuid4(), reached=True, told="Look again", **when)

    def test_reminds_who_called_and_then_the_other(self, child: Child, mother: User, father: User) -> None:
        self.call(child, mother, NOW + 2 * HOUR)
        assert sent(HOUR) == []
        assert sent(2 * HOUR) == ["Mother"]
        assert sent(2 * HOUR + 30 * MINUTE) == ["Father"]

    def test_needs_no_plan_and_no_reminder_after_a_log(self, child: Child, mother: User, log: Log) -> None:
        self.call(child, mother, NOW + 2 * HOUR)
        log(temperature=37.0, at=NOW + 100 * MINUTE)
        assert sent(2 * HOUR) == []

    def test_is_not_answered_by_a_log_from_right_after_the_call(
        self, child: Child, mother: User, log: Log
    ) -> None:
        self.call(child, mother, NOW + 2 * HOUR)
        log(temperature=37.0, at=NOW + 5 * MINUTE)
        assert sent(2 * HOUR) == ["Mother"]

    def test_takes_the_latest_word(self, child: Child, mother: User) -> None:
        self.call(child, mother, NOW + HOUR)
        self.call(child, mother, NOW + 3 * HOUR, now=NOW + MINUTE)
        assert sent(HOUR) == []
        assert sent(3 * HOUR) == ["Mother"]


class TestTheNumbers:
    @pytest.mark.hazard("H22")
    def test_are_asked_for_at_set_up_and_each_month(self, child: Child, mother: User) -> None:
        plan(child, mother)
        morning = datetime(2026, 11, 20, 10, tzinfo=UTC)
        assert numbers_due(now=morning) == 1
        assert Reminder.objects.get(cause=Cause.NUMBERS).due_at == morning
        confirm_numbers(child=child, by=mother, now=morning + HOUR)
        assert not Message.objects.filter(reminder__cause=Cause.NUMBERS).waiting().exists()
        assert ReminderPlan.objects.get().numbers_due_at == datetime(2026, 12, 21, 10, tzinfo=UTC)


class TestAnotherZone:
    @pytest.mark.hazard("H10")
    def test_moves_the_times_with_the_clocks_there(self, child: Child, mother: User) -> None:
        plan(child, mother, time(20))
        update_child(child=child, about={"time_zone": "Asia/Tokyo"}, by=mother, now=NOW)
        assert ReminderTime.objects.get().due_at == datetime(2026, 11, 20, 11, tzinfo=UTC)

    @pytest.mark.hazard("H10")
    def test_going_west_does_not_remind_twice_on_one_date(self, child: Child, mother: User) -> None:
        plan(child, mother)
        remind_due(now=NOW)
        update_child(child=child, about={"time_zone": "America/New_York"}, by=mother, now=NOW + HOUR)
        run(NOW + HOUR, NOW + 3 * DAY, 10 * MINUTE)
        dates = Counter(Reminder.objects.values_list("local_date", flat=True))
        assert set(dates.values()) == {1}

    @pytest.mark.hazard("H10")
    def test_going_east_leaves_no_date_out(self, child: Child, mother: User) -> None:
        plan(child, mother, time(20))
        update_child(child=child, about={"time_zone": "Pacific/Auckland"}, by=mother, now=NOW + 8 * HOUR)
        run(NOW + 8 * HOUR, NOW + 3 * DAY, 10 * MINUTE)
        dates = sorted(Reminder.objects.values_list("local_date", flat=True))
        assert dates == [date(2026, 11, day) for day in (20, 21, 22)]

    def test_unseen_is_seen_when_the_time_comes(self, child: Child, mother: User) -> None:
        plan(child, mother, time(12))
        Child.objects.update(time_zone="America/New_York")
        remind_due(now=NOW + 10 * HOUR)
        assert not Reminder.objects.exists()
        assert ReminderTime.objects.get().due_at == datetime(2026, 11, 20, 17, tzinfo=UTC)


def test_a_paused_child_gets_nothing_and_its_times_go_on(child: Child, mother: User) -> None:
    plan(child, mother)
    pause(child=child, reason="not-needed", by=mother, now=NOW - MINUTE)
    assert [sent(day * DAY) for day in range(3)] == [[]] * 3
    assert not Message.objects.filter(kind=Kind.REMINDER).exists()


def test_a_tick_with_nothing_due_costs_few_queries(
    child: Child, mother: User, django_assert_num_queries: Any
) -> None:
    plan(child, mother)
    with django_assert_num_queries(3):  # two of them begin and end a savepoint in the test's transaction
        remind_due(now=NOW - MINUTE)


def test_reminders_go_out_though_one_messages_channel_breaks(
    child: Child, mother: User, father: User, monkeypatch: Any
) -> None:
    plan(child, mother, nudge_minutes=1)
    remind_due(now=NOW)
    real = delivery.send

    def break_for_the_mother(message: Message) -> Any:
        if message.recipient == mother:
            raise ZeroDivisionError
        return real(message)

    monkeypatch.setattr(delivery, "send", break_for_the_mother)
    assert sent(3 * MINUTE) == ["Father"]

"""A day of silence while a day matters: the family is asked, then the other parents; a nurse ends it."""

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from tests.support.personas import NOW, child_of, join, person
from therapies.schedule import Event
from tracker.clinic.queries.board import Asked, board
from tracker.clinic.queries.handover import handover
from tracker.core.refused import Refused
from tracker.families.actions.care_teams import join_care_team
from tracker.families.actions.children import pause
from tracker.home_care.actions.duty import accept_baton, offer_baton
from tracker.logs.actions.record import Recorded
from tracker.messaging import silence
from tracker.messaging.reminders import remind_due, set_plan
from tracker.messaging.silence import ask_due, record_reached, silence_of
from tracker.models import (
    AuditEvent,
    CareTeam,
    Cause,
    Child,
    ContactPoint,
    Kind,
    Message,
    Reminder,
    Role,
    Silence,
    User,
)
from tracker.models.messages import Channel
from tracker.operations import sweep

Log = Callable[..., Recorded]
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LATER = NOW + DAY + MINUTE
"""A day and a minute after the last log."""


@pytest.fixture(autouse=True)
def mail_is_kept(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def asked() -> list[tuple[str, int, float]]:
    """Who, which nudge, minutes after LATER."""
    rows = Message.objects.filter(kind=Kind.REMINDER, reminder__cause=Cause.SILENCE).order_by("due_at")
    return [(m.recipient.name, m.level, (m.due_at - LATER) / MINUTE) for m in rows]


def silent(team: CareTeam, at: Any) -> list[str]:
    return [row.child.nickname for row in board(team, Asked(), at).silent]


class TestTheFamily:
    @pytest.mark.hazard("H41")
    def test_is_asked_after_a_day_and_the_other_parent_an_hour_later(
        self, child: Child, father: User, log: Log
    ) -> None:
        log(temperature=36.8)
        assert ask_due(now=LATER - 2 * MINUTE) == 0
        assert ask_due(now=LATER) == 1
        assert asked() == [("Mother", 0, 0), ("Father", 2, 60)]

    @pytest.mark.hazard("H41")
    def test_is_asked_once_a_day_however_often_the_sweep_comes(self, child: Child, log: Log) -> None:
        log(temperature=36.8)
        for minutes in range(0, 24 * 60, 30):
            ask_due(now=LATER + minutes * MINUTE)
        assert len(asked()) == 1
        ask_due(now=LATER + DAY)
        assert [minutes for _who, _level, minutes in asked()] == [0, 24 * 60]

    def test_that_logs_is_not_asked_any_more(self, child: Child, father: User, log: Log) -> None:
        log(temperature=36.8)
        ask_due(now=LATER)
        log(temperature=36.9, at=LATER + 30 * MINUTE)
        sweep.sweep(now=LATER + 61 * MINUTE, deliver=True)
        assert {m.reason for m in Message.objects.filter(reminder__cause=Cause.SILENCE)} == {"logged"}
        assert silence_of(Child.objects.get(), LATER + 61 * MINUTE) is None

    @pytest.mark.hazard("H23")
    def test_gets_the_text_of_every_reminder(self, child: Child, log: Log) -> None:
        log(temperature=36.8)
        sweep.sweep(now=LATER, deliver=True)
        sweep.sweep(now=LATER + MINUTE, deliver=True)
        assert [sent.subject for sent in mail.outbox] == ["Nightlight: time for a log"]
        assert "Juno" not in mail.outbox[0].body

    def test_is_left_to_sleep_and_asked_in_the_morning(self, child: Child, mother: User, log: Log) -> None:
        set_plan(child=child, times=[], by=mother, now=NOW, quiet_from=time(22), quiet_until=time(7))
        log(temperature=36.8)
        sweep.sweep(now=LATER, deliver=True)
        sweep.sweep(now=LATER + MINUTE, deliver=True)
        assert not mail.outbox
        morning = LATER.replace(hour=7, minute=0, second=30)
        sweep.sweep(now=morning, deliver=True)
        assert len(mail.outbox) == 1

    @pytest.mark.hazard("H41")
    def test_has_the_other_parent_asked_even_where_reminders_go_to_one(
        self, child: Child, mother: User, father: User, log: Log
    ) -> None:
        set_plan(child=child, times=[], by=mother, now=NOW, tells_others=False)
        log(temperature=36.8)
        ask_due(now=LATER)
        assert [who for who, _level, _minutes in asked()] == ["Mother", "Father"]

    def test_has_who_is_on_duty_asked_first(self, child: Child, mother: User, father: User, log: Log) -> None:
        log(temperature=36.8)
        accept_baton(baton=offer_baton(child=child, to=father, by=mother, now=LATER), by=father, now=LATER)
        ask_due(now=LATER)
        assert [who for who, _level, _minutes in asked()] == ["Father", "Mother"]

    def test_that_never_logged_is_asked_too(self, child: Child) -> None:
        assert ask_due(now=NOW) == 1
        assert Silence.objects.get().since == child.begun_at

    def test_whom_another_reminder_asks_within_the_hour_is_asked_once(
        self, child: Child, mother: User, father: User, log: Log
    ) -> None:
        log(temperature=36.8)
        set_plan(
            child=child, times=[LATER.time()], by=mother, now=NOW + HOUR, nudge_minutes=0, tells_others=False
        )
        remind_due(now=LATER)
        ask_due(now=LATER)
        assert asked() == [("Father", 2, 60)]

    def test_that_is_paused_is_not_asked(self, child: Child, mother: User, log: Log) -> None:
        log(temperature=36.8)
        pause(child=child, reason="hospital", by=mother, now=NOW)
        assert ask_due(now=LATER) == 0

    def test_that_wants_no_reminders_is_left_to_the_nurse(
        self, ward_child: Child, mother: User, care_team: CareTeam, log: Log
    ) -> None:
        log(temperature=36.8)
        ContactPoint.objects.create(
            person=mother, channel=Channel.EMAIL, address=mother.email, begun_at=NOW, for_reminders=False
        )
        ask_due(now=LATER)
        assert asked() == []
        assert silent(care_team, LATER) == ["Juno"]

    def test_is_asked_again_after_a_clock_that_was_ahead(self, child: Child, log: Log) -> None:
        log(temperature=36.8)
        ask_due(now=LATER + 2 * DAY)
        assert ask_due(now=LATER) == 1
        assert ask_due(now=LATER + MINUTE) == 0


class TestTheLook:
    def test_is_taken_every_five_minutes_and_asks_all_that_are_due(
        self, child: Child, log: Log, monkeypatch: Any
    ) -> None:
        monkeypatch.setattr(silence, "MANY", 1)
        child_of(person("second"), "Second")
        log(temperature=36.8)
        silence.chase(now=LATER - 2 * MINUTE)
        assert [who for who, _level, _minutes in asked()] == ["Second"]
        silence.chase(now=LATER + 2 * MINUTE)
        assert len(asked()) == 1
        silence.chase(now=LATER + 3 * MINUTE)
        assert [who for who, _level, _minutes in asked()] == ["Second", "Mother"]

    @pytest.mark.hazard("H18")
    def test_is_taken_at_once_when_the_clock_was_put_back(self, child: Child, log: Log) -> None:
        silence.chase(now=LATER + 2 * HOUR)
        log(temperature=36.8)
        silence.chase(now=LATER)
        assert asked()

    @pytest.mark.hazard("H41")
    def test_of_one_that_breaks_keeps_no_other_waiting(self, child: Child, monkeypatch: Any) -> None:
        other = child_of(person("second"), "Second")
        real = silence._ask

        def fail_for_one(of: Child, now: Any) -> bool:
            if of.pk == child.pk:
                raise ZeroDivisionError
            return real(of, now)

        monkeypatch.setattr(silence, "_ask", fail_for_one)
        silence.chase(now=NOW)
        assert [row.child for row in Silence.objects.exclude(asked_at=None)] == [other]


class TestThePump:
    @pytest.mark.parametrize(("last", "number"), [("restart", 1), ("stop", 1), ("end", 0)])
    @pytest.mark.hazard("H41")
    def test_stays_on_the_watch_when_it_stops_and_leaves_it_at_its_end(
        self, db: None, last: str, number: int
    ) -> None:
        began = [Event("start", NOW - 9 * DAY, cycle=1), Event("stop", NOW - 5 * DAY)]
        child_of(person("pump"), "Pump", "blinatumomab", *began, Event(last, NOW - 4 * DAY))
        assert ask_due(now=NOW) == number


class TestTheNurse:
    @pytest.mark.hazard("H41")
    def test_ends_it_with_reached_and_when(
        self, ward_child: Child, care_team: CareTeam, nurse: User, father: User, log: Log
    ) -> None:
        log(temperature=36.8)
        ask_due(now=LATER)
        assert silent(care_team, LATER) == ["Juno"]
        at = LATER + 10 * MINUTE
        record_reached(child=ward_child, reached_at=LATER + 5 * MINUTE, by=nurse, now=at)
        row = Silence.objects.get()
        assert (row.reached_at, row.reached_by, row.recorded_at) == (LATER + 5 * MINUTE, nurse, at)
        assert silent(care_team, at) == []
        assert AuditEvent.objects.filter(verb="silence.ended", who=nurse.pk, about=row.pk).exists()
        assert {m.reason for m in Message.objects.filter(reminder__cause=Cause.SILENCE)} == {"reached"}
        (shown,) = handover(care_team, 8, "C", at).reached
        assert (shown.child, shown.reached_by) == (ward_child, nurse)

    @pytest.mark.hazard("H41")
    def test_has_it_again_a_day_after_she_reached_them(
        self, ward_child: Child, care_team: CareTeam, nurse: User, log: Log
    ) -> None:
        log(temperature=36.8)
        record_reached(child=ward_child, reached_at=LATER, by=nurse, now=LATER)
        assert silent(care_team, LATER + DAY - MINUTE) == []
        assert ask_due(now=LATER + DAY - MINUTE) == 0
        assert silent(care_team, LATER + DAY + MINUTE) == ["Juno"]
        assert ask_due(now=LATER + DAY + MINUTE) == 1
        assert Silence.objects.count() == 2

    def test_is_told_when_a_colleague_or_a_log_was_faster(
        self, ward_child: Child, nurse: User, lead: User, log: Log
    ) -> None:
        log(temperature=36.8)
        record_reached(child=ward_child, reached_at=LATER, by=lead, now=LATER)
        with pytest.raises(Refused, match="a colleague has reached them"):
            record_reached(child=ward_child, reached_at=LATER, by=nurse, now=LATER)
        assert Silence.objects.get().reached_by == lead
        log(temperature=36.8, at=LATER + MINUTE)
        with pytest.raises(Refused, match="they have logged"):
            record_reached(child=ward_child, reached_at=LATER, by=nurse, now=LATER + MINUTE)

    @pytest.mark.parametrize("reached_at", [NOW - MINUTE, LATER + MINUTE])
    def test_cannot_have_reached_them_before_their_last_log_or_later_than_now(
        self, ward_child: Child, nurse: User, log: Log, reached_at: Any
    ) -> None:
        log(temperature=36.8)
        with pytest.raises(Refused, match="between their last log and now"):
            record_reached(child=ward_child, reached_at=reached_at, by=nurse, now=LATER)
        assert not Silence.objects.filter(reached_at__isnull=False).exists()

    def test_sees_when_the_family_was_asked(self, ward_child: Child, care_team: CareTeam, log: Log) -> None:
        log(temperature=36.8)
        assert board(care_team, Asked(), LATER).silent[0].child.asked_at is None
        ask_due(now=LATER)
        assert board(care_team, Asked(), LATER).silent[0].child.asked_at == LATER


def test_the_database_knows_one_row_a_silence_and_who_ended_it(child: Child, mother: User) -> None:
    Silence.objects.create(child=child, since=NOW)
    for broken in (
        {"since": NOW},
        {"since": NOW + HOUR, "reached_at": NOW + DAY},
        {"since": NOW + HOUR, "reached_at": NOW, "reached_by": mother, "recorded_at": NOW},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Silence.objects.create(child=child, **broken)


def test_a_ward_of_silent_families_is_asked_in_one_sweep(care_team: CareTeam, mother: User) -> None:
    for number in range(5):
        parent = person(f"parent{number}")
        child = child_of(parent, f"Child{number}")
        join(person(f"other{number}"), Role.PARENT, child=child, by=parent)
        join_care_team(child=child, code=care_team.join_code, by=parent, now=NOW)
    assert ask_due(now=NOW) == 5
    assert Reminder.objects.filter(cause=Cause.SILENCE).count() == 5
    assert Message.objects.filter(reminder__cause=Cause.SILENCE).count() == 10

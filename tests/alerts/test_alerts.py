"""Alerts: one episode at a time, frozen where it began, closed with an outcome; and "I have called"."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from tests.support.personas import NOW
from tracker.alerts.actions import resolve_alert
from tracker.alerts.escalation import escalate_due
from tracker.logs.actions.calls import record_call
from tracker.logs.actions.record import Recorded
from tracker.messaging.delivery import queue
from tracker.models import Alert, AlertEvent, Call, Channel, Child, Message, Outcome, User
from tracker.models.alerts import UNASKED

Log = Callable[..., Recorded]


def verbs(alert: Alert) -> list[str]:
    return list(alert.events.order_by("pk").values_list("verb", flat=True))


def call(child: Child, caregiver: User, **more: Any) -> Call:
    told = {
        "reached": True,
        "told": "Come in at nine",
        "advice": "come-in",
        "called_at": NOW,
        "client_uuid": uuid4(),
        "now": NOW,
    } | more
    return record_call(child=child, caregiver=caregiver, **told)


class TestAnEpisode:
    def test_begins_with_a_log(self, log: Log, child: Child, mother: User) -> None:
        recorded = log(temperature=38.4)
        alert = Alert.objects.get()
        assert (alert.child, alert.log, alert.urgency, alert.raised_at) == (child, recorded.log, "now", NOW)
        event = alert.events.get()
        assert (event.verb, event.by, event.log, event.at) == ("raised", mother, recorded.log, NOW)

    @pytest.mark.hazard("H15")
    def test_is_joined_by_a_log_that_is_no_worse(self, log: Log) -> None:
        log(temperature=38.4, hours_ago=2)
        second = log(temperature=38.6)
        alert = Alert.objects.get()
        assert verbs(alert) == ["raised", "joined"]
        assert alert.events.get(verb="joined").log == second.log

    def test_is_not_joined_by_a_log_of_which_nothing_is_said(self, log: Log) -> None:
        log(constipation="mild")
        log(at=NOW + timedelta(hours=3), temperature=36.8)
        assert verbs(Alert.objects.get()) == ["raised"]

    def test_is_taken_in_by_a_worse_one(self, log: Log) -> None:
        log(constipation="mild", hours_ago=1)
        worse = log(seizure=None)
        old, new = Alert.objects.get(urgency="today"), Alert.objects.get(urgency="emergency")
        assert (old.taken_in_by, old.is_open, new.is_open) == (new, False, True)
        assert (verbs(old), verbs(new)) == (["raised", "taken-in"], ["raised"])
        assert new.log == worse.log

    def test_begins_anew_after_a_day_and_takes_the_old_one_in(self, log: Log) -> None:
        log(temperature=38.4)
        log(temperature=38.4, at=NOW + timedelta(hours=23))
        assert Alert.objects.count() == 1
        log(temperature=38.4, at=NOW + timedelta(hours=24))
        assert Alert.objects.count() == 2
        assert Alert.objects.open().get().raised_at == NOW + timedelta(hours=24)

    def test_begins_anew_once_the_old_one_is_closed(self, log: Log, mother: User) -> None:
        log(temperature=38.4)
        resolve_alert(
            alert=Alert.objects.get(), outcome=Outcome.FALSE_ALARM, note="A typing error", by=mother, now=NOW
        )
        log(temperature=38.4, at=NOW + timedelta(hours=1))
        assert Alert.objects.open().count() == 1
        assert Alert.objects.count() == 2

    def test_is_the_only_open_one_of_a_child(self, log: Log, child: Child) -> None:
        log(temperature=38.4)
        with pytest.raises(IntegrityError, match=r"UNIQUE|one_episode_at_a_time"):
            Alert.objects.create(
                child=child, log=child.logs.get(), urgency="today", raised_at=NOW, escalates_at=NOW
            )


class TestWhoIsTold:
    def recipients(self) -> list[str]:
        escalate_due(now=NOW)
        told = Message.objects.filter(due_at=F("queued_at"))  # who logged it is told later, without a call
        return sorted(told.values_list("recipient__name", flat=True))

    def test_is_everybody_of_the_childs_ward(
        self, log: Log, ward_child: Child, nurse: User, nurse_of_another_team: User
    ) -> None:
        log(temperature=38.4)
        assert self.recipients() == ["Lead", "Nurse"]
        message = Message.objects.get(recipient=nurse)
        assert (message.channel, message.level, message.round, message.due_at) == ("email", 0, 1, NOW)
        assert message.alert == Alert.objects.get()

    def test_is_nobody_where_the_family_keeps_its_own_numbers(self, log: Log, child: Child) -> None:
        log(seizure=None)
        assert self.recipients() == []

    def test_is_nobody_at_night_for_what_can_wait_until_the_day(
        self, log: Log, ward_child: Child, nurse: User
    ) -> None:
        assert log(constipation="mild").assessment.urgency == "today"
        assert self.recipients() == []

    @pytest.mark.hazard("H15")
    def test_is_not_told_again_of_a_log_that_joins(self, log: Log, ward_child: Child, nurse: User) -> None:
        log(temperature=38.4, hours_ago=1)
        log(temperature=38.4)
        assert self.recipients() == ["Lead", "Nurse"]

    @pytest.mark.hazard("H15")
    def test_is_told_again_of_a_worse_one(self, log: Log, ward_child: Child, nurse: User) -> None:
        log(temperature=38.4, hours_ago=1)
        assert self.recipients() == ["Lead", "Nurse"]
        log(seizure=None)
        assert self.recipients() == ["Lead", "Lead", "Nurse", "Nurse"]

    def test_rings_once_for_the_worker(
        self, log: Log, ward_child: Child, nurse: User, django_capture_on_commit_callbacks: Any
    ) -> None:
        for seen, rings in (
            ({"temperature": 38.4}, 1),
            ({"temperature": 38.4}, 0),
            ({"constipation": "mild"}, 0),
        ):
            with django_capture_on_commit_callbacks() as callbacks:
                log(**seen)
            assert len(callbacks) == rings

    def test_is_told_once_however_often_it_is_queued(self, log: Log, ward_child: Child, nurse: User) -> None:
        log(temperature=38.4)
        escalate_due(now=NOW)
        queue(alert=Alert.objects.get(), recipients=[nurse.pk], now=NOW + timedelta(minutes=5))
        assert Message.objects.get(recipient=nurse).due_at == NOW
        queue(alert=Alert.objects.get(), recipients=[nurse.pk], now=NOW, channel=Channel.PUSH)
        queue(alert=Alert.objects.get(), recipients=[nurse.pk], now=NOW, level=1)
        assert Message.objects.filter(recipient=nurse).count() == 3


class TestACall:
    def test_stands_at_the_open_alert(self, log: Log, ward_child: Child, mother: User) -> None:
        log(temperature=38.4)
        made = call(ward_child, mother, look_again_at=NOW + timedelta(hours=2))
        alert = Alert.objects.get()
        assert (made.alert, alert.is_open) == (alert, True)
        assert verbs(alert) == ["raised", "called"]

    def test_needs_no_alert(self, child: Child, mother: User) -> None:
        assert call(child, mother).alert is None

    def test_closes_the_alert_of_a_family_that_was_told_what_to_do(
        self, log: Log, child: Child, mother: User
    ) -> None:
        log(temperature=38.4)
        call(child, mother, told="  Come in at nine\x00 ")
        alert = Alert.objects.get()
        assert (alert.outcome, alert.resolution_note) == (
            "family-called",
            "Come in at nine\N{REPLACEMENT CHARACTER}",
        )
        assert (alert.resolved_by, alert.resolved_at) == (mother, NOW)
        assert verbs(alert) == ["raised", "called", "resolved"]

    @pytest.mark.parametrize(
        "told", [{"reached": False, "told": "no answer"}, {"advice": ""}, {"advice": "", "told": "x"}]
    )
    @pytest.mark.hazard("H42")
    def test_that_brought_no_advice_closes_nothing(
        self, log: Log, child: Child, mother: User, told: Any
    ) -> None:
        log(temperature=38.4)
        call(child, mother, **told)
        assert Alert.objects.get().is_open

    def test_twice_with_one_form_is_one_call(self, log: Log, child: Child, mother: User) -> None:
        log(temperature=38.4)
        tap = uuid4()
        assert call(child, mother, client_uuid=tap) == call(child, mother, client_uuid=tap)
        assert AlertEvent.objects.filter(verb="called").count() == 1

    def test_cannot_lie_ahead(self, child: Child, mother: User) -> None:
        assert call(child, mother, called_at=NOW + timedelta(days=1)).called_at == NOW


class TestAdvice:
    """ "Reported 3 hours ago" stays until the team has advised; no call takes away what came after it."""

    def urgency_after(
        self, log: Log, child: Child, mother: User, called_hours_ago: float, **told: Any
    ) -> str:
        log(temperature=38.5, hours_ago=3)
        call(child, mother, called_at=NOW - timedelta(hours=called_hours_ago), **told)
        return log(temperature=36.8).assessment.urgency

    def test_since_then_lets_the_answer_fall(self, log: Log, child: Child, mother: User) -> None:
        assert self.urgency_after(log, child, mother, 2) == "note"

    @pytest.mark.parametrize("told", [{"advice": ""}, {"advice": "", "told": "x"}, {"reached": False}])
    @pytest.mark.hazard("H42")
    def test_needs_somebody_who_said_what_to_do(
        self, log: Log, child: Child, mother: User, told: Any
    ) -> None:
        assert self.urgency_after(log, child, mother, 2, **told) == "now"

    @pytest.mark.hazard("H42")
    def test_needs_no_words(self, log: Log, child: Child, mother: User) -> None:
        assert self.urgency_after(log, child, mother, 2, told="") == "note"

    def test_of_before_it_was_asked_what_they_said_is_what_was_written(
        self, log: Log, child: Child, mother: User
    ) -> None:
        assert self.urgency_after(log, child, mother, 2, advice=UNASKED) == "note"

    def test_from_before_the_danger_does_not_count(self, log: Log, child: Child, mother: User) -> None:
        assert self.urgency_after(log, child, mother, 4) == "now"

    def test_says_nothing_of_a_log_from_before_it(self, log: Log, child: Child, mother: User) -> None:
        log(temperature=38.5, hours_ago=5)
        call(child, mother, called_at=NOW - timedelta(hours=1))
        assert log(temperature=36.8, hours_ago=2).assessment.urgency == "now"

    def test_does_not_calm_a_new_danger(self, log: Log, child: Child, mother: User) -> None:
        call(child, mother, called_at=NOW - timedelta(minutes=1))
        assert log(temperature=38.5).assessment.urgency == "now"

    @pytest.mark.parametrize(
        ("outcome", "urgency"),
        [
            ("advised-by-phone", "note"),
            ("clinic-today", "note"),
            ("false-alarm", "now"),
        ],
    )
    def test_is_also_what_the_team_wrote_when_it_closed_the_alert(
        self, log: Log, ward_child: Child, nurse: User, outcome: str, urgency: str
    ) -> None:
        log(temperature=38.5, hours_ago=3)
        closed_at = NOW - timedelta(hours=1)
        resolve_alert(alert=Alert.objects.get(), outcome=outcome, note="By phone", by=nurse, now=closed_at)
        assert log(temperature=36.8, hours_ago=2).assessment.urgency == "now"
        assert log(temperature=36.8).assessment.urgency == urgency


class TestClosing:
    def test_an_urgent_alert_needs_an_outcome(self, log: Log, ward_child: Child, nurse: User) -> None:
        log(temperature=38.4)
        with pytest.raises(IntegrityError, match="urgent_alerts_end_with_an_outcome"), transaction.atomic():
            resolve_alert(alert=Alert.objects.get(), outcome="", note="seen", by=nurse, now=NOW)
        assert Alert.objects.get().is_open

    def test_one_for_today_does_not(self, log: Log, ward_child: Child, nurse: User) -> None:
        log(constipation="mild")
        assert resolve_alert(alert=Alert.objects.get(), outcome="", note="", by=nurse, now=NOW)

    def test_the_first_one_wins(self, log: Log, ward_child: Child, nurse: User, lead: User) -> None:
        log(temperature=38.4)
        alert = Alert.objects.get()
        assert resolve_alert(alert=alert, outcome=Outcome.ADVISED, note="", by=nurse, now=NOW)
        assert not resolve_alert(alert=alert, outcome=Outcome.FALSE_ALARM, note="", by=lead, now=NOW)
        alert.refresh_from_db()
        assert (alert.outcome, alert.resolved_by) == ("advised-by-phone", nurse)
        assert verbs(alert) == ["raised", "resolved"]

    def test_one_that_was_taken_in_is_not_possible(self, log: Log, ward_child: Child, nurse: User) -> None:
        log(temperature=38.4, hours_ago=1)
        old = Alert.objects.get()
        log(seizure=None)
        assert not resolve_alert(alert=old, outcome=Outcome.ADVISED, note="", by=nurse, now=NOW)


@pytest.mark.parametrize(
    "wrong",
    [
        {"taken_until": NOW},
        {"resolved_at": NOW},
        {"outcome": "advised-by-phone"},
        {"resolution_note": "closed"},
        {"urgency": "note"},
    ],
)
def test_an_alert_that_cannot_be_is_refused(log: Log, wrong: dict[str, Any]) -> None:
    log(temperature=38.4)
    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.update(**wrong)


def test_a_message_is_not_sent_and_failed(log: Log, ward_child: Child, nurse: User) -> None:
    log(temperature=38.4)
    escalate_due(now=NOW)
    with pytest.raises(IntegrityError, match="a_message_ends_once"):
        Message.objects.update(sent_at=NOW, failed_at=NOW)

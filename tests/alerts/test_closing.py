"""How an alert ends: never because nobody was reached, told to the family in a minute, and not for good."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from tests.support.personas import NOW, join, person
from tracker.alerts.actions import resolve_alert
from tracker.alerts.decisions import open_decision
from tracker.alerts.escalation import escalate_due
from tracker.alerts.reopening import reopen_alert
from tracker.alerts.states import MOVES, OPEN
from tracker.alerts.taking import close_alert, offer_alert, record_not_reached, take_alert
from tracker.core.refused import Refused
from tracker.families.actions.children import pause
from tracker.families.actions.memberships import end_membership
from tracker.logs.actions.calls import record_call
from tracker.logs.actions.record import Recorded, record_log
from tracker.messaging import delivery
from tracker.models import Alert, CareTeam, Child, Kind, Membership, Message, Outcome, Role, SymptomLog, User
from tracker.operations import sweep

Log = Callable[..., Recorded]
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
ANSWERED, URGENT = "Nightlight: your team has answered", "Nightlight: urgent, open now"


@pytest.fixture(autouse=True)
def mail_is_kept(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def ward(ward_child: Child, father: User, nurse: User, lead: User) -> CareTeam:
    """Juno has two parents; her ward a nurse who is first on call, a second one, and a lead."""
    second = person("second")
    join(second, Role.NURSE, care_team=ward_child.care_team, by=lead)
    for order, somebody in enumerate((nurse, second, lead), 1):
        Membership.objects.filter(user=somebody).update(call_order=order)
    return ward_child.care_team


@pytest.fixture
def emergency(ward: CareTeam, log: Log, nurse: User) -> Alert:
    """A seizure, of which the first on call was told, and which she has taken."""
    log(temperature=39.1, seizure=None)
    escalate_due(now=NOW)
    alert = Alert.objects.get()
    take_alert(alert=alert, by=nurse, now=NOW)
    return alert


def again(alert: Alert) -> Alert:
    return Alert.objects.get(pk=alert.pk)


def close(
    alert: Alert, by: User, outcome: str = "advised-by-phone", note: str = "Come in", **at: Any
) -> None:
    close_alert(alert=alert, outcome=outcome, note=note, by=by, **({"now": NOW} | at))


def sent(after: timedelta, subject: str) -> list[str]:
    """Who gets a mail with this subject from what is due by then and was not sent before."""
    mail.outbox.clear()
    sweep.sweep(now=NOW + after, deliver=True)
    return sorted(one.to[0].partition("@")[0] for one in mail.outbox if one.subject == subject)


def verbs(alert: Alert) -> list[str]:
    return list(alert.events.order_by("pk").values_list("verb", flat=True))


class TestNotReached:
    def try_in_vain(self, alert: Alert, by: User, after: timedelta = timedelta(0), minutes: int = 10) -> None:
        record_not_reached(alert=alert, again_in=minutes, note="Rang twice", by=by, now=NOW + after)

    @pytest.mark.hazard("H06")
    @pytest.mark.parametrize("urgent", [True, False])
    def test_ends_nothing_by_any_way(self, ward: CareTeam, log: Log, nurse: User, urgent: bool) -> None:
        log(**({"seizure": None} if urgent else {"constipation": "mild"}))
        alert = Alert.objects.get()
        for end in (close_alert, resolve_alert):
            with pytest.raises(Refused):
                end(alert=alert, outcome=Outcome.NOT_REACHED, note="Rang twice", by=nurse, now=NOW)
        assert again(alert).is_open

    def test_keeps_it_open_and_hers_until_she_tries_again(self, emergency: Alert, nurse: User) -> None:
        self.try_in_vain(emergency, nurse)
        alert = again(emergency)
        until = NOW + 10 * MINUTE
        assert (alert.is_open, alert.taken_by, alert.tried_at) == (True, nurse, NOW)
        assert (alert.try_again_at, alert.taken_until, alert.escalates_at) == (until, until, until)
        event = alert.events.get(verb="not-reached")
        assert (event.by, event.at, event.note) == (nurse, NOW, "Rang twice")

    @pytest.mark.hazard("H06")
    def test_tells_both_parents_and_the_next_level_at_once(self, emergency: Alert, nurse: User) -> None:
        sent(SECOND, URGENT)
        self.try_in_vain(emergency, nurse, MINUTE)
        assert sent(MINUTE, URGENT) == ["father", "mother"]
        assert sent(MINUTE, "Nightlight: still nobody, open now") == []  # sent by the sweep before
        staff = Message.objects.filter(kind=Kind.ALERT, queued_at=NOW + MINUTE, sent_at__isnull=False)
        assert [message.recipient.name for message in staff] == ["Second"]

    def test_tells_them_again_after_the_last_level(self, emergency: Alert, nurse: User) -> None:
        for number in range(4):
            self.try_in_vain(emergency, nurse, number * MINUTE)
        told = Message.objects.filter(kind=Kind.ALERT, recipient__name="Lead", queued_at=NOW + 3 * MINUTE)
        assert told.exists()
        assert Message.objects.filter(kind=Kind.CALLBACK, recipient__name="Mother").count() == 4

    def test_tells_a_grandmother_who_logged(
        self, ward: CareTeam, emergency: Alert, helper: User, child: Child, nurse: User
    ) -> None:
        when = {"observed_at": NOW - MINUTE, "client_uuid": uuid4(), "now": NOW + SECOND}
        record_log(child=child, caregiver=helper, answers={"temperature": {"value": 39, "unit": "C"}}, **when)
        self.try_in_vain(emergency, nurse, MINUTE)
        assert sent(MINUTE, URGENT) == ["father", "helper", "mother"]

    def test_is_told_although_the_family_had_called_before(
        self, emergency: Alert, child: Child, mother: User, nurse: User
    ) -> None:
        called = {"called_at": NOW, "reached": True, "client_uuid": uuid4(), "now": NOW}
        record_call(child=child, caregiver=mother, **called)
        self.try_in_vain(emergency, nurse, MINUTE)
        assert sent(MINUTE, URGENT) == ["father", "mother"]

    @pytest.mark.hazard("H06")
    def test_lapses_when_it_is_time_to_try_again(self, emergency: Alert, nurse: User) -> None:
        self.try_in_vain(emergency, nurse)
        assert escalate_due(now=NOW + 10 * MINUTE - SECOND) == 0
        assert escalate_due(now=NOW + 10 * MINUTE) == 1
        alert = again(emergency)
        assert (alert.taken_by, alert.try_again_at, alert.tried_at) == (None, None, NOW)
        assert verbs(alert)[-1] == "lapsed"

    def test_lets_a_colleague_take_it_at_once(self, emergency: Alert, nurse: User, lead: User) -> None:
        self.try_in_vain(emergency, nurse)
        take_alert(alert=emergency, by=lead, now=NOW + SECOND)
        assert (again(emergency).taken_by, again(emergency).try_again_at) == (lead, None)
        with pytest.raises(Refused, match="Lead took this"):
            self.try_in_vain(emergency, nurse, MINUTE)

    def test_takes_an_offer_back_and_makes_none(self, emergency: Alert, nurse: User, lead: User) -> None:
        offer_alert(alert=emergency, to=lead, by=nurse, now=NOW)
        self.try_in_vain(emergency, nurse)
        assert again(emergency).offered_to is None
        with pytest.raises(Refused):
            offer_alert(alert=emergency, to=lead, by=nurse, now=NOW)

    @pytest.mark.parametrize("minutes", [0, -5, 16, 60, 10_000])
    def test_waits_a_quarter_of_an_hour_at_most_where_it_is_urgent(
        self, emergency: Alert, nurse: User, minutes: int
    ) -> None:
        with pytest.raises(Refused, match="Choose when you try again"):
            self.try_in_vain(emergency, nurse, minutes=minutes)

    def test_of_one_for_today_wakes_no_nurse(self, ward: CareTeam, log: Log, nurse: User) -> None:
        CareTeam.objects.update(opens_at="08:00", closes_at="17:00")
        log(constipation="mild")
        alert = Alert.objects.get()
        self.try_in_vain(alert, nurse, minutes=60)
        assert sent(timedelta(0), URGENT) == ["father", "mother"]
        assert not Message.objects.filter(kind=Kind.ALERT).exists()
        assert again(alert).escalates_at == NOW + 60 * MINUTE


class TestAFalseAlarm:
    @pytest.mark.hazard("H06")
    @pytest.mark.parametrize("seen", [{"seizure": None}, {"temperature": 38.4}])
    @pytest.mark.parametrize("note", ["", "  \n"])
    def test_on_now_or_an_emergency_asks_for_a_reason(
        self, ward: CareTeam, log: Log, nurse: User, seen: Any, note: str
    ) -> None:
        log(**seen)
        alert = Alert.objects.get()
        with pytest.raises(Refused, match="Write why it is a false alarm"):
            close(alert, nurse, Outcome.FALSE_ALARM, note)
        with pytest.raises(IntegrityError, match="urgent_false_alarms_have_a_reason"), transaction.atomic():
            resolve_alert(alert=alert, outcome=Outcome.FALSE_ALARM, note=note, by=nurse, now=NOW)
        close(alert, nurse, Outcome.FALSE_ALARM, "She typed 39 for 36")
        assert not again(alert).is_open

    def test_of_one_that_can_wait_needs_none(self, ward: CareTeam, log: Log, nurse: User) -> None:
        log(constipation="mild")
        close(Alert.objects.get(), nurse, Outcome.FALSE_ALARM, "")

    def test_read_and_called_nobody_ends_nothing_urgent(self, emergency: Alert, nurse: User) -> None:
        with pytest.raises(Refused, match="Choose how it ended"):
            close(emergency, nurse, Outcome.REVIEWED)
        with pytest.raises(IntegrityError, match="urgent_alerts_end_with_a_call"), transaction.atomic():
            resolve_alert(alert=emergency, outcome=Outcome.REVIEWED, note="", by=nurse, now=NOW)


class TestWhatWasDecided:
    @pytest.mark.hazard("H06")
    @pytest.mark.parametrize("outcome", ["advised-by-phone", "clinic-today", "emergency-room", "false-alarm"])
    def test_is_sent_to_both_parents_once_the_minute_is_over(
        self, emergency: Alert, nurse: User, outcome: str
    ) -> None:
        close(emergency, nurse, outcome)
        assert sent(MINUTE - SECOND, ANSWERED) == []
        assert sent(MINUTE, ANSWERED) == ["father", "mother"]
        assert sent(2 * MINUTE, ANSWERED) == []

    def test_of_one_for_today_is_sent_too(self, ward: CareTeam, log: Log, nurse: User) -> None:
        log(constipation="mild")
        close(Alert.objects.get(), nurse, Outcome.REVIEWED, "")
        assert sent(MINUTE, ANSWERED) == ["father", "mother"]

    @pytest.mark.hazard("H23")
    def test_names_nobody_and_nothing(self, emergency: Alert, nurse: User) -> None:
        close(emergency, nurse, "emergency-room", "Juno: emergency room, door B")
        sent(MINUTE, ANSWERED)
        for one in mail.outbox:
            whole = one.message().as_string()
            assert not any(word in whole for word in ("Juno", "door B", "emergency room", "seizure", "Maple"))

    def test_is_sent_hours_later_where_the_mail_server_was_down(self, emergency: Alert, nurse: User) -> None:
        close(emergency, nurse)
        assert sent(timedelta(hours=11), ANSWERED) == ["father", "mother"]

    def test_is_not_told_of_the_familys_own_closing(self, child: Child, log: Log, mother: User) -> None:
        log(temperature=38.4)
        said = {"reached": True, "told": "Ask for Ada", "advice": "come-in"}
        when = {"called_at": NOW, "client_uuid": uuid4(), "now": NOW}
        record_call(child=child, caregiver=mother, **said, **when)
        assert not again(Alert.objects.get()).is_open
        assert sent(2 * MINUTE, ANSWERED) == []

    @pytest.mark.hazard("H05")
    def test_is_told_to_no_parent_who_left(self, emergency: Alert, nurse: User, father: User) -> None:
        close(emergency, nurse)
        end_membership(membership=father.memberships.get(), by=father, now=NOW)
        assert sent(MINUTE, ANSWERED) == ["mother"]

    def test_is_not_told_once_the_child_is_paused_and_is_of_a_log_in_spite_of_a_pause(
        self, emergency: Alert, nurse: User, mother: User, child: Child, log: Log
    ) -> None:
        close(emergency, nurse)
        pause(child=child, reason="moved", by=mother, now=NOW + SECOND)
        assert sent(MINUTE, ANSWERED) == []
        log(seizure=None, at=NOW + 2 * MINUTE)
        close(Alert.objects.open().get(), nurse, now=NOW + 3 * MINUTE)
        assert sent(4 * MINUTE, ANSWERED) == ["father", "mother"]

    @pytest.mark.hazard("H06")
    def test_is_known_to_be_opened_once(
        self, emergency: Alert, nurse: User, child: Child, mother: User, father: User
    ) -> None:
        assert not open_decision(child=child, by=mother, now=NOW)
        close(emergency, nurse)
        assert open_decision(child=child, by=mother, now=NOW + 2 * MINUTE)
        assert not open_decision(child=child, by=father, now=NOW + 3 * MINUTE)
        assert again(emergency).decision_opened_at == NOW + 2 * MINUTE
        assert emergency.events.get(verb="opened").by == mother


class TestTakingAClosingBack:
    @pytest.mark.hazard("H06")
    def test_within_a_minute_is_as_if_it_had_not_been(self, emergency: Alert, nurse: User) -> None:
        before = Alert.objects.values().get(pk=emergency.pk)
        close(emergency, nurse, Outcome.FALSE_ALARM, "Wrong button")
        assert reopen_alert(alert=emergency, by=nurse, now=NOW + MINUTE - SECOND)
        assert Alert.objects.values().get(pk=emergency.pk) == before
        assert verbs(emergency)[-2:] == ["resolved", "undone"]

    @pytest.mark.hazard("H06")
    def test_within_a_minute_tells_the_family_nothing(self, emergency: Alert, nurse: User) -> None:
        close(emergency, nurse)
        reopen_alert(alert=emergency, by=nurse, now=NOW + MINUTE - SECOND)
        assert sent(MINUTE, ANSWERED) == []
        assert sent(5 * MINUTE, ANSWERED) == []
        assert set(Message.objects.filter(kind=Kind.ANSWER).values_list("reason", flat=True)) == {"undone"}

    def test_is_told_of_where_a_message_is_on_its_way_in_that_minute(
        self, emergency: Alert, nurse: User, child: Child, mother: User
    ) -> None:
        close(emergency, nurse)
        assert not open_decision(child=child, by=mother, now=NOW + SECOND)  # no page shows it yet
        Message.objects.filter(kind=Kind.ANSWER).update(claimed_until=NOW + MINUTE)
        reopen_alert(alert=emergency, by=nurse, now=NOW + 2 * SECOND)
        assert sent(3 * SECOND, URGENT) == ["father", "mother"]

    def test_a_second_closing_is_told_once_and_after_a_minute_of_its_own(
        self, emergency: Alert, nurse: User
    ) -> None:
        close(emergency, nurse, Outcome.FALSE_ALARM, "Wrong button")
        reopen_alert(alert=emergency, by=nurse, now=NOW + 30 * SECOND)
        close(emergency, nurse, now=NOW + 40 * SECOND)
        assert sent(70 * SECOND, ANSWERED) == []
        assert sent(100 * SECOND, ANSWERED) == ["father", "mother"]

    @pytest.mark.hazard("H06")
    def test_later_is_due_at_once_to_the_first_on_call_and_the_family(
        self, emergency: Alert, nurse: User, lead: User
    ) -> None:
        close(emergency, nurse)
        sent(MINUTE, ANSWERED)
        assert not reopen_alert(alert=emergency, by=lead, now=NOW + MINUTE)
        alert = again(emergency)
        assert (alert.is_open, alert.taken_by, alert.escalates_at) == (True, None, NOW + MINUTE)
        assert sent(MINUTE, URGENT) == ["father", "mother"]
        told = Message.objects.filter(kind=Kind.ALERT, queued_at=NOW + MINUTE, sent_at__isnull=False)
        assert {message.recipient.name for message in told} == {"Nurse"}
        assert verbs(alert)[-2:] == ["reopened", "told"]

    def test_keeps_what_was_decided_in_the_record(self, emergency: Alert, nurse: User) -> None:
        close(emergency, nurse, Outcome.FALSE_ALARM, "Wrong button")
        reopen_alert(alert=emergency, by=nurse, now=NOW + SECOND)
        event = emergency.events.get(verb="resolved")
        assert (event.outcome, event.note) == ("false-alarm", "Wrong button")
        assert again(emergency).outcome == ""

    @pytest.mark.hazard("H06")
    def test_takes_in_a_milder_alert_that_came_since(
        self, emergency: Alert, nurse: User, child: Child, log: Log
    ) -> None:
        close(emergency, nurse)
        log(chills="mild", at=NOW + SECOND)
        milder = Alert.objects.open().get()
        assert milder != emergency
        reopen_alert(alert=emergency, by=nurse, now=NOW + 2 * SECOND)
        assert Alert.objects.open().get() == emergency
        assert again(milder).taken_in_by == emergency
        assert verbs(milder)[:2] == ["raised", "taken-in"]

    def test_becomes_part_of_one_as_urgent_that_came_since(
        self, emergency: Alert, nurse: User, log: Log
    ) -> None:
        close(emergency, nurse)
        log(seizure=None, at=NOW + SECOND)
        newer = Alert.objects.open().get()
        reopen_alert(alert=emergency, by=nurse, now=NOW + 2 * SECOND)
        assert Alert.objects.open().get() == newer
        assert (again(emergency).taken_in_by, again(emergency).outcome) == (newer, "")
        assert sent(MINUTE, ANSWERED) == []

    @pytest.mark.hazard("H06")
    def test_takes_the_advice_back_that_let_later_answers_fall(
        self, emergency: Alert, nurse: User, log: Log
    ) -> None:
        close(emergency, nurse, now=NOW + SECOND)
        later = log(temperature=36.8, at=NOW + timedelta(hours=1)).log
        assert later.assessment.urgency == "note"
        reopen_alert(alert=emergency, by=nurse, now=NOW + timedelta(hours=2))
        assert SymptomLog.objects.get(pk=later.pk).assessment.urgency == "now"

    def test_is_refused_where_it_is_open(self, emergency: Alert, nurse: User, lead: User) -> None:
        with pytest.raises(Refused, match="Nurse took this"):
            reopen_alert(alert=emergency, by=lead, now=NOW)
        close(emergency, nurse)
        reopen_alert(alert=emergency, by=nurse, now=NOW)
        with pytest.raises(Refused):
            reopen_alert(alert=emergency, by=nurse, now=NOW)
        assert verbs(emergency).count("undone") == 1

    def test_of_a_closing_while_she_tried_again_leads_back_to_that(
        self, emergency: Alert, nurse: User
    ) -> None:
        record_not_reached(alert=emergency, again_in=5, note="", by=nurse, now=NOW)
        close(emergency, nurse)
        reopen_alert(alert=emergency, by=nurse, now=NOW + SECOND)
        assert again(emergency).try_again_at == NOW + 5 * MINUTE


def test_a_delivery_that_is_under_way_tells_of_no_closing_that_was_undone(
    emergency: Alert, nurse: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The undo and the delivery meet: whoever reads the alert after the undo sends nothing."""
    close(emergency, nurse)
    message = Message.objects.filter(kind=Kind.ANSWER).first()
    real = delivery._needless

    def undo_first(message: Message, now: Any) -> str:
        reopen_alert(alert=emergency, by=nurse, now=NOW + MINUTE - SECOND)
        monkeypatch.setattr(delivery, "_needless", real)
        return real(Message.objects.with_what_matters().get(pk=message.pk), now)

    monkeypatch.setattr(delivery, "_needless", undo_first)
    delivery.deliver(message_id=message.pk, now=NOW + MINUTE)
    assert not [one for one in mail.outbox if one.subject == ANSWERED]


def test_every_open_state_can_be_closed_and_missed() -> None:
    assert set(MOVES["not reached"].states) == set(MOVES["close"].states) == set(OPEN)

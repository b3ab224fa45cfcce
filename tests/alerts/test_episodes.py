"""An alert is an episode: what joins it, what is told again and to whom, and when it is over."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.support.personas import NOW, answers, join, person
from therapies.schedule import Event
from tracker.alerts import episodes
from tracker.alerts.arrivals import HOME, THERE, ask_due, say_where, told_to_come
from tracker.alerts.closings import closed_lately
from tracker.alerts.escalation import escalate_due
from tracker.alerts.reopening import reopen_alert
from tracker.alerts.states import MOVES
from tracker.alerts.taking import close_alert, offer_alert, record_not_reached, take_alert
from tracker.core.refused import Refused
from tracker.families.actions.children import pause
from tracker.families.actions.treatment import record_event
from tracker.logs.actions.calls import record_call
from tracker.logs.actions.record import Recorded, correct_log
from tracker.messaging import delivery
from tracker.models import (
    Alert,
    AlertEvent,
    Cause,
    Child,
    Kind,
    Lane,
    Membership,
    Message,
    Reminder,
    Role,
    User,
)

Log = Callable[..., Recorded]
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def second(ward_child: Child, nurse: User, lead: User) -> User:
    """The next on call, after the nurse."""
    second = person("second")
    join(second, Role.NURSE, care_team=ward_child.care_team, by=lead)
    for order, somebody in enumerate((nurse, second, lead), 1):
        Membership.objects.filter(user=somebody).update(call_order=order)
    return second


@pytest.fixture
def fever(ward_child: Child, second: User, log: Log) -> Alert:
    """Of which the first on call was told."""
    log(temperature=38.4)
    escalate_due(now=NOW)
    return Alert.objects.get()


@pytest.fixture
def close(fever: Alert, nurse: User) -> Callable[..., None]:
    def close(outcome: str = "advised-by-phone", after: timedelta = MINUTE) -> None:
        close_alert(alert=Alert.objects.open().get(), outcome=outcome, note="Why", by=nurse, now=NOW + after)

    return close


def verbs() -> list[str]:
    return list(AlertEvent.objects.order_by("pk").values_list("verb", flat=True))


def told(after: timedelta) -> list[str]:
    """Who of the staff is told by what is due by then, and was not told before."""
    before = set(Message.objects.values_list("pk", flat=True))
    escalate_due(now=NOW + after)
    new = Message.objects.exclude(pk__in=before).filter(kind=Kind.ALERT, queued_at=NOW + after)
    return sorted(name for name in new.values_list("recipient__name", flat=True) if name != "Mother")


class TestWhileItIsOpen:
    @pytest.mark.hazard("H15")
    def test_no_worse_joins(self, fever: Alert, log: Log) -> None:
        log(temperature=38.8, at=NOW + HOUR)
        assert verbs()[-1] == "joined"
        assert Alert.objects.count() == 1

    @pytest.mark.hazard("H15")
    @pytest.mark.parametrize(
        "seen", [{"temperature": 38.9}, {"temperature": 38.4, "chills": None}, {"temperature": 35.8}]
    )
    def test_worse_is_told_at_once_and_begins_again_with_the_first(
        self, fever: Alert, log: Log, seen: dict[str, Any]
    ) -> None:
        log(**seen, at=NOW + MINUTE)
        assert Alert.objects.get() == fever
        assert told(MINUTE) == ["Nurse"]
        assert verbs()[-2:] == ["worse", "told"]
        assert Message.objects.filter(recipient__name="Nurse", kind=Kind.ALERT, round=2).exists()

    def test_a_slow_creep_is_told_when_it_is_a_step_from_what_was_told(self, fever: Alert, log: Log) -> None:
        for minutes, degrees in enumerate((38.6, 38.8, 38.9, 39.1, 39.4), 1):
            log(temperature=degrees, at=NOW + minutes * MINUTE)
        assert verbs()[2:] == ["joined", "joined", "worse", "joined", "worse"]

    @pytest.mark.parametrize("few", [1, 20])
    @pytest.mark.parametrize(("hours", "becomes"), [(11.9, "joined"), (12.1, "worse")])
    def test_a_sign_is_back_however_many_logs_came_between(
        self,
        fever: Alert,
        log: Log,
        monkeypatch: pytest.MonkeyPatch,
        few: int,
        hours: float,
        becomes: str,
    ) -> None:
        """They are read in two pieces, the newest first."""
        monkeypatch.setattr(episodes, "FEW_LOGS", few)
        for between in range(1, 11, 3):
            log(temperature=36.8, at=NOW + between * HOUR)
        log(temperature=38.4, at=NOW + hours * HOUR)
        assert verbs()[-1] == becomes

    def test_what_arrives_before_anybody_is_told_is_one_message(
        self, ward_child: Child, second: User, log: Log
    ) -> None:
        log(temperature=38.4)
        log(temperature=39.4)
        assert told(timedelta(0)) == ["Nurse"]
        assert told(MINUTE) == []

    @pytest.mark.hazard("H15")
    def test_what_was_corrected_was_not_told(self, fever: Alert, log: Log, mother: User) -> None:
        def correct(wrong: Any, at: timedelta, **seen: Any) -> Any:
            when = {"observed_at": wrong.observed_at, "client_uuid": uuid4(), "now": NOW + at}
            return correct_log(log=wrong, caregiver=mother, answers=answers(**seen), **when).log

        first = correct(fever.log, MINUTE, temperature=38.0)
        assert verbs()[-1] == "joined"
        log(temperature=38.5, at=NOW + 2 * MINUTE)
        assert verbs()[-1] == "worse"
        correct(first, 3 * MINUTE, temperature=39.8)
        assert verbs()[-1] == "worse"

    def test_in_a_nurses_hands_worse_is_told_to_her_and_at_the_end_to_the_others(
        self, fever: Alert, log: Log, nurse: User
    ) -> None:
        take_alert(alert=fever, by=nurse, now=NOW + MINUTE)
        log(temperature=38.4, chills=None, at=NOW + 2 * MINUTE)
        assert told(2 * MINUTE) == ["Nurse"]
        assert verbs()[-2:] == ["worse", "told-holder"]
        fever.refresh_from_db()
        assert (fever.taken_by, fever.escalates_at) == (nurse, NOW + 16 * MINUTE)
        delivery.deliver_due(lane=Lane.ALERTS, now=NOW + 2 * MINUTE)
        assert Message.objects.get(queued_at=NOW + 2 * MINUTE, kind=Kind.ALERT).sent_at
        assert not Message.objects.get(queued_at=NOW, recipient=nurse).sent_at
        assert told(15 * MINUTE) == []
        assert told(16 * MINUTE) == ["Nurse"]
        assert verbs()[-1] == "lapsed"

    def test_who_cannot_be_told_holds_it_no_more(self, fever: Alert, log: Log, nurse: User) -> None:
        take_alert(alert=fever, by=nurse, now=NOW + MINUTE)
        log(temperature=39.4, at=NOW + 2 * MINUTE)
        escalate_due(now=NOW + 2 * MINUTE)
        hers = Message.objects.select_related("alert", "child__care_team").filter(recipient=nurse)
        message = hers.get(queued_at=NOW + 2 * MINUTE)
        message.is_family, message.is_staff = False, True
        delivery.raise_the_next_level(message, NOW + 3 * MINUTE)
        assert told(3 * MINUTE) == ["Nurse"]
        assert verbs()[-1] == "lapsed"

    def test_she_cannot_close_it_from_an_older_page(self, fever: Alert, log: Log, nurse: User) -> None:
        take_alert(alert=fever, by=nurse, now=NOW + MINUTE)
        page = fever.events.latest("pk").pk
        log(temperature=38.4, chills=None, at=NOW + 2 * MINUTE)
        done = {"outcome": "advised-by-phone", "note": "", "by": nurse, "now": NOW + 3 * MINUTE}
        with pytest.raises(Refused, match="A worse log"):
            close_alert(alert=fever, seen=page, **done)
        close_alert(alert=fever, seen=fever.events.latest("pk").pk, **done)

    def test_more_urgent_but_no_emergency_stays_in_her_hands(
        self, ward_child: Child, second: User, nurse: User, log: Log
    ) -> None:
        log(constipation="mild")
        mild = Alert.objects.get()
        take_alert(alert=mild, by=nurse, now=NOW)
        log(temperature=38.4, at=NOW + MINUTE)
        urgent = Alert.objects.open().get()
        assert (urgent.urgency, urgent.taken_by, urgent.taken_until) == ("now", nurse, NOW + 15 * MINUTE)
        assert told(MINUTE) == ["Nurse"]
        assert Message.objects.filter(recipient__name="Mother", alert=urgent).exists()
        assert told(15 * MINUTE) == ["Nurse"]

    @pytest.mark.hazard("H15")
    def test_an_emergency_is_everybodys_whoever_holds_the_last_one(
        self, ward_child: Child, second: User, nurse: User, log: Log
    ) -> None:
        log(seizure=None)
        escalate_due(now=NOW)
        first = Alert.objects.get()
        log(seizure=None, at=NOW + MINUTE)
        assert verbs()[-1] == "joined"
        take_alert(alert=first, by=nurse, now=NOW + 2 * MINUTE)
        log(seizure=None, at=NOW + 3 * MINUTE)
        again = Alert.objects.open().get()
        assert (again.urgency, again.taken_by) == ("emergency", None)
        assert told(3 * MINUTE) == ["Nurse"]

    def test_after_a_call_in_vain_worse_is_everybodys(
        self, fever: Alert, log: Log, nurse: User, second: User
    ) -> None:
        record_not_reached(alert=fever, again_in=10, note="", by=nurse, now=NOW + MINUTE)
        log(temperature=39.4, at=NOW + 2 * MINUTE)
        assert told(2 * MINUTE) == ["Nurse"]
        fever.refresh_from_db()
        assert fever.taken_by is None

    def test_a_new_sign_beside_an_emergency_leaves_it_one(
        self, ward_child: Child, second: User, log: Log
    ) -> None:
        log(seizure=None)
        escalate_due(now=NOW)
        log(chills=None, at=NOW + MINUTE)
        assert Alert.objects.get().urgency == "emergency"
        assert verbs()[-1] == "worse"

    def test_an_offer_does_not_hide_it_from_who_holds_it(
        self, fever: Alert, log: Log, nurse: User, second: User
    ) -> None:
        take_alert(alert=fever, by=nurse, now=NOW + MINUTE)
        offer_alert(alert=fever, to=second, by=nurse, now=NOW + MINUTE)
        log(temperature=39.4, at=NOW + 2 * MINUTE)
        assert told(2 * MINUTE) == ["Nurse"]


class TestOnceItIsClosed:
    @pytest.mark.hazard("H15")
    @pytest.mark.parametrize("outcome", ["advised-by-phone", "clinic-today", "emergency-room", "admitted"])
    def test_with_advice_no_worse_joins_and_tells_nobody(
        self, fever: Alert, close: Any, log: Log, outcome: str
    ) -> None:
        close(outcome)
        log(temperature=38.5, at=NOW + HOUR)
        assert verbs()[-1] == "joined"
        assert not Alert.objects.open().exists()
        assert told(HOUR) == []

    def test_a_false_alarm_ends_the_episode(self, fever: Alert, close: Any, log: Log) -> None:
        close("false-alarm")
        log(temperature=38.4, at=NOW + HOUR)
        assert told(HOUR) == ["Nurse"]

    def test_a_false_alarm_ends_what_was_advised_before_it(self, fever: Alert, close: Any, log: Log) -> None:
        close()
        log(temperature=38.4, chills=None, at=NOW + HOUR)
        close("false-alarm", HOUR + MINUTE)
        log(temperature=38.4, at=NOW + 2 * HOUR)
        assert told(2 * HOUR) == ["Nurse"]

    def test_what_was_told_in_either_of_two_is_known(self, fever: Alert, close: Any, log: Log) -> None:
        close()
        log(temperature=36.8, confusion="mild", at=NOW + HOUR)
        close(after=HOUR + MINUTE)
        log(temperature=38.4, at=NOW + 2 * HOUR)
        assert verbs()[-1] == "joined"

    @pytest.mark.parametrize("seen", [{"temperature": 38.9}, {"chills": None}, {"seizure": None}])
    def test_worse_is_an_alert_of_its_own(
        self, fever: Alert, close: Any, log: Log, seen: dict[str, Any]
    ) -> None:
        close()
        log(**seen, at=NOW + HOUR)
        assert Alert.objects.open().get() != fever
        assert told(HOUR) == ["Nurse"]

    def test_an_emergency_never_joins(self, ward_child: Child, second: User, nurse: User, log: Log) -> None:
        log(seizure=None)
        done = {"outcome": "emergency-room", "note": "", "by": nurse}
        close_alert(alert=Alert.objects.get(), **done, now=NOW + MINUTE)
        log(seizure=None, at=NOW + 10 * MINUTE)
        assert Alert.objects.open().get().urgency == "emergency"

    @pytest.mark.parametrize(("hours", "joins"), [(23.9, True), (24, False)])
    def test_it_lasts_a_day_and_joining_prolongs_nothing(
        self, fever: Alert, close: Any, log: Log, hours: float, joins: bool
    ) -> None:
        close(after=timedelta(0))
        for hour in range(2, 23, 4):
            log(temperature=38.4, at=NOW + hour * HOUR)
        log(temperature=38.4, at=NOW + hours * HOUR)
        assert Alert.objects.open().exists() != joins

    def test_opening_it_again_ends_it(self, fever: Alert, close: Any, log: Log, nurse: User) -> None:
        close()
        reopen_alert(alert=fever, by=nurse, now=NOW + 5 * MINUTE)
        log(temperature=38.4, at=NOW + HOUR)
        assert Alert.objects.open().get() == fever

    def test_a_new_dose_ends_it(self, fever: Alert, close: Any, log: Log, child: Child, mother: User) -> None:
        close()
        given = Event("infusion", NOW + HOUR)
        record_event(course=child.course, event=given, by=mother, now=NOW + HOUR)
        log(temperature=38.4, at=NOW + 2 * HOUR)
        assert Alert.objects.open().exists()

    def test_where_no_team_watches_nothing_joins_it(self, child: Child, mother: User, log: Log) -> None:
        log(temperature=38.4)
        called = {"called_at": NOW, "reached": True, "advice": "stay-home", "client_uuid": uuid4()}
        record_call(child=child, caregiver=mother, now=NOW, **called)
        assert not Alert.objects.open().exists()
        log(temperature=38.4, at=NOW + HOUR)
        assert Alert.objects.open().exists()

    def test_a_call_of_the_family_closes_nothing_and_begins_nothing(
        self, fever: Alert, log: Log, child: Child, mother: User
    ) -> None:
        called = {"called_at": NOW, "reached": True, "advice": "come-in", "client_uuid": uuid4()}
        record_call(child=child, caregiver=mother, now=NOW, **called)
        assert Alert.objects.open().get() == fever

    def test_the_answer_is_the_same(self, fever: Alert, close: Any, log: Log) -> None:
        first = fever.log.assessment.response
        close()
        joined = log(temperature=38.4, at=NOW + HOUR).assessment.response
        assert (joined["urgency"], joined["headline"]) == (first["urgency"], first["headline"])

    def test_today_what_can_wait_is_new_if_it_was_not_told(self, fever: Alert, close: Any, log: Log) -> None:
        close()
        assert log(fatigue="moderate", temperature=36.8, at=NOW + HOUR).assessment.urgency == "today"
        assert Alert.objects.open().get().urgency == "today"


class TestWhileTheChildIsPaused:
    @pytest.mark.hazard("H15")
    def test_a_log_does_not_vanish_in_an_alert_from_before(
        self, fever: Alert, log: Log, mother: User, child: Child
    ) -> None:
        pause(child=child, reason="moved", by=mother, now=NOW + HOUR)
        log(temperature=40.4, at=NOW + 8 * HOUR)
        assert told(8 * HOUR) == ["Nurse"]
        log(temperature=40.4, at=NOW + 9 * HOUR)
        assert verbs()[-1] == "joined"  # of one that is being told

    def test_nor_in_one_that_was_closed(
        self, fever: Alert, close: Any, log: Log, mother: User, child: Child
    ) -> None:
        pause(child=child, reason="moved", by=mother, now=NOW + timedelta(seconds=30))
        close("admitted")
        log(temperature=38.4, at=NOW + HOUR)
        assert told(HOUR) == ["Nurse"]

    def test_a_milder_log_makes_nothing_milder(
        self, ward_child: Child, second: User, log: Log, mother: User, child: Child
    ) -> None:
        log(seizure=None)
        pause(child=child, reason="moved", by=mother, now=NOW + HOUR)
        log(temperature=38.4, at=NOW + 2 * HOUR)
        assert Alert.objects.open().get().urgency == "emergency"
        assert told(2 * HOUR) == ["Nurse"]


class TestComingIn:
    @pytest.mark.parametrize(("outcome", "hours"), [("emergency-room", 2), ("clinic-today", 4)])
    def test_who_did_not_come_is_told_of_again(
        self, fever: Alert, close: Any, log: Log, outcome: str, hours: int
    ) -> None:
        close(outcome, timedelta(0))
        log(temperature=38.4, at=NOW + hours * HOUR - MINUTE)
        assert not Alert.objects.open().exists()
        log(temperature=38.4, at=NOW + hours * HOUR)
        assert told(hours * HOUR) == ["Nurse"]

    @pytest.mark.parametrize("by_family", [True, False])
    def test_who_came_is_known_for_a_day(
        self, fever: Alert, close: Any, log: Log, mother: User, nurse: User, by_family: bool
    ) -> None:
        close("emergency-room")
        who = mother if by_family else nurse
        assert self.say(THERE, who, HOUR)
        assert not self.say(THERE, who, HOUR + MINUTE)
        log(temperature=38.4, at=NOW + 20 * HOUR)
        assert not Alert.objects.open().exists()
        assert not closed_lately(fever.child.care_team, NOW + 20 * HOUR).logged_since[0].did_not_come

    def test_home_again_ends_it(self, fever: Alert, close: Any, log: Log, mother: User, child: Child) -> None:
        close("emergency-room")
        assert not self.say(HOME, mother, 5 * MINUTE)  # nobody was there
        self.say(THERE, mother, HOUR)
        assert self.say(HOME, mother, 3 * HOUR)
        assert told_to_come(child, NOW + 3 * HOUR) is None
        log(temperature=38.4, at=NOW + 4 * HOUR)
        assert told(4 * HOUR) == ["Nurse"]

    def test_who_was_admitted_may_come_home(self, fever: Alert, close: Any, log: Log, mother: User) -> None:
        close("admitted")
        assert self.say(HOME, mother, 3 * HOUR)
        log(temperature=38.4, at=NOW + 4 * HOUR)
        assert Alert.objects.open().exists()

    def test_the_family_is_asked_once(self, fever: Alert, close: Any, mother: User, child: Child) -> None:
        close("emergency-room")
        ask_due(now=NOW + 2 * HOUR)
        assert not Reminder.objects.filter(cause=Cause.WHERE).exists()
        for minutes in (1, 2):
            ask_due(now=NOW + 2 * HOUR + minutes * MINUTE)
        assert Reminder.objects.filter(cause=Cause.WHERE).count() == 1
        assert Message.objects.filter(reminder__cause=Cause.WHERE, recipient=mother).exists()
        assert verbs().count("asked-where") == 1
        (row,) = closed_lately(child.care_team, NOW + 3 * HOUR).logged_since
        assert (row, row.did_not_come, row.joined) == (fever, True, 0)

    def test_who_came_or_was_called_for_again_is_not_asked(
        self, fever: Alert, close: Any, log: Log, mother: User, child: Child
    ) -> None:
        close("emergency-room")
        log(temperature=39.4, at=NOW + HOUR)
        close("advised-by-phone", HOUR + MINUTE)
        ask_due(now=NOW + 3 * HOUR)
        assert not Reminder.objects.filter(cause=Cause.WHERE).exists()
        assert closed_lately(child.care_team, NOW + 3 * HOUR).logged_since == []

    def test_nobody_asks_before_the_family_knows(self, fever: Alert, close: Any, child: Child) -> None:
        close("emergency-room")
        assert told_to_come(child, NOW + MINUTE + timedelta(seconds=59)) is None
        assert told_to_come(child, NOW + 2 * MINUTE) == fever

    def test_an_undone_closing_sent_nobody(self, fever: Alert, close: Any, nurse: User) -> None:
        close("emergency-room")
        reopen_alert(alert=fever, by=nurse, now=NOW + MINUTE)
        fever.refresh_from_db()
        assert fever.expected_by is None

    def say(self, where: str, by: User, after: timedelta) -> bool:
        closed = Alert.objects.filter(resolved_at__isnull=False).latest("resolved_at")
        return say_where(alert=closed, where=where, by=by, now=NOW + after)


class TestALogThatJoined:
    def nudges(self) -> list[tuple[str, timedelta]]:
        found = Message.objects.filter(kind=Kind.NUDGE).order_by("due_at")
        return [(one.recipient.name, one.due_at - NOW - HOUR) for one in found]

    @pytest.mark.parametrize("is_closed", [True, False])
    def test_asks_who_made_it_to_call_and_then_the_other_parent(
        self, fever: Alert, close: Any, log: Log, father: User, is_closed: bool
    ) -> None:
        if is_closed:
            close()
        log(temperature=38.4, at=NOW + HOUR)
        for _twice in range(2):
            escalate_due(now=NOW + HOUR)
        assert self.nudges() == [("Mother", 10 * MINUTE), ("Father", 15 * MINUTE)]

    def test_each_by_itself(self, fever: Alert, close: Any, log: Log) -> None:
        close()
        for minutes in (0, 20):
            log(temperature=38.4, at=NOW + HOUR + minutes * MINUTE)
            escalate_due(now=NOW + HOUR + minutes * MINUTE)
        assert [after for _name, after in self.nudges()] == [10 * MINUTE, 30 * MINUTE]

    def test_until_they_have_called(
        self, fever: Alert, close: Any, log: Log, child: Child, mother: User, father: User
    ) -> None:
        close()
        log(temperature=38.4, at=NOW + HOUR)
        escalate_due(now=NOW + HOUR)
        delivery.deliver_due(lane=Lane.ALERTS, now=NOW + HOUR + 10 * MINUTE)
        at = NOW + HOUR + 11 * MINUTE
        record_call(
            child=child, caregiver=mother, client_uuid=uuid4(), called_at=at, reached=True, told="Yes", now=at
        )
        delivery.deliver_due(lane=Lane.ALERTS, now=NOW + HOUR + 15 * MINUTE)
        mothers, fathers = Message.objects.filter(kind=Kind.NUDGE).order_by("due_at")
        assert mothers.sent_at
        assert (fathers.sent_at, fathers.reason) == (None, "called")

    def test_that_can_wait_until_the_day_asks_nobody(self, fever: Alert, log: Log) -> None:
        log(constipation="mild", temperature=36.8, at=NOW + 25 * HOUR)
        escalate_due(now=NOW + 25 * HOUR)
        assert self.nudges() == []

    def test_stands_on_the_board_with_its_number(self, fever: Alert, close: Any, log: Log) -> None:
        close()
        for hours in (1, 2, 3):
            log(temperature=38.4, at=NOW + hours * HOUR)
        (row,) = closed_lately(fever.child.care_team, NOW + 4 * HOUR).logged_since
        assert (row, row.joined, row.seen_at) == (fever, 3, NOW + 3 * HOUR)


def test_the_table_knows_who_may_say_where_they_are() -> None:
    assert {MOVES[name].verb for name in ("arrive", "go home", "ask where")} == {
        "there",
        "home",
        "asked-where",
    }

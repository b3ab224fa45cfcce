"""Who is told of an alert, and who next, until somebody takes it."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.effort import tries
from tests.support.personas import NOW, answers, join, person
from tracker.alerts import escalation
from tracker.alerts.actions import resolve_alert
from tracker.alerts.escalation import escalate, escalate_due, next_opening
from tracker.families.actions.children import pause, resume
from tracker.logs.actions.record import Recorded, record_log
from tracker.models import Alert, AlertEvent, CareTeam, Child, Membership, Message, Outcome, Role, User

Log = Callable[..., Recorded]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def ward(ward_child: Child, nurse: User, lead: User) -> CareTeam:
    """Maple ward at night: the nurse is first on call, a second one follows, then the lead."""
    second = person("second")
    join(second, Role.NURSE, care_team=ward_child.care_team, by=lead)
    for order, somebody in enumerate((nurse, second, lead), 1):
        Membership.objects.filter(user=somebody).update(call_order=order)
    return ward_child.care_team


def told(after: timedelta) -> list[str]:
    """Who is told by what is due by then, and was not told before."""
    before = set(Message.objects.values_list("pk", flat=True))
    escalate_due(now=NOW + after)
    new = Message.objects.exclude(pk__in=before).filter(due_at__lte=NOW + after)
    return sorted(new.values_list("recipient__name", flat=True))


def verbs() -> list[str]:
    return list(AlertEvent.objects.order_by("pk").values_list("verb", flat=True))


class TestTheLadder:
    def test_is_0_5_and_15_minutes_and_the_last_step_is_the_familys_too(
        self, ward: CareTeam, log: Log
    ) -> None:
        log(temperature=38.4)
        assert told(0 * MINUTE) == ["Nurse"]
        assert told(4 * MINUTE) == []
        assert told(5 * MINUTE) == ["Nurse", "Second"]
        assert told(14 * MINUTE) == []
        assert told(15 * MINUTE) == ["Lead", "Mother", "Nurse", "Second"]
        assert verbs() == ["raised", "told", "escalated", "escalated"]

    def test_begins_again_when_nobody_took_it(self, ward: CareTeam, log: Log) -> None:
        log(temperature=38.4)
        for minutes in (0, 5, 15):
            told(minutes * MINUTE)
        assert told(30 * MINUTE) == ["Nurse"]
        assert Alert.objects.get().round == 2

    def test_tells_everybody_at_once_where_there_is_no_order(
        self, ward_child: Child, nurse: User, log: Log
    ) -> None:
        log(temperature=38.4)
        assert told(0 * MINUTE) == ["Lead", "Nurse"]

    def test_is_the_teams_own(self, ward: CareTeam, log: Log) -> None:
        CareTeam.objects.update(escalation_minutes=[2, 4])
        log(temperature=38.4)
        assert told(1 * MINUTE) == []
        assert told(2 * MINUTE) == ["Nurse"]
        assert told(4 * MINUTE) == ["Lead", "Mother", "Nurse", "Second"]

    @pytest.mark.parametrize("broken", [[], {}, None, ["soon"], "0,5"])
    def test_is_the_default_where_it_cannot_be_read(self, ward: CareTeam, log: Log, broken: Any) -> None:
        CareTeam.objects.update(escalation_minutes=broken if broken is not None else "null")
        log(temperature=38.4)
        assert told(0 * MINUTE) == ["Nurse"]

    def test_from_the_second_round_on_uses_every_way(self, ward: CareTeam, nurse: User, log: Log) -> None:
        nurse.contact_points.create(channel="sms", address="+1555", begun_at=NOW)
        log(temperature=38.4)
        assert told(0 * MINUTE) == ["Nurse"]
        for minutes in (5, 15, 30):
            told(minutes * MINUTE)
        ways = Message.objects.filter(recipient=nurse).order_by("round", "level", "channel")
        assert list(ways.values_list("round", "channel")) == [(1, "sms")] * 3 + [(2, "email"), (2, "sms")]

    def test_tells_again_at_once_what_is_worse(self, ward: CareTeam, log: Log) -> None:
        log(temperature=38.4, hours_ago=1)
        told(0 * MINUTE)
        log(seizure=None, at=NOW + MINUTE)
        assert told(MINUTE) == ["Nurse"]

    def test_stops_when_the_alert_is_closed(self, ward: CareTeam, log: Log, lead: User) -> None:
        log(temperature=38.4)
        told(0 * MINUTE)
        resolve_alert(alert=Alert.objects.get(), outcome=Outcome.ADVISED, note="", by=lead, now=NOW)
        assert told(5 * MINUTE) == []

    def test_is_one_step_however_many_climb_it(self, ward: CareTeam, log: Log) -> None:
        log(temperature=38.4)
        alert = Alert.objects.get()
        assert [escalate(alert_id=alert.pk, now=NOW) for _ in range(3)] == [True, False, False]

    def test_one_that_cannot_be_told_keeps_no_other_waiting(
        self, ward: CareTeam, log: Log, stranger: User, monkeypatch: Any
    ) -> None:
        log(temperature=38.4)
        broken = Alert.objects.get().pk
        mila = Child.objects.get(nickname="Mila")
        seen = {"answers": answers(seizure=None), "observed_at": NOW, "now": NOW}
        record_log(child=mila, caregiver=stranger, client_uuid=uuid4(), **seen)
        real = escalation.escalate

        def fail_for_one(*, alert_id: Any, now: datetime) -> bool:
            if alert_id == broken:
                raise ZeroDivisionError
            return real(alert_id=alert_id, now=now)

        monkeypatch.setattr(escalation, "escalate", fail_for_one)
        assert escalate_due(now=NOW) == 1


class TestATakenAlert:
    def take(self, by: User, at: datetime) -> None:
        until = at + 15 * MINUTE
        Alert.objects.update(taken_by=by, taken_until=until, escalates_at=until)

    def test_is_told_to_nobody_for_15_minutes_and_then_in_a_new_round(
        self, ward: CareTeam, log: Log, nurse: User
    ) -> None:
        log(temperature=38.4)
        told(0 * MINUTE)
        self.take(nurse, NOW + MINUTE)
        assert told(15 * MINUTE) == []
        assert told(16 * MINUTE) == ["Nurse"]
        alert = Alert.objects.get()
        assert (alert.taken_by, alert.taken_until, alert.round, alert.level) == (None, None, 2, 0)
        assert verbs() == ["raised", "told", "lapsed"]

    def test_taken_in_the_very_moment_is_not_escalated(
        self, ward: CareTeam, log: Log, nurse: User, monkeypatch: Any
    ) -> None:
        log(temperature=38.4)
        told(0 * MINUTE)
        real = escalation.people_to_tell

        def take_meanwhile(*of: Any) -> Any:
            self.take(nurse, NOW + 5 * MINUTE)
            return real(*of)

        monkeypatch.setattr(escalation, "people_to_tell", take_meanwhile)
        assert told(5 * MINUTE) == []
        assert Alert.objects.get().taken_by == nurse
        assert verbs() == ["raised", "told"]


class TestOneForToday:
    def test_waits_for_the_teams_hours(self, ward: CareTeam, log: Log) -> None:
        """NOW is Friday, 02:14; the ward comes at eight."""
        log(constipation="mild")
        assert told(0 * MINUTE) == []
        assert told(timedelta(hours=5, minutes=45)) == []
        assert told(timedelta(hours=5, minutes=46)) == ["Nurse"]
        assert told(timedelta(hours=5, minutes=51)) == ["Nurse", "Second"]

    def test_is_told_again_on_the_teams_next_day(self, ward: CareTeam, log: Log) -> None:
        log(constipation="mild")
        for minutes in (0, 346, 351, 361):
            told(minutes * MINUTE)
        monday = datetime(2026, 11, 23, 8, tzinfo=UTC)
        assert Alert.objects.get().escalates_at == monday

    def test_raised_in_the_teams_hours_is_told_at_once(self, ward: CareTeam, log: Log) -> None:
        log(constipation="mild", at=NOW + timedelta(hours=8))
        assert told(timedelta(hours=8)) == ["Nurse"]

    def test_of_a_team_that_never_opens_is_told_in_the_morning(self, ward: CareTeam, log: Log) -> None:
        CareTeam.objects.update(open_days="")
        log(constipation="mild")
        told(0 * MINUTE)
        assert Alert.objects.get().escalates_at == datetime(2026, 11, 20, 8, tzinfo=UTC)


class TestAFamilyWithoutAClinic:
    def test_the_other_parent_is_told_at_once_and_who_logged_it_after_ten_minutes(
        self, child: Child, father: User, log: Log
    ) -> None:
        log(temperature=38.4)
        assert told(0 * MINUTE) == ["Father"]
        mother = Message.objects.get(recipient__name="Mother")
        assert mother.due_at == NOW + 10 * MINUTE

    def test_is_not_told_for_ever(self, child: Child, father: User, log: Log) -> None:
        log(temperature=38.4)
        told(0 * MINUTE)
        assert [told(timedelta(hours=hours)) for hours in range(1, 60, 5)] == [[]] * 12
        assert verbs() == ["raised", "told"]

    def test_a_helper_is_not_told(self, child: Child, helper: User, log: Log) -> None:
        log(temperature=38.4)
        assert told(0 * MINUTE) == []


class TestAPausedChild:
    def test_what_was_open_before_rests_until_the_pause_is_over(
        self, ward: CareTeam, child: Child, mother: User, log: Log
    ) -> None:
        log(temperature=38.4)
        told(0 * MINUTE)
        pause(child=child, reason="moved", by=mother, now=NOW + MINUTE)
        assert [told(minutes * MINUTE) for minutes in (5, 15, 30, 45, 60)] == [[]] * 5
        resume(child=child, by=mother, now=NOW + 61 * MINUTE)
        assert told(76 * MINUTE) == ["Nurse", "Second"]


class TestTheNextOpening:
    def team(self, **hours: Any) -> CareTeam:
        return CareTeam(kept_by_family=False, day_number="1", **hours)

    def test_is_now_while_the_team_is_there(self) -> None:
        at = datetime(2026, 11, 20, 9, tzinfo=UTC)
        assert next_opening(self.team(), at) == at

    @pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"])
    def test_is_a_moment_at_which_the_team_is_open(self, zone: str) -> None:
        team = self.team(time_zone=zone, open_days="135", opens_at=time(7, 30))
        for hours in range(0, 24 * 400, 7):
            at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
            opening = next_opening(team, at)
            assert opening >= at
            assert team.is_open(opening)
            assert not any(
                team.is_open(at + timedelta(minutes=15 * n))
                for n in range(int((opening - at) / (15 * MINUTE)))
            )


@given(steps=st.lists(st.sampled_from(["wait 1", "wait 6", "wait 20", "take", "worse", "fail"]), max_size=14))
@settings(
    max_examples=tries(8, 25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_an_open_alert_is_always_due_again_and_somebody_is_told_of_each_step(
    ward: CareTeam, nurse: User, child: Child, mother: User, steps: list[str]
) -> None:
    """Whatever happens: it is due again, at most a quarter of an hour after it is in nobody's hands."""
    at = NOW
    record_log(
        child=child,
        caregiver=mother,
        answers=answers(temperature=38.4),
        observed_at=at,
        client_uuid=uuid4(),
        now=at,
    )
    for step in steps:
        if step.startswith("wait"):
            at += int(step.split()[1]) * MINUTE
            escalate_due(now=at)
        elif step == "take":
            until = at + 15 * MINUTE
            Alert.objects.open().update(taken_by=nurse, taken_until=until, escalates_at=until)
        elif step == "fail":
            Alert.objects.open().filter(taken_by=None).update(escalates_at=at)
        else:
            seen = {"answers": answers(seizure=None), "observed_at": at, "now": at}
            record_log(child=child, caregiver=mother, client_uuid=uuid4(), **seen)
        alert = Alert.objects.open().get()
        assert alert.escalates_at <= at + 15 * MINUTE
        steps_told = Message.objects.filter(alert=alert).values_list("round", "level").distinct()
        assert alert.round == 0 or (alert.round, alert.level) in set(steps_told)
    closed = {"outcome": "false-alarm", "resolution_note": "The next one is a new episode"}
    Alert.objects.open().update(resolved_by=nurse, resolved_at=at, **closed)

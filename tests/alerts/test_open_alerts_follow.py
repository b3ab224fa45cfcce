"""An open alert follows what changes around it: its team, who works there, its hours and its order, and the clock."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest

from tests.support.personas import NOW, NUMBERS, join, person
from tracker.accounts.erasure import erase_person
from tracker.alerts.escalation import escalate_due
from tracker.alerts.taking import take_alert
from tracker.clinic.actions.policy import change_call_order, change_escalation
from tracker.families.actions.care_teams import change_numbers, join_care_team, leave_care_team
from tracker.families.actions.children import pause, resume, set_login_open
from tracker.families.actions.memberships import end_membership
from tracker.families.numbers import Numbers
from tracker.home_care.actions.duty import accept_baton, offer_baton
from tracker.logs.actions.record import Recorded
from tracker.messaging import delivery, expiring
from tracker.messaging.reminders import look_again, set_plan, snooze
from tracker.models import (
    Alert,
    CareTeam,
    Channel,
    Child,
    ContactPoint,
    Kind,
    Membership,
    Message,
    ReminderPlan,
    Role,
    User,
)
from tracker.models.messages import Lane

Log = Callable[..., Recorded]
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def told(at: datetime) -> list[str]:
    """Who is told by what is due by then, and was not told before."""
    before = set(Message.objects.values_list("pk", flat=True))
    escalate_due(now=at)
    new = Message.objects.exclude(pk__in=before).filter(kind=Kind.ALERT, due_at__lte=at)
    return sorted(new.values_list("recipient__name", flat=True))


def order(*people: User) -> None:
    for place, somebody in enumerate(people, 1):
        Membership.objects.filter(user=somebody, care_team__isnull=False).update(call_order=place)


class TestAFamilyThatMoves:
    @pytest.mark.hazard("H40")
    def test_into_a_clinic_has_its_open_alert_told_there_at_once(
        self, child: Child, care_team: CareTeam, nurse: User, lead: User, mother: User, log: Log
    ) -> None:
        order(nurse, lead)
        log(temperature=38.6)
        told(NOW)
        join_care_team(child=child, code=care_team.join_code, by=mother, now=NOW + MINUTE)
        assert told(NOW + MINUTE) == ["Nurse"]
        assert told(NOW + 6 * MINUTE) == ["Lead", "Nurse"]

    @pytest.mark.hazard("H40")
    def test_into_a_clinic_long_after_the_other_parent_was_told(
        self, child: Child, care_team: CareTeam, nurse: User, father: User, mother: User, log: Log
    ) -> None:
        log(temperature=38.6)
        assert told(NOW) == ["Father"]
        CareTeam.objects.filter(pk=care_team.pk).update(escalation_minutes=[0])
        join_care_team(child=child, code=care_team.join_code, by=mother, now=NOW + 30 * HOUR)
        assert told(NOW + 30 * HOUR) == ["Father", "Lead", "Mother", "Nurse"]

    @pytest.mark.hazard("H40")
    def test_to_another_clinic_is_told_there_though_a_nurse_of_the_first_holds_it(
        self, ward_child: Child, nurse: User, nurse_of_another_team: User, mother: User, log: Log
    ) -> None:
        log(temperature=38.6)
        told(NOW)
        take_alert(alert=Alert.objects.get(), by=nurse, now=NOW + MINUTE)
        birch = CareTeam.objects.get(name="Birch ward")
        join_care_team(child=ward_child, code=birch.join_code, by=mother, now=NOW + 2 * MINUTE)
        assert told(NOW + 2 * MINUTE) == ["Other-lead", "Other-nurse"]
        assert Alert.objects.get().taken_by is None

    @pytest.mark.hazard("H40")
    def test_out_of_a_clinic_has_the_other_parent_told(
        self, ward_child: Child, nurse: User, father: User, mother: User, log: Log
    ) -> None:
        log(temperature=38.6)
        assert told(NOW) == ["Lead", "Nurse"]
        leave_care_team(child=ward_child, by=mother, now=NOW + MINUTE)
        assert told(NOW + MINUTE) == ["Father"]
        assert [told(NOW + n * HOUR) for n in range(1, 40)] == [[]] * 39

    @pytest.mark.hazard("H40")
    def test_meanwhile_the_sweep_that_read_the_old_team_does_not_put_it_to_sleep(
        self, child: Child, care_team: CareTeam, nurse: User, mother: User, log: Log, monkeypatch: Any
    ) -> None:
        from tracker.alerts import escalation

        log(temperature=38.6)
        told(NOW)
        real, met = escalation.people_to_tell, []

        def join_meanwhile(*of: Any) -> Any:
            people = real(*of)
            if not met:
                met.append(True)
                join_care_team(child=child, code=care_team.join_code, by=mother, now=NOW + 25 * HOUR)
            return people

        monkeypatch.setattr(escalation, "people_to_tell", join_meanwhile)
        told(NOW + 25 * HOUR)
        assert met
        told(NOW + 25 * HOUR)
        assert Message.objects.filter(recipient=nurse).exists()

    @pytest.mark.hazard("H40")
    def test_a_parent_who_joins_is_told_where_no_other_was(
        self, child: Child, mother: User, log: Log
    ) -> None:
        log(temperature=38.6)
        assert told(NOW) == []
        father = person("father")
        join(father, Role.PARENT, child=child, by=mother)
        assert told(NOW + MINUTE) == ["Father"]


class TestStaffWhoLeave:
    @pytest.mark.hazard("H40")
    def test_leave_what_they_hold_to_the_others_at_once(
        self, ward_child: Child, nurse: User, lead: User, log: Log
    ) -> None:
        log(temperature=38.6)
        told(NOW)
        take_alert(alert=Alert.objects.get(), by=nurse, now=NOW + MINUTE)
        end_membership(membership=nurse.memberships.get(), by=lead, now=NOW + 2 * MINUTE)
        assert told(NOW + 2 * MINUTE) == ["Lead"]
        assert Alert.objects.get().taken_by is None

    @pytest.mark.hazard("H40")
    def test_and_were_the_only_ones_told_have_the_next_told_at_once(
        self, ward_child: Child, nurse: User, lead: User, log: Log
    ) -> None:
        order(nurse, lead)
        log(temperature=38.6)
        assert told(NOW) == ["Nurse"]
        end_membership(membership=nurse.memberships.get(), by=lead, now=NOW + MINUTE)
        assert told(NOW + MINUTE) == ["Lead"]

    @pytest.mark.hazard("H40")
    def test_ring_for_nobody_else_where_a_colleague_was_told(
        self, ward_child: Child, nurse: User, second: User, lead: User, log: Log
    ) -> None:
        log(temperature=38.6)
        assert told(NOW) == ["Lead", "Nurse", "Second"]
        end_membership(membership=nurse.memberships.get(), by=lead, now=NOW + MINUTE)
        assert told(NOW + MINUTE) == []

    @pytest.mark.hazard("H40")
    def test_by_a_closed_login_are_told_nothing_more(
        self, ward_child: Child, nurse: User, lead: User, stranger: User, log: Log
    ) -> None:
        order(nurse, lead)
        log(temperature=38.6)
        assert told(NOW) == ["Nurse"]
        take_alert(alert=Alert.objects.get(), by=nurse, now=NOW + MINUTE)
        set_login_open(person=nurse, is_open=False, by=stranger, now=NOW + 2 * MINUTE)
        assert told(NOW + 2 * MINUTE) == ["Lead"]
        delivery.deliver_due(lane=Lane.ALERTS, now=NOW + 2 * MINUTE, seconds=5)
        assert Message.objects.get(recipient=nurse).reason == "left"

    @pytest.mark.hazard("H40")
    def test_for_good_leave_it_to_the_others(
        self, ward_child: Child, nurse: User, lead: User, log: Log
    ) -> None:
        log(temperature=38.6)
        told(NOW)
        take_alert(alert=Alert.objects.get(), by=nurse, now=NOW + MINUTE)
        erase_person(user=nurse, now=NOW + 2 * MINUTE)
        assert told(NOW + 2 * MINUTE) == ["Lead"]


class TestATeamWithoutReachableStaff:
    @pytest.mark.hazard("H40")
    def test_whose_logins_are_all_closed_has_the_other_parent_told_at_once(
        self, ward_child: Child, nurse: User, lead: User, father: User, log: Log
    ) -> None:
        User.objects.filter(pk__in=[nurse.pk, lead.pk]).update(is_active=False)
        log(temperature=38.6)
        assert told(NOW) == ["Father"]

    @pytest.mark.hazard("H40")
    def test_whose_staff_comes_back_is_told_though_nobody_said_so(
        self, ward_child: Child, nurse: User, lead: User, log: Log
    ) -> None:
        """A row that was changed in the database by hand: seen within the quarter of an hour."""
        User.objects.filter(pk__in=[nurse.pk, lead.pk]).update(is_active=False)
        log(temperature=38.6)
        told(NOW)
        assert told(NOW + 15 * MINUTE) == []
        User.objects.filter(pk=nurse.pk).update(is_active=True)
        assert told(NOW + 30 * MINUTE) == ["Nurse"]

    @pytest.mark.hazard("H40")
    def test_does_not_wait_for_one_whom_nothing_reaches(
        self, ward_child: Child, nurse: User, lead: User, log: Log
    ) -> None:
        order(nurse, lead)
        unreachable(nurse)
        log(temperature=38.6)
        assert told(NOW) == ["Lead", "Nurse"]

    @pytest.mark.hazard("H40")
    def test_whom_nothing_reaches_has_the_family_told_at_once(
        self, ward_child: Child, nurse: User, lead: User, mother: User, father: User, log: Log
    ) -> None:
        order(nurse, lead)
        unreachable(nurse)
        unreachable(lead)
        log(temperature=38.6)
        assert told(NOW) == ["Father", "Lead", "Mother", "Nurse"]


def unreachable(somebody: User) -> None:
    ContactPoint.objects.create(
        person=somebody, channel=Channel.EMAIL, address=somebody.email, begun_at=NOW, dead_at=NOW
    )


class TestHoursAndOrdersThatChange:
    @pytest.mark.hazard("H40")
    def test_one_for_today_is_told_when_the_team_opens_earlier(
        self, ward_child: Child, care_team: CareTeam, nurse: User, lead: User, log: Log
    ) -> None:
        log(constipation="mild")
        assert told(NOW) == []
        earlier = Numbers(**{**vars(NUMBERS), "opens_at": time(3)})
        change_numbers(care_team=care_team, numbers=earlier, by=lead, now=NOW + MINUTE)
        assert told(NOW + 2 * MINUTE) == []
        assert told(NOW.replace(hour=3, minute=0)) == ["Lead", "Nurse"]

    @pytest.mark.hazard("H40")
    def test_one_for_today_that_was_told_is_not_told_twice_for_it(
        self, ward_child: Child, care_team: CareTeam, nurse: User, lead: User, log: Log
    ) -> None:
        morning = NOW.replace(hour=9)
        log(constipation="mild", at=morning)
        for minutes in (0, 5, 15):
            told(morning + minutes * MINUTE)
        longer = Numbers(**{**vars(NUMBERS), "closes_at": time(18)})
        change_numbers(care_team=care_team, numbers=longer, by=lead, now=morning + HOUR)
        assert told(morning + HOUR) == []

    @pytest.mark.hazard("H40")
    def test_shorter_waits_hold_for_what_is_open(
        self, ward_child: Child, care_team: CareTeam, nurse: User, lead: User, log: Log
    ) -> None:
        order(nurse, lead)
        change_escalation(care_team=care_team, minutes=[0, 60], by=lead, now=NOW)
        log(temperature=38.6)
        assert told(NOW) == ["Nurse"]
        change_escalation(care_team=care_team, minutes=[0, 5], by=lead, now=NOW + 10 * MINUTE)
        assert "Lead" in told(NOW + 10 * MINUTE)

    @pytest.mark.hazard("H40")
    def test_longer_waits_put_nothing_off(
        self, ward_child: Child, care_team: CareTeam, nurse: User, lead: User, log: Log
    ) -> None:
        order(nurse, lead)
        log(temperature=38.6)
        told(NOW)
        change_escalation(care_team=care_team, minutes=[0, 60], by=lead, now=NOW + MINUTE)
        assert "Lead" in told(NOW + 5 * MINUTE)

    @pytest.mark.hazard("H40")
    def test_who_is_first_from_now_on_is_told_at_once(
        self, ward_child: Child, care_team: CareTeam, nurse: User, second: User, lead: User, log: Log
    ) -> None:
        order(nurse, second, lead)
        log(temperature=38.6)
        assert told(NOW) == ["Nurse"]
        places = {somebody.memberships.get().pk: at for at, somebody in enumerate((second, nurse, lead), 1)}
        change_call_order(care_team=care_team, order=places, by=lead, now=NOW + MINUTE)
        assert told(NOW + MINUTE) == ["Second"]

    @pytest.mark.hazard("H40")
    def test_the_end_of_a_pause_takes_the_rest_up_again(
        self, ward_child: Child, nurse: User, mother: User, log: Log
    ) -> None:
        log(temperature=38.6)
        told(NOW)
        pause(child=ward_child, reason="moved", by=mother, now=NOW + MINUTE)
        assert told(NOW + 5 * MINUTE) == []
        resume(child=ward_child, by=mother, now=NOW + 9 * MINUTE)
        assert told(NOW + 10 * MINUTE) == ["Lead", "Nurse"]


class TestAClockThatWasTwoHoursAhead:
    """The alert is raised, told or taken by it; a minute later the clock is right again."""

    ahead = NOW + 2 * HOUR

    @pytest.mark.hazard("H18")
    def test_does_not_put_off_the_next_level(
        self, ward_child: Child, nurse: User, lead: User, log: Log
    ) -> None:
        order(nurse, lead)
        log(temperature=38.6, at=self.ahead)
        assert told(self.ahead) == ["Nurse"]
        assert told(NOW + MINUTE) == []
        assert told(NOW + 6 * MINUTE) == ["Lead", "Nurse"]
        assert "Lead" in told(NOW + 16 * MINUTE)

    @pytest.mark.hazard("H18")
    def test_does_not_put_off_the_first(
        self, ward_child: Child, care_team: CareTeam, nurse: User, lead: User, log: Log
    ) -> None:
        CareTeam.objects.update(escalation_minutes=[2, 5])
        log(temperature=38.6, at=self.ahead)
        assert told(self.ahead) == []
        assert told(NOW + MINUTE) == ["Lead", "Nurse"]

    @pytest.mark.hazard("H18")
    def test_lets_nobody_hold_it_for_two_hours(
        self, ward_child: Child, nurse: User, lead: User, log: Log
    ) -> None:
        log(temperature=38.6, at=self.ahead)
        told(self.ahead)
        take_alert(alert=Alert.objects.get(), by=nurse, now=self.ahead)
        assert told(NOW + MINUTE) == []
        assert Alert.objects.get().taken_until == NOW + 16 * MINUTE
        assert told(NOW + 16 * MINUTE) == ["Lead", "Nurse"]

    @pytest.mark.hazard("H18")
    def test_lets_no_pause_of_that_time_silence_a_later_log(
        self, ward_child: Child, nurse: User, mother: User, log: Log
    ) -> None:
        pause(child=ward_child, reason="moved", by=mother, now=self.ahead)
        log(temperature=38.6)
        assert told(NOW) == ["Lead", "Nurse"]
        delivery.deliver_due(lane=Lane.ALERTS, now=NOW, seconds=5)
        assert not Message.objects.filter(recipient=nurse, reason="paused").exists()

    @pytest.mark.hazard("H18")
    def test_still_asks_who_logged_after_ten_minutes(self, child: Child, mother: User, log: Log) -> None:
        log(temperature=38.6, at=self.ahead)
        told(self.ahead)
        expiring.expire_stale(now=NOW + MINUTE)
        assert Message.objects.get(recipient=mother).due_at == NOW + 11 * MINUTE

    @pytest.mark.hazard("H18")
    def test_reminds_when_it_was_asked_to(self, child: Child, mother: User) -> None:
        look_again(child=child, at=self.ahead + HOUR, by=mother, now=self.ahead)
        expiring.expire_stale(now=NOW)
        assert Message.objects.get(recipient=mother).due_at == NOW + HOUR

    @pytest.mark.hazard("H18")
    def test_ends_a_snooze_when_it_was_asked_to(self, child: Child, mother: User) -> None:
        set_plan(child=child, times=[time(8)], by=mother, now=NOW)
        snooze(child=child, minutes=15, by=mother, now=self.ahead)
        expiring.expire_stale(now=NOW)
        assert Message.objects.get(recipient=mother).due_at == NOW + 15 * MINUTE
        assert ReminderPlan.objects.get().snoozed_until == NOW + 15 * MINUTE

    @pytest.mark.hazard("H18")
    def test_leaves_the_canary_to_every_minute(self, db: None) -> None:
        delivery.queue_canary(now=NOW + 5 * MINUTE)
        Message.objects.update(sent_at=NOW + 5 * MINUTE)
        delivery.queue_canary(now=NOW)
        delivery.queue_canary(now=NOW + 5 * MINUTE)
        assert Message.objects.filter(kind=Kind.CANARY, sent_at=None).count() == 2


@pytest.mark.hazard("H18")
def test_a_clock_that_was_two_days_ahead_leaves_no_day_without_its_reminder(
    child: Child, mother: User
) -> None:
    from tracker.messaging.reminders import put_right, remind_due

    set_plan(child=child, times=[time(8)], by=mother, now=NOW)
    remind_due(now=NOW + 48 * HOUR)
    put_right(now=NOW)
    remind_due(now=NOW.replace(hour=8, minute=0))
    assert Message.objects.filter(kind=Kind.REMINDER, due_at=NOW.replace(hour=8, minute=0)).exists()


def test_who_left_the_team_by_a_closed_login_holds_no_baton(child: Child, mother: User, father: User) -> None:
    from tracker.core.on_duty import holders

    baton = offer_baton(child=child, to=father, by=mother, now=NOW)
    accept_baton(baton=baton, by=father, now=NOW)
    assert holders([child.pk], NOW) == {child.pk: father.pk}
    User.objects.filter(pk=father.pk).update(is_active=False)
    assert holders([child.pk], NOW) == {}

"""A child that has died: everything stops at once, calmly; it can be taken back, and a log still reaches the team."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from tests.support.again import asked_again
from tests.support.pages import text
from tests.support.personas import NOW
from tracker.alerts.actions import resolve_alert
from tracker.families.actions.children import pause, resume
from tracker.families.actions.ward_stays import admit, come_home, say_died, take_death_back
from tracker.logs.actions.record import Recorded
from tracker.messaging import at_home, silence
from tracker.messaging.reminders import look_again, remind_due, set_plan
from tracker.models import Alert, Child, Message, StayEvent, User
from tracker.operations import sweep

Log = Callable[..., Recorded]
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def at_night(clock_at_now: Any, settings: Any) -> Any:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    return clock_at_now


def of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def stop(client: Client, child: Child, **sent: str) -> Any:
    return client.post(reverse("stop", args=[child.pk]), sent)


def has_died(child: Child) -> bool:
    child.refresh_from_db()
    return child.has_died


def told() -> set[str]:
    return {sent.to[0].partition("@")[0] for sent in mail.outbox}


def sweep_for(hours: int) -> None:
    for minutes in range(0, hours * 60, 15):
        sweep.sweep(now=NOW + minutes * MINUTE, deliver=True)


class TestToSayIt:
    @pytest.mark.hazard("H46")
    def test_the_nickname_is_typed(self, ward_child: Child, mother: User) -> None:
        for wrong in ("", "yes", "Theo"):
            page = stop(of(mother), ward_child, nickname=wrong)
            assert page.status_code == 422
            assert "This is not the nickname that stands here. Nothing has changed." in text(page)
        assert not has_died(ward_child)
        assert stop(of(mother), ward_child, nickname="  juno ").status_code == 303
        assert has_died(ward_child)

    def test_the_lead_may_and_a_nurse_may_not(self, ward_child: Child, lead: User, nurse: User) -> None:
        assert stop(of(nurse), ward_child, nickname="Juno").status_code == 403
        stop(of(lead), ward_child, nickname="Juno")
        assert has_died(ward_child)

    def test_twice_at_once_is_once(self, ward_child: Child, lead: User, mother: User) -> None:
        assert say_died(child=ward_child, by=mother, now=NOW)
        assert not say_died(child=ward_child, by=lead, now=NOW)
        assert StayEvent.objects.count() == 1

    @pytest.mark.hazard("H46")
    def test_no_pause_and_no_ward_undoes_it_by_the_way(self, ward_child: Child, mother: User) -> None:
        say_died(child=ward_child, by=mother, now=NOW)
        pause(child=ward_child, reason="moved", by=mother, now=NOW)
        resume(child=ward_child, by=mother, now=NOW)
        assert not admit(child=ward_child, by=mother, now=NOW)
        assert not come_home(child=ward_child, by=mother, now=NOW)
        assert has_died(ward_child)
        where = of(mother).post(reverse("pause", args=[ward_child.pk]), {"resume": "yes"})
        assert where.headers["Location"] == reverse("stop", args=[ward_child.pk])


class TestFromThenOn:
    @pytest.mark.hazard("H46")
    def test_nothing_is_sent_to_the_family(
        self, ward_child: Child, mother: User, father: User, nurse: User, log: Log
    ) -> None:
        set_plan(child=ward_child, times=[NOW.replace(hour=4, minute=0).time()], by=mother, now=NOW)
        look_again(child=ward_child, at=NOW + HOUR, by=mother, now=NOW)
        log(temperature=39.6)
        admit(child=ward_child, by=mother, now=NOW - 2 * DAY)
        at_home.ask_due(now=NOW.replace(hour=10))
        say_died(child=ward_child, by=mother, now=NOW)
        waiting = Message.objects.waiting().filter(child=ward_child)
        assert not waiting.filter(recipient__in=[mother, father]).exists()
        sweep_for(12)
        remind_due(now=NOW + DAY)
        silence.ask_due(now=NOW + 2 * DAY)
        sweep.sweep(now=NOW + 2 * DAY, deliver=True)
        assert told() <= {"nurse", "lead"}

    def test_the_answer_to_an_alert_of_before_is_not_sent(
        self, ward_child: Child, mother: User, nurse: User, log: Log
    ) -> None:
        log(temperature=39.6)
        say_died(child=ward_child, by=mother, now=NOW + SECOND)
        close(nurse)
        assert "mother" not in told()

    @pytest.mark.hazard("H46")
    def test_the_team_is_told_on_of_an_alert_that_is_open(
        self, ward_child: Child, mother: User, nurse: User, log: Log
    ) -> None:
        log(temperature=39.6)
        say_died(child=ward_child, by=mother, now=NOW + SECOND)
        sweep.sweep(now=NOW + MINUTE, deliver=True)
        assert "nurse" in told()

    def test_today_is_calm(self, ward_child: Child, mother: User, log: Log) -> None:
        log(seizure=None)
        say_died(child=ward_child, by=mother, now=NOW + SECOND)
        page = text(of(mother).get(reverse("today", args=[ward_child.pk])))
        assert "Nothing is sent to the family any more." in page
        assert "Take everything along" in page
        assert not [
            word for word in ("Emergency", "Call your care team now", "Log what you see") if word in page
        ]

    def test_the_record_can_be_taken_along(self, ward_child: Child, mother: User) -> None:
        say_died(child=ward_child, by=mother, now=NOW)
        page = asked_again(mother).get(reverse("export", args=[ward_child.pk]))
        assert page.status_code == 200


SECOND = timedelta(seconds=1)


def close(nurse: User) -> None:
    resolve_alert(
        alert=Alert.objects.open().get(), outcome="advised-by-phone", note="", by=nurse, now=NOW + 5 * MINUTE
    )
    sweep.sweep(now=NOW + 7 * MINUTE, deliver=True)


class TestALogWhileItStands:
    @pytest.mark.hazard("H46")
    def test_is_answered_and_alerts_the_team(
        self, ward_child: Child, mother: User, nurse: User, at_night: Any
    ) -> None:
        say_died(child=ward_child, by=mother, now=NOW - HOUR)
        client, here = of(mother), [ward_child.pk]
        assert client.get(reverse("log-new", args=here)).status_code == 200
        sent = {"client_uuid": "6f4b2a1e-0000-4000-8000-000000000001", "unit": "C", "when": "0"}
        answer = client.post(reverse("logs", args=here), sent | {"temperature": "39.6"}, follow=True)
        assert "Call your care team now" in text(answer)
        sweep.sweep(now=NOW + MINUTE, deliver=True)
        assert told() == {"nurse", "lead"}
        today = text(client.get(reverse("today", args=here)))
        assert "Nothing is sent any more since somebody said that Juno has died." in today

    @pytest.mark.hazard("H46")
    def test_is_an_alert_of_its_own_and_its_answer_is_sent(
        self, ward_child: Child, mother: User, nurse: User, log: Log
    ) -> None:
        log(temperature=39.6)
        say_died(child=ward_child, by=mother, now=NOW + SECOND)
        log(temperature=38.2, at=NOW + MINUTE)
        assert Alert.objects.count() == 2
        close(nurse)
        assert "mother" in told()


class TestTakenBack:
    @pytest.mark.hazard("H46")
    def test_by_a_parent_or_the_lead_at_any_time(self, ward_child: Child, mother: User, lead: User) -> None:
        for said_by, taken_back_by in ((mother, lead), (lead, mother)):
            say_died(child=ward_child, by=said_by, now=NOW)
            stop(of(taken_back_by), ward_child, take_back="yes")
            assert not has_died(ward_child)
        assert not take_death_back(child=ward_child, by=mother, now=NOW)

    def test_reminders_and_alerts_go_on(
        self, ward_child: Child, mother: User, father: User, log: Log
    ) -> None:
        log(temperature=39.6)
        say_died(child=ward_child, by=mother, now=NOW + SECOND)
        take_death_back(child=ward_child, by=mother, now=NOW + 2 * SECOND)
        sweep_for(1)
        assert {"mother", "father"} <= told()

"""How an alert ends, on the pages of the nurse and of the family."""

import html
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.support.personas import NOW
from tracker.alerts.reopening import reopen_alert
from tracker.alerts.taking import close_alert, record_not_reached, take_alert
from tracker.core.staff_pages import locked_board
from tracker.logs.actions.calls import record_call
from tracker.logs.actions.record import Recorded
from tracker.models import Alert, CareTeam, Child, Kind, Message, Outcome, User
from tracker.operations import sweep

Log = Callable[..., Recorded]
MINUTE = timedelta(minutes=1)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_at_now")]


@pytest.fixture
def at_desk(client: Client, nurse: User) -> Client:
    client.force_login(nurse)
    return client


@pytest.fixture
def at_home(mother: User) -> Client:
    phone = Client()
    phone.force_login(mother)
    return phone


@pytest.fixture
def alert(log: Log, ward_child: Child, nurse: User) -> Alert:
    """A seizure that the nurse has taken."""
    log(seizure=None, temperature=39.1)
    alert = Alert.objects.get()
    take_alert(alert=alert, by=nurse, now=NOW)
    return alert


def seen(client: Client, name: str, row: Any, after: timedelta = timedelta(0), **more: Any) -> str:
    with time_machine.travel(NOW + after, tick=False):
        response = client.get(reverse(name, args=[getattr(row, "pk", row)]), **more)
    assert response.status_code == 200
    return html.unescape(" ".join(response.content.decode().split()))


def post(client: Client, name: str, row: Any, status: int = 200, **told: Any) -> str:
    response = client.post(reverse(name, args=[row.pk]), told, follow=True)
    assert response.status_code == status
    return html.unescape(" ".join(response.content.decode().split()))


def close(
    alert: Alert, by: User, outcome: str = "clinic-today", note: str = "Door B", at: datetime = NOW
) -> None:
    close_alert(alert=alert, outcome=outcome, note=note, by=by, now=at)


class TestNotReached:
    @pytest.mark.hazard("H06")
    def test_is_no_way_to_end_an_alert(self, at_desk: Client, alert: Alert, care_team: CareTeam) -> None:
        page = seen(at_desk, "nurse-child", alert.child)
        assert 'value="could-not-reach"' not in page
        post(at_desk, "alert-close", alert, status=422, outcome="could-not-reach", note="Rang twice")
        assert Alert.objects.open().get() == alert

    def test_says_what_comes_of_it_and_when_she_tries_again(self, at_desk: Client, alert: Alert) -> None:
        page = post(at_desk, "alert-not-reached", alert, again_in="10", note="Rang twice")
        assert "It stays open." in page
        assert "Called in vain at 02:14." in page
        assert "Next try at 02:24." in page
        assert "“Rang twice”" in page

    @pytest.mark.parametrize("again_in", ["", "soon", "7", "-5", "9" * 40])
    def test_without_a_time_to_try_again_keeps_what_was_typed(
        self, at_desk: Client, alert: Alert, again_in: str
    ) -> None:
        page = post(at_desk, "alert-not-reached", alert, status=422, again_in=again_in, note="Rang twice")
        assert "Choose when you try again." in page
        assert ">Rang twice</textarea>" in page

    def test_stands_on_the_board_and_in_the_handover(
        self, at_desk: Client, alert: Alert, nurse: User, care_team: CareTeam
    ) -> None:
        record_not_reached(alert=alert, again_in=10, note="", by=nurse, now=NOW)
        board = seen(at_desk, "team-board", care_team)
        assert "Called in vain at 02:14." in board
        assert f'data-urgent="{alert.pk}' in board  # others may take it: their boards sound
        assert "called in vain at 02:14" in seen(at_desk, "team-handover", care_team)

    def test_sounds_on_a_locked_board_too(self, alert: Alert, nurse: User, care_team: CareTeam) -> None:
        assert locked_board(care_team, NOW)["ringing"] == []
        record_not_reached(alert=alert, again_in=10, note="", by=nurse, now=NOW)
        assert locked_board(care_team, NOW)["ringing"] == [alert.pk]

    def test_can_be_taken_over_on_board_and_page(
        self, at_desk: Client, alert: Alert, nurse: User, lead: User, care_team: CareTeam
    ) -> None:
        record_not_reached(alert=alert, again_in=10, note="", by=nurse, now=NOW)
        beside = Client()
        beside.force_login(lead)
        take = reverse("alert-take", args=[alert.pk])
        for name, row in (("team-board", care_team), ("nurse-child", alert.child)):
            assert f'action="{take}"' in seen(beside, name, row)
        assert "You took this." in post(beside, "alert-take", alert)

    @pytest.mark.hazard("H07")
    def test_keeps_the_emergency_on_the_familys_pages_and_says_to_call(
        self, at_home: Client, alert: Alert, nurse: User
    ) -> None:
        record_not_reached(alert=alert, again_in=10, note="", by=nurse, now=NOW)
        today = seen(at_home, "today", alert.child)
        assert "care-emergency" in today
        assert "Your team called you at 02:14 and reached nobody." in today
        answer = seen(at_home, "answer", alert.log)
        said = re.search("Your team called you at 02:14 and reached nobody. Call now.(.*?)</p>", answer)[1]
        assert said.index("tel:") < said.index("tel:5550142")
        assert "took this" not in answer
        part = seen(at_home, "answer", alert.log, headers={"X-Part": "followed"})
        assert "reached nobody. Call now." in part

    def test_is_not_said_any_more_once_the_family_has_called(
        self, at_home: Client, alert: Alert, nurse: User, mother: User
    ) -> None:
        record_not_reached(alert=alert, again_in=10, note="", by=nurse, now=NOW)
        called = {"called_at": NOW, "reached": True, "client_uuid": alert.pk, "now": NOW + MINUTE}
        record_call(child=alert.child, caregiver=mother, **called)
        assert "reached nobody" not in seen(at_home, "answer", alert.log, 2 * MINUTE)

    def test_of_one_that_she_had_not_taken_says_when_she_called(
        self, at_home: Client, log: Log, ward_child: Child, nurse: User
    ) -> None:
        log(seizure=None)
        alert = Alert.objects.get()
        record_not_reached(alert=alert, again_in=10, note="", by=nurse, now=NOW)
        take_alert(alert=alert, by=nurse, now=NOW + MINUTE)
        page = seen(at_home, "answer", alert.log, 2 * MINUTE)
        assert "reached nobody. Call now." in page
        assert "Nurse took this at 02:15." in page


class TestAFalseAlarm:
    @pytest.mark.hazard("H06")
    @pytest.mark.parametrize("reason", [" ", "\ufeff\u2060", "\u200b"])
    def test_without_a_reason_comes_back(self, at_desk: Client, alert: Alert, reason: str) -> None:
        page = post(at_desk, "alert-close", alert, status=422, outcome="false-alarm", note=reason)
        assert "Write why it is a false alarm." in page
        post(at_desk, "alert-close", alert, outcome="false-alarm", note="Typed 39 for 36")
        assert not Alert.objects.open().exists()


class TestUndoing:
    @pytest.mark.hazard("H06")
    def test_is_one_click_for_a_minute_on_the_childs_page_and_the_board(
        self, at_desk: Client, alert: Alert, nurse: User, care_team: CareTeam
    ) -> None:
        page = post(at_desk, "alert-close", alert, outcome="false-alarm", note="Wrong button")
        reopen = f'action="{reverse("alert-reopen", args=[alert.pk])}"'
        for shown in (page, seen(at_desk, "team-board", care_team)):
            assert reopen in shown
            assert re.search(r">\s*Undo", shown)
        assert "It is open, as it was before." in post(at_desk, "alert-reopen", alert)
        alert.refresh_from_db()
        assert (alert.is_open, alert.taken_by) == (True, nurse)

    def test_becomes_opening_again_after_the_minute(
        self, at_desk: Client, alert: Alert, nurse: User, care_team: CareTeam
    ) -> None:
        close(alert, nurse)
        for name, row in (("team-board", care_team), ("nurse-child", alert.child)):
            page = seen(at_desk, name, row, MINUTE)
            assert re.search(r">\s*Open again", page)
            assert not re.search(r">\s*Undo", page)
        with time_machine.travel(NOW + MINUTE, tick=False):
            assert "Open again." in post(at_desk, "alert-reopen", alert)
        assert Alert.objects.open().get().taken_by is None

    def test_leaves_both_in_the_timeline_and_the_chart(
        self, at_desk: Client, alert: Alert, nurse: User
    ) -> None:
        close(alert, nurse, Outcome.FALSE_ALARM, "Wrong button")
        reopen_alert(alert=alert, by=nurse, now=NOW)
        timeline = seen(at_desk, "nurse-child", alert.child).partition('id="timeline"')[2]
        assert '<b>False alarm</b> <bdi dir="auto">Wrong button' in timeline
        assert "Took the closing back" in timeline
        chart = seen(at_desk, "nurse-chart", alert.child)
        assert "False alarm Wrong button" in chart
        assert "Took the closing back" in chart

    @pytest.mark.hazard("H06")
    @pytest.mark.parametrize("outcome", ["false-alarm", "advised-by-phone"])
    def test_is_of_a_closing_that_no_page_of_the_family_has_shown(
        self, at_home: Client, alert: Alert, nurse: User, outcome: str
    ) -> None:
        """Nobody tells a family that has read a decision that it was taken back."""
        close(alert, nurse, outcome, "Wrong button")
        almost = MINUTE - timedelta(seconds=1)
        today = seen(at_home, "today", alert.child, almost)
        assert 'class="care care-emergency"' in today
        answer = seen(at_home, "answer", alert.log, almost)
        part = seen(at_home, "answer", alert.log, almost, headers={"X-Part": "followed"})
        assert "Nurse took this at 02:14." in answer
        assert "Nurse took this at 02:14." in part
        others = [seen(at_home, name, alert.child, almost) for name in ("days", "duty", "summary-table")]
        others.append(seen(at_home, "log", alert.log, almost))
        for page in (today, answer, part, *others):
            assert "Wrong button" not in page
            assert "Your team has answered" not in page
            assert "What the team wrote" not in page
            assert "losed as a false alarm" not in page
        with time_machine.travel(NOW + almost, tick=False):
            at_home.post(reverse("decision-opened", args=[alert.child_id]))
        assert not alert.events.filter(verb="opened").exists()
        assert Alert.objects.get().outcome == outcome

    @pytest.mark.hazard("H06")
    def test_keeps_the_ambulance_first_until_the_family_is_told(
        self, at_home: Client, alert: Alert, nurse: User
    ) -> None:
        close(alert, nurse, Outcome.FALSE_ALARM, "Wrong button")
        for name, row in (("reach", None), ("days", alert.child)):
            path = reverse(name, args=[row.pk] if row else [])
            for after, is_first in ((MINUTE - timedelta(seconds=1), True), (MINUTE, False)):
                with time_machine.travel(NOW + after, tick=False):
                    found = at_home.get(path).context["is_emergency"]
                    assert (found() if callable(found) else found) == is_first

    @pytest.mark.hazard("H06")
    def test_hides_no_worse_alert_behind_a_newer_one(
        self, at_home: Client, alert: Alert, nurse: User, log: Log
    ) -> None:
        close(alert, nurse, Outcome.FALSE_ALARM, "Wrong button")
        log(constipation="mild", at=NOW + timedelta(seconds=10))
        page = seen(at_home, "today", alert.child, timedelta(seconds=20))
        assert 'class="care care-emergency"' in page
        assert reverse("answer", args=[alert.log_id]) in page

    def test_brings_the_emergency_back_to_the_family(
        self, at_home: Client, alert: Alert, nurse: User
    ) -> None:
        close(alert, nurse, Outcome.FALSE_ALARM, "Wrong button")
        assert 'class="care care-emergency"' not in seen(at_home, "today", alert.child, MINUTE)
        reopen_alert(alert=alert, by=nurse, now=NOW + MINUTE)
        page = seen(at_home, "today", alert.child, MINUTE)
        assert 'class="care care-emergency"' in page
        assert "Wrong button" not in page

    def test_what_came_too_late_keeps_what_was_typed(
        self, at_desk: Client, alert: Alert, nurse: User, lead: User
    ) -> None:
        close(alert, nurse)
        beside = Client()
        beside.force_login(lead)
        page = post(beside, "alert-close", alert, status=422, outcome="admitted", note="Bed 4")
        assert "Nurse closed this at 02:14." in page
        assert ">Bed 4</textarea>" in page


class TestWhatWasDecided:
    @pytest.mark.hazard("H06")
    def test_stands_first_on_today(self, at_home: Client, alert: Alert, nurse: User) -> None:
        close(alert, nurse, "emergency-room", "Door B")
        page = seen(at_home, "today", alert.child, MINUTE).partition("<main")[2]
        assert page.index("Your team has answered") < page.index("Go to the emergency room. Door B")
        assert page.index("Door B") < page.index("Log what you see")
        assert page.count("Door B") == 1

    def test_stands_there_for_half_a_day_and_below_a_danger_that_is_open(
        self, at_home: Client, alert: Alert, nurse: User, log: Log
    ) -> None:
        close(alert, nurse)
        assert "Your team has answered" in seen(at_home, "today", alert.child, timedelta(hours=11))
        assert "Your team has answered" not in seen(at_home, "today", alert.child, timedelta(hours=12))
        log(seizure=None, at=NOW + MINUTE)
        page = seen(at_home, "today", alert.child, 2 * MINUTE)
        assert "Your team has answered" not in page
        assert page.index("care-emergency") < page.index("Door B")

    @pytest.mark.hazard("H06")
    def test_is_known_to_be_read_by_a_tap_or_by_opening_the_message(
        self, at_desk: Client, at_home: Client, alert: Alert, nurse: User, father: User
    ) -> None:
        close(alert, nurse)
        assert "has not opened the decision yet. In doubt, call." in seen(at_desk, "nurse-child", alert.child)
        sweep.sweep(now=NOW + MINUTE, deliver=True)
        page = seen(at_desk, "nurse-child", alert.child, 2 * MINUTE)
        assert "Father: told at" in page
        message = Message.objects.get(kind=Kind.ANSWER, recipient=father)
        phone = Client()
        phone.force_login(father)
        with time_machine.travel(NOW + 3 * MINUTE, tick=False):
            response = phone.get(reverse("message", args=[message.pk]))
            assert response["Location"] == reverse("today", args=[alert.child_id])
        page = seen(at_desk, "nurse-child", alert.child, 4 * MINUTE)
        assert "Father: message opened at 02:17" in page
        assert "Mother: told at" in page
        assert "The family opened the decision Fri 02:17." in page
        assert "We have read this" not in seen(at_home, "today", alert.child, 4 * MINUTE)

    def test_is_read_with_a_tap_and_without_a_script(
        self, at_home: Client, alert: Alert, nurse: User, mother: User
    ) -> None:
        close(alert, nurse)
        assert "We have read this" in seen(at_home, "today", alert.child, MINUTE)
        with time_machine.travel(NOW + MINUTE, tick=False):
            assert "We have read this" not in post(at_home, "decision-opened", alert.child)
        assert alert.events.get(verb="opened").by == mother

    def test_is_read_by_nobody_who_left(self, alert: Alert, nurse: User, father: User) -> None:
        close(alert, nurse)
        message = Message.objects.get(kind=Kind.ANSWER, recipient=father)
        father.memberships.update(ended_at=NOW, ended_by=father)
        phone = Client()
        phone.force_login(father)
        assert phone.get(reverse("message", args=[message.pk])).status_code == 302
        assert not alert.events.filter(verb="opened").exists()

    def test_of_a_message_that_failed_the_nurse_learns(
        self, at_desk: Client, alert: Alert, nurse: User
    ) -> None:
        close(alert, nurse)
        Message.objects.filter(kind=Kind.ANSWER).update(failed_at=NOW)
        assert "Mother: <b>could not be told</b>" in seen(at_desk, "nurse-child", alert.child)


class TestALogAfterAnEmergency:
    @pytest.mark.hazard("H06")
    @pytest.mark.parametrize("outcome", ["false-alarm", "advised-by-phone"])
    def test_knows_it_on_the_familys_answer(
        self, at_home: Client, alert: Alert, nurse: User, log: Log, outcome: str
    ) -> None:
        close(alert, nurse, outcome, "Wrong button")
        later = log(temperature=38.5, at=NOW + MINUTE).log
        page = seen(at_home, "answer", later, MINUTE)
        said = page.partition("An emergency was logged Friday 02:14. Is it back, or still there? Call:")[2]
        assert said.index("tel:") < said.index("Wrong button")

    @pytest.mark.hazard("H06")
    def test_knows_it_on_the_board_and_the_childs_page(
        self, at_desk: Client, alert: Alert, nurse: User, log: Log, care_team: CareTeam
    ) -> None:
        close(alert, nurse, "false-alarm", "Wrong button")
        log(temperature=38.5, at=NOW + MINUTE)
        for name in ("team-board", "team-handover"):
            assert "fter an emergency of Fri 02:14" in seen(at_desk, name, care_team, MINUTE)
        page = seen(at_desk, "nurse-child", alert.child, MINUTE)
        assert "Closed before this" in page
        assert "“Wrong button”" in page

    def test_a_day_later_does_not(
        self, at_home: Client, client: Client, alert: Alert, nurse: User, log: Log, care_team: CareTeam
    ) -> None:
        close(alert, nurse)
        day = timedelta(hours=24, minutes=1)
        later = log(temperature=38.5, at=NOW + day).log
        assert "An emergency was logged" not in seen(at_home, "answer", later, day)
        with time_machine.travel(NOW + day, tick=False):
            client.force_login(nurse)
        assert "fter an emergency" not in seen(client, "team-board", care_team, day)

    def test_one_that_is_an_emergency_itself_says_so_once(
        self, at_home: Client, alert: Alert, nurse: User, log: Log
    ) -> None:
        close(alert, nurse)
        later = log(seizure=None, at=NOW + MINUTE).log
        assert "An emergency was logged" not in seen(at_home, "answer", later, MINUTE)

    def test_costs_the_answer_one_query(self, at_home: Client, alert: Alert, nurse: User, log: Log) -> None:
        close(alert, nurse)
        later = log(temperature=38.5, at=NOW + MINUTE).log
        seen(at_home, "answer", later, MINUTE)  # the first request of a day renews the session
        with CaptureQueriesContext(connection) as queries:
            seen(at_home, "answer", later, MINUTE)
        newest = 'ORDER BY "tracker_alert"."raised_at" DESC LIMIT 1'
        assert len([one for one in queries if newest in one["sql"]]) == 1


class TestClosingSeveral:
    @pytest.fixture
    def waiting(self, log: Log, ward_child: Child) -> Alert:
        log(constipation="mild")
        return Alert.objects.get()

    def close_chosen(self, client: Client, team: CareTeam, **told: Any) -> Any:
        return client.post(reverse("board-close", args=[team.pk]), told, follow=True)

    @pytest.mark.hazard("H06")
    def test_chooses_no_outcome_beforehand_and_says_what_each_family_reads(
        self, at_desk: Client, waiting: Alert, care_team: CareTeam
    ) -> None:
        page = seen(at_desk, "team-board", care_team)
        form = page.partition('id="together-title"')[2].partition("</form>")[0]
        radios = re.findall(r'<input [^>]*name="outcome"[^>]*>', form)
        assert len(radios) == 6
        assert not any("checked" in radio for radio in radios)
        assert "<select" not in form
        assert "Each family reads: “They advised you by phone.”" in form
        assert "Each family reads: “They read it. Nobody has called you." in form

    @pytest.mark.hazard("H06")
    @pytest.mark.parametrize("outcome", [{}, {"outcome": ""}, {"outcome": "could-not-reach"}])
    def test_without_an_outcome_closes_none_and_keeps_what_was_ticked(
        self, at_desk: Client, waiting: Alert, care_team: CareTeam, outcome: dict[str, str]
    ) -> None:
        response = self.close_chosen(at_desk, care_team, alert=[str(waiting.pk)], **outcome)
        page = response.content.decode()
        assert response.status_code == 422
        assert "Choose how they ended." in page
        assert re.search(rf'value="{waiting.pk}"[^>]* checked', page)
        assert Alert.objects.open().get() == waiting

    def test_of_none_is_refused_and_keeps_the_outcome(
        self, at_desk: Client, waiting: Alert, care_team: CareTeam
    ) -> None:
        page = self.close_chosen(at_desk, care_team, outcome="reviewed").content.decode()
        assert "Choose at least one." in page
        assert re.search(r'value="reviewed"[^>]* checked', page)

    def test_as_read_tells_the_family_that_nobody_called(
        self, at_desk: Client, at_home: Client, waiting: Alert, care_team: CareTeam
    ) -> None:
        self.close_chosen(at_desk, care_team, alert=[str(waiting.pk)], outcome="reviewed")
        page = seen(at_home, "today", waiting.child, MINUTE)
        assert "They read it. Nobody has called you. Not called yet today? Call them." in page
        assert "advised" not in page
        waiting.refresh_from_db()
        assert waiting.outcome == "reviewed"

    def test_can_be_undone(self, at_desk: Client, waiting: Alert, care_team: CareTeam) -> None:
        page = self.close_chosen(at_desk, care_team, alert=[str(waiting.pk)], outcome="reviewed")
        assert f'action="{reverse("alert-reopen", args=[waiting.pk])}"' in page.content.decode()
        post(at_desk, "alert-reopen", waiting)
        assert Alert.objects.open().get() == waiting


def test_a_milder_log_after_a_reopened_emergency_leads_to_it(
    at_home: Client, alert: Alert, nurse: User, log: Log
) -> None:
    close(alert, nurse)
    milder = log(constipation="mild", at=NOW + MINUTE).log
    reopen_alert(alert=alert, by=nurse, now=NOW + 2 * MINUTE)
    assert Alert.objects.open().get() == alert
    take_alert(alert=alert, by=nurse, now=NOW + 3 * MINUTE)
    assert "Nurse took this" in seen(at_home, "answer", milder, 4 * MINUTE)

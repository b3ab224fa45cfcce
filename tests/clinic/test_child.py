"""One child for the nurse, and an alert in her hands: take, hand over, close."""

import html
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.site.test_costs import remember
from tests.support.personas import NOW, answers
from therapies.catalogue import load
from therapies.schedule import Event
from tracker.alerts.actions import resolve_alert
from tracker.families.actions.treatment import record_event
from tracker.logs.actions.calls import record_call
from tracker.logs.actions.record import Recorded, correct_log
from tracker.models import Alert, AuditEvent, CareNote, CareTeam, Child, User

Log = Callable[..., Recorded]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_at_now")]


@pytest.fixture
def at_desk(client: Client, nurse: User, ward_child: Child) -> Client:
    client.force_login(nurse)
    return client


@pytest.fixture
def alert(log: Log, ward_child: Child) -> Alert:
    log(temperature=38.4, chills="moderate", note="Woke up shivering")
    return Alert.objects.get()


def page_of(client: Client, child: Child, **more: Any) -> str:
    response = client.get(reverse("nurse-child", args=[child.pk]), more)
    assert response.status_code == 200
    return response.content.decode()


def post(client: Client, name: str, row: Any, **told: str) -> str:
    response = client.post(reverse(name, args=[row.pk]), told, follow=True)
    assert response.status_code == 200
    return response.content.decode()


class TestThePage:
    def test_says_what_fired_with_rule_source_version_and_what_the_rules_saw(
        self, at_desk: Client, ward_child: Child, alert: Alert
    ) -> None:
        page = page_of(at_desk, ward_child)
        for said in (
            "CART-CRS-01",
            "American Cancer Society",
            alert.log.assessment.knowledge_version,
            "days since infusion",
            "38.4 °C, in the mouth",
            "Woke up shivering",
        ):
            assert said in page

    @pytest.mark.hazard("H26")
    @pytest.mark.parametrize("closed", [False, True])
    def test_shows_the_log_that_tells_of_the_danger_before_quieter_ones(
        self, at_desk: Client, ward_child: Child, nurse: User, log: Log, closed: bool
    ) -> None:
        log(temperature=39.4, hours_ago=2)
        if closed:
            told = {"outcome": "false-alarm", "note": "Misread", "by": nurse, "now": NOW - timedelta(hours=1)}
            resolve_alert(alert=Alert.objects.get(), **told)
        log(temperature=36.7)
        why = page_of(at_desk, ward_child).partition('id="timeline"')[0].partition("The log of")[0]
        assert 0 < why.index("39.4 °C") < why.index("36.7 °C")
        chart = at_desk.get(reverse("nurse-chart", args=[ward_child.pk])).content.decode()
        situation = chart.partition("SITUATION")[2].partition("BACKGROUND")[0]
        assert 0 < situation.index("39.4 °C") < situation.index("36.7 °C")

    def test_writes_a_planned_dose_with_its_own_day(
        self, at_desk: Client, mother: User, ward_child: Child
    ) -> None:
        planned = Event("next", NOW - timedelta(days=1), until=NOW + timedelta(days=3))
        record_event(course=ward_child.course, event=planned, by=mother, now=NOW)
        chart = at_desk.get(reverse("nurse-chart", args=[ward_child.pk])).content.decode()
        assert f"Next one planned: {NOW + timedelta(days=3):%Y-%m-%d}" in chart

    def test_folds_the_answers_that_are_as_usual_and_hides_none(
        self, at_desk: Client, ward_child: Child, log: Log
    ) -> None:
        log(temperature=36.8, neuro={"talks": "usual", "knows": "less"}, pump="ok")
        page = html.unescape(page_of(at_desk, ward_child)).partition('id="timeline"')[2]
        before, folded, after = " ".join(page.split()).partition("1 answer as usual </summary>")
        assert folded
        assert "knows" not in after.partition("</details>")[0].lower()
        names = {code: load().observations[code].name for code in ("neuro.talks", "neuro.knows", "pump")}
        assert names["neuro.talks"] in after.partition("</details>")[0]
        assert names["neuro.talks"] not in before
        assert names["neuro.knows"] in before
        assert names["pump"] in before

    def test_shows_a_correction_and_what_it_corrects(
        self, at_desk: Client, ward_child: Child, mother: User, log: Log
    ) -> None:
        first = log(temperature=39.2).log
        told = {"answers": answers(temperature=37.2), "observed_at": NOW, "client_uuid": uuid4(), "now": NOW}
        correct_log(log=first, caregiver=mother, **told)
        page = page_of(at_desk, ward_child)
        assert "39.2 °C" in page
        assert "37.2 °C" in page
        assert "the correction counts" in page

    def test_shows_that_the_family_called(
        self, at_desk: Client, ward_child: Child, mother: User, alert: Alert
    ) -> None:
        told = {"called_at": NOW, "reached": True, "told": "Come at nine", "client_uuid": uuid4(), "now": NOW}
        record_call(child=ward_child, caregiver=mother, **told)
        assert "Come at nine" in page_of(at_desk, ward_child)

    def test_goes_back_through_the_weeks(self, at_desk: Client, ward_child: Child, log: Log) -> None:
        log(temperature=36.6, hours_ago=24 * 20)
        assert "36.6 °C" not in page_of(at_desk, ward_child).partition('id="timeline"')[2]
        assert "36.6 °C" in page_of(at_desk, ward_child, until="2026-11-01")
        page_of(at_desk, ward_child, until="yesterday")

    def test_costs_the_same_however_long_the_record_is(
        self, at_desk: Client, ward_child: Child, mother: User
    ) -> None:
        def cost() -> int:
            with CaptureQueriesContext(connection) as queries:
                page_of(at_desk, ward_child)
            return len(queries)

        page_of(at_desk, ward_child)  # the first look of a quarter of an hour is written down
        remember(ward_child, mother, 40)
        few = cost()
        remember(ward_child, mother, 1000)
        assert (
            cost() == few <= 33
        )  # one for the last closing, two for the curve, one for who is on duty, four for phones and photos

    def test_is_seen_by_nobody_else(
        self, client: Client, ward_child: Child, nurse_of_another_team: User, mother: User
    ) -> None:
        client.force_login(nurse_of_another_team)
        assert client.get(reverse("nurse-child", args=[ward_child.pk])).status_code == 404
        client.force_login(mother)
        assert client.get(reverse("nurse-child", args=[ward_child.pk])).status_code == 403


class TestALook:
    def looks(self) -> int:
        return AuditEvent.objects.filter(verb="child.read").count()

    def test_is_written_down_once_in_a_quarter_of_an_hour(self, at_desk: Client, ward_child: Child) -> None:
        page_of(at_desk, ward_child)
        page_of(at_desk, ward_child)
        assert self.looks() == 1
        with time_machine.travel(NOW + timedelta(minutes=10), tick=False):
            at_desk.post(reverse("staff-active"))  # or the page would be locked
        with time_machine.travel(NOW + timedelta(minutes=15), tick=False):
            page_of(at_desk, ward_child)
        assert self.looks() == 2

    def test_says_who_and_at_whom(self, at_desk: Client, ward_child: Child, nurse: User) -> None:
        page_of(at_desk, ward_child)
        look = AuditEvent.objects.get(verb="child.read")
        assert (look.who, look.child, look.at) == (nurse.pk, ward_child.pk, NOW)


class TestTaking:
    def test_two_clicks_close_an_alert(self, at_desk: Client, alert: Alert, nurse: User) -> None:
        assert "You took this. It is yours until 02:29" in post(at_desk, "alert-take", alert)
        told = {"outcome": "clinic-today", "note": "Come at eight"}
        assert "Closed." in post(at_desk, "alert-close", alert, **told)
        alert.refresh_from_db()
        assert (alert.outcome, alert.resolution_note, alert.resolved_by) == (*told.values(), nurse)

    def test_who_comes_second_is_told_who_was_first(
        self, client: Client, alert: Alert, nurse: User, colleague: User
    ) -> None:
        client.force_login(nurse)
        post(client, "alert-take", alert)
        client.force_login(colleague)
        assert "Nurse took this at 02:14." in post(client, "alert-take", alert)

    @pytest.mark.hazard("H06")
    def test_an_urgent_alert_does_not_close_without_an_outcome(self, at_desk: Client, alert: Alert) -> None:
        for outcome in ("", "family-called", "whatever"):
            response = at_desk.post(reverse("alert-close", args=[alert.pk]), {"outcome": outcome})
            assert response.status_code == 422
            assert "Choose how it ended." in response.content.decode()
        assert Alert.objects.open().count() == 1

    def test_handing_over_needs_who_receives(
        self, client: Client, alert: Alert, nurse: User, colleague: User
    ) -> None:
        client.force_login(nurse)
        post(client, "alert-take", alert)
        page = post(client, "alert-offer", alert, to=str(colleague.pk))
        assert "You offered it to Colleague: it stays yours until they accept." in page
        client.force_login(colleague)
        assert "Take it over from Nurse" in page_of(client, alert.child)
        assert "You took this." in post(client, "alert-accept", alert)
        assert list(alert.events.values_list("verb", flat=True)) == [
            "raised",
            "taken",
            "offered",
            "handed-over",
        ]

    def test_nobody_outside_the_team_can_be_given_it(
        self, at_desk: Client, alert: Alert, stranger: User
    ) -> None:
        post(at_desk, "alert-take", alert)
        page = post(at_desk, "alert-offer", alert, to=str(stranger.pk))
        assert "Choose a colleague of your care team." in page

    def test_several_for_today_are_closed_together_and_nothing_urgent_with_them(
        self, at_desk: Client, care_team: CareTeam, log: Log, ward_child: Child
    ) -> None:
        log(constipation="mild")
        today = Alert.objects.get()
        told = {"alert": [str(today.pk), str(uuid4()), "nonsense"], "outcome": "advised-by-phone"}
        page = at_desk.post(reverse("board-close", args=[care_team.pk]), told, follow=True).content.decode()
        assert "1 closed." in page
        assert "1 stays open" in page
        today.refresh_from_db()
        assert today.outcome == "advised-by-phone"
        log(temperature=38.4)
        urgent = Alert.objects.open().get()
        told = {"alert": [str(urgent.pk)], "outcome": "advised-by-phone"}
        at_desk.post(reverse("board-close", args=[care_team.pk]), told)
        assert Alert.objects.open().get() == urgent

    @pytest.mark.parametrize(
        "name",
        ["alert-take", "alert-offer", "alert-accept", "alert-close", "alert-not-reached", "alert-reopen"],
    )
    def test_an_alert_is_none_of_a_strangers_business(
        self, client: Client, alert: Alert, nurse_of_another_team: User, mother: User, name: str
    ) -> None:
        for user, status in ((nurse_of_another_team, 404), (mother, 403)):
            client.force_login(user)
            assert client.post(reverse(name, args=[alert.pk])).status_code == status


class TestNotes:
    def test_are_kept_with_who_wrote_them(self, at_desk: Client, ward_child: Child, nurse: User) -> None:
        assert "Spoke to the father" in post(at_desk, "nurse-note", ward_child, text="Spoke to the father")
        note = CareNote.objects.get()
        assert (note.by, note.at) == (nurse, NOW)

    def test_an_empty_one_is_refused(self, at_desk: Client, ward_child: Child) -> None:
        answer = at_desk.post(reverse("nurse-note", args=[ward_child.pk]), {"text": "  "})
        assert answer.status_code == 422
        assert "Write something first." in answer.content.decode()

    def test_one_that_is_too_long_is_kept_to_be_shortened(self, at_desk: Client, ward_child: Child) -> None:
        """It was cut off in silence."""
        long = "Rang back.\r\n" * 400
        answer = at_desk.post(reverse("nurse-note", args=[ward_child.pk]), {"text": long})
        assert answer.status_code == 422
        html = answer.content.decode()
        assert "This is too long: 4399 characters. At most 4000 fit." in html
        assert html.count("Rang back.") == 400
        assert not CareNote.objects.exists()

    def test_the_team_writes_down_where_it_reaches_the_family(
        self, at_desk: Client, ward_child: Child
    ) -> None:
        told = {"record_number": "MRN 7", "call_back_number": "+1 202 555 0199"}
        page = post(at_desk, "nurse-know", ward_child, **told)
        assert "tel:+12025550199" in page
        assert "MRN 7" in page
        assert AuditEvent.objects.filter(verb="child.known-by-team", child=ward_child.pk).exists()

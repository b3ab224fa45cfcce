"""A lead sets what a team works by: at once, on record, and after seeing what it would have changed."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page
from pypdf import PdfReader

from tests.clinic.test_board import another
from tests.support.access_world import key_of
from tests.support.again import asked_again
from tests.support.personas import NOW, child_of
from therapies.schedule import Event
from tracker.alerts.taking import close_alert, record_not_reached, take_alert
from tracker.clinic.actions.policy import change_call_order, change_escalation, change_policy
from tracker.clinic.queries.alert_budget import budget
from tracker.clinic.queries.policy_preview import preview
from tracker.core.refused import Refused
from tracker.families.actions.memberships import end_membership, invite
from tracker.logs.actions.record import Recorded
from tracker.models import (
    Alert,
    AuditEvent,
    CareTeam,
    Child,
    Invitation,
    Membership,
    Role,
    Sensitivity,
    User,
)

Log = Callable[..., Recorded]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_at_now")]


@pytest.fixture
def at_desk(lead: User, care_team: CareTeam) -> Client:
    return asked_again(lead)


def get(client: Client, name: str, team: CareTeam, **more: Any) -> str:
    response = client.get(reverse(name, args=[team.pk]), more)
    assert response.status_code == 200
    return response.content.decode()


def post(client: Client, name: str, row: Any, **told: Any) -> str:
    response = client.post(reverse(name, args=[row.pk]), told, follow=True)
    assert response.status_code == 200
    return response.content.decode()


TOLD = {
    "day_number": "030 1234577",
    "night_number": "030 1234588",
    "open_days": ["1", "2", "6"],
    "opens_at": "07:00",
    "closes_at": "19:00",
    "time_zone": "Europe/Berlin",
}


class TestNumbers:
    def test_hold_at_once_and_are_on_record(
        self, at_desk: Client, care_team: CareTeam, ward_child: Child
    ) -> None:
        post(at_desk, "team-numbers", care_team, **TOLD)
        ward_child.care_team.refresh_from_db()
        assert ward_child.care_team.number_for(NOW).number == "+49 30 1234588"
        page = get(at_desk, "team-changes", care_team)
        assert "night number: 555 0142 → +49 30 1234588" in page
        assert "Lead" in page

    def test_without_one_are_refused(self, at_desk: Client, care_team: CareTeam) -> None:
        page = post(at_desk, "team-numbers", care_team, **TOLD | {"day_number": "", "night_number": ""})
        assert "Type one number at least" in page
        care_team.refresh_from_db()
        assert care_team.day_number == "555 0100"


LITERAL_RULES = {"fever_rule": "38.0-once", "sensitivity": Sensitivity.LITERAL}
LATER_RULES = {"fever_rule": "38.5-once", "sensitivity": Sensitivity.CALIBRATED}
LITERAL = {"fever": "38.0-once", "sensitivity": Sensitivity.LITERAL}


@pytest.fixture
def child(mother: User) -> Child:
    """Juno with antibodies: after CAR T cells no fever rule but the first is documented."""
    return child_of(mother, "Juno", "inotuzumab-ozogamicin", Event("dose", NOW - timedelta(days=6)))


class TestRules:
    def test_are_compared_before_they_are_taken(
        self, at_desk: Client, care_team: CareTeam, ward_child: Child, log: Log
    ) -> None:
        log(temperature=38.2, hours_ago=50)
        log(temperature=36.6, hours_ago=20)
        page = post(at_desk, "team-policy", care_team, **LATER_RULES)
        assert "2 logs of your families." in page
        assert "1 would have had another answer." in page
        assert "Juno" in page
        care_team.refresh_from_db()
        assert care_team.fever_rule == "38.0-once"
        post(at_desk, "team-policy", care_team, **LATER_RULES, take="")
        care_team.refresh_from_db()
        assert care_team.fever_rule == "38.5-once"

    def test_hold_for_the_next_log(self, log: Log, ward_child: Child, lead: User) -> None:
        assert log(temperature=38.2, hours_ago=30).assessment.urgency == "now"
        change_policy(care_team=ward_child.care_team, **LATER_RULES, by=lead, now=NOW)
        assert log(temperature=38.2).assessment.urgency != "now"

    def test_that_nobody_documented_are_refused(self, care_team: CareTeam, lead: User) -> None:
        with pytest.raises(Refused):
            change_policy(care_team=care_team, fever_rule="40.0", sensitivity="literal", by=lead, now=NOW)

    def test_are_on_record_with_what_they_were(self, care_team: CareTeam, lead: User) -> None:
        change_policy(care_team=care_team, **LITERAL_RULES, by=lead, now=NOW)
        change_policy(care_team=care_team, **LITERAL_RULES, by=lead, now=NOW)
        event = AuditEvent.objects.get(verb="policy.changed")
        assert (event.who, event.at) == (lead.pk, NOW)
        assert event.detail == {"changed": {"sensitivity": ["calibrated", "literal"]}}


class TestThePreview:
    def test_says_what_becomes_more_urgent(self, ward_child: Child, log: Log) -> None:
        log(constipation="mild", hours_ago=30)
        found = preview(ward_child.care_team, LITERAL, NOW)
        assert found.more == len(found.differences)
        for one in found.differences:
            assert (one.child_id, one.nickname) == (ward_child.pk, "Juno")

    def test_of_the_policy_that_holds_changes_nothing(self, ward_child: Child, log: Log) -> None:
        for hours in (5, 30, 60):
            log(temperature=38.2, chills="mild", hours_ago=hours)
        held = {"fever": "38.0-once", "sensitivity": Sensitivity.CALIBRATED}
        found = preview(ward_child.care_team, held, NOW)
        assert (found.logs, found.asked, found.differences) == (3, 3, [])

    def test_knows_of_an_earlier_temperature(self, ward_child: Child, log: Log) -> None:
        """Twice 38.0, an hour apart, is a fever under the sustained rule too; once alone is not."""
        sustained = {"fever": "38.0-sustained-or-38.3-once", "sensitivity": Sensitivity.CALIBRATED}
        log(temperature=38.1, hours_ago=52)
        log(temperature=38.1, hours_ago=50)
        changed = {one.observed_at for one in preview(ward_child.care_team, sustained, NOW).differences}
        assert changed == {NOW - timedelta(hours=52)}

    def test_looks_at_ninety_days_and_at_the_own_team(
        self, ward_child: Child, log: Log, nurse_of_another_team: User
    ) -> None:
        log(temperature=38.2, hours_ago=24 * 91)
        log(temperature=38.2, hours_ago=24 * 89)
        other = CareTeam.objects.get(name="Birch ward")
        assert preview(ward_child.care_team, LITERAL, NOW).logs == 1
        assert preview(other, LITERAL, NOW).logs == 0

    def test_is_bounded_and_says_so(self, ward_child: Child, log: Log, monkeypatch: Any) -> None:
        monkeypatch.setattr("tracker.clinic.queries.policy_preview.AT_MOST", 2)
        for hours in (5, 30, 60):
            log(temperature=38.2, hours_ago=hours)
        found = preview(ward_child.care_team, LITERAL, NOW)
        assert (found.asked, found.is_cut) == (2, True)


class TestTheBudget:
    def test_counts_alerts_a_shift_under_both_rules(
        self, at_desk: Client, ward_child: Child, care_team: CareTeam, log: Log, nurse: User
    ) -> None:
        """NOW is 02:14: of the night before. One at night that rings for one rule alone, one by day for both."""
        log(temperature=38.2, at=NOW - timedelta(days=4))
        close_alert(
            alert=Alert.objects.get(),
            outcome="advised-by-phone",
            note="",
            by=nurse,
            now=NOW - timedelta(days=3),
        )
        log(temperature=39.0, at=NOW - timedelta(hours=12))
        found = preview(ward_child.care_team, {"fever": "38.5-once", "sensitivity": "calibrated"}, NOW)
        before, after = found.budgets
        assert (before.alerts, after.alerts, found.raised) == (2, 2, 2)
        assert (before.ringing, after.ringing) == (1, 0)
        assert before.a_day == after.a_day == 1 / 90
        page = post(at_desk, "team-policy", care_team, **LATER_RULES)
        assert "Alerts a shift" in page
        assert "2 alerts were raised in truth" in page

    def test_a_log_joins_an_alert_of_the_day_before_unless_it_is_more_urgent(
        self, care_team: CareTeam
    ) -> None:
        one, other, day = care_team.pk, User().pk, timedelta(days=1)
        told = [(0, "today"), (5, "today"), (6, "now"), (29, "now"), (31, "now"), (32, "note")]
        logs = [(one, NOW + timedelta(hours=hours), urgency) for hours, urgency in told]
        assert budget(care_team, logs, NOW, day).alerts == 3
        assert budget(care_team, [*logs, (other, NOW, "now")], NOW, day).alerts == 4
        assert budget(care_team, logs, NOW + timedelta(hours=30), day).alerts == 1

    def test_of_the_rules_that_hold_is_what_was_answered_and_what_is_answered_today(
        self, at_desk: Client, ward_child: Child, care_team: CareTeam, log: Log
    ) -> None:
        change_policy(care_team=ward_child.care_team, **LATER_RULES, by=User.objects.first(), now=NOW)
        log(temperature=38.2, hours_ago=30)
        change_policy(
            care_team=ward_child.care_team,
            fever_rule="38.0-once",
            sensitivity="calibrated",
            by=User.objects.first(),
            now=NOW,
        )
        page = post(at_desk, "team-policy", care_team, fever_rule="38.0-once", sensitivity="calibrated")
        assert "These are the rules that hold." in page
        assert "1 of them more urgent" in page
        assert "Take these rules" not in page


class TestStaff:
    def test_are_invited_by_a_link_that_is_shown_once(self, at_desk: Client, care_team: CareTeam) -> None:
        page = post(at_desk, "team-invite", care_team, role="nurse", address="new@example.org")
        assert "It works once" in page
        assert Invitation.objects.get().role == Role.NURSE
        assert "It works once" not in get(at_desk, "team-staff", care_team)

    def test_a_link_is_taken_back(self, at_desk: Client, care_team: CareTeam, lead: User) -> None:
        invitation, _token = invite(care_team=care_team, role=Role.NURSE, by=lead, now=NOW)
        post(at_desk, "team-revoke", invitation)
        invitation.refresh_from_db()
        assert invitation.revoked_at == NOW

    def test_who_leaves_sees_nothing_any_more(
        self, at_desk: Client, client: Client, care_team: CareTeam, nurse: User
    ) -> None:
        post(at_desk, "team-end", nurse.memberships.get())
        client.force_login(nurse)
        assert client.get(reverse("team-board", args=[care_team.pk])).status_code in (302, 404)

    def test_the_last_lead_stays(self, care_team: CareTeam, lead: User) -> None:
        with pytest.raises(Refused, match="needs one lead"):
            end_membership(membership=lead.memberships.get(), by=lead, now=NOW)

    def test_a_lead_of_one_team_is_nobody_in_another(
        self, at_desk: Client, nurse_of_another_team: User
    ) -> None:
        membership = nurse_of_another_team.memberships.get()
        assert at_desk.post(reverse("team-end", args=[membership.pk])).status_code == 404

    def test_are_called_in_the_order_that_was_set(
        self, at_desk: Client, care_team: CareTeam, nurse: User, lead: User
    ) -> None:
        first, second = nurse.memberships.get(), lead.memberships.get()
        told = {f"order-{first.pk}": "1", f"order-{second.pk}": "2"}
        page = post(at_desk, "team-call-order", care_team, **told)
        assert page.index("Nurse") < page.index(">Lead<")
        assert list(Membership.objects.order_by("call_order").values_list("call_order", flat=True)) == [1, 2]
        assert "Nurse: nothing → 1" in get(at_desk, "team-changes", care_team)

    def test_of_another_team_are_not_put_in_order(
        self, care_team: CareTeam, lead: User, nurse_of_another_team: User
    ) -> None:
        theirs = nurse_of_another_team.memberships.get()
        change_call_order(care_team=care_team, order={theirs.pk: 1}, by=lead, now=NOW)
        theirs.refresh_from_db()
        assert theirs.call_order is None

    @pytest.mark.parametrize("minutes", [[], [5, 0], [0, 0, 1], [0, 5, 61], [-1, 2]])
    def test_each_level_is_told_later_and_within_an_hour(
        self, care_team: CareTeam, lead: User, minutes: list[int]
    ) -> None:
        with pytest.raises(Refused):
            change_escalation(care_team=care_team, minutes=minutes, by=lead, now=NOW)

    def test_the_times_are_the_teams_own(self, at_desk: Client, care_team: CareTeam) -> None:
        post(at_desk, "team-staff", care_team, first="0", second="3", third="8")
        care_team.refresh_from_db()
        assert care_team.escalation_minutes == [0, 3, 8]


class TestOnRecord:
    def test_a_lead_sees_who_looked_at_whom(
        self, at_desk: Client, client: Client, care_team: CareTeam, ward_child: Child, nurse: User, lead: User
    ) -> None:
        client.force_login(nurse)
        client.get(reverse("nurse-child", args=[ward_child.pk]))
        client.force_login(lead)
        page = " ".join(get(client, "team-changes", care_team, show="looks").split())
        assert "<b>Nurse</b> looked at Juno" in page

    def test_a_new_code_ends_the_old_one(self, at_desk: Client, care_team: CareTeam) -> None:
        before = care_team.join_code
        page = post(at_desk, "team-code", care_team)
        care_team.refresh_from_db()
        assert care_team.join_code != before
        assert care_team.join_code in page


def test_the_handover_says_what_is_open_what_was_decided_and_who_is_silent(
    client: Client, care_team: CareTeam, ward_child: Child, nurse: User, log: Log
) -> None:
    from tracker.clinic.actions.nursing import write_note

    log(temperature=38.4, hours_ago=30)
    close_alert(
        alert=Alert.objects.get(), outcome="admitted", note="Ward 3", by=nurse, now=NOW - timedelta(hours=9)
    )
    write_note(child=ward_child, text="Line changed", by=nurse, now=NOW - timedelta(hours=2))
    log(temperature=38.9)
    client.force_login(nurse)
    page = get(client, "team-handover", care_team)
    for said in ("Admitted", "Ward 3", "Line changed", "38.9 °C", "nobody has taken this"):
        assert said in page
    assert "Ward 3" not in get(client, "team-handover", care_team, hours=8)


def test_the_text_for_the_chart_is_plain_complete_and_in_order(
    client: Client, ward_child: Child, nurse: User, log: Log
) -> None:
    log(temperature=38.4, chills="moderate", note="Woke up shivering <b>")
    client.force_login(nurse)
    page = client.get(reverse("nurse-chart", args=[ward_child.pk])).content.decode()
    text = page.partition("<pre")[2]
    places = [text.index(word) for word in ("SITUATION", "BACKGROUND", "ASSESSMENT AS DOCUMENTED", "REQUEST")]
    assert places == sorted(places)
    for said in (
        "Juno, 8 years",
        "38.4 °C",
        "Chills, shaking",
        "inotuzumab",
        "Rule ",
        "nothing is decided yet",
    ):
        assert said in text
    assert "&lt;b&gt;" in text


def test_the_chart_has_every_closing_of_the_shift_and_who_was_called_in_vain(
    client: Client, ward_child: Child, nurse: User, log: Log
) -> None:
    """Two alerts of one night: the first called in vain and closed, the second closed; then one still open."""
    begun = NOW - timedelta(hours=9)
    for number, hours in enumerate((0, 4, 8)):
        now = begun + timedelta(hours=hours)
        log(temperature=38.4 + number / 2, at=now)
        alert = Alert.objects.open().get()
        if number == 0:
            take_alert(alert=alert, by=nurse, now=now)
            record_not_reached(alert=alert, again_in=10, note="Mailbox full", by=nurse, now=now)
        if number < 2:
            note = f"Misread {number}"
            close_alert(
                alert=alert, outcome="false-alarm", note=note, by=nurse, now=now + timedelta(minutes=30)
            )
    client.force_login(nurse)
    text = client.get(reverse("nurse-chart", args=[ward_child.pk])).content.decode().partition("<pre")[2]
    places = [
        text.index(said) for said in ("Mailbox full", "Misread 0", "Misread 1", "nothing is decided yet")
    ]
    assert places == sorted(places)


class TestOnPaper:
    @pytest.mark.django_db(transaction=True)
    def test_the_handover_is_black_on_white_the_worst_strongest_and_no_child_is_cut(
        self,
        open_page: Callable[..., Page],
        live_server: Any,
        transactional_db: None,
        nurse: User,
        care_team: CareTeam,
    ) -> None:
        """In a dark look, with more alerts than a sheet holds."""
        seen = {"temperature": 38.4, "chills": "moderate", "headache": "severe"}
        for number in range(14):
            another(care_team, f"Child{number:02}", seen)
        another(care_team, "Ada", {"breathing_trouble": "severe"})
        with time_machine.travel(NOW):
            page = open_page(color_scheme="dark", base_url=live_server.url, java_script_enabled=False)
            page.context.add_cookies([{"name": "session", "value": key_of(nurse), "url": live_server.url}])
            page.goto(reverse("team-handover", args=[care_team.pk]))
        page.emulate_media(media="print", color_scheme="dark")
        look = "e => (s => [s.color, s.backgroundColor, parseFloat(s.borderTopWidth)])(getComputedStyle(e))"
        worst, now = (page.locator(f".of-{one} .tag").first.evaluate(look) for one in ("emergency", "now"))
        assert worst[:2] == now[:2] == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
        assert worst[2] > now[2] > 1
        sheets = [sheet.extract_text() for sheet in PdfReader(BytesIO(page.pdf(format="A4"))).pages]
        assert len(sheets) > 1
        assert "Maple ward" in sheets[0]
        for number in range(14):
            [of] = [text for text in sheets if f"Child{number:02}" in text]
            told = of.partition(f"Child{number:02}")[2].partition("Child")[0]
            assert "38.4" in told
            assert "nobody has taken this" in told

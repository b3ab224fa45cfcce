"""The care team's board: it hides nothing, and costs the same for one child and for hundreds."""

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse

from tests.support.personas import NOW, answers, child_of, person
from therapies.catalogue import load
from therapies.explaining import address
from therapies.schedule import Event
from tracker.alerts.actions import resolve_alert
from tracker.alerts.taking import offer_alert, take_alert
from tracker.clinic.actions.nursing import know_child
from tracker.clinic.queries import board_cache
from tracker.families.actions.care_teams import join_care_team
from tracker.families.actions.children import pause
from tracker.logs.actions.record import Recorded, record_log
from tracker.messaging.contact_points import set_mobile
from tracker.messaging.heartbeats import LIMITS, record_heartbeat
from tracker.models import Alert, CareTeam, Child, ContactPoint, User

Log = Callable[..., Recorded]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_at_now")]


@pytest.fixture
def at_desk(client: Client, nurse: User) -> Client:
    client.force_login(nurse)
    for name in LIMITS:
        record_heartbeat(name=name, now=NOW)
    return client


def board(client: Client, team: CareTeam, **more: Any) -> str:
    response = client.get(reverse("team-board", args=[team.pk]), more)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def another(
    team: CareTeam, nickname: str, seen: dict[str, Any] | None = None, hours_ago: float = 1, *events: Event
) -> Child:
    """A child of the ward with one log, from which everybody stays quiet unless something was seen."""
    parent = person(nickname.lower())
    child = child_of(parent, nickname, "tisagenlecleucel", *events)
    join_care_team(child=child, code=team.join_code, by=parent, now=NOW)
    if seen is not None:
        at = NOW - timedelta(hours=hours_ago)
        record_log(
            child=child,
            caregiver=parent,
            answers=answers(**seen),
            observed_at=at,
            client_uuid=uuid4(),
            now=at,
        )
    return child


def without_tokens(page: str) -> str:
    return re.sub(r'<input type="hidden" name="csrfmiddlewaretoken".*?>', "", page).strip()


class TestAlerts:
    @pytest.mark.parametrize("headers", [{}, {"x-part": "board"}])
    def test_each_button_of_a_row_posts_where_it_says(
        self, at_desk: Client, care_team: CareTeam, nurse: User, colleague: User, headers: dict[str, str]
    ) -> None:
        """By way of one form, which is there whole also where an open board draws itself again."""
        another(care_team, "Waits", {"temperature": 38.4})
        another(care_team, "Silent", {"temperature": 36.8}, 25)
        another(care_team, "Given", {"temperature": 38.4}, 2)
        given = Alert.objects.get(child__nickname="Given")
        take_alert(alert=given, by=colleague, now=NOW)
        offer_alert(alert=given, to=nurse, by=colleague, now=NOW)
        page = at_desk.get(reverse("team-board", args=[care_team.pk]), headers=headers).content.decode()
        buttons = re.findall(r'<button[^>]* form="(.*?)" formaction="(.*?)"', page)
        wanted = {("press", name) for name in ("alert-take", "alert-accept", "nurse-reached")}
        assert {(form, resolve(to).url_name) for form, to in buttons} == wanted
        (inside,) = re.findall(r'(?s)<form id="press" hidden method="post".*?>(.*?)</form>', page)
        assert 'name="csrfmiddlewaretoken"' in inside
        for _form, to in buttons:
            assert at_desk.post(to).status_code == 303
        assert set(Alert.objects.values_list("taken_by__name", flat=True)) == {nurse.name}

    def test_the_worst_and_then_the_oldest_stand_on_top(self, at_desk: Client, care_team: CareTeam) -> None:
        another(care_team, "Todayer", {"constipation": "mild"}, 9)
        another(care_team, "Younger", {"temperature": 38.4}, 1)
        another(care_team, "Older", {"temperature": 38.4}, 3)
        another(care_team, "Worst", {"seizure": None}, 0.1)
        page = board(at_desk, care_team)
        places = [page.index(f">{name}<") for name in ("Worst", "Older", "Younger", "Todayer")]
        assert places == sorted(places)

    def test_say_what_is_not_as_usual_and_count_the_rest(
        self, at_desk: Client, care_team: CareTeam, ward_child: Child, log: Log
    ) -> None:
        told = {"talks": "less", "knows": "usual", "follows": "usual"}
        log(temperature=38.4, neuro=told, handwriting="same", fluids_kept="all")
        page = board(at_desk, care_team)
        row = re.search(r'class="alert-seen">\s*<p>\s*<b>(.*?)</b>', page)[1]
        asked = load().observations["neuro.talks"]
        assert f"{asked.name}: {asked.choices[1].name}" in html.unescape(row)
        assert row.endswith(", 3 answers as usual")
        assert load().observations["fluids_kept"].name in row  # for whom that is usual nobody knows

    def test_say_what_was_seen_and_whether_the_family_called(
        self, at_desk: Client, care_team: CareTeam, ward_child: Child, log: Log
    ) -> None:
        log(temperature=38.4, chills="moderate")
        page = board(at_desk, care_team)
        assert "38.4 °C, Chills, shaking (moderate)" in page
        assert "Day 6 after the infusion" in page

    @pytest.mark.hazard("H26")
    @pytest.mark.parametrize("closed", [False, True])
    def test_show_the_danger_and_not_only_the_quiet_log_that_came_since(
        self, at_desk: Client, care_team: CareTeam, ward_child: Child, nurse: User, log: Log, closed: bool
    ) -> None:
        log(temperature=39.4, hours_ago=2)
        if closed:  # with no advice: the danger is remembered, in an alert of its own
            told = {"outcome": "false-alarm", "note": "Misread", "by": nurse, "now": NOW - timedelta(hours=1)}
            resolve_alert(alert=Alert.objects.get(), **told)
        log(temperature=36.7)
        row = re.search(r'class="alert-seen">(.*?)</p>', board(at_desk, care_team))[1]
        assert " ".join(re.sub("<[^>]*>", " ", row).split()) == "39.4 °C 00:14 36.7 °C 02:14, just now"

    @pytest.mark.hazard("H26")
    @pytest.mark.parametrize(
        "wanted",
        [
            {"words": "nobody"},
            {"urgency": "today"},
            {"nurse": str(uuid4())},
            {"therapy": address("inotuzumab-ozogamicin")},
        ],
    )
    def test_that_are_urgent_stand_counted_and_sounding_under_any_filter(
        self, at_desk: Client, care_team: CareTeam, ward_child: Child, log: Log, wanted: dict[str, str]
    ) -> None:
        log(seizure=None)
        another(care_team, "Fever", {"temperature": 38.4})
        another(care_team, "Todayer", {"constipation": "mild"})
        urgent = [str(alert.pk) for alert in Alert.objects.exclude(urgency="today")]
        where = reverse("board-find", args=[care_team.pk])
        assert at_desk.post(where, wanted).status_code == 303
        page = board(at_desk, care_team)
        told = {name: re.search(f'data-{name}="(.*?)"', page)[1].split() for name in ("open", "urgent")}
        assert (told["open"], sorted(told["urgent"])) == (["3"], sorted(urgent))
        assert "3 open alerts" in page
        alerts = page.partition('id="open-title"')[2]
        assert alerts.index(">Juno<") < alerts.index(">Fever<")
        assert "No alert is open" not in page
        at_desk.post(where, {"all": ""})
        assert "filter is on" not in board(at_desk, care_team)

    def test_that_can_wait_are_counted_where_a_filter_leaves_them_out(
        self, at_desk: Client, care_team: CareTeam
    ) -> None:
        another(care_team, "Todayer", {"constipation": "mild"})
        at_desk.post(reverse("board-find", args=[care_team.pk]), {"words": "nobody"})
        page = board(at_desk, care_team)
        assert "1 open alert that can wait until the day does not match it." in page
        assert "No urgent alert is open, and none that matches your filter." in page
        assert ">Todayer<" not in page


class TestFinding:
    @pytest.mark.parametrize("words", ["jun", "JUNO", "MRN-7"])
    def test_by_nickname_or_record_number(
        self, at_desk: Client, care_team: CareTeam, ward_child: Child, nurse: User, words: str
    ) -> None:
        another(care_team, "Theo", {})
        know_child(child=ward_child, record_number="mrn-77", call_back_number="", by=nurse, now=NOW)
        at_desk.post(reverse("board-find", args=[care_team.pk]), {"words": words})
        another(care_team, "Urgent", {"temperature": 38.4})
        page = board(at_desk, care_team)
        assert re.search(r'Found: <a href="[^"]*">Juno</a> </span>', page)
        assert "Theo" not in page

    @pytest.mark.hazard("H26")
    @pytest.mark.parametrize("has_alert", [True, False])
    @pytest.mark.parametrize(
        ("nickname", "words"),
        [
            ("\u00d6mer", "\u00f6mer"),
            ("\u00d6mer", "omer"),
            ("O\u0308mer", "\u00d6M"),
            ("\u042e\u043d\u0430", "\u044e\u043d\u0430"),
            ("\u0141ukasz", "lukasz"),
            ("Zo\u00eb", "zoe"),
        ],
    )
    def test_a_name_however_it_is_typed_and_whether_or_not_it_has_an_alert(
        self, at_desk: Client, care_team: CareTeam, nickname: str, words: str, has_alert: bool
    ) -> None:
        """On SQLite "ömer" was found while he had an alert, and not found without one."""
        another(care_team, nickname, {"temperature": 38.4 if has_alert else 36.8})
        another(care_team, "Theo", {"temperature": 36.8})
        at_desk.post(reverse("board-find", args=[care_team.pk]), {"words": words})
        page = board(at_desk, care_team)
        assert nickname in page
        assert "Theo" not in page

    def test_by_therapy_and_by_nurse(
        self, at_desk: Client, care_team: CareTeam, ward_child: Child, nurse: User, log: Log
    ) -> None:
        log(temperature=38.4)
        take_alert(alert=Alert.objects.get(), by=nurse, now=NOW)
        another(care_team, "Theo", {"temperature": 38.4})
        another(care_team, "Todayer", {"constipation": "mild"})
        at_desk.post(reverse("board-find", args=[care_team.pk]), {"nurse": str(nurse.pk)})
        page = board(at_desk, care_team)
        assert "1 open alert that can wait until the day does not match it." in page
        assert page.count("alert-row") == 2
        assert ">Todayer<" not in page

    def test_keeps_names_and_therapies_out_of_the_address(self, at_desk: Client, care_team: CareTeam) -> None:
        response = at_desk.post(reverse("board-find", args=[care_team.pk]), {"words": "Juno"})
        assert response["Location"] == reverse("team-board", args=[care_team.pk])


class TestSilence:
    def test_of_a_day_after_car_t_cells_is_shown(self, at_desk: Client, care_team: CareTeam) -> None:
        another(care_team, "Silent", {"temperature": 36.8}, 25)
        another(care_team, "Heard", {"temperature": 36.8}, 23)
        page = board(at_desk, care_team)
        assert "Silent for a day: 1 family" in page
        assert page.index(">Silent<") < page.index("Other children") < page.index(">Heard<")

    def test_of_who_never_logged_is_shown(self, at_desk: Client, care_team: CareTeam) -> None:
        another(care_team, "Newcomer", None)
        assert "Silent for a day: 1 family" in board(at_desk, care_team)

    def test_is_not_shown_long_after_the_cells_nor_while_paused(
        self, at_desk: Client, care_team: CareTeam
    ) -> None:
        another(care_team, "Months", {}, 25, Event("infusion", NOW - timedelta(days=60)))
        paused = another(care_team, "Paused", {}, 25)
        pause(child=paused, reason="hospital", by=person("somebody"), now=NOW)
        assert "Silent for a day: 0 families" in board(at_desk, care_team)

    @pytest.mark.parametrize(
        ("stopped", "said"), [("", "1 family"), ("stop", "1 family"), ("end", "0 families")]
    )
    @pytest.mark.hazard("H41")
    def test_counts_until_the_pump_has_come_to_its_end(
        self, at_desk: Client, care_team: CareTeam, stopped: str, said: str
    ) -> None:
        parent = person("pump")
        events = [Event("start", NOW - timedelta(days=5), cycle=1)]
        events += [Event(stopped, NOW - timedelta(days=1))] if stopped else []
        child = child_of(parent, "Pump", "blinatumomab", *events)
        join_care_team(child=child, code=care_team.join_code, by=parent, now=NOW)
        assert f"Silent for a day: {said}" in board(at_desk, care_team)

    @pytest.mark.hazard("H26")
    def test_is_shown_under_any_filter(self, at_desk: Client, care_team: CareTeam) -> None:
        another(care_team, "Silent", {"temperature": 36.8}, 25)
        at_desk.post(reverse("board-find", args=[care_team.pk]), {"words": "nobody"})
        assert "Silent for a day: 1 family" in board(at_desk, care_team)


class TestFreshness:
    """The version itself has a file of its own: test_board_version.py."""

    def test_board_js_gets_the_same_board(
        self, at_desk: Client, care_team: CareTeam, ward_child: Child, log: Log
    ) -> None:
        log(temperature=38.4)
        response = at_desk.get(reverse("team-board", args=[care_team.pk]), headers={"X-Part": "board"})
        part = " ".join(response.content.decode().split())
        assert "<html" not in part
        assert without_tokens(part) in without_tokens(board(at_desk, care_team))

    @pytest.mark.hazard("H13")
    def test_a_red_bar_stands_there_when_the_machine_is_late(
        self, at_desk: Client, care_team: CareTeam
    ) -> None:
        assert "are late" not in board(at_desk, care_team)
        with time_machine.travel(NOW + timedelta(minutes=3), tick=False):
            assert "Escalations and reminders are late." in board(at_desk, care_team)


def test_the_queries_do_not_grow_with_the_children(
    at_desk: Client, care_team: CareTeam, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board_cache, "SHARED_FOR", timedelta(0))

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            board(at_desk, care_team)
        return len(queries)

    another(care_team, "One", {"temperature": 38.4})
    another(care_team, "Two", {"temperature": 36.8}, 25)
    another(care_team, "Three", {"temperature": 36.8})
    cost()  # the first request of a day renews the session
    few = cost()
    for number in range(12):
        another(care_team, f"Sick{number}", {"temperature": 38.4})
        another(care_team, f"Silent{number}", {"temperature": 36.8}, 25)
        another(care_team, f"Quiet{number}", {"temperature": 36.8})
    assert cost() == few <= 21


def test_a_nurse_whose_messages_come_back_sees_it_on_the_board(
    at_desk: Client, care_team: CareTeam, nurse: User, lead: User
) -> None:
    assert "does not work" not in board(at_desk, care_team)
    point = set_mobile(person=nurse, number="+1 555 0199", now=NOW)
    ContactPoint.objects.filter(pk=point.pk).update(dead_at=NOW)
    said = board(at_desk, care_team)
    assert "One of the ways to reach you does not work." in said
    assert f'href="{reverse("reach")}"' in said
    beside = Client()
    beside.force_login(lead)
    assert "does not work" not in board(beside, care_team)


class TestSharing:
    """What one nurse's board has read, another's shows within the next moments."""

    def cost(self, client: Client, team: CareTeam) -> int:
        with CaptureQueriesContext(connection) as queries:
            response = client.get(reverse("team-board", args=[team.pk]), headers={"X-Part": "board"})
        assert "Juno" in response.content.decode()
        return len(queries)

    def test_a_colleagues_board_costs_who_she_is_and_no_more(
        self, at_desk: Client, care_team: CareTeam, lead: User, ward_child: Child, log: Log
    ) -> None:
        beside = Client()
        beside.force_login(lead)
        log(temperature=38.4)
        for client in (beside, at_desk):
            board(client, care_team)  # the first request of a day renews the session
        assert (
            self.cost(beside, care_team) <= 6
        )  # session, person, team, version, the ways to reach her, her look

    def test_ends_with_whatever_happens(
        self, at_desk: Client, care_team: CareTeam, ward_child: Child, log: Log
    ) -> None:
        assert "0 open alerts" in board(at_desk, care_team)
        log(temperature=38.4)
        assert "1 open alert" in board(at_desk, care_team)

    def test_ends_after_a_moment(self, at_desk: Client, care_team: CareTeam, ward_child: Child) -> None:
        assert "Juno" in board(at_desk, care_team)
        Child.objects.update(nickname="Jo")  # past all actions
        with time_machine.travel(NOW + board_cache.SHARED_FOR, tick=False):
            assert ">Jo<" in board(at_desk, care_team)

    def test_never_mixes_what_was_asked_for(
        self, at_desk: Client, client: Client, care_team: CareTeam, lead: User, ward_child: Child, log: Log
    ) -> None:
        log(temperature=38.4)
        beside = Client()
        beside.force_login(lead)
        at_desk.post(reverse("board-find", args=[care_team.pk]), {"words": "nobody"})
        assert "A filter is on." in board(at_desk, care_team)
        assert "A filter is on." not in board(beside, care_team)


class TestWhoMaySeeIt:
    def test_a_nurse_of_one_team_goes_straight_to_its_board(
        self, at_desk: Client, care_team: CareTeam
    ) -> None:
        assert at_desk.get(reverse("board"))["Location"] == reverse("team-board", args=[care_team.pk])

    def test_nobody_else_knows_of_it(
        self, client: Client, care_team: CareTeam, nurse_of_another_team: User, stranger: User
    ) -> None:
        for user in (nurse_of_another_team, stranger):
            client.force_login(user)
            assert client.get(reverse("team-board", args=[care_team.pk])).status_code == 404

    def test_a_family_of_the_team_may_not_see_it(
        self, client: Client, care_team: CareTeam, ward_child: Child, mother: User
    ) -> None:
        client.force_login(mother)
        assert client.get(reverse("team-board", args=[care_team.pk])).status_code == 403

    def test_a_family_that_keeps_its_own_numbers_has_none(
        self, client: Client, child: Child, mother: User
    ) -> None:
        client.force_login(mother)
        assert client.get(reverse("team-board", args=[child.care_team_id])).status_code == 404
        assert client.get(reverse("board")).status_code == 404

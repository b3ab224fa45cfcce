"""One board for a nurse who works in several teams."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tests.clinic.test_board import another
from tests.support.personas import NOW, NUMBERS, join, person
from tracker.alerts.taking import take_alert
from tracker.core.staff_session import LOCKS_AFTER
from tracker.families.actions.care_teams import begin_care_team
from tracker.messaging.heartbeats import LIMITS, record_heartbeat
from tracker.models import Alert, CareTeam, Role, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_at_now")]
BOARDS, VERSION = "/board/", "/board/version/"


@pytest.fixture
def birch(nurse: User) -> CareTeam:
    """The other ward of the nurse."""
    lead = person("other")
    team = begin_care_team(name="Birch ward", numbers=NUMBERS, by=lead, now=NOW)
    join(nurse, Role.NURSE, care_team=team, by=lead)
    return team


@pytest.fixture
def at_desk(client: Client, nurse: User, birch: CareTeam) -> Client:
    client.force_login(nurse)
    for name in LIMITS:
        record_heartbeat(name=name, now=NOW)
    return client


def page_of(client: Client, **headers: str) -> str:
    response = client.get(BOARDS, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_the_worst_of_any_team_stands_first_with_its_ward_and_is_taken_there(
    at_desk: Client, care_team: CareTeam, birch: CareTeam, nurse: User
) -> None:
    another(care_team, "Theo", {"temperature": 38.4})
    another(birch, "Ada", {"breathing_trouble": "severe"})
    page = page_of(at_desk)
    assert page.index(">Ada<") < page.index(">Theo<")
    assert "Birch ward" in page[page.index(">Ada<") : page.index(">Theo<")]
    alert = Alert.objects.get(child__nickname="Ada")
    assert reverse("alert-take", args=[alert.pk]) in page
    for team in (care_team, birch):
        assert reverse("team-board", args=[team.pk]) in page
        assert f"{team.name}, night line: " in " ".join(page.split())
    at_desk.post(reverse("alert-take", args=[alert.pk]))
    assert Alert.objects.get(pk=alert.pk).taken_by == nurse
    assert "Mine 1" in " ".join(page_of(at_desk).split())


def test_it_shows_mine_or_one_urgency_and_hides_no_urgent_one_that_waits(
    at_desk: Client, care_team: CareTeam, birch: CareTeam, nurse: User
) -> None:
    calm = {"rash": "mild"}
    for team, name, seen in ((care_team, "Waits", {"temperature": 38.4}), (birch, "Calm", calm)):
        another(team, name, seen)
    another(birch, "Held", {"temperature": 38.4})
    assert Alert.objects.get(child__nickname="Calm").urgency == "today"
    at_desk.post(reverse("alert-take", args=[Alert.objects.get(child__nickname="Held").pk]))
    find = reverse("boards-find")

    def names(**typed: str) -> set[str]:
        at_desk.post(find, typed)
        page = page_of(at_desk)
        assert page_of(at_desk, **{"X-Part": "board"}).count(">Waits<") == page.count(">Waits<")
        return {name for name in ("Waits", "Calm", "Held") if f">{name}<" in page}

    assert names(nurse=str(nurse.pk)) == {"Waits", "Held"}
    assert names(urgency="today") == {"Waits", "Calm"}
    assert names(all="") == {"Waits", "Calm", "Held"}
    assert names(urgency="nonsense") == {"Waits"}
    names(all="")
    assert at_desk.get(find).status_code == 405


def test_who_left_one_of_them_sees_nothing_of_it(
    at_desk: Client, care_team: CareTeam, birch: CareTeam, nurse: User
) -> None:
    another(birch, "Ada", {"temperature": 38.4})
    assert ">Ada<" in page_of(at_desk)
    nurse.memberships.filter(care_team=birch).update(ended_at=NOW, ended_by=nurse)
    assert at_desk.get(BOARDS)["Location"] == reverse("team-board", args=[care_team.pk])


def test_it_changes_when_any_of_them_does_and_asks_in_two_parts(
    at_desk: Client, care_team: CareTeam, birch: CareTeam
) -> None:
    seen = [at_desk.get(VERSION).content.decode()]
    for team, name in ((care_team, "Theo"), (birch, "Ada")):
        another(team, name, {"temperature": 38.4})
        seen.append(at_desk.get(VERSION).content.decode())
    assert len({line.split(" ")[0] for line in seen}) == 3
    assert f'data-version="{seen[-1]}"' in page_of(at_desk, **{"X-Part": "board"}).replace("&#x2B;", "+")


def test_locked_it_counts_and_names_nobody(
    at_desk: Client, care_team: CareTeam, birch: CareTeam, nurse: User
) -> None:
    another(birch, "Ada", {"breathing_trouble": "severe"})
    with time_machine.travel(NOW + LOCKS_AFTER + timedelta(minutes=1), tick=False):
        for part in ({}, {"X-Part": "board"}):
            page = page_of(at_desk, **part)
            assert "Ada" not in page
            assert "data-locked" in page
            assert 'data-emergencies="1"' in page
        assert at_desk.get(VERSION).status_code == 200


def test_closing_leads_back_to_the_board_one_came_from(
    at_desk: Client, care_team: CareTeam, nurse: User
) -> None:
    own = reverse("team-board", args=[care_team.pk])
    for name, came_from in (("Theo", BOARDS), ("Mika", own)):
        another(care_team, name, {"temperature": 38.4})
        alert = Alert.objects.select_related("child__care_team").get(child__nickname=name)
        take_alert(alert=alert, by=nurse, now=NOW)
        at_desk.get(came_from)
        told = {"outcome": "advised-by-phone", "note": "Told to come in."}
        answer = at_desk.post(reverse("alert-close", args=[alert.pk]), told)
        assert answer["Location"] == f"{came_from}#next"


def test_its_queries_do_not_grow_with_alerts(
    at_desk: Client, care_team: CareTeam, birch: CareTeam, django_assert_max_num_queries: object
) -> None:
    for number in range(8):
        another((care_team, birch)[number % 2], f"Child{number}", {"temperature": 38.4})
    at_desk.get(BOARDS)
    with django_assert_max_num_queries(32):  # type: ignore[operator]
        at_desk.get(BOARDS)

"""On a ward and home again, as the family and the nurse say it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.support.personas import NOW
from tracker.families.actions.ward_stays import admit
from tracker.logs.actions.record import Recorded
from tracker.models import Child, StayEvent, User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_night(clock_at_now: Any) -> Any:
    return clock_at_now


@pytest.fixture
def as_mother(mother: User) -> Client:
    client = Client()
    client.force_login(mother)
    return client


@pytest.fixture
def at_desk(nurse: User, ward_child: Child) -> Client:
    client = Client()
    client.force_login(nurse)
    return client


def state(child: Child) -> str:
    child.refresh_from_db()
    return child.paused_reason


def text(client: Client, page: str, child: Child) -> str:
    return client.get(reverse(page, args=[child.pk])).content.decode()


def test_a_parent_says_in_hospital_and_home_again_by_one_tap(as_mother: Client, child: Child) -> None:
    address = reverse("pause", args=[child.pk])
    as_mother.post(address, {"reason": "hospital"})
    assert "In hospital since Friday, 20 November" in text(as_mother, "pause", child)
    assert "Home again" in text(as_mother, "today", child)
    as_mother.post(address, {"still_there": "yes"})
    assert state(child) == "hospital"
    as_mother.post(address, {"resume": "yes"})
    assert state(child) == ""
    kinds = StayEvent.objects.order_by("at", "pk").values_list("kind", flat=True)
    assert sorted(kinds) == ["admitted", "home", "still-there"]


def test_a_nurse_says_it_and_sees_since_when_beside_an_alert_too(
    at_desk: Client, ward_child: Child, log: Callable[..., Recorded]
) -> None:
    address = reverse("nurse-stay", args=[ward_child.pk])
    at_desk.post(address, {"where": "admitted"})
    assert state(ward_child) == "hospital"
    assert "in hospital since Fri 20 Nov" in text(at_desk, "nurse-child", ward_child)
    board = at_desk.get(reverse("team-board", args=[ward_child.care_team_id])).content.decode()
    assert "in hospital since Fri 20 Nov" in board
    log(temperature=38.4)
    board = at_desk.get(reverse("team-board", args=[ward_child.care_team_id])).content.decode()
    assert "in hospital since Fri 20 Nov" in board.partition("Other children")[0]
    at_desk.post(address, {"where": "home"})
    assert state(ward_child) == ""


def test_of_two_who_say_it_the_second_is_told(at_desk: Client, ward_child: Child, mother: User) -> None:
    admit(child=ward_child, by=mother, now=NOW)
    page = at_desk.post(reverse("nurse-stay", args=[ward_child.pk]), {"where": "admitted"}, follow=True)
    assert "Somebody has said so meanwhile" in page.content.decode()
    assert StayEvent.objects.count() == 1

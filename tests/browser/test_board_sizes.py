"""A board of twenty children and one of thousands: a bad night on one screen, and the place is kept."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.clinic.test_board import another
from tests.support.access_world import key_of
from tests.support.crowd import crowd
from tests.support.personas import NOW
from tracker.clinic.queries.board_alerts import CARDS, LINES
from tracker.families.actions.ward_stays import say_died
from tracker.messaging.heartbeats import LIMITS, record_heartbeat
from tracker.models import Alert, CareTeam, Child, User

pytestmark = pytest.mark.django_db(transaction=True)
SCREENS = {(1280, 800): 12, (1920, 1080): 25}
SEEN_WHOLE = """lines => {
  const dock = document.querySelector(".dock").getBoundingClientRect();
  const end = dock.top > 0 ? Math.min(dock.top, innerHeight) : innerHeight;
  return lines.filter((line) => line.getBoundingClientRect().bottom <= end).length;
}"""


@pytest.fixture
def theo(care_team: CareTeam, nurse: User) -> Child:
    """The first of the ward, whose alert is nine hours old."""
    for name in LIMITS:
        record_heartbeat(name=name, now=NOW)
    return another(care_team, "Theo", {"temperature": 38.4, "chills": "moderate"}, 9)


@pytest.fixture
def board(
    open_page: Callable[..., Page], live_server: Any, nurse: User, care_team: CareTeam
) -> Callable[..., Page]:
    def board(**options: Any) -> Page:
        page = open_page(base_url=live_server.url, **options)
        page.context.add_cookies([{"name": "session", "value": key_of(nurse), "url": live_server.url}])
        page.goto(reverse("team-board", args=[care_team.pk]))
        return page

    return board


@pytest.mark.parametrize("children", [20, 200, 2000])
def test_a_bad_night_stands_on_one_screen_and_the_next_one_is_reached(
    children: int, theo: Child, board: Callable[..., Page], care_team: CareTeam, nurse: User
) -> None:
    crowd(theo, children=children - 1, alerts=min(children, 200) - 1)
    User.objects.filter(pk=nurse.pk).update(board_view=LINES)
    client = Client()
    client.force_login(nurse)
    part = client.get(reverse("team-board", args=[care_team.pk]), headers={"X-Part": "board"})
    assert len(part.content) <= 100_000
    page = board(viewport={"width": 1280, "height": 800})
    for (width, height), lines in SCREENS.items():
        page.set_viewport_size({"width": width, "height": height})
        whole = page.locator("[data-line]").evaluate_all(SEEN_WHOLE)
        assert whole >= min(lines, children), (width, height)
    names = page.locator("[data-line] [data-key=o]").all_inner_texts()
    page.locator("[data-line]").nth(2).get_by_role("button", name="Take it").click()
    page.get_by_role("button", name="Advised by phone").click()
    expect(page.get_by_role("link", name=names[3], exact=True)).to_be_focused()


def test_an_open_alert_of_a_child_that_has_died_says_so_before_anybody_rings(
    theo: Child, board: Callable[..., Page], nurse: User, lead: User
) -> None:
    say_died(child=theo, by=lead, now=NOW)
    for view in (LINES, CARDS):
        User.objects.filter(pk=nurse.pk).update(board_view=view)
        line = board(viewport={"width": 1280, "height": 800}).locator("[data-line]").filter(has_text="Theo")
        expect(line).to_contain_text("as died")
    assert Alert.objects.open().filter(child__nickname="Theo").exists()


def test_on_a_phone_the_first_alert_stands_on_the_first_screen(
    theo: Child, board: Callable[..., Page], nurse: User
) -> None:
    for view in (LINES, CARDS):
        User.objects.filter(pk=nurse.pk).update(board_view=view)
        page = board(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
        box = page.locator("[data-line]").first.bounding_box()
        assert box
        assert box["y"] <= 320

"""The staff's wider pages, at the sizes of a desk, a wall and a tablet: they fit, and everybody can use them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from tests.clinic.test_board import another
from tests.support.access_world import key_of
from tests.support.accessibility import violations
from tests.support.personas import NOW, NUMBERS, SECRET, join, person
from tracker.families.actions.care_teams import begin_care_team
from tracker.families.actions.merge_offers import ask_to_merge
from tracker.messaging.heartbeats import LIMITS, record_heartbeat
from tracker.models import CareTeam, ContactPoint, Role, User
from tracker.site.demo.second_factors import seed_totp

pytestmark = pytest.mark.django_db(transaction=True)
SIZES = ((1280, 800), (1920, 1080), (768, 1024))
OVERFLOWS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture
def wards(care_team: CareTeam, nurse: User, lead: User) -> CareTeam:
    """Two wards of one lead, a night with alerts in both; the other one asks to go into this one."""
    for name in LIMITS:
        record_heartbeat(name=name, now=NOW)
    asker = person("birchlead")
    seed_totp(asker, SECRET)
    birch = begin_care_team(name="Birch ward of the children's hospital", numbers=NUMBERS, by=asker, now=NOW)
    join(lead, Role.NURSE, care_team=birch, by=asker)
    ask_to_merge(left=birch, code=str(care_team.join_code), by=asker, now=NOW)
    another(care_team, "Theo", {"temperature": 38.4, "chills": "moderate"})
    another(birch, "Ada", {"breathing_trouble": "severe"}, 0.2)
    another(birch, "Mara", {"rash": "mild"}, 3)
    silent = {"check_due_at": NOW, "unheard_since": NOW - timedelta(days=2), "begun_at": NOW}
    told = {"channel": "push", "address": "https://web.push.apple.com/1"}
    ContactPoint.objects.create(person=User.objects.get(name="Theo"), **told, **silent)
    return care_team


@pytest.fixture
def desk(open_page: Callable[..., Page], live_server: Any, lead: User) -> Callable[..., Page]:
    def desk(**options: Any) -> Page:
        page = open_page(base_url=live_server.url, **options)
        page.context.add_cookies([{"name": "session", "value": key_of(lead), "url": live_server.url}])
        return page

    return desk


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_wider_pages_fit_a_desk_a_wall_and_a_tablet(
    wards: CareTeam, desk: Callable[..., Page], scheme: str
) -> None:
    page = desk(color_scheme=scheme)
    own = ("team", "team-rota", "team-figures", "team-handover", "team-merge", "team-board", "transfers")
    for where in (reverse("board"), *(reverse(name, args=[wards.pk]) for name in own)):
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            page.goto(where)
            assert not page.evaluate(OVERFLOWS), (where, width)
        page.set_viewport_size({"width": 1280, "height": 3000})  # nothing lies under the bar with the number
        assert violations(page) == [], where

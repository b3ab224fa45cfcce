"""A ward's computer is left alone: the page is covered, the board counts on, and what was typed is there afterwards."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.support.accessibility import violations
from tests.support.personas import NOW, NUMBERS, SECRET, answers, child_of, join, person
from tests.support.waiting import wait_until
from tracker.families.actions.callback_numbers import set_callback
from tracker.families.actions.care_teams import begin_care_team, join_care_team
from tracker.logs.actions.record import record_log
from tracker.models import CareTeam, Child, Role
from tracker.site.demo.second_factors import seed_totp

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "a quiet night"
LEFT_ALONE = "localStorage.setItem('staff-active-at', 0)"  # nobody was here for long


@pytest.fixture
def juno() -> Child:
    lead, mother = person("lead"), person("mother")
    seed_totp(lead, SECRET)
    team = begin_care_team(name="Maple ward", numbers=NUMBERS, by=lead, now=NOW)
    nurse = person("nurse")
    nurse.set_password(PASSWORD)
    nurse.save()
    join(nurse, Role.NURSE, care_team=team, by=lead)
    child = child_of(mother)
    join_care_team(child=child, code=team.join_code, by=mother, now=NOW)
    record_log(
        child=child,
        caregiver=mother,
        answers=answers(temperature=39.1),
        observed_at=NOW,
        client_uuid=child.pk,
        now=NOW,
    )
    return child


@pytest.fixture
def desk(juno: Child, open_page: Callable[..., Page], live_server: Any) -> Page:
    """The nurse's desk, signed in."""
    client = Client()
    client.force_login(juno.care_team.memberships.get(role=Role.NURSE).user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page = open_page(base_url=live_server.url, viewport={"width": 1280, "height": 800})
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
    )
    return page


def unlock(page: Page) -> None:
    """In a window of its own, by the password."""
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Unlock").first.click()
    window = opened.value
    window.get_by_label("Password").fill(PASSWORD)
    with window.expect_event("close"):  # it closes by itself
        window.get_by_role("button", name="Go on").click()


def test_what_was_typed_is_there_after_the_lock(desk: Page, juno: Child) -> None:
    desk.goto(reverse("nurse-child", args=[juno.pk]))
    note = desk.locator("textarea[name=text]").last
    note.fill("Rang her mother.")
    desk.evaluate(LEFT_ALONE)
    expect(desk.get_by_role("heading", name="Locked")).to_be_visible()
    expect(note).to_be_hidden()
    expect(desk.get_by_text("39.1").filter(visible=True)).to_have_count(0)
    assert violations(desk) == []
    unlock(desk)
    expect(note).to_be_visible()
    expect(note).to_have_value("Rang her mother.")
    expect(desk.get_by_role("heading", name="Locked")).to_be_hidden()


@pytest.mark.hazard("H23")
def test_a_locked_page_shows_no_familys_number(desk: Page, juno: Child) -> None:
    own = juno.memberships.get()
    set_callback(membership=own, number="+1 202-555-0111", by=own.user, now=NOW)
    desk.goto(reverse("nurse-child", args=[juno.pk]))
    bar = desk.locator(".call-bar").filter(visible=True)
    expect(bar).to_contain_text("+1 202-555-0111")
    desk.evaluate(LEFT_ALONE)
    expect(bar).to_contain_text("Families are told to call")
    expect(desk.get_by_text("0111").filter(visible=True)).to_have_count(0)
    expect(desk.get_by_text("Juno").filter(visible=True)).to_have_count(0)


def test_a_locked_board_goes_on_counting(desk: Page, juno: Child) -> None:
    desk.goto(reverse("team-board", args=[juno.care_team_id]))
    expect(desk.get_by_text("Juno").first).to_be_visible()
    desk.evaluate(LEFT_ALONE)
    expect(desk.get_by_text("This board is locked")).to_be_visible()
    expect(desk.get_by_text("Juno").filter(visible=True)).to_have_count(0)
    wait_until(lambda: desk.title().startswith("(1)"), "the count in the title")
    assert violations(desk) == []
    unlock(desk)
    expect(desk.get_by_text("Juno").first).to_be_visible()


def test_locked_by_hand(desk: Page, juno: Child) -> None:
    desk.goto(reverse("team-board", args=[juno.care_team_id]))
    desk.get_by_role("button", name="Lock").click()
    expect(desk.get_by_text("This board is locked")).to_be_visible()
    team = CareTeam.objects.get(pk=juno.care_team_id)
    assert team.name in desk.locator("header").inner_text()


def test_locked_by_hand_what_was_typed_stays(desk: Page, juno: Child) -> None:
    desk.goto(reverse("nurse-child", args=[juno.pk]))
    note = desk.locator("textarea[name=text]").last
    note.fill("Rang her mother.")
    desk.get_by_role("button", name="Lock").click()
    expect(desk.get_by_role("heading", name="Locked")).to_be_visible()
    unlock(desk)
    expect(note).to_have_value("Rang her mother.")

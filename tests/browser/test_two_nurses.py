"""Two nurses in two browsers and a parent in a third: all see the truth, without a reload."""

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.test_log_path import log_a_fever
from tests.support.access_world import key_of
from tests.support.accessibility import violations
from tests.support.personas import answers
from tracker.alerts.taking import take_alert
from tracker.logs.actions.record import Recorded, record_log
from tracker.messaging.heartbeats import LIMITS, record_heartbeat
from tracker.models import Alert, CareTeam, Child, User

pytestmark = pytest.mark.django_db(transaction=True)
DESK = {"width": 1280, "height": 800}
TALL = {"width": 360, "height": 6000}  # a phone, in which the bar at the bottom covers nothing


def signed_in(open_page: Callable[..., Page], user: User, url: str, **options: Any) -> Page:
    page = open_page(**options)
    page.context.add_cookies([{"name": "session", "value": key_of(user), "url": url}])
    return page


def seen(what: str, wait: Callable[[], object], since: float) -> None:
    wait()
    print(f"{what}: {time.monotonic() - since:.2f} s")


@pytest.fixture
def fever(ward_child: Child, mother: User) -> Callable[[], Recorded]:
    def log() -> Recorded:
        now = timezone.now()
        return record_log(
            child=ward_child,
            caregiver=mother,
            answers=answers(temperature=38.4),
            observed_at=now,
            client_uuid=uuid4(),
            now=now,
        )

    return log


def test_two_nurses_race_for_an_alert_and_everybody_sees_who_won(
    open_page: Callable[..., Page],
    live_server: Any,
    care_team: CareTeam,
    ward_child: Child,
    mother: User,
    nurse: User,
    colleague: User,
) -> None:
    for name in LIMITS:
        record_heartbeat(name=name, now=timezone.now())
    boards = [signed_in(open_page, who, live_server.url, viewport=DESK) for who in (nurse, colleague)]
    for board in boards:
        board.goto(live_server.url + reverse("team-board", args=[care_team.pk]))
        expect(board.get_by_role("heading", name="0 open alerts")).to_be_visible()
    phone = signed_in(open_page, mother, live_server.url)
    phone.goto(live_server.url + reverse("today", args=[ward_child.pk]))
    log_a_fever(phone)
    expect(phone.get_by_role("heading", name="Call your care team now")).to_be_visible()
    raised = time.monotonic()
    phone.get_by_text("I have called").click()
    told = phone.get_by_label("What did they tell you?")
    told.fill("They said")
    for number, board in enumerate(boards):
        take = board.get_by_role("button", name="Take it Juno")
        seen(f"board {number} shows it", lambda take=take: expect(take).to_be_visible(), raised)
        assert board.title().startswith("(1)")
    both = [board.get_by_role("button", name="Take it Juno").element_handle() for board in boards]
    for button in both:
        button.evaluate("button => { setTimeout(() => button.click(), 50) }")
    clicked = time.monotonic()
    for board in boards:
        board.wait_for_url("**/review/")
    winner = Alert.objects.get().taken_by
    first, second = boards if winner == nurse else reversed(boards)
    expect(first.get_by_text("You took this.")).to_be_visible()
    expect(second.get_by_text(f"{winner.name} took this at")).to_be_visible()
    seen("both know who won", lambda: None, clicked)
    seen_by_the_parent(phone, f"{winner.name} took this", clicked)
    assert told.input_value() == "They said"  # what is being typed stays, and where
    expect(told).to_be_focused()
    second.goto(live_server.url + reverse("team-board", args=[care_team.pk]))
    expect(second.get_by_text(winner.name).last).to_be_visible()
    first.get_by_role("button", name="Comes to the clinic today").click()
    closed = time.monotonic()
    gone = expect(second.get_by_role("heading", name="0 open alerts"))
    seen("the other board knows that it is closed", lambda: gone.to_be_visible(), closed)
    seen_by_the_parent(phone, "Come to the clinic today.", closed)
    expect(told).to_be_focused()


def seen_by_the_parent(phone: Page, words: str, since: float) -> None:
    """On the page that they have open, without a reload, and no less urgent than before."""
    shown = expect(phone.get_by_text(words))
    seen(f"the parent sees “{words}”", lambda: shown.to_be_visible(), since)
    expect(phone.get_by_role("heading", name="Call your care team now")).to_be_visible()


def test_an_open_answer_says_when_it_cannot_reach_the_site_and_keeps_the_number(
    open_page: Callable[..., Page],
    live_server: Any,
    ward_child: Child,
    mother: User,
    nurse: User,
    fever: Callable[[], Recorded],
) -> None:
    phone = signed_in(open_page, mother, live_server.url)
    answer = live_server.url + reverse("answer", args=[fever().log.pk])
    phone.goto(answer)
    phone.context.set_offline(True)
    lost = phone.get_by_text("No connection since")
    expect(lost).to_be_visible()
    expect(phone.get_by_role("heading", name="Call your care team now")).to_be_visible()
    expect(phone.get_by_role("link", name="Call", exact=False).first).to_be_visible()
    assert violations(phone) == []
    take_alert(alert=Alert.objects.get(), by=nurse, now=timezone.now())
    phone.context.set_offline(False)
    expect(phone.get_by_text("Nurse took this")).to_be_visible()
    expect(lost).to_be_hidden()
    assert violations(phone) == []


def test_nothing_moves_in_an_open_answer_where_the_focus_is(
    open_page: Callable[..., Page],
    live_server: Any,
    ward_child: Child,
    mother: User,
    nurse: User,
    fever: Callable[[], Recorded],
) -> None:
    phone = signed_in(open_page, mother, live_server.url)
    answer = live_server.url + reverse("answer", args=[fever().log.pk])
    phone.goto(answer)
    part = phone.locator("[data-part=team]")
    part.evaluate("part => { part.tabIndex = -1; part.focus() }")
    take_alert(alert=Alert.objects.get(), by=nurse, now=timezone.now())
    for _twice in range(2):  # what was asked for before the taking may be the first
        with phone.expect_response(answer):
            pass
    expect(part).to_be_focused()
    expect(phone.get_by_text("Nurse took this")).to_be_hidden()
    part.evaluate("part => part.blur()")
    expect(phone.get_by_text("Nurse took this")).to_be_visible()


def test_a_board_says_when_it_cannot_reach_the_site(
    open_page: Callable[..., Page],
    live_server: Any,
    care_team: CareTeam,
    nurse: User,
    fever: Callable[[], Recorded],
) -> None:
    board = signed_in(open_page, nurse, live_server.url, viewport=DESK)
    board.goto(live_server.url + reverse("team-board", args=[care_team.pk]))
    board.context.set_offline(True)
    lost = board.get_by_text("No connection since")
    expect(lost).to_be_visible()
    fever()
    board.context.set_offline(False)
    expect(board.get_by_role("button", name="Take it Juno")).to_be_visible()
    expect(lost).to_be_hidden()


@pytest.mark.parametrize(
    "look", [{"viewport": DESK}, {"viewport": TALL, "color_scheme": "dark"}, {"java_script_enabled": False}]
)
def test_every_page_of_the_nurse_is_accessible(
    open_page: Callable[..., Page],
    live_server: Any,
    care_team: CareTeam,
    ward_child: Child,
    nurse: User,
    fever: Callable[[], Recorded],
    look: dict[str, Any],
) -> None:
    fever()
    page = signed_in(open_page, nurse, live_server.url, **look)
    for name, pk in (("team-board", care_team.pk), ("nurse-child", ward_child.pk)):
        page.goto(live_server.url + reverse(name, args=[pk]))
        if look.get("java_script_enabled", True):
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(live_server.url + reverse("team-board", args=[care_team.pk]))
    page.get_by_role("button", name="Take it Juno").click()
    expect(page.get_by_text("You took this.")).to_be_visible()
    if look.get("java_script_enabled", True):
        assert violations(page) == []


LEADS = ("team", "team-numbers", "team-policy", "team-staff", "team-code", "team-changes")
EVERYBODYS = ("team-handover", "team-figures")


@pytest.mark.parametrize("look", [{"viewport": DESK}, {"viewport": TALL, "color_scheme": "dark"}])
def test_every_page_of_the_lead_is_accessible(
    open_page: Callable[..., Page],
    live_server: Any,
    care_team: CareTeam,
    ward_child: Child,
    lead: User,
    fever: Callable[[], Recorded],
    look: dict[str, Any],
) -> None:
    fever()
    page = signed_in(open_page, lead, live_server.url, **look)
    places = [reverse(name, args=[care_team.pk]) for name in (*LEADS, *EVERYBODYS)]
    for place in (*places, reverse("nurse-chart", args=[ward_child.pk])):
        page.goto(live_server.url + place)
        assert violations(page) == [], place
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), place
    page.goto(live_server.url + reverse("team-policy", args=[care_team.pk]))
    page.get_by_text("literal", exact=False).first.click()
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("button", name="Take these rules")).to_be_visible()
    assert violations(page) == []

"""Ending an alert in a browser: every state is accessible, and no filter silences the board."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.test_two_nurses import DESK, TALL, signed_in
from tests.support.accessibility import violations
from tests.support.personas import answers, child_of
from tracker.alerts.decisions import open_decision
from tracker.alerts.taking import close_alert, record_not_reached
from tracker.families.actions.care_teams import join_care_team
from tracker.logs.actions.record import record_log
from tracker.messaging.heartbeats import LIMITS, record_heartbeat
from tracker.models import Alert, CareTeam, Child, User
from tracker.models.alerts import UNDO_WITHIN

pytestmark = pytest.mark.django_db(transaction=True)
LOOKS = [{"viewport": DESK}, {"viewport": TALL, "color_scheme": "dark"}]
COUNTING = """
window.tones = 0;
const RealOscillator = AudioContext.prototype.createOscillator;
AudioContext.prototype.createOscillator = function () { window.tones += 1; return RealOscillator.call(this); };
"""


@pytest.fixture
def see(ward_child: Child, mother: User) -> Callable[..., None]:
    def see(**seen: Any) -> None:
        now = timezone.now()
        when = {"observed_at": now, "client_uuid": uuid4(), "now": now}
        record_log(child=ward_child, caregiver=mother, answers=answers(**seen), **when)

    return see


def look_at(page: Page) -> None:
    page.wait_for_load_state("load")  # its style sheets too
    page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations(page) == []


@pytest.mark.hazard("H26")
def test_an_emergency_outside_the_filter_sounds_and_counts(
    open_page: Callable[..., Page],
    live_server: Any,
    care_team: CareTeam,
    nurse: User,
    see: Callable[..., None],
) -> None:
    for name in LIMITS:
        record_heartbeat(name=name, now=timezone.now())
    board = signed_in(open_page, nurse, live_server.url, viewport=DESK)
    board.add_init_script(COUNTING)
    board.goto(live_server.url + reverse("team-board", args=[care_team.pk]))
    board.get_by_text("Find and filter").click()
    board.get_by_label("Nickname or record number").fill("Nour")
    board.get_by_role("button", name="Show these").click()
    expect(board.get_by_text("A filter is on.")).to_be_visible()
    board.get_by_label("Sound while an urgent alert waits").check()
    before = board.evaluate("window.tones")
    see(unresponsive=None)
    expect(board.get_by_role("button", name="Take it Juno")).to_be_visible()
    board.wait_for_function("before => window.tones > before", arg=before)
    assert board.title().startswith("(1)")


@pytest.mark.parametrize("look", LOOKS)
def test_every_way_to_end_an_alert_is_accessible(
    open_page: Callable[..., Page],
    live_server: Any,
    care_team: CareTeam,
    ward_child: Child,
    nurse: User,
    see: Callable[..., None],
    look: dict[str, Any],
) -> None:
    see(seizure=None, temperature=39.1)
    page = signed_in(open_page, nurse, live_server.url, **look)
    page.goto(live_server.url + reverse("nurse-child", args=[ward_child.pk]))
    page.get_by_role("button", name="Take it", exact=True).click()
    expect(page.get_by_text("You took this.")).to_be_visible()
    look_at(page)
    page.get_by_label("What you decided and told the family").fill(" ")
    page.get_by_role("button", name="False alarm").click()
    expect(page.get_by_text("Write why it is a false alarm.")).to_be_visible()
    look_at(page)
    page.get_by_role("button", name="Could not reach the family").click()
    expect(page.get_by_text("Called in vain at").first).to_be_visible()
    look_at(page)
    page.get_by_role("button", name="Sent to the emergency room").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    look_at(page)
    see(temperature=38.6)
    for name, pk in (("nurse-child", ward_child.pk), ("team-handover", care_team.pk)):
        page.goto(live_server.url + reverse(name, args=[pk]))
        look_at(page)


@pytest.mark.parametrize("look", LOOKS)
def test_a_board_with_a_filter_and_what_was_just_closed_is_accessible(
    open_page: Callable[..., Page],
    live_server: Any,
    care_team: CareTeam,
    ward_child: Child,
    mother: User,
    nurse: User,
    stranger: User,
    see: Callable[..., None],
    look: dict[str, Any],
) -> None:
    now = timezone.now()
    see(seizure=None)
    close_alert(alert=Alert.objects.get(), outcome="false-alarm", note="Misread", by=nurse, now=now)
    see(temperature=38.6)
    record_not_reached(alert=Alert.objects.open().get(), again_in=10, note="", by=nurse, now=now)
    other = child_of(stranger, "Nour")
    join_care_team(child=other, code=care_team.join_code, by=stranger, now=now)
    when = {"observed_at": now, "client_uuid": uuid4(), "now": now}
    record_log(child=other, caregiver=stranger, answers=answers(constipation="mild"), **when)
    page = signed_in(open_page, nurse, live_server.url, **look)
    page.goto(live_server.url + reverse("team-board", args=[care_team.pk]))
    page.get_by_text("Find and filter").click()
    page.get_by_label("Nickname or record number").fill("Nour")
    page.get_by_role("button", name="Show these").click()
    look_at(page)
    page.get_by_label("Read it, called nobody").check()
    page.get_by_role("button", name="Close the chosen ones").click()
    expect(page.get_by_text("Choose at least one.")).to_be_visible()
    expect(page.get_by_label("Read it, called nobody")).to_be_checked()
    look_at(page)


@pytest.mark.parametrize("look", LOOKS)
def test_what_the_family_sees_of_it_is_accessible(
    open_page: Callable[..., Page],
    live_server: Any,
    ward_child: Child,
    mother: User,
    nurse: User,
    see: Callable[..., None],
    look: dict[str, Any],
) -> None:
    now = timezone.now()
    see(seizure=None)
    alert = Alert.objects.get()
    record_not_reached(alert=alert, again_in=10, note="", by=nurse, now=now)
    phone = signed_in(open_page, mother, live_server.url, **look)
    today = live_server.url + reverse("today", args=[ward_child.pk])
    phone.goto(today)
    look_at(phone)
    phone.goto(live_server.url + reverse("answer", args=[alert.log_id]))
    look_at(phone)
    can_be_undone_no_more = now - UNDO_WITHIN
    close_alert(
        alert=alert,
        outcome="emergency-room",
        note="Door B, ask for Ada.",
        by=nurse,
        now=can_be_undone_no_more,
    )
    phone.goto(today)
    look_at(phone)
    phone.get_by_role("button", name="We have read this").click()
    expect(phone.get_by_role("button", name="We have read this")).to_be_hidden()
    assert not open_decision(child=ward_child, by=mother, now=now)
    see(temperature=38.6)
    newest = Alert.objects.open().get().log_id
    phone.goto(live_server.url + reverse("answer", args=[newest]))
    look_at(phone)

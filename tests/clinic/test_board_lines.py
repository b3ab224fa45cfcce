"""A board for a bad night: an alert a line, page by page, and nothing urgent that waits is out of sight."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tests.clinic.test_board import another, board
from tests.support.personas import NOW
from tracker.alerts.taking import HELD_FOR, offer_alert, record_not_reached, take_alert
from tracker.clinic.queries import board_alerts
from tracker.clinic.queries.board_alerts import LINES, Filters, pick
from tracker.messaging.heartbeats import LIMITS, record_heartbeat
from tracker.models import Alert, CareTeam, Child, Membership, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_at_now")]


@pytest.fixture
def at_desk(client: Client, nurse: User) -> Client:
    client.force_login(nurse)
    for name in LIMITS:
        record_heartbeat(name=name, now=NOW)
    return client


@pytest.fixture
def lines(at_desk: Client, nurse: User) -> Client:
    User.objects.filter(pk=nurse.pk).update(board_view=LINES)
    return at_desk


@pytest.fixture
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(board_alerts.ON_A_PAGE, "cards", 2)
    monkeypatch.setitem(board_alerts.ON_A_PAGE, LINES, 2)


def alert_of(child: Child) -> Alert:
    return Alert.objects.open().select_related("child__care_team").get(child=child)


def texts(page: str) -> str:
    return " ".join(re.sub("<[^>]*>", " ", page).split())


def test_lines_or_cards_is_a_choice_that_is_kept_with_the_person(
    at_desk: Client, care_team: CareTeam, lead: User
) -> None:
    another(care_team, "Theo", {"temperature": 38.4})
    assert 'class="line ' not in board(at_desk, care_team)
    where = reverse("board-look", args=[care_team.pk])
    assert at_desk.post(where, {"view": "lines"}).status_code == 303
    assert 'class="line ' in board(at_desk, care_team)
    at_desk.post(where, {"view": "<b>"})
    assert 'class="line ' in board(at_desk, care_team)
    beside = Client()
    beside.force_login(lead)
    assert 'class="line ' not in board(beside, care_team)


def test_a_line_says_all_that_a_nurse_decides_by(lines: Client, care_team: CareTeam, colleague: User) -> None:
    child = another(care_team, "Theo", {"temperature": 38.4, "chills": "moderate"}, 1)
    told = {"callback_number": "+1 555 0188", "callback_confirmed_at": NOW}
    Membership.objects.filter(child=child).update(**told)
    page = board(lines, care_team)
    line = texts(page.partition('class="lines"')[2].partition("</ol>")[0])
    for said in (
        "Call now",
        "Theo 8",
        "CAR T cells (tisagenlecleucel) Day 6",
        "38.4 °C",
        "1 hour ago",
        "nobody",
    ):
        assert said in line
    assert 'href="tel:+15550188"' in page
    take_alert(alert=alert_of(child), by=colleague, now=NOW)
    line = texts(board(lines, care_team).partition('class="lines"')[2].partition("</ol>")[0])
    assert "Colleague" in line
    assert "nobody" not in line


@pytest.mark.parametrize("view", ["cards", LINES])
@pytest.mark.hazard("H26")
def test_an_urgent_alert_that_waits_is_on_the_page_or_counted_with_a_link_on_top(
    at_desk: Client, care_team: CareTeam, nurse: User, short_pages: None, view: str
) -> None:
    User.objects.filter(pk=nurse.pk).update(board_view=view)
    another(care_team, "Todayer", {"constipation": "mild"}, 9)
    for number in range(3):
        another(care_team, f"Now{number}", {"temperature": 38.4}, 3 - number)
    another(care_team, "Worst", {"seizure": None}, 0.1)
    urgent = {"Worst", "Now0", "Now1", "Now2"}
    for number, here in ((1, {"Worst", "Now0"}), (2, {"Now1", "Now2"}), (3, {"Todayer"})):
        page = board(at_desk, care_team, alerts=number)
        assert set(re.findall(r'data-key="o">(\w+)<', page)) == here
        missing = len(urgent - here)
        assert f"{missing} more urgent alerts wait for a nurse, on another page" in page
        assert f'href="?alerts={2 if number == 1 else 1}#alerts"' in page
        assert len(re.search(r'data-urgent="(.*?)"', page)[1].split()) == 4
        assert 'data-emergencies="1"' in page
    assert "Page 3: 1 of 5" in board(at_desk, care_team, alerts=99999)  # there is no such page: the last


def test_who_waits_stands_before_who_is_in_hand_and_today_after_both(
    care_team: CareTeam, nurse: User, colleague: User
) -> None:
    another(care_team, "Todayer", {"constipation": "mild"}, 9)
    held, vain, waiting = (
        another(care_team, name, {"temperature": 38.4}, 5) for name in ("Held", "Vain", "Waits")
    )
    take_alert(alert=alert_of(held), by=colleague, now=NOW)
    take_alert(alert=alert_of(vain), by=colleague, now=NOW)
    record_not_reached(alert=alert_of(vain), again_in=10, note="", by=colleague, now=NOW)
    order = [alert.child.nickname for alert in pick(care_team, Filters(), NOW).open]
    assert order[2:] == ["Held", "Todayer"]
    assert set(order[:2]) == {"Vain", "Waits"}
    assert waiting.nickname in order


@pytest.mark.hazard("H26")
def test_one_in_a_colleagues_hands_that_a_filter_leaves_out_is_counted_and_comes_back_when_it_lapses(
    lines: Client, care_team: CareTeam, nurse: User, colleague: User
) -> None:
    mine, theirs = (another(care_team, name, {"temperature": 38.4}) for name in ("Mine", "Theirs"))
    take_alert(alert=alert_of(mine), by=nurse, now=NOW)
    take_alert(alert=alert_of(theirs), by=colleague, now=NOW)
    lines.post(reverse("board-find", args=[care_team.pk]), {"nurse": str(nurse.pk)})
    page = board(lines, care_team)
    assert re.findall(r'data-key="o">(\w+)<', page) == ["Mine"]
    assert "1 urgent alert that a colleague has in hand does not match it." in page
    assert "Mine 1" in texts(page)
    assert "2 open alerts" in page
    with time_machine.travel(NOW + HELD_FOR - timedelta(minutes=1), tick=False):
        lines.post(reverse("staff-active"))  # else the session is locked by then
    with time_machine.travel(NOW + HELD_FOR + timedelta(seconds=1), tick=False):
        assert set(re.findall(r'data-key="o">(\w+)<', board(lines, care_team))) == {"Mine", "Theirs"}


def test_an_alert_that_a_colleague_offers_is_on_top_of_every_page(
    lines: Client, care_team: CareTeam, nurse: User, colleague: User, short_pages: None
) -> None:
    """In hand it stands after all that wait: of two hundred, pages away."""
    for number in range(4):
        another(care_team, f"Now{number}", {"temperature": 38.4}, 3)
    alert = alert_of(another(care_team, "Given", {"temperature": 38.4}))
    take_alert(alert=alert, by=colleague, now=NOW)
    assert "Offered to you" not in board(lines, care_team)
    offer_alert(alert=alert, to=nurse, by=colleague, now=NOW)
    page = board(lines, care_team)
    assert "Given" not in re.findall(r'data-key="o">(\w+)<', page)
    assert "Offered to you: Given (Colleague)" in texts(page)
    beside = Client()
    beside.force_login(colleague)
    assert "Offered to you" not in board(beside, care_team)


def test_a_part_of_two_hundred_alerts_is_small(lines: Client, care_team: CareTeam, mother: User) -> None:
    """What each open board draws again; of 2,000 children it is the same, since every list of it is paged."""
    for number in range(45):
        another(care_team, f"Child{number}", {"temperature": 38.4, "chills": "moderate"}, 1)
    part = lines.get(reverse("team-board", args=[care_team.pk]), headers={"X-Part": "board"})
    assert len(part.content) < 100_000
    assert part.content.count(b"data-line") == board_alerts.ON_A_PAGE[LINES]


def test_a_closing_leads_back_to_the_board(lines: Client, care_team: CareTeam, nurse: User) -> None:
    """board.js goes to the next alert there; without it the worst stands on top."""
    alert = alert_of(another(care_team, "Theo", {"temperature": 38.4}))
    take_alert(alert=alert, by=nurse, now=NOW)
    seen = str(alert.events.order_by("-pk")[0].pk)
    response = lines.post(
        reverse("alert-close", args=[alert.pk]), {"outcome": "advised-by-phone", "seen": seen}
    )
    assert response["Location"] == reverse("team-board", args=[care_team.pk]) + "#next"
    page = board(lines, care_team)
    assert "Closed. The family is told in a minute." in page
    assert f'id="reopen-{alert.pk}"' in page


@pytest.mark.parametrize("is_locked", [False, True])
def test_emergencies_are_counted_apart_for_the_sound(
    lines: Client, care_team: CareTeam, nurse: User, is_locked: bool
) -> None:
    another(care_team, "Fever", {"temperature": 38.4})
    another(care_team, "Todayer", {"constipation": "mild"})
    worst = another(care_team, "Worst", {"seizure": None})
    if is_locked:
        lines.post(reverse("staff-lock"))

    def counted() -> tuple[str, int]:
        page = board(lines, care_team)
        told = {name: re.search(f'data-{name}="(.*?)"', page)[1] for name in ("emergencies", "urgent")}
        return told["emergencies"], len(told["urgent"].split())

    assert counted() == ("1", 2)
    take_alert(alert=alert_of(worst), by=nurse, now=NOW)
    assert counted() == ("0", 1)

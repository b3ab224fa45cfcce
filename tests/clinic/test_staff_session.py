"""A nurse's session on a ward's computer says whose it is, locks when nobody is there, and ends with the shift."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.support.pages import text
from tests.support.personas import join
from tracker.models import Alert, CareNote, CareTeam, Child, Role, User

PASSWORD = "a quiet night"
IDLE, SHIFT = 15 * 60, 12 * 3600  # seconds


@pytest.fixture
def desk(night: Any, nurse: User) -> Client:
    """The ward's computer, with Nurse signed in."""
    nurse.set_password(PASSWORD)
    nurse.save()
    client = Client()
    client.force_login(nurse)
    return client


def board(team: CareTeam) -> str:
    return reverse("team-board", args=[team.pk])


def unlock(desk: Client, where: str) -> Any:
    """Says again who it is, on the page that asks; leads on to where that was kept."""
    return desk.post(where, {"password": PASSWORD}, follow=True)


def is_asked(response: Any) -> bool:
    return response.status_code == 302 and "/reauthenticate/" in response["Location"]


def test_every_page_of_the_staff_says_who_is_signed_in(
    desk: Client, ward_child: Child, care_team: CareTeam
) -> None:
    pages = [
        reverse(name, args=[care_team.pk]) for name in ("team-board", "team-handover", "team-figures", "team")
    ]
    pages += [reverse(name, args=[ward_child.pk]) for name in ("nurse-child", "today", "days", "card")]
    for page in pages:
        header = desk.get(page).content.decode().partition("</header>")[0]
        assert "Nurse" in header, page


@pytest.mark.hazard("H34")
def test_after_a_quarter_of_an_hour_alone_no_page_shows_a_child(
    desk: Client, night: Any, ward_child: Child, care_team: CareTeam
) -> None:
    desk.get(board(care_team))
    night.shift(IDLE - 1)
    assert "Juno" in text(desk.get(board(care_team)))
    night.shift(IDLE)
    for name in ("nurse-child", "today", "days", "summary", "card", "doses"):
        assert is_asked(desk.get(reverse(name, args=[ward_child.pk]))), name
    for name in ("team-handover", "team-figures", "team"):
        assert is_asked(desk.get(reverse(name, args=[care_team.pk]))), name


@pytest.mark.hazard("H34")
def test_a_locked_board_counts_and_sounds_and_names_nobody(
    desk: Client, night: Any, log: Any, ward_child: Child, care_team: CareTeam
) -> None:
    log(temperature=39.1)
    night.shift(IDLE)
    for extra in ({}, {"X-Part": "board"}):
        page = desk.get(board(care_team), headers=extra)
        assert page.status_code == 200
        shown = page.content.decode()
        assert 'data-open="1"' in shown
        assert str(Alert.objects.get().pk) in shown
        assert "1 open alert" in text(page)
        assert "Juno" not in shown
        assert "39" not in text(page)
    assert desk.get(reverse("board-version", args=[care_team.pk])).status_code == 200


@pytest.mark.hazard("H34")
def test_a_poll_is_no_activity(desk: Client, night: Any, care_team: CareTeam) -> None:
    for _minutes in range(4):
        night.shift(IDLE / 3)
        desk.get(reverse("board-version", args=[care_team.pk]))
        desk.get(board(care_team), headers={"X-Part": "board"})
        desk.get(board(care_team) + "?auto=1")
    assert "This board is locked" in text(desk.get(board(care_team)))


def test_a_hand_on_the_page_keeps_it_open(desk: Client, night: Any, care_team: CareTeam) -> None:
    for _minutes in range(4):
        night.shift(IDLE - 60)
        assert desk.post(reverse("staff-active")).status_code == 204
    assert "Find and filter" in text(desk.get(board(care_team)))


def test_a_hand_comes_too_late_for_a_locked_one(desk: Client, night: Any, care_team: CareTeam) -> None:
    night.shift(IDLE)
    assert desk.post(reverse("staff-active")).status_code == 403
    assert "This board is locked" in text(desk.get(board(care_team)))


def test_what_was_written_on_a_locked_page_is_kept_until_the_password_and_then_saved(
    desk: Client, night: Any, ward_child: Child
) -> None:
    night.shift(IDLE)
    asked = desk.post(reverse("nurse-note", args=[ward_child.pk]), {"text": "Rang her mother."})
    assert is_asked(asked)
    assert not CareNote.objects.exists()
    assert unlock(desk, asked["Location"]).status_code == 200
    assert CareNote.objects.get().text == "Rang her mother."


def test_locked_by_hand_it_is_locked_at_once(
    desk: Client, night: Any, ward_child: Child, care_team: CareTeam
) -> None:
    assert "This board is locked" in text(desk.post(reverse("staff-lock"), follow=True))
    night.shift(1)
    asked = desk.get(reverse("staff-unlock"))
    assert "left alone" in text(desk.get(asked["Location"]))
    assert "Unlocked" in text(unlock(desk, asked["Location"]))
    assert "Juno" in text(desk.get(board(care_team)))


@pytest.mark.hazard("H34")
@pytest.mark.parametrize("ahead", [3 * 3600, -3600])
def test_a_lock_while_the_clock_is_wrong_opens_by_the_password_and_by_nothing_else(
    desk: Client, night: Any, ward_child: Child, care_team: CareTeam, ahead: int
) -> None:
    night.shift(ahead)
    desk.post(reverse("staff-lock"))
    night.shift(60 - ahead)
    asked = desk.get(reverse("nurse-child", args=[ward_child.pk]))
    assert is_asked(asked)
    assert "Juno" in text(unlock(desk, asked["Location"]))
    assert "Juno" in text(desk.get(reverse("nurse-child", args=[ward_child.pk])))


def test_who_signed_in_while_the_clock_was_ahead_unlocks_once_it_is_right(
    night: Any, nurse: User, ward_child: Child
) -> None:
    nurse.set_password(PASSWORD)
    nurse.save()
    night.shift(3 * 3600)
    desk = Client()
    desk.force_login(nurse)
    unlock(desk, reverse("account_reauthenticate"))
    night.shift(-3 * 3600)
    asked = desk.get(reverse("nurse-child", args=[ward_child.pk]))
    assert is_asked(asked)
    assert "Juno" in text(unlock(desk, asked["Location"]))


@pytest.mark.hazard("H34")
def test_no_cookie_opens_what_was_locked(
    desk: Client, night: Any, ward_child: Child, care_team: CareTeam
) -> None:
    """Neither one put back from before, nor none; nor an answer that was on its way when the lock was pressed."""
    desk.get(board(care_team))
    before = desk.cookies["staff"].value
    night.shift(1)
    desk.post(reverse("staff-lock"))
    for cookie in (before, ""):
        desk.cookies["staff"] = cookie
        assert is_asked(desk.get(reverse("nurse-child", args=[ward_child.pk])))


def test_the_lock_of_one_session_is_not_opened_by_the_cookie_of_another(
    desk: Client, night: Any, nurse: User, ward_child: Child
) -> None:
    night.shift(IDLE)
    other = Client()
    other.force_login(nurse)
    other.get(reverse("nurse-child", args=[ward_child.pk]))
    nurse.last_login -= timedelta(
        hours=1
    )  # the stamp of the other session is Django's own, and both share it
    nurse.save()
    desk.cookies["staff"] = other.cookies["staff"].value
    assert is_asked(desk.get(reverse("nurse-child", args=[ward_child.pk])))


@pytest.mark.hazard("H34")
def test_after_twelve_hours_the_session_is_over(desk: Client, night: Any, care_team: CareTeam) -> None:
    for _minutes in range(SHIFT // 600 - 1):
        night.shift(600)
        desk.post(reverse("staff-active"))
    page = text(desk.get(board(care_team)))
    assert "You are signed out at" in page
    night.shift(600)
    assert desk.get(board(care_team))["Location"].startswith("/account/login/?next=")
    assert "_auth_user_id" not in desk.session


def test_who_says_again_who_it_is_stays_twelve_hours_more(
    desk: Client, night: Any, care_team: CareTeam
) -> None:
    night.shift(SHIFT - 60)
    unlock(desk, desk.get(reverse("staff-unlock"))["Location"])
    night.shift(600)
    page = text(desk.get(board(care_team)))
    assert "Find and filter" in page
    assert "You are signed out at" not in page


def test_a_poll_ends_with_the_session(desk: Client, night: Any, care_team: CareTeam) -> None:
    desk.get(board(care_team))
    night.shift(SHIFT)
    assert desk.get(reverse("board-version", args=[care_team.pk])).status_code == 302


@pytest.mark.hazard("H34")
def test_a_nurse_who_is_a_mother_logs_for_her_child_however_long_she_was_away(
    night: Any, nurse: User, mother: User, child: Child, ward_child: Child
) -> None:
    join(nurse, Role.PARENT, child=child, by=mother)
    phone = Client()
    phone.force_login(nurse)
    night.shift(20 * 3600)
    assert phone.get(reverse("log-new", args=[child.pk])).status_code == 200
    assert is_asked(phone.get(reverse("nurse-child", args=[child.pk])))
    assert phone.get(reverse("today", args=[child.pk])).status_code == 200


def test_a_family_knows_no_lock(phone: Client, night: Any, child: Child) -> None:
    night.shift(30 * 24 * 3600)
    page = phone.get(reverse("today", args=[child.pk]))
    assert page.status_code == 200
    assert "staff" not in phone.cookies
    assert "staff.js" not in page.content.decode()

"""A silent family on the nurse's pages: the button, the time, what is refused."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.support.pages import text
from tests.support.personas import NOW
from tracker.logs.actions.record import Recorded
from tracker.messaging.silence import ask_due, record_reached
from tracker.models import CareTeam, Child, Silence, User

Log = Callable[..., Recorded]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_at_now")]


@pytest.fixture
def at_desk(client: Client, nurse: User, ward_child: Child, log: Log) -> Client:
    """The nurse of a family whose last log is a day and an hour old."""
    log(temperature=36.8, at=NOW - timedelta(hours=25))
    client.force_login(nurse)
    return client


def reached(client: Client, child: Child, **told: str) -> Any:
    return client.post(reverse("nurse-reached", args=[child.pk]), told, follow=True)


@pytest.mark.hazard("H41")
def test_the_board_has_a_button_that_ends_it(
    at_desk: Client, ward_child: Child, care_team: CareTeam, nurse: User, clock_at_now: Any
) -> None:
    where = reverse("team-board", args=[care_team.pk])
    before = at_desk.get(where)
    assert reverse("nurse-reached", args=[ward_child.pk]) in before.content.decode()
    clock_at_now.shift(timedelta(seconds=1))
    page = reached(at_desk, ward_child)
    assert page.redirect_chain == [(where, 303)]
    assert "Written down. A day without a log counts from then." in text(page)
    assert "Silent for a day: 0 families" in text(page)
    row = Silence.objects.get()
    assert (row.reached_at, row.reached_by) == (NOW + timedelta(seconds=1), nurse)


def test_the_board_and_the_handover_say_when_the_family_was_asked(
    at_desk: Client, care_team: CareTeam
) -> None:
    ask_due(now=NOW)
    for name in ("team-board", "team-handover"):
        assert "family asked Fri 02:14" in text(at_desk.get(reverse(name, args=[care_team.pk])))


def test_the_childs_page_says_since_when_and_leads_to_the_time(at_desk: Client, ward_child: Child) -> None:
    page = text(at_desk.get(reverse("nurse-child", args=[ward_child.pk])))
    assert "Nobody has heard of them since Thu 19 Nov, 01:14, yesterday." in page
    assert "The family has not been asked yet." in page
    assert 'value="02:14"' in at_desk.get(reverse("nurse-reached", args=[ward_child.pk])).content.decode()


def test_she_says_when_it_was(at_desk: Client, ward_child: Child) -> None:
    reached(at_desk, ward_child, reached_at="23:50")
    assert Silence.objects.get().reached_at == (NOW - timedelta(days=1)).replace(
        hour=23, minute=50, second=59
    )


def test_a_time_that_cannot_be_read_is_explained_and_kept(at_desk: Client, ward_child: Child) -> None:
    page = reached(at_desk, ward_child, reached_at="quarter past")
    assert page.status_code == 422
    assert "Enter the time like 02:14." in text(page)
    assert 'value="quarter past"' in page.content.decode()
    assert not Silence.objects.exists()


def test_who_is_too_late_reads_why(at_desk: Client, ward_child: Child, lead: User) -> None:
    record_reached(child=ward_child, reached_at=NOW, by=lead, now=NOW)
    page = reached(at_desk, ward_child)
    assert page.status_code == 422
    assert "They are not silent any more: they have logged, or a colleague has reached them." in text(page)
    assert "This family is not silent for a day." in text(page)

"""Who has taken an alert reads why before how to end it, and ends it with the second press from the board."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.support.personas import NOW
from tracker.messaging.heartbeats import LIMITS, record_heartbeat
from tracker.models import Alert, Baton, CareTeam, Child, User

Log = Callable[..., Any]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_at_now")]


@pytest.fixture
def at_desk(client: Client, nurse: User) -> Client:
    client.force_login(nurse)
    for name in LIMITS:
        record_heartbeat(name=name, now=NOW)
    return client


def test_the_reason_stands_before_the_numbers_and_the_closing_form_after_them(
    at_desk: Client, ward_child: Child, log: Log
) -> None:
    log(temperature=36.9, hours_ago=80)
    log(temperature=38.4, chills="moderate", hours_ago=1)
    alert = Alert.objects.get()
    taken = at_desk.post(reverse("alert-take", args=[alert.pk]), follow=True).content.decode()
    parts = ("What the family entered", "What fired", "of the last 72 hours", ">Telephone<", "How it ended")
    places = [taken.index(part) for part in parts]
    assert places == sorted(places)
    reason = taken[places[0] : places[1]]
    assert "<b>38.4 °C, Chills, shaking (moderate)</b>" in reason
    assert taken.index("CART-CRS-01") > taken.index("All that was entered, the rules and their sources")
    curve = taken[places[2] : places[3]]
    assert curve.count("<circle") == 1  # that of 80 hours ago stands on the curve of two weeks
    assert taken.count('id="curve-name"') == taken.count('id="curve-namelately"') == 1


def test_two_presses_lead_from_the_board_to_an_outcome(
    at_desk: Client, care_team: CareTeam, ward_child: Child, log: Log
) -> None:
    log(temperature=38.4)
    alert = Alert.objects.get()
    board = at_desk.get(reverse("team-board", args=[care_team.pk])).content.decode()
    where = reverse("alert-take", args=[alert.pk])
    assert where in board
    page = at_desk.post(where, follow=True).content.decode()
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    at_desk.post(
        reverse("alert-close", args=[alert.pk]), {"outcome": "advised-by-phone", "seen": seen, "note": ""}
    )
    alert.refresh_from_db()
    assert alert.outcome == "advised-by-phone"


def test_who_is_on_duty_and_what_they_were_shown_stand_beside_the_numbers(
    at_desk: Client, ward_child: Child, mother: User, father: User, log: Log
) -> None:
    turn = {"offered_by": mother, "offered_at": NOW, "accepted_at": NOW, "until": NOW + timedelta(hours=8)}
    Baton.objects.create(child=ward_child, holder=father, **turn)
    log(temperature=38.4)
    page = at_desk.get(reverse("nurse-child", args=[ward_child.pk])).content.decode()
    numbers = " ".join(page.partition(">Telephone<")[2].partition("</section>")[0].split())
    assert "On duty in the family: Father" in numbers
    assert "They were shown: “Call your care team now" in numbers

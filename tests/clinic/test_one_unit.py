"""A nurse reads every temperature in one unit, her own, and what the family typed beside it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.support.personas import NOW
from tracker.assessment.wording import temperature_in
from tracker.messaging.heartbeats import LIMITS, record_heartbeat
from tracker.models import CareTeam, Child, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_at_now")]


@pytest.fixture
def at_desk(client: Client, nurse: User) -> Client:
    client.force_login(nurse)
    for name in LIMITS:
        record_heartbeat(name=name, now=NOW)
    return client


@pytest.mark.parametrize(
    ("value", "typed", "unit", "read"),
    [
        (38.4, "C", "C", ("38.4 °C", "")),
        (38.4, "C", "F", ("101.1 °F", "38.4 °C")),
        (101.1, "F", "C", ("38.4 °C", "101.1 °F")),
        (100.4, "F", "C", ("38.0 °C", "100.4 °F")),
        (100.3, "F", "C", ("37.9 °C", "100.3 °F")),  # never rounded up across the line of a fever
        (38.4, "F", "C", ("38.4 °F", "probably 38.4 °C")),  # no guess stands as a reading
        (38.4, "F", "F", ("38.4 °F", "probably 101.1 °F")),
        (70, "C", "C", ("70.0 °C", "")),
    ],
)
def test_a_reading_in_the_readers_unit(value: float, typed: str, unit: str, read: tuple[str, str]) -> None:
    assert temperature_in({"temperature": {"value": value, "unit": typed}}, unit) == read


def test_what_cannot_be_read_stays_as_typed() -> None:
    assert temperature_in({"raw": {"temperature": "3 9"}}, "F") == ("“3 9”", "")
    assert temperature_in({}, "F") == ("", "")


PAGES = ("team-board", "team-handover", "nurse-child", "nurse-chart")


@pytest.mark.parametrize("unit", ["C", "F"])
def test_every_page_of_the_nurse_says_it_in_hers(
    at_desk: Client, care_team: CareTeam, ward_child: Child, log: Callable[..., Any], unit: str
) -> None:
    log(temperature=38.4)
    at_desk.post(reverse("board-look", args=[care_team.pk]), {"unit": unit})
    at_desk.post(reverse("board-look", args=[care_team.pk]), {"unit": "K"})
    for name in PAGES:
        row = care_team if name.startswith("team") else ward_child
        page = at_desk.get(reverse(name, args=[row.pk])).content.decode()
        assert ("101.1 °F (38.4 °C)" in page) == (unit == "F"), name
        assert "38.4 °C" in page, name
    page = at_desk.get(reverse("nurse-child", args=[ward_child.pk])).content.decode()
    curve = page.partition('id="curve-name"')[2]
    assert ("101.1 °F" in curve.partition("</svg>")[0]) == (unit == "F")


@pytest.mark.parametrize(("zone", "unit"), [("America/New_York", "101.1 °F"), ("Europe/Berlin", "38.4 °C")])
def test_until_she_chooses_it_is_that_of_the_teams_country(
    at_desk: Client, care_team: CareTeam, ward_child: Child, log: Callable[..., Any], zone: str, unit: str
) -> None:
    log(temperature=38.4)
    CareTeam.objects.update(time_zone=zone)
    assert f"<b>{unit}" in at_desk.get(reverse("team-board", args=[care_team.pk])).content.decode()

"""Seven days as a small picture on the board: each day refers to a shape that stands once in the page."""

import re
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from therapies.model import URGENCIES
from tracker.clinic.week_strip import strip
from tracker.models import CareTeam, User

SHAPES = "tracker/clinic/_week_shapes.html"
DAYS = list(product((None, *URGENCIES), (False, True)))


def week(*days: tuple[str | None, bool]) -> list[dict[str, Any]]:
    monday = date(2026, 11, 30)
    return [
        {"day": monday + timedelta(days=number), "urgency": urgency, "called": called}
        for number, (urgency, called) in enumerate(days)
    ]


@pytest.mark.parametrize(("urgency", "called"), DAYS)
def test_each_day_is_drawn_by_shapes_that_are_there(urgency: str | None, called: bool) -> None:
    wanted = re.findall('href="#(.*?)"', strip(week((urgency, called))))
    there = re.findall(' id="(.*?)"', render_to_string(SHAPES))
    assert len(wanted) == 1 + called
    assert set(wanted) <= set(there)


def test_no_two_urgencies_look_the_same() -> None:
    drawn = [re.findall('href="#(.*?)"', strip(week((urgency, False))))[0] for urgency in (None, *URGENCIES)]
    assert len(set(drawn)) == len(drawn)


def test_the_days_stand_side_by_side_and_are_said() -> None:
    picture = strip(week(("now", True), (None, False), ("note", False)))
    assert re.findall(' x="(.*?)"', picture) == ["0", "0", "40", "80"]
    assert 'aria-label="Seven days: Mon Call now, called; Tue nothing; Wed Noted"' in picture


@pytest.mark.django_db
@pytest.mark.usefixtures("clock_at_now")
def test_every_board_holds_the_shapes_once(client: Client, care_team: CareTeam, nurse: User) -> None:
    client.force_login(nurse)
    for where in (reverse("team-board", args=[care_team.pk]), reverse("board")):
        page = client.get(where, follow=True).content.decode()
        assert page.count('id="day-none"') == 1

"""Seven days as a small picture on the board: each day refers to a shape that stands once in the page."""

import re
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from tests.clinic.test_board import another
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


def test_no_two_urgencies_have_the_same_shape() -> None:
    """Nor the same colours: told apart in grey, and by whoever sees no red."""
    shapes = dict(re.findall(r'(?s)<g id="day-(.*?)">(.*?)</g>', render_to_string(SHAPES)))
    assert set(shapes) == set(URGENCIES)
    colours = [
        re.findall(r'class="(?:week-day )?(?:fill|ink)-(\w+)"', shapes[urgency]) for urgency in URGENCIES
    ]
    assert colours == [[urgency, urgency] for urgency in URGENCIES]
    outlines = {re.sub(r'class=".*?"', "", shape.split("/>")[1]) for shape in shapes.values()}
    assert len(outlines) == len(URGENCIES)


def test_the_days_stand_side_by_side_and_are_said() -> None:
    picture = strip(week(("now", True), (None, False), ("note", False)))
    assert re.findall(' x="(.*?)"', picture) == ["0", "0", "40", "80"]
    assert 'aria-label="Seven days: Mon Call now, called; Tue nothing; Wed Noted"' in picture


@pytest.mark.django_db
@pytest.mark.usefixtures("clock_at_now")
@pytest.mark.parametrize("headers", [{}, {"x-part": "board"}])
def test_whatever_a_board_draws_holds_the_shapes_that_its_weeks_refer_to(
    client: Client, care_team: CareTeam, nurse: User, headers: dict[str, str]
) -> None:
    """Also the part that an open board asks for again."""
    another(care_team, "Bea", {"temperature": 38.4})
    another(care_team, "Cleo", {"temperature": 36.8})
    client.force_login(nurse)
    page = client.get(reverse("team-board", args=[care_team.pk]), headers=headers).content.decode()
    wanted = set(re.findall('<use href="#(.*?)"', page))
    assert {"day-now", "day-note", "day-none"} <= wanted
    assert [page.count(f' id="{shape}"') for shape in sorted(wanted)] == [1] * len(wanted)

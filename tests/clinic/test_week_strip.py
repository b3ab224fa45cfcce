"""Seven days as a small picture on the board: each week refers to one that stands once in the page, made of days."""

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
from tracker.clinic.week_strip import shapes, strip
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
    days = week((urgency, called))
    drawn = render_to_string(SHAPES, {"weeks": shapes([days])})
    wanted = re.findall('href="#(.*?)"', drawn + strip(days))
    assert [name.partition("-")[0] for name in wanted] == ["day"] * (1 + called) + ["week"]
    assert set(wanted) <= set(re.findall(' id="(.*?)"', drawn))


def test_two_weeks_are_one_picture_only_where_they_are_the_same() -> None:
    weeks = [week(one, other) for one, other in product(DAYS, repeat=2)]
    assert len(set(map(strip, weeks))) == len(weeks)
    assert shapes([*weeks, *weeks]) == shapes(weeks)
    drawn = re.findall('(?s)<g id="(week-.*?)">(.*?)</g>', shapes(weeks))
    assert [len(set(each)) for each in zip(*drawn, strict=True)] == [len(weeks)] * 2


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
    days = week(("now", True), (None, False), ("note", False))
    placed = re.findall('href="#(.*?)" x="(.*?)"', shapes([days]))
    assert placed == [("day-now", "0"), ("day-called", "0"), ("day-none", "40"), ("day-note", "80")]
    picture = strip(days)
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

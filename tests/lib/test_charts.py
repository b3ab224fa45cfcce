"""The geometry of the heat map and of the temperature curve."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from therapies.fever import FEVER
from tracker.lib import charts

BERLIN = ZoneInfo("Europe/Berlin")
FIRST, LAST = datetime(2026, 11, 5, tzinfo=BERLIN), datetime(2026, 11, 18, 4, 0, tzinfo=BERLIN)
DAYS = [date(2026, 11, day) for day in range(5, 19)]


def drawn(*readings: tuple[int, str]) -> charts.Curve:
    told = [(FIRST + timedelta(hours=hours), Decimal(value)) for hours, value in readings]
    return charts.curve(told, [(FIRST + timedelta(days=7), "infusion")], FIRST, LAST, FEVER)


def test_a_day_without_a_log_is_not_a_day_without_the_sign():
    heat = charts.heat_map({"Headache": {DAYS[0]: 2}}, DAYS, DAYS[:2])
    assert [cell.level for cell in heat.rows[0].cells[:3]] == [2, 0, None]


def test_a_fever_is_a_point_of_its_own_kind():
    assert [point.is_fever for point in drawn((0, "37.9"), (5, "38.0")).points] == [False, True]


def test_a_higher_temperature_stands_higher():
    low, high = drawn((0, "36.5"), (5, "39.5")).points
    assert float(high.y) < float(low.y)


def test_a_long_silence_breaks_the_line():
    assert len(drawn((0, "36.5"), (12, "36.6"), (60, "36.7"), (72, "36.8")).paths) == 2


def test_an_infusion_outside_the_picture_is_left_out():
    far = charts.curve([], [(LAST + timedelta(days=1), "infusion")], FIRST, LAST, FEVER)
    assert far.anchors == ()


@pytest.mark.parametrize(
    "readings",
    [
        [(0, "36.5"), (200, "36.6"), (224, "38.9"), (248, "36.7")],  # down to the last
        [(200, "36.7"), (224, "36.6"), (248, "38.9")],  # up to it
        [(216, "36.7"), (232, "36.7"), (248, "36.7")],
        [(150, "37.0"), (186, "38.8"), (212, "36.4"), (230, "38.2"), (248, "37.4")],
    ],
)
def test_no_stroke_runs_through_the_words_of_the_last_point(readings):
    shown = drawn(*readings)
    x, y = float(shown.last.x), float(shown.last.y) + float(shown.last_shift)
    on_it = [
        (px, py)
        for path in shown.paths
        for px, py in charts.along(path)
        if x - 60 <= px <= x - 8 and y - 12 <= py <= y + 2
    ]
    assert on_it == []


def test_nothing_measured_is_nothing_drawn():
    empty = drawn()
    assert empty.points == ()
    assert empty.last is None


@given(st.lists(st.decimals(min_value=-50, max_value=120, places=1), max_size=30))
def test_every_point_stays_inside_the_picture(values):
    shown = drawn(*[(number * 10, str(value)) for number, value in enumerate(values)])
    assert all(charts.LEFT <= float(point.x) <= charts.WIDTH for point in shown.points)
    assert all(0 <= float(point.y) <= charts.HEIGHT for point in shown.points)


@pytest.mark.parametrize("language", ["en", "es"])
def test_numbers_in_a_picture_have_a_point_in_every_language(language):
    with translation.override(language):
        assert "," not in drawn((0, "36.55"), (5, "38.44")).paths[0]

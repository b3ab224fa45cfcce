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


@given(
    st.lists(
        st.tuples(
            st.integers(0, 310), st.sampled_from(["Infusion", "Start of a cycle", "Pump started again"])
        ),
        max_size=9,
    )
)
def test_no_name_of_an_anchor_stands_on_another_or_outside(given_then):
    told = [(FIRST + timedelta(hours=hours), words) for hours, words in given_then]
    shown = charts.curve([(FIRST, Decimal("36.8"))], told, FIRST, LAST, FEVER)
    boxes = [
        (float(one.middle) - len(one.words) * 3.5, float(one.middle) + len(one.words) * 3.5, float(one.base))
        for one in shown.anchors
    ]
    assert len(boxes) == len([at for at, _words in told if at <= LAST])
    for number, (left, right, base) in enumerate(boxes):
        assert left >= 0
        assert right <= charts.WIDTH
        assert 10 <= base < shown.top
        for other_left, other_right, other_base in boxes[:number]:
            assert right < other_left or other_right < left or abs(base - other_base) >= 13
    assert shown.floor - shown.top == charts.HEIGHT - charts.TOP - charts.BOTTOM


@given(st.lists(st.decimals(min_value=35, max_value=42, places=1), min_size=1, max_size=20))
def test_beside_the_last_dot_is_room_for_its_value(values):
    """To its right no stroke comes, whatever was measured before."""
    shown = drawn(*[(number * 15, str(value)) for number, value in enumerate(values)])
    assert float(shown.last.x) + 8 + 8 * len("101.1 °F") * 0.9 <= charts.WIDTH
    assert all(float(point.x) <= float(shown.last.x) for point in shown.points)


def test_nothing_measured_is_nothing_drawn():
    empty = drawn()
    assert empty.points == ()
    assert empty.last is None


@given(st.lists(st.decimals(min_value=-50, max_value=120, places=1), max_size=30))
def test_every_point_stays_inside_the_picture(values):
    shown = drawn(*[(number * 10, str(value)) for number, value in enumerate(values)])
    assert all(charts.LEFT <= float(point.x) <= charts.WIDTH - charts.RIGHT for point in shown.points)
    assert all(0 <= float(point.y) <= charts.HEIGHT for point in shown.points)


@pytest.mark.parametrize("language", ["en", "es"])
def test_numbers_in_a_picture_have_a_point_in_every_language(language):
    with translation.override(language):
        assert "," not in drawn((0, "36.55"), (5, "38.44")).paths[0]

"""The infusions of cells, and where a course stands among them."""

from datetime import UTC, datetime

import pytest

from therapies.catalogue import load
from therapies.infusions import context_after, due_after, labels_after

ONCE = load().therapies["tisagenlecleucel"].schedule
SPLIT = load().therapies["obecabtagene-autoleucel"].schedule
FIRST, SECOND = datetime(2026, 11, 1, 14, tzinfo=UTC), datetime(2026, 11, 10, 9, tzinfo=UTC)


def november(day: int) -> datetime:
    return datetime(2026, 11, day, 8, tzinfo=UTC)


def labels(schedule, given, at):
    return [msgid % values for msgid, values in labels_after(schedule, given, at)]


def test_before_the_first_infusion_nothing_is_known_and_nothing_is_due():
    for schedule in (ONCE, SPLIT):
        assert context_after(schedule, [], november(3)) == {}
        assert labels(schedule, [], november(3)) == []
        assert due_after(schedule, []) is None


def test_days_are_counted_from_the_only_infusion():
    assert context_after(ONCE, [FIRST], november(3)) == {"days_since_infusion": 2}
    assert labels(ONCE, [FIRST], FIRST) == ["Infusion day"]
    assert labels(ONCE, [FIRST], november(2)) == ["Day 1 after the infusion"]
    assert due_after(ONCE, [FIRST]) is None


def test_of_an_infusion_that_was_given_again_the_last_one_counts():
    assert context_after(ONCE, [FIRST, SECOND], november(12)) == {"days_since_infusion": 2}


def test_of_a_split_dose_days_are_counted_from_the_first_and_early_is_after_each():
    wanted = {"days_since_infusion": 11, "days_since_last_dose": 2}
    assert context_after(SPLIT, [FIRST, SECOND], november(12)) == wanted


@pytest.mark.parametrize(
    ("given", "day", "wanted"),
    [
        ([FIRST], 1, ["Day of infusion 1"]),
        ([FIRST], 2, ["Day 1 after the first infusion"]),
        ([FIRST, SECOND], 10, ["Day of infusion 2", "Day 9 after the first infusion"]),
        ([FIRST, SECOND], 12, ["Day 11 after the first infusion", "day 2 after infusion 2"]),
    ],
)
def test_a_split_dose_names_its_infusions(given, day, wanted):
    assert labels(SPLIT, given, november(day)) == wanted


def test_the_second_infusion_is_due_by_the_schedule_and_no_third():
    due = due_after(SPLIT, [FIRST])
    assert due is not None
    assert (due.number, due.at.day, due.last.day) == (2, 10, 21)
    assert due_after(SPLIT, [FIRST, SECOND]) is None

"""Since when blood counts are low."""

from datetime import UTC, datetime

from therapies.blood_counts import LOW, RECOVERED, low_since

FIRST, SECOND, THIRD = (datetime(2026, 11, day, tzinfo=UTC) for day in (1, 4, 9))


def test_they_are_low_from_the_first_day_that_somebody_said_so():
    assert low_since([]) is None
    assert low_since([(LOW, FIRST), (LOW, SECOND)]) == FIRST


def test_they_are_low_until_somebody_says_that_they_came_back():
    assert low_since([(LOW, FIRST), (RECOVERED, SECOND)]) is None
    assert low_since([(LOW, FIRST), (RECOVERED, SECOND), (LOW, THIRD)]) == THIRD


def test_no_other_event_of_a_course_ends_them():
    assert low_since([(LOW, FIRST), ("dose", SECOND)]) == FIRST

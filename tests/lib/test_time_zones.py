"""Every time zone, every change of its clocks in two years: exactly one reminder a time of day and date.

Some of the zones; `python -m tests.tools.all_zones` tries them all.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.effort import tries
from tests.support.personas import NOW, child_of
from tests.tools.all_zones import FIRST, LAST, ZONES, check
from tracker.families.actions.children import update_child
from tracker.lib.clock import moment
from tracker.messaging.reminders import remind_due, set_plan
from tracker.models import Reminder, User

ODD = (
    "Africa/Casablanca",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "America/Nuuk",
)


def test_each_date_has_one_reminder_where_the_clocks_change() -> None:
    for name in ODD:
        check(
            ZoneInfo(name), [time(hour, minute) for hour in (0, 1, 2, 3, 23) for minute in (0, 15, 30)], (4,)
        )


@given(zone=st.sampled_from(ZONES), minute=st.integers(0, 1439), day=st.dates(FIRST, LAST))
@settings(max_examples=tries(30, 150), deadline=None)
def test_a_due_time_shows_the_clock_it_was_made_from(zone: str, minute: int, day: date) -> None:
    """Or, where that hour is left out, as much later as the clocks went ahead; never on another date but then."""
    clock = time(minute // 60, minute % 60)
    local = moment(day, clock, ZoneInfo(zone)).astimezone(ZoneInfo(zone))
    late = local.replace(tzinfo=None) - datetime.combine(day, clock)
    assert timedelta(0) <= late <= timedelta(hours=24 if late >= timedelta(hours=3) else 2)
    assert moment(day, clock, ZoneInfo(zone)) < moment(day + timedelta(days=1), clock, ZoneInfo(zone))


@pytest.mark.django_db
@given(
    moves=st.lists(st.tuples(st.integers(0, 71), st.sampled_from(ZONES)), max_size=3),
    clock=st.sampled_from([time(0, 15), time(2, 30), time(12), time(23, 45)]),
    skipped=st.sets(st.integers(0, 71), max_size=20),
)
@settings(max_examples=8, deadline=None)
def test_a_family_that_travels_is_never_reminded_twice_on_one_date(
    moves: list[tuple[int, str]], clock: time, skipped: set[int]
) -> None:
    """And, while it stays in one place, on each date once, though ticks are left out or doubled.

    A journey costs one date at most: that whose time came between two ticks, or that the new clock has behind it.
    """
    mother = User.objects.create_user(f"{User.objects.count()}@example.org")
    child = child_of(mother)
    set_plan(child=child, times=[clock], by=mother, now=NOW)
    by_hour = dict(moves)
    for hour in range(72):
        now = NOW + timedelta(hours=hour)
        if hour in by_hour:
            update_child(child=child, about={"time_zone": by_hour[hour]}, by=mother, now=now)
        if hour not in skipped or hour - 1 in skipped:
            remind_due(now=now)
            remind_due(now=now)
    dates = list(Reminder.objects.filter(child=child).values_list("local_date", flat=True))
    assert len(dates) == len(set(dates))
    assert len(dates) >= 3 - len(moves)

"""Every time zone, every change of its clocks in two years: exactly one reminder a time of day and date.

./test tries some of the zones; `python -m tests.tracker.test_zones` tries them all, through the arithmetic that
decides on due times.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.personas import NOW, child_of
from tracker.actions import reminders
from tracker.actions.people import update_child
from tracker.actions.reminders import EXPIRES, remind_due, set_plan
from tracker.models import Child, Reminder, ReminderPlan, ReminderTime, User
from tracker.wallclock import moment

FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)
ZONES = sorted(available_timezones())
ODD = (
    "Africa/Casablanca",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "America/Nuuk",
)


def changes(zone: ZoneInfo) -> Iterator[date]:
    """The dates in these two years on which the clocks are changed."""
    day = FIRST
    while day <= LAST:
        noon, before = (datetime.combine(d, time(12), UTC) for d in (day, day - timedelta(days=1)))
        if noon.astimezone(zone).utcoffset() != before.astimezone(zone).utcoffset():
            yield day
        day += timedelta(days=1)


def due_dates(zone: ZoneInfo, clock: time, day: date, tick: int = 1) -> list[date]:
    """The dates that are reminded of from two days before to two days after, with a tick every so many minutes."""
    row = ReminderTime(
        plan=ReminderPlan(child=Child(time_zone=zone.key)), at=clock, due_on=day - timedelta(days=2)
    )
    row.due_at = moment(row.due_on, clock, zone)
    found, now = [], row.due_at - timedelta(minutes=1)
    end = moment(day + timedelta(days=2), clock, zone) + EXPIRES
    while now <= end:
        if row.due_at <= now:
            assert now - row.due_at < EXPIRES
            found.append(row.due_on)
            reminders._advance(row, now)
            now = max(now, row.due_at - timedelta(minutes=tick))
        now += timedelta(minutes=tick)
    return found


def check(zone: ZoneInfo, clocks: list[time], ticks: tuple[int, ...] = (1, 4, 60)) -> int:
    """How many were checked: each time of day, around each change of the clocks, with ticks late or left out."""
    count = 0
    for day in changes(zone):
        for clock in clocks:
            for tick in ticks:
                expected = [day + timedelta(days=offset) for offset in range(-2, 3)]
                assert due_dates(zone, clock, day, tick) == expected, (zone.key, clock, day, tick)
                count += 1
    return count


def test_each_date_has_one_reminder_where_the_clocks_change() -> None:
    for name in ODD:
        check(
            ZoneInfo(name), [time(hour, minute) for hour in (0, 1, 2, 3, 23) for minute in (0, 15, 30)], (4,)
        )


@given(zone=st.sampled_from(ZONES), minute=st.integers(0, 1439), day=st.dates(FIRST, LAST))
@settings(max_examples=150, deadline=None)
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
    """And, while it stays in one place, on each date once, though ticks are left out or doubled."""
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
    assert len(dates) >= 2 + (not moves)


def main() -> int:
    clocks = [time(minute // 60, minute % 60) for minute in range(0, 24 * 60, 15)]
    total = 0
    for name in ZONES:
        total += check(ZoneInfo(name), clocks)
        print(f"\r{name:40}{total:>10}", end="", file=sys.stderr)
    print(
        f"\n{len(ZONES)} zones, {total} times of day around a change of the clocks: one reminder a date in each."
    )
    return 0


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    sys.exit(main())

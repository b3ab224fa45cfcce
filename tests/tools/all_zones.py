"""Every time zone, every change of its clocks in two years: exactly one reminder a time of day and date.

`python -m tests.tools.all_zones` tries them all, through the arithmetic that decides on due times; ./test tries some.
"""

import os
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)
ZONES = sorted(available_timezones())


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
    from tracker.lib.clock import moment
    from tracker.messaging.reminders import EXPIRES, _advance
    from tracker.models import Child, ReminderPlan, ReminderTime

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
            _advance(row, now)
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


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    clocks = [time(minute // 60, minute % 60) for minute in range(0, 24 * 60, 15)]
    total = 0
    for name in ZONES:
        total += check(ZoneInfo(name), clocks)
        print(f"\r{name:40}{total:>10}", end="", file=sys.stderr)
    print(f"\n{len(ZONES)} zones, {total} times around a change of the clocks: one reminder a date in each.")


if __name__ == "__main__":
    main()

"""The temperature curve and the signs by day, the same for the family, the nurse and on paper."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from therapies.fever import FEVER
from therapies.model import SEVERITIES
from tracker.assessment import wording
from tracker.assessment.courses import courses_of
from tracker.lib import charts
from tracker.logs.queries import LogRow, midnight
from tracker.models import Child, EventKind

LEVELS = {severity: level for level, severity in enumerate(SEVERITIES, start=1)}
UNKNOWN = max(LEVELS.values())  # nobody said how bad the sign is: the rules take the worse reading too
ANCHORS = (EventKind.INFUSION, EventKind.DOSE, EventKind.START, EventKind.RESTART, EventKind.TRANSPLANT)


def curve_of(child: Child, rows: Iterable[LogRow], first: date, last: date, now: datetime) -> charts.Curve:
    """The temperature of these days; of today, until now."""
    end = min(midnight(child, last + timedelta(days=1)), now)
    return charts.curve(readings(rows), anchors(child), midnight(child, first), end, FEVER)


def heat_map_of(child: Child, rows: Iterable[LogRow], first: date, last: date) -> charts.HeatMap:
    """The signs of these days, the worst first. A day without a log is not a day without the sign."""
    shown = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    by_day = [(row.observed_at.astimezone(child.zone).date(), row) for row in rows]
    of_these = [(day, row) for day, row in by_day if first <= day <= last]
    return charts.heat_map(sign_levels(of_these), shown, {day for day, _row in of_these})


def readings(rows: Iterable[LogRow]) -> list[tuple[datetime, Decimal]]:
    """Every temperature that can be read, in °C, the oldest first."""
    measured = ((row.observed_at, wording.celsius_of(row.report)) for row in rows)
    return sorted((at, celsius) for at, celsius in measured if celsius is not None)


def anchors(child: Child) -> list[tuple[datetime, str]]:
    """What was given, under every course, in words: a temperature is read against it."""
    happened = [event for course in courses_of(child) for event in course.schedule if event.kind in ANCHORS]
    return [(event.at, str(EventKind(event.kind).label)) for event in happened]


def sign_levels(rows: Iterable[tuple[date, LogRow]]) -> dict[str, dict[date, int]]:
    """Name of a sign -> day -> its worst level, the worst sign first and then by name."""
    signs: dict[str, dict[date, int]] = {}
    for day, row in rows:
        for sign in row.report.get("symptoms") or ():
            levels = signs.setdefault(wording.name_of(sign["code"]), {})
            levels[day] = max(levels.get(day, 0), LEVELS.get(sign.get("severity"), UNKNOWN))
    return dict(sorted(signs.items(), key=lambda item: (-max(item[1].values()), item[0])))

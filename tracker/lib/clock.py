"""From a clock on a wall to the moment that it shows."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SKEW = timedelta(minutes=1)
"""As far apart as the clocks of two machines may be. A moment of the past that lies further ahead than this was
written down by a clock that was ahead: nothing that was counted from it holds."""


def moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """When it is `clock` on `day`. An hour that comes twice: the first. One that is left out: as long after its
    beginning as the clock would have shown."""
    return datetime.combine(day, clock.replace(tzinfo=None, fold=0), tzinfo=zone).astimezone(UTC)


def local_date(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()

"""From a clock on a wall to the moment that it shows."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


def moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """When it is `clock` on `day`. An hour that comes twice: the first. One that is left out: as long after its
    beginning as the clock would have shown."""
    return datetime.combine(day, clock.replace(tzinfo=None, fold=0), tzinfo=zone).astimezone(UTC)


def local_date(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()

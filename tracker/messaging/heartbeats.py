"""Which parts of the machine show that they live, and how old the last sign of each may be."""

from datetime import UTC, datetime, timedelta

from django.conf import settings

from tracker.models import Heartbeat

LATE_AFTER = 60  # seconds
CANARY_LATE = 150  # it goes out once a minute, and takes the whole way of an alert
READS_MISSED = timedelta(hours=1)  # so long /health/duty says that a look could not be recorded
LIMITS = dict.fromkeys(("beat", "worker", "reminders", "sweep", "nightwatch"), LATE_AFTER) | {
    "canary": CANARY_LATE
}


def seconds_since_heartbeats(now: datetime) -> dict[str, float | None]:
    """None for what never showed."""
    found = dict(Heartbeat.objects.values_list("name", "at"))
    return {name: (now - found[name]).total_seconds() if name in found else None for name in LIMITS}


def is_on_duty(name: str, age: float | None) -> bool:
    """One from the future does not count: the clock was put back since."""
    return age is not None and -LATE_AFTER <= age <= LIMITS[name]


def reads_are_recorded(now: datetime) -> bool:
    """Whether every look of the staff could be written down lately (tracker/site/middleware.py)."""
    try:
        missed_at = settings.READS_NOT_RECORDED.stat().st_mtime
    except OSError:
        return True
    return now - datetime.fromtimestamp(missed_at, UTC) >= READS_MISSED

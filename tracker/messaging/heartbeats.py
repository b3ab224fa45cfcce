"""Signs of life of the processes behind the pages, and how old each may be; /health/duty shows them."""

import time
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import DatabaseError

from tracker.models import Heartbeat

LATE_AFTER = 60  # seconds
ASK_AGAIN = 5.0  # seconds: whoever asks without a login costs a process no more writes than that
CANARY_LATE = 150  # it goes out once a minute, and takes the whole way of an alert
READS_MISSED = timedelta(hours=1)  # so long /health/duty says that a look could not be recorded
LIMITS = dict.fromkeys(("beat", "worker", "reminders", "sweep", "nightwatch"), LATE_AFTER) | {
    "canary": CANARY_LATE
}
_last_try: list[tuple[float, bool]] = []


def seconds_since_heartbeats(now: datetime) -> dict[str, float | None]:
    """None for what never showed."""
    found = dict(Heartbeat.objects.values_list("name", "at"))
    return {name: (now - found[name]).total_seconds() if name in found else None for name in LIMITS}


def is_on_duty(name: str, age: float | None) -> bool:
    """One from the future does not count: the clock was put back since."""
    return age is not None and -LATE_AFTER <= age <= LIMITS[name]


def reads_are_recorded(now: datetime) -> bool:
    """Whether every look of the staff could be written down lately (tracker/site/middleware/staff.py)."""
    try:
        missed_at = settings.READS_NOT_RECORDED.stat().st_mtime
    except OSError:
        return True
    return now - datetime.fromtimestamp(missed_at, UTC) >= READS_MISSED


def record_heartbeat(*, name: str, now: datetime) -> None:
    """`name` was alive at `now`."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": now})


def can_write(*, now: datetime) -> bool:
    """Whether a log could be saved now. Only writing tells: a full disk and a held database are read as ever."""
    tried_at = time.perf_counter()
    if _last_try and tried_at - _last_try[0][0] < ASK_AGAIN:
        return _last_try[0][1]
    try:
        record_heartbeat(name="page", now=now)
        is_written = True
    except DatabaseError:
        is_written = False
    _last_try[:] = [(tried_at, is_written)]
    return is_written

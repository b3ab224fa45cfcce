"""Signs of life of the processes that work behind the pages; /health/duty shows them."""

import time
from datetime import datetime

from django.db import DatabaseError

from tracker.models import Heartbeat

ASK_AGAIN = 5.0  # seconds: whoever asks without a login costs a process no more writes than that
_last_try: list[tuple[float, bool]] = []


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

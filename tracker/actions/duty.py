"""Signs of life of the processes that work behind the pages; /health/duty shows them."""

from datetime import datetime

from tracker.models import Heartbeat


def record_heartbeat(*, name: str, now: datetime) -> None:
    """`name` was alive at `now`."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": now})

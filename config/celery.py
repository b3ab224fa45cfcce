"""The task queue's app and the whole beat schedule.

The schedule is a few ticks in plain intervals; every due time of a family is a column, computed in its own zone.
A tick that waited longer than its interval is thrown away: the next one does its work.
"""

import gc
import logging
import os
from datetime import timedelta
from typing import Any

from celery import Celery, beat, signals
from django.db import close_old_connections
from django.utils import timezone
from django.utils.module_loading import import_string

from config.json_logs import context

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

log = logging.getLogger(__name__)
app = Celery("nightlight")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.include = ["tracker.operations.tasks"]
app.conf.beat_schedule = {
    "sweep": {
        "task": "tracker.tasks.sweep",
        "schedule": timedelta(seconds=15),
        "options": {"queue": "alerts", "expires": 14},
    },
    "bounces": {
        "task": "tracker.tasks.read_bounces",
        "schedule": timedelta(minutes=1),
        "options": {"queue": "reminders", "expires": 55},
    },
    "check-push": {
        "task": "tracker.tasks.check_push",
        "schedule": timedelta(minutes=10),
        "options": {"queue": "reminders", "expires": 590},
    },
    "retain": {"task": "tracker.tasks.retain", "schedule": timedelta(hours=6), "options": {"expires": 3600}},
}


class Scheduler(beat.Scheduler):
    """Keeps nothing on disk, and leaves a sign of life that needs neither broker nor worker."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        seconds = super().tick(*args, **kwargs)
        show_alive()
        try:
            close_old_connections()
            import_string("tracker.messaging.heartbeats.record_heartbeat")(name="beat", now=timezone.now())
        except Exception:
            log.exception("beat_has_no_database")
        return seconds


@signals.worker_ready.connect
@signals.heartbeat_sent.connect
def show_alive(**_: Any) -> None:
    """A worker's loop goes round; whether the work is done, /health/duty says."""
    import_string("tracker.lib.alive.show_alive")()


@signals.worker_before_create_process.connect
def keep_what_was_imported(**_: Any) -> None:
    """Out of the garbage that a forked worker counts: it would copy it."""
    gc.collect()
    gc.freeze()


@signals.setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Celery would set up its own; Django has set up ours already."""


@signals.before_task_publish.connect
def hand_on_the_request(headers: dict[str, Any], **_: Any) -> None:
    """The page's number goes along, from task to task: one search finds all lines of what one tap began."""
    if request_id := context.get().get("request_id"):
        headers["request_id"] = request_id


@signals.task_prerun.connect
def name_the_task(task_id: str = "", task: Any = None, **_: Any) -> None:
    request_id = getattr(task.request, "request_id", None)
    context.set({"task_id": task_id, "task": task.name} | ({"request_id": request_id} if request_id else {}))

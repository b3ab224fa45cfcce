"""Asks a worker: "look at the database now". If nobody hears, the sweep finds the work a few seconds later.

So asking never raises and never holds a request up: a broker that does not answer costs one short try, then nothing
for a while (docs/adr/asking-a-worker.md).
"""

import logging
import time
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from kombu.pools import producers

log = logging.getLogger(__name__)

PATIENCE = 0.2  # seconds for the broker to answer
SILENCE = 10.0  # seconds without another try after it did not
EXPIRES = 60  # seconds; by then the sweep has come by several times


class TaskQueue:
    """One process's line to the broker."""

    silent_until = 0.0

    @cached_property
    def line(self) -> tuple[Any, Any]:
        """The queue's app, and a connection with less patience than a worker's."""
        application = import_string(settings.TASK_APPLICATION)
        short = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE, "max_retries": 0}
        options = settings.CELERY_BROKER_TRANSPORT_OPTIONS | short
        return application, application.connection_for_write(
            settings.CELERY_BROKER_URL, transport_options=options
        )

    def ask(self, task: str, queue: str) -> None:
        if time.monotonic() < self.silent_until:
            return
        try:
            application, connection = self.line
            with producers[connection].acquire(block=True, timeout=PATIENCE) as producer:
                application.send_task(task, queue=queue, producer=producer, retry=False, expires=EXPIRES)
        except Exception:
            self.silent_until = time.monotonic() + SILENCE
            log.warning("broker_silent", exc_info=True)


client = TaskQueue()


def request_task(task: str, *, queue: str = "default") -> None:
    """Asks for the task by name once this transaction is committed."""
    transaction.on_commit(lambda: client.ask(task, queue), robust=True)

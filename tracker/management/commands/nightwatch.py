"""`manage.py nightwatch`: a plain process that needs neither Celery nor a broker.

When no sweep has been through for half a minute, it sweeps itself and delivers what nobody claimed.
"""

import logging
import signal
import sys
import time
from datetime import datetime, timedelta

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections
from django.utils import timezone

from tracker.lib.alive import show_alive
from tracker.messaging import delivery, heartbeats
from tracker.models import Heartbeat, Lane
from tracker.operations import sweep

log = logging.getLogger(__name__)

EVERY = 5.0  # seconds between two looks
PATIENCE = timedelta(seconds=30)
SOMEBODY_WAITS_FOR = (
    Lane.ALERTS,
    Lane.SIGN_IN,
)  # so it is sent although the sweeps go on, and only its worker is gone
SECONDS = 30.0


class Command(BaseCommand):
    requires_system_checks = ()  # they read every page, and it watches all the same
    help = "Sweeps and delivers whenever no worker has done so for 30 seconds."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="one look, and the end")

    def handle(self, *args: object, once: bool, **options: object) -> None:
        if not once:  # the first process of a container does not end by a signal that it does not expect
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        while True:
            look()
            show_alive()
            close_old_connections()
            if once:
                break
            time.sleep(EVERY)


def look() -> None:
    """Never raises: a database that is away for a moment does not end the watch."""
    try:
        heartbeats.record_heartbeat(name="nightwatch", now=timezone.now())
        if nobody_swept(timezone.now()):
            sweep.sweep(now=timezone.now(), deliver=True)
            return
        for lane in SOMEBODY_WAITS_FOR:
            if delivery.due(lane=lane, now=timezone.now() - PATIENCE):
                delivery.deliver_due(lane=lane, now=timezone.now(), seconds=SECONDS)
    except Exception:
        log.exception("nightwatch_looked_in_vain")


def nobody_swept(now: datetime) -> bool:
    """Nor what lies ahead counts: the clock was put back since."""
    lately = (now - PATIENCE, now + PATIENCE)
    return not Heartbeat.objects.filter(name="sweep", at__range=lately).exists()

"""A sign of life of this very process, for who looks after containers: a file that it touches.

The database's heartbeats (tracker/messaging/heartbeats.py) say that a part of the site works; of three beats they do
not say which one hangs.
"""

import logging
from pathlib import Path

from django.conf import settings

log = logging.getLogger(__name__)


def show_alive() -> None:
    """Never raises: a full disk must not end whoever is alive."""
    if not settings.ALIVE_FILE:
        return
    try:
        Path(settings.ALIVE_FILE).touch()
    except OSError:
        log.warning("alive_file_not_touched")

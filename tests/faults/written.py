"""Nothing can be written: another process holds the database, or the disk is full. Danger is answered all the same."""

import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from django.contrib.sessions.middleware import SessionMiddleware
from django.db import connection

from tests.faults.house import House
from tests.faults.stage import broken
from tests.support.holding import held
from tracker.lib import database
from tracker.site.middleware.sessions import Sessions, renew

ANSWERED_WITHIN = 3.0  # seconds
BEFORE = 3  # seconds of health
LONG = 20  # seconds


def for_a_while(trouble: Callable[[House], AbstractContextManager[None]]) -> Callable[[House], Any]:
    """It comes and goes by itself, while parents submit."""

    @contextmanager
    def fault(house: House) -> Iterator[None]:
        is_over = threading.Event()

        def happen() -> None:
            time.sleep(BEFORE)
            try:
                with trouble(house):
                    time.sleep(LONG)
            finally:
                is_over.set()

        threading.Thread(target=happen, daemon=True).start()
        yield
        is_over.wait()

    return fault


@contextmanager
def database_held(house: House) -> Iterator[None]:
    with held():
        yield


@contextmanager
def disk_full(house: House) -> Iterator[None]:
    """The house's own small disk (house.py) is made as small as what lies on it."""
    other = sqlite3.connect(connection.settings_dict["NAME"], timeout=60, isolation_level=None)
    other.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # what is written next needs new room
    other.close()
    resize(house, "1k")
    try:
        yield
    finally:
        resize(house, "2g")


def resize(house: House, size: str) -> None:
    """Of a tmpfs. Where more lies on it than that, one page of room is left at most."""
    used = subprocess.run(
        ["df", "--output=used", "-k", str(house.var)], capture_output=True, text=True, check=True
    )
    wanted = f"{int(used.stdout.split()[-1])}k" if size == "1k" else size
    subprocess.run(["mount", "-o", f"remount,size={wanted}", str(house.var)], check=True)


# ------------------------------------------------------------ without what the rows rely on


@contextmanager
def pages_wait_like_workers() -> Iterator[None]:
    """Twenty seconds, each time."""
    with broken(database, "PAGE_WAITS", 20.0):
        yield


@contextmanager
def every_read_writes() -> Iterator[None]:
    """A session that cannot be renewed is an error, as Django has it."""

    def process_response(self: Sessions, request: Any, response: Any) -> Any:
        renew(request.session)
        return SessionMiddleware.process_response(self, request, response)

    with broken(Sessions, "process_response", process_response):
        yield


SABOTAGES = {one.__name__: one for one in (pages_wait_like_workers, every_read_writes)}

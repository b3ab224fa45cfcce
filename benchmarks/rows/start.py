"""`./start` the second time, and what the whole site holds in memory once it is up: all processes that it starts."""

import os
import re
import socket
import statistics
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.databases import Database
from benchmarks.one import progress
from benchmarks.processes import children_of, proportional_memory
from benchmarks.row import Row
from config.paths import BASE

TURNS = 3
PATIENCE, AT_REST = 180, 40  # seconds; by then every part has been through its first work
GIVEN_BY_US = ("SECRET_KEY", "DJANGO_SETTINGS_MODULE")


def measure(database: Database) -> Iterator[Row]:
    took = []
    with started(database):
        pass  # the first time: what is kept for the next ones is made
    for turn in range(TURNS):
        progress(turn / (TURNS + 1), "starting")
        with started(database) as (site, seconds):
            took.append(seconds)
            if turn == TURNS - 1:
                progress(turn / (TURNS + 1), "at rest")
                time.sleep(AT_REST)
                held = memory_of(site)
    yield Row("./start the second time, to the first page", "s", statistics.median(took), 4)
    notes = ", ".join(f"{name} {held[name]:.0f}" for name in sorted(held, key=held.__getitem__, reverse=True))
    yield Row("memory of the whole site (PSS)", "MB", sum(held.values()), 350, notes=notes)


@contextmanager
def started(database: Database) -> Iterator[tuple[int, float]]:
    """The process of ./start, and the seconds until it said where the site is."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    env = {name: value for name, value in os.environ.items() if name not in GIVEN_BY_US} | {"PORT": port}
    env |= {"SITE_URL": "", "LOG_LEVEL": ""}
    began = time.monotonic()
    site = subprocess.Popen([BASE / "start"], cwd=BASE, env=env, stdout=subprocess.PIPE, text=True)
    try:
        assert site.stdout
        for line in site.stdout:
            if "Nightlight is at" in line:
                break
        yield site.pid, time.monotonic() - began
    finally:
        site.terminate()
        site.wait(PATIENCE)


def memory_of(site: int) -> dict[str, float]:
    """By part: web, alerts, reminders, beat, nightwatch, the broker, and what keeps them running."""
    held: dict[str, float] = {}
    for process in [site, *children_of(site)]:
        try:
            said = Path(f"/proc/{process}/cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
        name = next((name for name, pattern in PARTS.items() if re.search(pattern, said)), "other")
        held[name] = held.get(name, 0) + proportional_memory(process)
    return held


PARTS = {
    "web": "gunicorn",
    "alerts": "alerts@",
    "reminders": "reminders@",
    "beat": " beat",
    "nightwatch": "nightwatch",
    "broker": "redis|valkey",
    "supervisor": "config.start.serve",
}

"""`manage.py assess --batch`, as it is called: start, JSON in and JSON out. Every worked case, over and over.

Needs no database, so it is measured once.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import cycle, islice

from benchmarks.databases import SQLITE, Database
from benchmarks.one import progress
from benchmarks.row import Row
from config.paths import BASE
from therapies.cases import read_cases

REQUESTS, TURNS = 10_000, 3
DATABASES = (SQLITE,)


def measure(database: Database) -> Iterator[Row]:
    requests = list(islice(cycle([case.request for case in read_cases()]), REQUESTS))
    file = database.folder / "requests"
    file.write_text("".join(f"{json.dumps(request, default=float)}\n" for request in requests))
    times = []
    for turn in range(TURNS):
        progress(turn / TURNS)
        times.append(seconds(file))
    yield Row(
        "assess --batch, 10,000 worked cases",
        "a second",
        ours=REQUESTS / min(times),
        goal=5000,
        more_is_better=True,
        notes="start and JSON included",
    )


def seconds(file: object) -> float:
    began = time.perf_counter()
    command = [sys.executable, "manage.py", "assess", "--batch", str(file)]
    done = subprocess.run(command, cwd=BASE, capture_output=True, text=True, check=True)
    took = time.perf_counter() - began
    answered = sum("urgency" in json.loads(line) for line in done.stdout.splitlines())
    assert answered == REQUESTS, f"{answered} of {REQUESTS} were answered"
    return took

"""`python -m benchmarks.polling`: what a parent feels of a hundred open boards.

A real web server on a PostgreSQL of its own, gone afterwards. Each board does what board.js does: it asks every five
seconds and draws again when the answer differs. A parent opens pages and logs all the while; the boards come and go
in turns, so that what else the machine does slows both alike.
"""

import argparse
import http.client
import multiprocessing
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

PORT = 8137
EVERY = 5.0
CALM = 5, 15
LOGS_EVERY = 5.0
PAUSE = 0.05  # the parent's, between pages
FAMILIES = 30
QUIET = {"temperature": "36.8", "unit": "C", "route": "ear", "antipyretic_given": "no", "when": "0"}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--boards", type=int, default=100)
    arguments.add_argument("--turns", type=int, default=6)
    arguments.add_argument("--seconds", type=float, default=10, help="of each turn")
    given = arguments.parse_args()
    if "NIGHTLIGHT_BENCHMARK" in os.environ:
        return compare(given.boards, given.turns, given.seconds)
    from tests.support.postgresql import server

    with server() as url, tempfile.TemporaryDirectory(prefix="nightlight-benchmark-") as folder:
        told = {"NIGHTLIGHT_BENCHMARK": "yes", "VAR_DIR": folder, "DEMO": "0", "LOG_LEVEL": "ERROR"}
        told |= {"DATABASE_URL": url, "PORT": str(PORT), "DJANGO_SETTINGS_MODULE": "config.settings"}
        command = [sys.executable, "-m", "benchmarks.polling", *sys.argv[1:]]
        sys.exit(subprocess.run(command, env=os.environ | told).returncode)


def compare(boards: int, turns: int, seconds: float) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("setup")
    team, nurses, home = ward(boards)
    with web() as process:
        ask = f"/teams/{team}/board/version/"
        work = [worked(process, "/health/live", nurses[0]), worked(process, ask, nurses[0])]
        print(
            f"{platform.machine()}, Python {platform.python_version()}, {os.cpu_count()} cores, {boards} boards"
        )
        print(
            f"processor, web and database: asking {work[1]:.2f} ms, a page that asks nothing {work[0]:.2f} ms"
        )
        found: dict[bool, dict[str, list[float]]] = {False: {}, True: {}}
        for turn in range(turns * 2):
            with watching(f"/teams/{team}/board/", nurses if turn % 2 else ()):
                parent(home, seconds, found[bool(turn % 2)])
    for name, alone in found[False].items():
        beside = found[True][name]
        line = "".join(
            f"{share:>9.1f}{both:>9.1f}{both / share:>6.2f} x" for share, both in beside_each(alone, beside)
        )
        print(f"{name:<16}{len(alone):>6}{len(beside):>6}{line}")


def beside_each(alone: list[float], beside: list[float]) -> Iterator[tuple[float, float]]:
    """The middle, and the slowest of a hundred: without boards and with."""
    yield statistics.median(alone), statistics.median(beside)
    yield tuple(sorted(times)[len(times) * 99 // 100] for times in (alone, beside))  # type: ignore[misc]


def ward(boards: int) -> tuple[Any, list[str], Any]:
    """The team, a session of each of its nurses, and a family of it."""
    from django.utils import timezone

    from benchmarks.families import families, session_of
    from tests.support.personas import NUMBERS, SECRET
    from tracker.families.actions.care_teams import begin_care_team, join_care_team
    from tracker.models import Child, Membership, Role, User
    from tracker.site.demo.second_factors import seed_totp

    now = timezone.now()
    people = [User.objects.create_user(f"{uuid4()}@example.org", name="Nurse") for _ in range(boards)]
    team = begin_care_team(name="Maple ward", numbers=NUMBERS, by=people[0], now=now)
    for nurse in people:
        seed_totp(nurse, SECRET)
    Membership.objects.bulk_create(
        Membership(user=nurse, care_team=team, role=Role.NURSE, begun_at=now) for nurse in people[1:]
    )
    homes = families(FAMILIES, history=60)
    for home in homes:
        join_care_team(child=Child.objects.get(pk=home.child), code=team.join_code, by=people[0], now=now)
    return team.pk, [session_of(nurse) for nurse in people], homes[0]


@contextmanager
def web() -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn", "config.wsgi"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                get(http.client.HTTPConnection("127.0.0.1", PORT), "/health/live", "")
                break
            except OSError:
                time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait()


def get(line: http.client.HTTPConnection, path: str, session: str, **more: str) -> tuple[int, str]:
    line.request("GET", path, headers={"Cookie": f"session={session}", "Accept-Encoding": "gzip"} | more)
    response = line.getresponse()
    return response.status, response.read().decode("latin-1")


def worked(process: subprocess.Popen[bytes], path: str, session: str, times: int = 600) -> float:
    """Milliseconds of processor for one answer, the database's own too."""
    import psutil

    def so_far() -> float:
        everybody = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        everybody += [one for one in psutil.process_iter() if one.name() == "postgres"]
        return sum(sum(one.cpu_times()[:2]) for one in everybody)

    line = http.client.HTTPConnection("127.0.0.1", PORT)
    for _ in range(100):
        status, _answer = get(line, path, session)
        assert status == 200, status
    before = so_far()
    for _ in range(times):
        get(line, path, session)
    return (so_far() - before) / times * 1000


@contextmanager
def watching(board: str, sessions: Iterable[str]) -> Iterator[None]:
    """Boards that stay open as long as the context, in a process of their own."""
    over, ready = multiprocessing.Event(), multiprocessing.Event()
    boards = multiprocessing.Process(target=watch, args=(board, list(sessions), ready, over), daemon=True)
    boards.start()
    ready.wait()
    try:
        yield
    finally:
        over.set()
        boards.join()


def watch(board: str, sessions: list[str], ready: Any, over: Any) -> None:
    threads = [threading.Thread(target=one_board, args=(board, session, over)) for session in sessions]
    for thread in threads:
        thread.start()
    time.sleep(4 * EVERY if threads else 0)  # all have drawn once
    ready.set()
    for thread in threads:
        thread.join()


def one_board(board: str, session: str, over: Any) -> None:
    """As board.js does."""
    time.sleep(random.random() * EVERY)
    line, known, calm_from = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30), "", 0.0
    while not over.is_set():
        _status, version = get(line, f"{board}version/", session)
        is_urgent = version.partition(" ")[0] != known.partition(" ")[0]
        if version != known and (is_urgent or time.monotonic() > calm_from):
            get(line, board, session, **{"X-Part": "board"})
            known, calm_from = version, time.monotonic() + random.uniform(*CALM)
        over.wait(EVERY)


def parent(home: Any, seconds: float, found: dict[str, list[float]]) -> None:
    line, session = http.client.HTTPConnection("127.0.0.1", PORT), home.visitor.cookies["session"]
    here = f"/children/{home.child}/"
    pages = {"Today": here, "the log page": f"{here}logs/new/", "an answer": f"/logs/{home.newest}/answer/"}
    began, logged = time.monotonic(), 0.0
    while time.monotonic() - began < seconds:
        for name, path in pages.items():
            timed(found.setdefault(name, []), lambda path=path: get(line, path, session))
            time.sleep(PAUSE)
        if time.monotonic() - logged > LOGS_EVERY:
            logged = time.monotonic()
            timed(
                found.setdefault("posting a log", []),
                lambda: post(line, f"{here}logs/", home.visitor.cookies),
            )


def post(line: http.client.HTTPConnection, path: str, cookies: dict[str, str]) -> tuple[int, str]:
    from urllib.parse import urlencode

    typed = urlencode(QUIET | {"csrfmiddlewaretoken": cookies["csrf"], "client_uuid": str(uuid4())})
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    line.request("POST", path, typed, headers | {"Content-Type": "application/x-www-form-urlencoded"})
    response = line.getresponse()
    return response.status, response.read().decode("latin-1")


def timed(times: list[float], ask: Callable[[], tuple[int, str]]) -> None:
    began = time.perf_counter()
    status, _answer = ask()
    times.append((time.perf_counter() - began) * 1000)
    assert status in (200, 303), status


if __name__ == "__main__":
    main()

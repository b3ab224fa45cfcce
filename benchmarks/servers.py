"""Web servers as processes of their own, each under the site's gunicorn, and how much they work for one request."""

import gzip
import http.client
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

from benchmarks.databases import Database
from benchmarks.processes import children_of, worked

OURS, BARE = "config.wsgi", "benchmarks.bare_site.wsgi"
KEPT = 10  # seconds, less than the server keeps a silent connection
PATIENCE = 120  # seconds until a server answers


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    sent: bytes

    @property
    def body(self) -> bytes:
        return gzip.decompress(self.sent) if self.headers.get("content-encoding") == "gzip" else self.sent


@dataclass
class Server:
    """`cookies` come with every request; one connection is kept."""

    port: int
    process: subprocess.Popen[bytes]
    database: Database
    cookies: dict[str, str] = field(default_factory=dict)
    connection: http.client.HTTPConnection | None = None
    asked: float = 0.0

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, headers=headers)

    def post(self, path: str, typed: dict[str, str]) -> Answer:
        return self.ask("POST", path, urlencode(typed), {"Content-Type": "application/x-www-form-urlencoded"})

    def ask(self, method: str, path: str, body: str = "", headers: dict[str, str] | None = None) -> Answer:
        if self.connection is None or time.monotonic() - self.asked > KEPT:
            self.connection = http.client.HTTPConnection("localhost", self.port, timeout=120)
        self.asked = time.monotonic()
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.connection.request(
            method, path, body or None, {"Cookie": cookies, "Accept-Encoding": "gzip"} | (headers or {})
        )
        came = self.connection.getresponse()
        sent = came.read()
        return Answer(came.status, {name.lower(): value for name, value in came.getheaders()}, sent)

    def processes(self) -> list[int]:
        return [self.process.pid, *children_of(self.process.pid)]

    def worked(self) -> float:
        """Seconds of processor time: its own and the database's."""
        return worked(self.processes() + self.database.processes())


@contextmanager
def serving(application: str, database: Database, workers: int = 1, **env: str) -> Iterator[Server]:
    """The application under the site's gunicorn, on a port of its own."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    held = listener.fileno()
    told = {"WEB_SOCKET": str(held), "WEB_WORKERS": str(workers)}
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn", application],
        env=os.environ | told | env,
        pass_fds=[held],
    )
    server = Server(listener.getsockname()[1], process, database)
    try:
        listener.close()
        wait_until_it_answers(server)
        yield server
    finally:
        process.terminate()
        process.wait()


def wait_until_it_answers(server: Server) -> None:
    late = time.monotonic() + PATIENCE
    while time.monotonic() < late and server.process.poll() is None:
        try:
            server.get("/health/live")
            return
        except (OSError, http.client.HTTPException):
            server.connection = None
            time.sleep(0.1)
    raise SystemExit("The web server does not answer.")


@dataclass
class Measured:
    """Of each round: milliseconds from asking to the answer, and those in which server and database worked."""

    waited: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)
    answer: Answer | None = None

    @property
    def work(self) -> float:
        return statistics.median(self.worked)

    @property
    def wait(self) -> float:
        return statistics.median(self.waited)


Target = tuple[Server, Callable[[int], Answer]]


def in_turns(
    rounds: int, targets: dict[str, Target], told: Callable[[float], None] = lambda part: None
) -> dict[str, Measured]:
    """Each target in each round, so that a busy moment is everybody's. The first two rounds do not count."""
    found = {name: Measured() for name in targets}
    for number in range(-2, rounds):
        for name, (server, ask) in targets.items():
            before, began = server.worked(), time.perf_counter()
            answer = ask(number)
            waited, worked_for = time.perf_counter() - began, server.worked() - before
            if answer.status >= 400:
                raise SystemExit(f"{name}: status {answer.status}")
            found[name].answer = answer
            if number >= 0:
                found[name].waited.append(waited * 1000)
                found[name].worked.append(worked_for * 1000)
        told((number + 2) / (rounds + 2))
    return found

"""A site of its own in a temporary folder, with this site's settings and middleware, asked without a network."""

import http.cookies
import io
import os
import re
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import django

FOLDER = tempfile.TemporaryDirectory(prefix="nightlight-benchmark-")


def begin(urls: str) -> None:
    """Settings, database, static files. Nothing of the machine's own site is touched."""
    os.environ |= {
        "VAR_DIR": FOLDER.name,
        "DEMO": "0",
        "LOG_LEVEL": "ERROR",
        "DATABASE_URL": "",
        "DEBUG": "0",
    }
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.ROOT_URLCONF = urls
    call_command("setup")


@dataclass
class Answer:
    """What came back: bytes as sent, gzipped where the browser may have it so."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Visitor:
    """A browser without a network: speaks WSGI, keeps cookies."""

    application: Callable[..., Any]
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, b"")

    def post(self, path: str, typed: dict[str, str]) -> Answer:
        token = self.cookies.get("csrf", "")
        return self._ask("POST", path, urlencode({"csrfmiddlewaretoken": token} | typed).encode())

    def _ask(self, method: str, path: str, sent: bytes) -> Answer:
        path, _, query = path.partition("?")
        began: dict[str, Any] = {}
        chunks = self.application(
            {
                "REQUEST_METHOD": method,
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "SERVER_NAME": "localhost",
                "SERVER_PORT": "80",
                "SERVER_PROTOCOL": "HTTP/1.1",
                "REMOTE_ADDR": "127.0.0.1",
                "HTTP_HOST": "localhost",
                "HTTP_ACCEPT_ENCODING": "gzip",
                "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
                "CONTENT_TYPE": "application/x-www-form-urlencoded",
                "CONTENT_LENGTH": str(len(sent)),
                "wsgi.input": io.BytesIO(sent),
                "wsgi.errors": io.StringIO(),
                "wsgi.url_scheme": "http",
            },
            lambda status, headers, _error=None: began.update(status=status, headers=headers),
        )
        body = b"".join(chunks)
        chunks.close()
        for name, value in began["headers"]:
            if name.lower() == "set-cookie":
                self.cookies |= {
                    key: morsel.value for key, morsel in http.cookies.SimpleCookie(value).items()
                }
        return Answer(int(began["status"].split()[0]), {k.lower(): v for k, v in began["headers"]}, body)


@dataclass
class Measured:
    """Milliseconds of each round, and of them those in which this process worked; queries and bytes of one."""

    name: str
    queries: int = 0
    bytes: int = 0
    milliseconds: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.milliseconds)

    @property
    def slowest(self) -> float:
        return sorted(self.milliseconds)[max(0, len(self.milliseconds) * 95 // 100 - 1)]

    @property
    def work(self) -> float:
        return statistics.median(self.busy)

    def line(self) -> str:
        times = "".join(f"{number:>10.1f}" for number in (self.median, self.slowest, self.work))
        return f"{self.name:<34}{self.queries:>8}{self.bytes:>10}{times}"


HEAD = f"{'':<34}{'queries':>8}{'bytes gz':>10}{'ms median':>10}{'ms 95 %':>10}{'ms work':>10}"


def run(rounds: int, targets: dict[str, Callable[[int], Answer]]) -> dict[str, Measured]:
    """Every target in every round, in turn, so that a busy moment is everybody's. The first does not count."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    found = {name: Measured(name) for name in targets}
    for number in range(rounds + 1):
        for name, ask in targets.items():
            if number == 0:
                with CaptureQueriesContext(connection) as queries:
                    answer = ask(0)
                found[name].queries, found[name].bytes = len(queries), len(answer.body)
                continue
            began, worked = time.perf_counter(), time.process_time()
            answer = ask(number)
            found[name].busy.append((time.process_time() - worked) * 1000)
            found[name].milliseconds.append((time.perf_counter() - began) * 1000)
            if answer.status >= 400:
                raise SystemExit(f"{name}: status {answer.status}")
    return found


def first_visit(page: Answer) -> dict[str, int]:
    """What a browser that was never here loads with a page, in bytes as they are sent."""
    import gzip

    static = Path(FOLDER.name) / "static"
    html = gzip.decompress(page.body).decode()
    links = set(re.findall(r'(?:href|src)="/static/([^"#]+)', html))
    sizes = {"the page": len(page.body)}
    for name in sorted(links):
        small = static / f"{name}.gz"
        if "192" in name:
            continue  # the icon for a home screen: only when it is put there
        sizes[name] = (small if small.exists() else static / name).stat().st_size
    return sizes

"""The machinery of the tests: a database file, a broker, a worker, a clock and a browser, all of them real."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.conf import settings as django_settings
from django.db import connection
from kombu import Connection
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from config.paths import broker_url
from config.start.supervisor import end_with
from tests.support.clock import environment
from tests.support.moment import NOW
from tests.support.waiting import PAGE_PATIENCE, wait_until
from tracker.lib import task_queue

BASE = Path(__file__).resolve().parents[2]
DATABASES = {"db", "transactional_db"}
PHONE = {"width": 360, "height": 740}
CLOCK = """
const OfTheMachine = Date, ahead = %d;
globalThis.Date = class extends OfTheMachine {
  constructor(...parts) { if (parts.length) super(...parts); else super(OfTheMachine.now() + ahead); }
  static now() { return OfTheMachine.now() + ahead; }
};
"""  # a page's; the browser itself keeps the real one
CHROMIUM_FLAGS = (
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # A page lives for a second: what its scripts would win by being compiled well costs more than that.
    "--js-flags=--no-opt,--no-maglev",
)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """SQLite in a file, as in real life: in memory, threads would meet other locks than a family's."""
    database = django_settings.DATABASES["default"]
    if "sqlite3" in database["ENGINE"]:
        database.setdefault("TEST", {})["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(autouse=True)
def clock_of_the_people(request: pytest.FixtureRequest) -> Iterator[None]:
    """Where there is a database, people live in it: a test's clock starts at their moment and ticks on.

    Without it the tests' children grow older by a day a day, until a link expires or a course is over.
    """
    if not (request.node.get_closest_marker("django_db") or DATABASES.intersection(request.fixturenames)):
        yield
        return
    with time_machine.travel(NOW, tick=True):
        yield


def seconds_ahead() -> float:
    """By how much this test's clock is ahead of the machine's; behind it, below 0."""
    if not time_machine.escape_hatch.is_travelling():
        return 0
    return time.time() - float(time_machine.escape_hatch.time.time())


def same_clock() -> dict[str, str]:
    """The environment in which another Python process has this test's clock."""
    return environment(seconds_ahead())


@pytest.fixture
def clock() -> Iterator[Any]:
    """A clock that stands still at a quarter past two in the night; `clock.shift(60)` moves it by hand."""
    with time_machine.travel(datetime(2026, 3, 7, 2, 14, tzinfo=UTC), tick=False) as coordinates:
        yield coordinates


def start_process(
    command: list[str], env: dict[str, str], log: Path, folder: Path = BASE
) -> subprocess.Popen[bytes]:
    """A process with the clock of this test, that ends with the tests, whatever ends them."""
    parent = os.getpid()
    with log.open("ab") as out:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=os.environ | same_clock() | env,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            preexec_fn=lambda: end_with(parent),
        )


def end_process(process: subprocess.Popen[bytes]) -> None:
    """At once: nothing of the tests' processes is worth waiting for."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.fixture(scope="session")
def broker() -> Iterator[str]:
    """The URL of a broker of the tests' own; in /tmp, because a socket's path must be short."""
    var = Path(tempfile.mkdtemp(prefix="nightlight-", dir="/tmp"))
    env = {"VAR_DIR": str(var), "REDIS_URL": ""}
    process = start_process([sys.executable, "-m", "config.start.broker"], env, var / "redis.log")
    try:
        wait_until((var / "run" / "redis.sock").exists, "the broker to answer")
        yield broker_url(var)
    finally:
        end_process(process)
        shutil.rmtree(var)


@pytest.fixture
def task_broker(settings: Any, monkeypatch: pytest.MonkeyPatch, broker: str) -> str:
    """The client of the queue, connected to the tests' broker, in which nothing waits."""
    with Connection(broker) as connection:
        connection.default_channel.client.flushall()
    settings.CELERY_BROKER_URL = broker
    monkeypatch.setattr(task_queue, "client", task_queue.TaskQueue())
    return broker


def database_url() -> str:
    """Where the test database is, for another process."""
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{quote(str(found['NAME']))}"
    host = quote(str(found["OPTIONS"]["host"]), safe="")
    return f"postgresql://{found['USER']}@/{found['NAME']}?host={host}"


@pytest.fixture
def worker(transactional_db: None, task_broker: str, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A real Celery worker in a process of its own, on the test database."""
    log = tmp_path / "worker.log"
    env = {
        "REDIS_URL": task_broker,
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    celery = [sys.executable, "-m", "celery", "--app", "config.celery", "--quiet", "worker"]
    process = start_process([*celery, "--concurrency", "1", "--queues", "alerts,reminders,default"], env, log)
    try:
        wait_until(lambda: "%s ready." in log.read_text(), "the worker to be ready")
        yield process
    finally:
        end_process(process)


def chromium() -> str:
    """Where the browser is."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    return path or pytest.fail("No browser: set CHROMIUM, or run ./test, which says what to install.")


def light_chromium() -> str:
    """The browser without a window around each page, where it is installed: a page costs a third."""
    return shutil.which("chromium-headless-shell") or chromium()


def flags() -> list[str]:
    return [*CHROMIUM_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run."""
    expect.set_options(timeout=PAGE_PATIENCE * 1000)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=light_chromium(), args=flags())
        yield started
        started.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages in a fresh profile: `open_page(java_script_enabled=False)`, `open_page(color_scheme="dark")`.

    A page that breaks its own security policy, has a script error or asks another site for anything fails the test.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_one(**options: Any) -> Page:
        usual = {"viewport": PHONE, "locale": "en-US", "timezone_id": "Europe/Berlin"}
        usual["service_workers"] = "block"  # what a page does with one: tests/offline
        context = browser.new_context(**{**usual, **options})
        context.set_default_timeout(PAGE_PATIENCE * 1000)
        contexts.append(context)
        context.add_init_script(CLOCK % round(seconds_ahead() * 1000))
        context.on("request", lambda request: complain_about_strangers(request.url, complaints))
        context.on("weberror", lambda error: complaints.append(f"script error: {error.error}"))
        context.on("console", lambda message: complain_about_policy(message.text, complaints))
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()
    assert not complaints, complaints


def complain_about_strangers(url: str, complaints: list[str]) -> None:
    if not url.startswith(("http://localhost:", "data:", "blob:")):
        complaints.append(f"a request to another site: {url}")


def complain_about_policy(text: str, complaints: list[str]) -> None:
    if "Content Security Policy" in text or "Content-Security-Policy" in text:
        complaints.append(text)


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A telephone in somebody's hand."""
    return open_page()

"""The whole site in a folder of its own, as a person starts it."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from http.client import HTTPConnection, RemoteDisconnected
from pathlib import Path

import pytest

from tests.support.effort import tries
from tests.support.fixtures_infra import BASE
from tests.support.waiting import PATIENCE, wait_until

FIND_PYTHON, FIND_BROWSER = "config/start/find-python", "tests/support/find-browser"
LOCK = "config/start/lock"
PARTS = ("redis", "alerts", "reminders", "beat", "nightwatch", "web")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RunningSite:
    def __init__(self, var: Path) -> None:
        self.var, self.port, self.said = var, free_port(), var.with_suffix(".out")
        env = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
        env |= {"VAR_DIR": str(var), "PORT": str(self.port), "DEMO": "0"}
        with self.said.open("wb") as out:
            command = [sys.executable, "-m", "config.start.serve"]
            self.process = subprocess.Popen(command, cwd=BASE, env=env, stdout=out, stderr=out)
        wait_until(lambda: "Nightlight is at" in self.said.read_text(), "the site to answer")
        wait_until(lambda: all(map(self.group, PARTS)), "its workers, which let the first page go first")

    def group(self, name: str) -> int:
        lock = self.var / "run" / f"{name}.lock"
        return int(lock.read_text() or 0) if lock.exists() else 0

    def status(self, path: str) -> int:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request("GET", path)
        return connection.getresponse().status

    def answers(self, path: str) -> bool:
        try:
            return self.status(path) == 200
        except OSError:
            return False


@pytest.fixture
def running_site(tmp_path: Path, prepared: Callable[[Path], Path]) -> Iterator[RunningSite]:
    site = RunningSite(prepared(tmp_path / "var"))
    yield site
    site.process.terminate()
    site.process.wait(PATIENCE)


def processes_in(group: int) -> str:
    found = subprocess.run(
        ["ps", "-A", "-o", "pgid=,stat=,args="], capture_output=True, text=True
    ).stdout.split("\n")
    return "\n".join(line for line in found if line.split()[:1] == [str(group)] and line.split()[1][0] != "Z")


@pytest.mark.hazard("H24")
def test_the_site_answers_through_the_death_of_each_part_and_stops_whole(running_site):
    """Who calls while the web server is dead waits for the next one: nobody is turned away, however often it dies."""
    assert running_site.status("/health/ready") == 200
    for name in (*PARTS, *["web"] * tries(0, 2)):
        before = running_site.group(name)
        os.kill(before, signal.SIGKILL)
        wait_until(partial(is_back, running_site, name, before), f"a new {name}")
    groups = [running_site.group(name) for name in PARTS]
    running_site.process.terminate()
    assert running_site.process.wait(PATIENCE) == 0
    assert [processes_in(group) for group in groups] == [""] * len(PARTS)


def is_back(site: RunningSite, name: str, before: int) -> bool:
    """Whether a part has been started again. The site is asked all the while, and answers."""
    says = answered(site) if name == "web" else site.status("/health/ready")
    assert says == 200, name
    return site.group(name) != before


def answered(site: RunningSite) -> int:
    """What the first page says. A call that the dying server had taken is cut; none may be refused."""
    for _try in range(50):
        try:
            return site.status("/health/ready")
        except (ConnectionResetError, RemoteDisconnected):
            pass
    return 0


@pytest.mark.parametrize("script", ["start", "test", ".ci/run", FIND_PYTHON, FIND_BROWSER, LOCK])
def test_the_scripts_are_plain_posix(script):
    assert (BASE / script).read_text().startswith("#!/bin/sh\n")
    assert subprocess.run(["sh", "-n", script], cwd=BASE).returncode == 0


@pytest.mark.parametrize("script", ["start", "test", ".ci/run"])
def test_the_commands_can_be_run(script):
    assert os.access(BASE / script, os.X_OK)


def test_a_machine_without_a_python_of_this_age_is_told_what_to_install(tmp_path):
    (tmp_path / "python3").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "python3").chmod(0o755)
    refused = subprocess.run(
        ["/bin/sh", "config/start/find-python"],
        cwd=BASE,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert refused.returncode == 1
    assert refused.stderr.startswith("Nightlight needs Python 3.11 or newer")
    assert refused.stderr.count("\n") == 1

"""What ./start says. The site itself is not started here: tests/config/test_start.py does that."""

import os
import socket
import subprocess
import sys

import pytest

from config.start import serve
from config.start.supervisor import Supervisor, try_lock, write_line
from tests.support.fixtures_infra import BASE
from tests.support.waiting import PATIENCE


def start(var, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "config.start.serve"]
    env = os.environ | {"VAR_DIR": str(var)} | env
    return subprocess.run(command, cwd=BASE, env=env, capture_output=True, text=True, timeout=PATIENCE)


@pytest.fixture
def taken_port():
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


def test_a_second_start_says_where_the_first_one_is_and_leaves_it_alone(tmp_path):
    (tmp_path / "run").mkdir()
    lock = try_lock(tmp_path / "run" / "supervisor.lock")
    assert lock
    write_line(lock, "http://localhost:8765 (process 4711)")
    second = start(tmp_path)
    assert second.returncode == 1
    assert (
        second.stderr
        == "Nightlight runs already: http://localhost:8765 (process 4711). Stop it there with Ctrl-C.\n"
    )
    assert (tmp_path / "run" / "supervisor.lock").read_text() == "http://localhost:8765 (process 4711)\n"
    assert not (tmp_path / "secret_key").exists()


def test_a_port_in_use_is_said_in_one_line_with_the_way_out(tmp_path, taken_port):
    refused = start(tmp_path, PORT=str(taken_port))
    assert refused.returncode == 1
    assert refused.stderr == (
        f"Port {taken_port} is used by another program. Choose another: PORT={taken_port + 1} ./start\n"
    )
    assert not (tmp_path / "secret_key").exists()


@pytest.mark.parametrize("typed", ["0", "65536", "-1", "80.0", "eight", "٨٠"])
def test_an_odd_port_is_refused_by_name(tmp_path, typed):
    assert start(tmp_path, PORT=typed).stderr == f"PORT must be a number from 1 to 65535, not {typed!r}.\n"


def test_a_broker_of_somebody_else_is_not_started_here(monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://broker.example")
    assert [child.name for child in serve.children()] == ["alerts", "reminders", "beat", "nightwatch", "web"]
    monkeypatch.delenv("REDIS_URL")
    assert [child.name for child in serve.children()] == [
        "redis",
        "alerts",
        "reminders",
        "beat",
        "nightwatch",
        "web",
    ]


@pytest.fixture
def known_house(tmp_path, monkeypatch):
    """One that was set up before, whose setting up now does as it is told; and what was going on meanwhile."""
    (tmp_path / "run").mkdir()
    for name in serve.SECRETS:
        (tmp_path / name).write_text("kept")
    (tmp_path / "run" / "set-up").write_text(serve.fingerprint())
    seen: list[str] = []
    supervisor = Supervisor(tmp_path, [])
    monkeypatch.setattr(supervisor, "start_web", lambda: seen.append("web"))
    monkeypatch.setattr(supervisor, "stop", lambda: seen.append("stopped"))

    def setting_up(*_: object, **__: object) -> subprocess.CompletedProcess[bytes]:
        seen.append("setup")
        return subprocess.CompletedProcess([], returncode=setting_up.code)

    setting_up.code = 0
    monkeypatch.setattr(serve.subprocess, "run", setting_up)
    return supervisor, seen, setting_up


def test_the_web_server_comes_up_while_a_known_house_is_set_up_and_serves_nothing_before(
    known_house, tmp_path
):
    supervisor, seen, _setting_up = known_house
    waiting, told = os.pipe()
    os.set_blocking(waiting, False)
    serve.set_up(supervisor, tmp_path, told)
    assert seen == ["web", "setup"]
    assert os.read(waiting, 1) == b""  # the other end is closed: it may serve now
    os.close(waiting)


@pytest.mark.parametrize("missing", ["secret_key", "run/set-up"])
def test_a_house_that_is_not_quite_known_is_set_up_first(known_house, tmp_path, missing):
    supervisor, seen, _setting_up = known_house
    (tmp_path / missing).unlink()
    serve.set_up(supervisor, tmp_path, os.pipe()[1])
    assert seen == ["setup"]
    assert (tmp_path / "run" / "set-up").read_text() == serve.fingerprint()


def test_where_setting_up_fails_the_web_server_is_stopped_before_it_is_let_go(known_house, tmp_path):
    supervisor, seen, setting_up = known_house
    setting_up.code = 1
    waiting, told = os.pipe()
    os.set_blocking(waiting, False)
    with pytest.raises(SystemExit, match="nothing was started"):
        serve.set_up(supervisor, tmp_path, told)
    assert seen == ["web", "setup", "stopped"]
    with pytest.raises(BlockingIOError):
        os.read(waiting, 1)
    os.close(waiting), os.close(told)


@pytest.mark.hazard("H24")
def test_the_web_server_is_back_within_a_second_however_often_it_died(tmp_path):
    web = next(child for child in serve.children() if child.name == "web")
    supervisor = Supervisor(tmp_path, [web])
    for _death in range(20):
        supervisor.plan_next_start(web, 1000.0, "was killed")
        assert web.due_at - 1000.0 <= 1


def test_nothing_is_announced_before_a_page_is_answered(tmp_path, taken_port, capsys):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        assert not serve.announcer(tmp_path, free.getsockname()[1])()
    assert not capsys.readouterr().out


def test_the_address_and_the_logins_are_announced_last(live_server, tmp_path, capsys):
    (tmp_path / "demo-logins.txt").write_text("mother@family.example\n")
    port = int(live_server.url.rpartition(":")[2])
    assert serve.announcer(tmp_path, port)()
    said = capsys.readouterr().out
    assert "mother@family.example" in said
    assert said.splitlines()[-1] == f"Nightlight is at http://localhost:{port} (Ctrl-C stops it)."

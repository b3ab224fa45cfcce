"""The supervisor with small children, in a process of its own, as in real life."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.start import supervisor
from tests.support.fixtures_infra import BASE
from tests.support.waiting import PATIENCE, wait_until

FAKE_SITE = [sys.executable, "-m", "tests.config.fake_site"]
SLEEPER = ["sleep", "600"]
STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # what starts the tests may have had them ignored
STUBBORN = "import signal,time\nsignal.signal(15, signal.SIG_IGN)\nprint('deaf', flush=True)\ntime.sleep(600)"
PARENT = "import subprocess,time\nprint(subprocess.Popen(['sleep', '600']).pid, flush=True)\ntime.sleep(600)"


def python(source: str) -> list[str]:
    return [sys.executable, "-c", source]


class Site:
    """A running supervisor, seen from outside."""

    def __init__(self, var: Path, children: dict[str, list[str]]) -> None:
        self.var = var
        self.process = subprocess.Popen(
            [*FAKE_SITE, str(var), json.dumps(children)],
            cwd=BASE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: [signal.signal(number, signal.SIG_DFL) for number in STOP],
        )
        for name in children:
            wait_until(lambda name=name: self.pid(name), f"{name} to start")

    def pid(self, name: str) -> int:
        try:
            return int((self.var / "run" / f"{name}.lock").read_text() or 0)
        except FileNotFoundError:
            return 0

    def log(self, name: str) -> str:
        return (self.var / "log" / f"{name}.log").read_text()

    def stop(self, number: int = signal.SIGTERM) -> str:
        self.process.send_signal(number)
        return self.process.communicate(timeout=PATIENCE)[0]


def lives(pid: int) -> bool:
    """Whether the process is there and more than a zombie that nobody has asked about yet."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout
    return bool(state.strip()) and not state.startswith("Z")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Callable[..., Site]]:
    sites: list[Site] = []
    for folder in ("run", "log"):
        (tmp_path / folder).mkdir()

    def begin(**children: list[str]) -> Site:
        sites.append(Site(tmp_path, children))
        return sites[-1]

    yield begin
    for one in sites:
        one.process.kill()
        one.process.communicate()
        for lock in (tmp_path / "run").glob("*.lock"):
            supervisor.signal_group(int(lock.read_text()), signal.SIGKILL)


@pytest.mark.parametrize("number", STOP)
def test_a_signal_stops_everything_and_leaves_nothing(site, number):
    running = site(one=SLEEPER, two=SLEEPER)
    pids = [running.pid("one"), running.pid("two")]
    running.stop(number)
    assert running.process.returncode == 0
    assert not any(lives(pid) for pid in pids)


def test_a_dead_child_starts_again_and_the_others_are_not_touched(site):
    running = site(one=SLEEPER, two=SLEEPER)
    first, other = running.pid("one"), running.pid("two")
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: running.pid("one") not in (0, first), "a new child")
    assert lives(running.pid("one"))
    assert running.pid("two") == other
    assert "one was killed by SIGKILL, starts again in 0.5 s" in running.stop()


def test_what_a_dead_child_leaves_of_its_group_ends_with_it(site):
    running = site(one=python(PARENT))
    wait_until(lambda: running.log("one"), "the grandchild")
    grandchild, child = int(running.log("one").split()[0]), running.pid("one")
    os.kill(child, signal.SIGKILL)
    wait_until(lambda: running.pid("one") not in (0, child), "a new child")
    assert not lives(grandchild)


SLOW = """
import signal, sys, time
signal.signal(15, lambda *_: (time.sleep({nap}), open({told!r}, "a").write("{name} "), sys.exit()))
print("up", flush=True)
time.sleep(600)
"""


def test_the_broker_stops_when_all_others_have(site, tmp_path):
    told = tmp_path / "told"
    naps = {"redis": 0, "worker": 0.3, "web": 0.1}
    running = site(
        **{name: python(SLOW.format(name=name, nap=nap, told=str(told))) for name, nap in naps.items()}
    )
    wait_until(lambda: all("up" in running.log(name) for name in naps), "all to be up")
    running.stop()
    assert told.read_text().split() == ["web", "worker", "redis"]


def test_a_second_signal_ends_the_patience_with_a_child_that_will_not_stop(site):
    running = site(one=python(STUBBORN))
    wait_until(lambda: "deaf" in running.log("one"), "the child to stop listening")
    child = running.pid("one")
    running.process.send_signal(signal.SIGTERM)
    with pytest.raises(subprocess.TimeoutExpired):
        running.process.wait(0.3)
    running.stop()
    assert not lives(child)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_children_end_when_the_supervisor_is_killed(site):
    running = site(one=SLEEPER, two=SLEEPER)
    pids = [running.pid("one"), running.pid("two")]
    running.stop(signal.SIGKILL)
    wait_until(lambda: not any(lives(pid) for pid in pids), "the children to end")


def test_the_next_start_ends_what_a_killed_supervisor_left(site):
    killed = site(one=python(STUBBORN), two=SLEEPER)
    wait_until(lambda: "deaf" in killed.log("one"), "the child to stop listening")
    left = killed.pid("one")
    killed.stop(signal.SIGKILL)
    assert lives(left)
    next_one = site(one=SLEEPER, two=SLEEPER)
    wait_until(lambda: next_one.pid("one") not in (0, left), "the new child")
    assert not lives(left)


def test_a_process_of_somebody_else_with_an_old_number_is_left_alone(tmp_path):
    (tmp_path / "run").mkdir()
    stranger = subprocess.Popen(SLEEPER, start_new_session=True)
    supervisor.lock_path(tmp_path, "one").write_text(str(stranger.pid))
    supervisor.end_leftovers(tmp_path, ["one"])
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_program_that_is_not_there_stops_nobody(tmp_path, capsys):
    (tmp_path / "run").mkdir()
    (tmp_path / "log").mkdir()
    missing, there = supervisor.Process("one", ["/no/such/program"]), supervisor.Process("two", SLEEPER)
    watcher = supervisor.Supervisor(tmp_path, [missing, there])
    watcher.look_after_children()
    assert "one could not start (No such file or directory)" in capsys.readouterr().out
    assert missing.due_at > 0
    assert there.is_running()
    watcher.stop()


def test_the_pause_grows_to_half_a_minute_and_never_ends(tmp_path, capsys):
    child = supervisor.Process("one", ["false"])
    watcher = supervisor.Supervisor(tmp_path, [child])
    pauses = []
    for _ in range(100):
        child.process = subprocess.Popen(["true"])
        child.process.wait()
        watcher.note_end(child, now=0)
        pauses.append(child.due_at)
    assert pauses[:4] == [0.5, 1, 2, 4]
    assert pauses[-1] == supervisor.LONGEST_PAUSE


def test_a_child_that_ran_for_a_while_starts_again_at_once_as_if_it_had_never_failed(tmp_path):
    child = supervisor.Process("one", ["true"], failures=50)
    child.process = subprocess.Popen(["true"])
    child.process.wait()
    supervisor.Supervisor(tmp_path, [child]).note_end(child, now=supervisor.STEADY + 1)
    assert child.due_at == supervisor.STEADY + 1 + 0.5


def test_workers_let_the_first_page_go_first_but_not_for_long(tmp_path):
    worker = supervisor.Process("alerts", ["true"], lets_pages_first=True)
    site = supervisor.Supervisor(tmp_path, [worker], began=1000.0)
    assert not site.is_due(worker, 1001.0)
    assert site.is_due(worker, 1010.0)
    site.announced = True
    assert site.is_due(worker, 1001.0)


def test_a_long_log_is_moved_aside_under_its_writer(tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "LARGEST_LOG", 10)
    log = tmp_path / "one.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"more than ten")
        supervisor.keep_short(log)
        writer.write(b"next")
    assert log.read_bytes() == b"next"
    assert (tmp_path / "one.log.1").read_bytes() == b"more than ten"

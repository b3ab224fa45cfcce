"""Keeps a set of processes running: a child that ends is started again, and the others are not touched for it.

INT, TERM or HUP stops everything in order. Should this process itself be killed, Linux ends its children, and on
any system the next start ends what is left (docs/adr/our-own-supervisor.md). Standard library only.
"""

import ctypes
import fcntl
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from config.paths import BASE

LONGEST_PAUSE = 30.0  # seconds between two tries
STEADY = 60.0  # seconds of running after which earlier failures are forgotten
GRACE = 10.0  # seconds to stop in
AT_LAST = 10.0  # seconds after which nobody lets the first page go first any more
LARGEST_LOG = 10_000_000  # bytes
LIBC = ctypes.CDLL(None)


def say(text: str) -> None:
    with suppress(OSError):  # the terminal may be gone; the site goes on
        print(text, flush=True)


@dataclass
class Process:
    """One process of the site, in a group with everything that it starts."""

    name: str
    command: Sequence[str]
    outlives_the_others: bool = False
    lets_pages_first: bool = False  # while the site comes up, the processors are the first page's
    longest_pause: float = LONGEST_PAUSE
    inherits: Sequence[int] = ()  # files that stay open for it, by number
    process: subprocess.Popen[bytes] | None = None
    lock: IO[str] | None = None
    failures: int = 0
    started_at: float = 0.0
    due_at: float = 0.0

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def signal(self, number: int) -> None:
        if self.process and self.is_running():
            self.process.send_signal(number)

    def signal_group(self, number: int) -> None:
        if self.process:
            signal_group(self.process.pid, number)


@dataclass
class Supervisor:
    """`children` in the order to start them."""

    var: Path
    children: list[Process]
    announce: Callable[[], bool] = lambda: True  # asked until it is true
    announced: bool = False
    began: float = field(default_factory=time.monotonic)
    stopping: bool = False
    wakeup: tuple[int, int] = field(default_factory=lambda: quiet_pipe())

    def run(self) -> None:
        """Until a signal says stop."""
        try:
            while not self.stopping:
                self.look_after_children()
                self.wait(self.seconds_to_next())
        finally:
            self.stop()

    def start_web(self) -> None:
        """Ahead of the others."""
        for child in self.children:
            if child.name == "web":
                self.try_to_start(child, time.monotonic())

    def listen(self) -> None:
        """From here on a signal to stop is an orderly one."""
        signal.set_wakeup_fd(self.wakeup[1], warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) != signal.SIG_IGN:  # nohup stays nohup
                signal.signal(number, self.ask_to_stop)

    def ask_to_stop(self, *_: object) -> None:
        if self.stopping:  # asked twice: no more patience
            for child in self.children:
                child.signal_group(signal.SIGKILL)
        self.stopping = True

    def wait(self, seconds: float) -> None:
        """Returns early when a child ends or a signal comes."""
        select.select([self.wakeup[0]], [], [], max(0.0, seconds))
        with suppress(BlockingIOError):
            os.read(self.wakeup[0], 4096)

    def look_after_children(self) -> None:
        now = time.monotonic()
        for child in self.children:
            if child.process and not child.is_running():
                self.note_end(child, now)
            if child.process is None and self.is_due(child, now) and not self.stopping:
                self.try_to_start(child, now)
            keep_short(log_path(self.var, child.name))
        self.announced = self.announced or self.announce()

    def is_due(self, child: Process, now: float) -> bool:
        return now >= max(child.due_at, self.turn_of(child))

    def turn_of(self, child: Process) -> float:
        """Workers come after the first page, but not much later where no page comes: alerts do not need one."""
        return self.began + AT_LAST if child.lets_pages_first and not self.announced else 0.0

    def try_to_start(self, child: Process, now: float) -> None:
        try:
            start(child, self.var)
        except OSError as error:  # no memory, no room, no program: the others run on
            self.plan_next_start(child, now, f"could not start ({error.strerror})")

    def note_end(self, child: Process, now: float) -> None:
        assert child.process
        child.signal_group(signal.SIGKILL)  # what it left behind
        code, child.process = child.process.returncode, None
        self.plan_next_start(child, now, describe(code))

    def plan_next_start(self, child: Process, now: float, what: str) -> None:
        child.failures = 1 if now - child.started_at > STEADY else child.failures + 1
        pause = min(child.longest_pause, 0.5 * 2 ** min(child.failures - 1, 10))
        child.due_at = now + pause
        say(f"{child.name} {what}, starts again in {pause:g} s; see var/log/{child.name}.log")

    def seconds_to_next(self) -> float:
        due = [max(child.due_at, self.turn_of(child)) for child in self.children if child.process is None]
        return min([*(at - time.monotonic() for at in due), 10.0 if self.announced else 0.1])

    def stop(self) -> None:
        self.stopping = True
        for last in (False, True):
            children = [child for child in self.children if child.outlives_the_others == last]
            for child in children:
                child.signal(signal.SIGTERM)
            for child in children:
                self.wait_for_end(child)

    def wait_for_end(self, child: Process) -> None:
        patience = time.monotonic() + GRACE
        while child.is_running() and time.monotonic() < patience:
            self.wait(0.2)
        child.signal_group(signal.SIGKILL)
        if child.process:
            child.process.wait()


def quiet_pipe() -> tuple[int, int]:
    """A pipe that keeps nobody waiting, for signals to wake the loop."""
    ends = os.pipe()
    for end in ends:
        os.set_blocking(end, False)
    return ends


def describe(code: int) -> str:
    return f"ended with code {code}" if code >= 0 else f"was killed by {signal.Signals(-code).name}"


def signal_group(group: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def log_path(var: Path, name: str) -> Path:
    return var / "log" / f"{name}.log"


def lock_path(var: Path, name: str) -> Path:
    return var / "run" / f"{name}.lock"


def keep_short(log: Path) -> None:
    """Moves a long log aside. The child goes on writing to the same file, which is emptied under it."""
    with suppress(OSError):
        if log.stat().st_size > LARGEST_LOG:
            log.with_suffix(".log.1").write_bytes(log.read_bytes())
            os.truncate(log, 0)


def start(child: Process, var: Path) -> None:
    """In a session of its own, so that a Ctrl-C in the terminal reaches the supervisor alone."""
    if child.lock is None:
        child.lock = try_lock(lock_path(var, child.name))
    assert child.lock
    parent = os.getpid()
    with open(log_path(var, child.name), "ab") as log:
        child.process = subprocess.Popen(
            child.command,
            cwd=BASE,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=[
                child.lock.fileno(),
                *child.inherits,
            ],  # the lock lives as long as anything of this group
            preexec_fn=lambda: end_with(parent),
        )
    child.started_at = time.monotonic()
    with suppress(OSError):  # a full disk: the lock holds without its number
        write_line(child.lock, str(child.process.pid))


def end_with(parent: int, number: int = signal.SIGTERM) -> None:
    """Asks Linux to send this process a signal when its parent dies, however it dies."""
    if sys.platform == "linux":
        LIBC.prctl(1, number)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        os._exit(1)


def try_lock(path: Path) -> IO[str] | None:
    """The locked file, or None when somebody holds it."""
    file = open(path, "a+")  # noqa: SIM115 (it is held for as long as the lock)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def write_line(file: IO[str], line: str) -> None:
    file.truncate(0)
    file.write(f"{line}\n")
    file.flush()


def end_leftovers(var: Path, names: Sequence[str]) -> None:
    """Ends the groups that a killed supervisor left: while a lock is held its group lives, and the file names it."""
    for name in names:
        if not any(has_ended(lock_path(var, name), number) for number in (signal.SIGTERM, signal.SIGKILL)):
            sys.exit(f"{name} of an earlier run does not end; see {lock_path(var, name)} for its process.")


def has_ended(path: Path, number: int) -> bool:
    patience = time.monotonic() + GRACE / 2
    asked = False
    while (lock := try_lock(path)) is None:
        group = path.read_text().strip()
        if group.isdigit() and not asked:
            signal_group(int(group), number)
            asked = True
        if time.monotonic() > patience:
            return False
        time.sleep(0.05)
    lock.close()
    return True

"""Who came first has the lock first, also among processes, and a dead holder keeps nobody waiting."""

import ctypes
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.support.waiting import wait_until
from tracker.lib import fair_lock
from tracker.lib.fair_lock import AVAILABLE, CREATE, MINE_ALONE, SEMAPHORES, FairLock, digest, libc

pytestmark = pytest.mark.skipif(not AVAILABLE, reason="The kernel has no such semaphores.")
HERE = Path(__file__).parents[2]
REMOVE, WAITING_FOR_ZERO = 0, 15  # man 2 semctl
HOLDS = """
import sys
from tracker.lib import fair_lock
fair_lock.KEY = int(sys.argv[1])
print(fair_lock.FairLock("database").acquire(5), flush=True)
sys.stdin.read()
"""
Lock = Callable[[], FairLock]


@pytest.fixture
def lock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lock]:
    """Hands on one lock, in a set of this test's own, which is gone afterwards."""
    monkeypatch.setattr(fair_lock, "KEY", digest(str(uuid4())))
    yield lambda: FairLock("database")
    libc.semctl(semaphores(), 0, REMOVE)


def semaphores() -> int:
    return int(libc.semget(fair_lock.KEY, SEMAPHORES, CREATE | MINE_ALONE))


def wait_until_waiting(lock: FairLock, number: int) -> None:
    wait_until(
        lambda: libc.semctl(semaphores(), lock.number, WAITING_FOR_ZERO) >= number, f"{number} in the line"
    )


def test_who_came_first_is_served_first(lock: Lock) -> None:
    first, served, waiting = lock(), list[int](), list[threading.Thread]()
    assert first.acquire(0)

    def serve(place: int) -> None:
        mine = lock()
        assert mine.acquire(10)
        served.append(place)
        mine.release()

    for place in range(6):
        waiting.append(threading.Thread(target=serve, args=(place,)))
        waiting[-1].start()
        wait_until_waiting(first, place + 1)
    assert not served
    first.release()
    for thread in waiting:
        thread.join()
    assert served == [0, 1, 2, 3, 4, 5]


def test_one_who_gives_up_lets_nobody_in(lock: Lock) -> None:
    first, second, third = lock(), lock(), lock()
    assert first.acquire(0)
    assert not second.acquire(0.02)
    second.release()
    assert not third.acquire(0)
    first.release()
    assert third.acquire(0)
    third.release()


@pytest.mark.parametrize("ends", ["through", "killed"])
def test_another_process_holds_it_until_it_is_through_or_dead(lock: Lock, ends: str) -> None:
    mine = lock()
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(fair_lock.KEY)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=HERE,
        env=os.environ | {"PYTHONPATH": str(HERE)},
    )
    assert holder.stdin
    assert holder.stdout
    assert holder.stdout.readline() == "True\n"
    assert not mine.acquire(0.02)
    holder.kill() if ends == "killed" else holder.stdin.close()
    assert mine.acquire(10)
    mine.release()
    holder.wait()


def test_locks_of_two_names_keep_nobody_of_the_other_waiting(lock: Lock) -> None:
    mine, other = lock(), FairLock("another database")
    assert mine.acquire(0)
    assert other.acquire(0)
    mine.release()
    other.release()


def test_a_process_that_was_forked_from_the_holder_holds_nothing(lock: Lock) -> None:
    holder, other = lock(), lock()
    assert holder.acquire(0)
    child = os.fork()
    if child == 0:
        holder.release()
        os._exit(other.acquire(0))
    assert os.waitpid(child, 0)[1] == 0
    assert not other.acquire(0)
    holder.release()
    assert other.acquire(0)
    other.release()


def test_one_that_was_taken_away_is_made_again(lock: Lock) -> None:
    first, second = lock(), lock()
    assert first.acquire(0)
    libc.semctl(semaphores(), 0, REMOVE)
    assert second.acquire(0)
    first.release()  # of what is gone: the second holds another
    second.release()


def test_where_the_kernel_refuses_it_that_is_said_once(
    lock: Lock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def semget(*_: int) -> int:
        ctypes.set_errno(38)
        return -1

    monkeypatch.setattr(fair_lock.libc, "semget", semget)
    fair_lock.warn.cache_clear()
    assert not lock().acquire(0)
    assert not lock().acquire(0)
    assert [record.message for record in caplog.records] == ["no_fair_lock"]
    monkeypatch.undo()

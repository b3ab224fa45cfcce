"""Who writes into SQLite comes in turn, also among processes, and a dead holder keeps nobody waiting."""

import os
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.db import OperationalError, connection, transaction

from tracker.lib.turns import Turn

HOLDS = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from tracker.lib.turns import Turn
turn = Turn(Path(sys.argv[1]))
print(turn.wait(5), flush=True)
sys.stdin.read()
"""


def test_who_came_first_is_served_first(tmp_path: Path) -> None:
    first, served = Turn(tmp_path), []
    turns = [Turn(tmp_path) for _ in range(6)]

    def serve(place: int) -> None:
        with turns[place] as turn:
            assert turn.wait(5)
            served.append(place)

    waiting = [threading.Thread(target=serve, args=(place,)) for place in (5, 3, 1, 4, 0, 2)]
    for thread in waiting:
        thread.start()
    assert not served
    first.wait(0)
    first.end()
    for thread in waiting:
        thread.join()
    assert served == [0, 1, 2, 3, 4, 5]
    assert os.listdir(tmp_path) == ["newest"]


def test_one_who_gives_up_lets_nobody_overtake(tmp_path: Path) -> None:
    first, second, third = (Turn(tmp_path) for _ in range(3))
    assert first.wait(0)
    done: list[bool] = []
    waits = threading.Thread(target=lambda: done.append(third.wait(5)))
    waits.start()
    assert not second.wait(0.05)  # meanwhile the third has come to its door
    second.end()
    assert not third_is_served(waits, done)
    first.end()
    waits.join()
    assert done == [True]
    third.end()


def test_however_many_give_up_the_next_one_waits(tmp_path: Path) -> None:
    first = Turn(tmp_path)
    for _ in range(30):
        with Turn(tmp_path) as impatient:
            assert not impatient.wait(0)
    with Turn(tmp_path) as patient:
        assert not patient.wait(0.01)
        first.end()
        assert patient.wait(5)
    assert os.listdir(tmp_path) == ["newest"]


def third_is_served(waits: threading.Thread, done: list[bool]) -> bool:
    waits.join(0.05)
    return bool(done)


@pytest.mark.parametrize("ends", ["through", "killed"])
def test_another_process_holds_it_until_it_is_through_or_dead(tmp_path: Path, ends: str) -> None:
    here = str(Path(__file__).parents[2])
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDS, tmp_path, here],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdin
    assert holder.stdout
    assert holder.stdout.readline() == "True\n"
    with Turn(tmp_path) as mine:
        assert not mine.wait(0.02)
        holder.kill() if ends == "killed" else holder.stdin.close()
        assert mine.wait(5)
    holder.wait()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="It is SQLite that has one writer.")
@pytest.mark.django_db(transaction=True)
def test_a_transaction_holds_its_turn_until_it_ends() -> None:
    folder = Path(f"{connection.settings_dict['NAME']}.turns")
    with transaction.atomic():
        connection.cursor().execute("SELECT 1")
        with Turn(folder) as mine:
            assert not mine.wait(0.02)
    with Turn(folder) as mine:
        assert mine.wait(0)
        connection.connection.execute("PRAGMA busy_timeout = 30")
        with transaction.atomic():  # it waited, and SQLite is free
            pass


@pytest.mark.skipif(connection.vendor != "sqlite", reason="It is SQLite that has one writer.")
@pytest.mark.django_db(transaction=True)
def test_turn_and_lock_together_are_waited_for_no_longer_than_the_lock() -> None:
    folder = Path(f"{connection.settings_dict['NAME']}.turns")
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    connection.ensure_connection()
    connection.connection.execute("PRAGMA busy_timeout = 60")
    other.execute("BEGIN IMMEDIATE")
    began = time.perf_counter()
    with Turn(folder), pytest.raises(OperationalError, match="locked"), transaction.atomic():
        pass
    assert time.perf_counter() - began < 2
    assert connection.connection.execute("PRAGMA busy_timeout").fetchone()[0] == 60
    assert connection.turn is None
    other.close()

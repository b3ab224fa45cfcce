"""On SQLite a write takes its turn, and gives it back with the statement or with the transaction."""

import sqlite3
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction

from tracker.lib import fair_lock
from tracker.lib.fair_lock import AVAILABLE, FairLock
from tracker.models import User

pytestmark = [
    pytest.mark.skipif(connection.vendor != "sqlite", reason="It is SQLite that has one writer."),
    pytest.mark.skipif(not AVAILABLE, reason="The kernel has no such semaphores."),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def other() -> FairLock:
    """Somebody else's hand on the lock of this database."""
    return FairLock(str(Path(connection.settings_dict["NAME"]).resolve()))


def is_free(other: FairLock) -> bool:
    free = other.acquire(0)
    other.release()
    return free


def write() -> User:
    return User.objects.create(email=f"{uuid4()}@example.org")


def test_a_transaction_holds_its_turn_until_it_ends_however_deep_it_is_nested(other: FairLock) -> None:
    with transaction.atomic():
        assert not is_free(other)
        with transaction.atomic():
            write()
        assert not is_free(other)
    assert is_free(other)


def test_one_that_fails_gives_its_turn_back(other: FairLock) -> None:
    person = write()
    with pytest.raises(DatabaseError), transaction.atomic():
        User.objects.create(email=person.email)
    assert is_free(other)


def test_a_connection_that_is_closed_within_a_transaction_gives_its_turn_back(other: FairLock) -> None:
    connection.set_autocommit(False)
    connection.cursor().execute("BEGIN IMMEDIATE")
    assert not is_free(other)
    connection.close()
    assert is_free(other)


def test_a_write_alone_gives_its_turn_back(other: FairLock) -> None:
    write()
    assert is_free(other)
    with connection.cursor() as cursor, pytest.raises(DatabaseError):
        cursor.execute("UPDATE tracker_user SET email = NULL")
    assert is_free(other)


@pytest.mark.parametrize("many", [False, True])
def test_a_write_stands_in_line_and_a_read_does_not(monkeypatch: pytest.MonkeyPatch, many: bool) -> None:
    person = write()
    asked = list[float]()
    monkeypatch.setattr(FairLock, "acquire", lambda self, seconds: not asked.append(seconds))
    assert User.objects.filter(pk=person.pk).exists()
    assert asked == []
    with connection.cursor() as cursor:
        sql = "UPDATE tracker_user SET name = %s"
        cursor.executemany(sql, [["x"]]) if many else cursor.execute(sql, ["x"])
    assert asked == [0]


def test_turn_and_lock_together_are_waited_for_no_longer_than_the_lock(other: FairLock) -> None:
    connection.ensure_connection()
    raw, said = connection.connection, list[str]()
    raw.execute("PRAGMA busy_timeout = 60")
    holder = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert other.acquire(0)
    raw.set_trace_callback(said.append)
    with pytest.raises(OperationalError, match="locked"), transaction.atomic():
        pass
    other.release()
    raw.set_trace_callback(None)
    limits = [statement for statement in said if statement.startswith("PRAGMA busy_timeout =")]
    assert limits == [
        "PRAGMA busy_timeout = 1",
        "PRAGMA busy_timeout = 60",
    ]  # all of it was waited for the turn
    assert is_free(other)
    holder.close()


def test_who_waited_in_vain_writes_all_the_same_where_sqlite_is_free(other: FairLock) -> None:
    connection.ensure_connection()
    connection.connection.execute("PRAGMA busy_timeout = 20")
    assert other.acquire(0)
    write()
    assert not is_free(
        FairLock(str(Path(connection.settings_dict["NAME"]).resolve()))
    )  # and takes no other's turn
    other.release()


def test_where_there_is_no_such_lock_writing_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fair_lock, "AVAILABLE", False)
    with transaction.atomic():
        person = write()
    assert User.objects.filter(pk=person.pk).exists()

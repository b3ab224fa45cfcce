"""Django's SQLite, whose writers come in the order in which they asked: docs/adr/writers-come-in-turn.md.

SQLite alone lets those who wait look again after pauses of their own, and whoever looks at the right moment gets in.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base

from tracker.lib.fair_lock import FairLock

WAITS_AT_MOST = 3.0  # seconds: then SQLite is asked all the same, and says itself that it is held
WRITES = ("BEGIN IMMEDIATE", "INSERT", "UPDATE", "DELETE", "REPLACE")


class Cursor(base.SQLiteCursorWrapper):
    database: "DatabaseWrapper"

    def execute(self, query: Any, params: Any = None) -> Any:
        with self.database.in_turn(query):
            return super().execute(query, params)

    def executemany(self, query: Any, param_list: Any) -> Any:
        with self.database.in_turn(query):
            return super().executemany(query, param_list)


class DatabaseWrapper(base.DatabaseWrapper):
    turn: FairLock | None = None

    def get_new_connection(self, conn_params: Any) -> Any:
        raw = super().get_new_connection(conn_params)
        path = str(self.settings_dict["NAME"])
        in_memory = self.is_in_memory_db() or path.startswith("file:")
        self.turn = None if in_memory else FairLock(str(Path(path).resolve()))
        return raw

    def create_cursor(self, name: Any = None) -> Any:
        cursor = self.connection.cursor(factory=Cursor)
        cursor.database = self
        return cursor

    @contextmanager
    def in_turn(self, query: str) -> Iterator[None]:
        """From here to the end of the statement, or of the transaction that it began."""
        raw, turn = self.connection, self.turn
        if turn is None or raw.in_transaction or not query.startswith(WRITES):
            yield
            return
        turn.release()  # of a transaction that ended by itself
        try:
            with self.lock_waits_less(raw, 0.0 if turn.acquire(0) else waited(turn, raw)):
                yield
        finally:
            if not raw.in_transaction:
                turn.release()

    @contextmanager
    def lock_waits_less(self, raw: Any, seconds: float) -> Iterator[None]:
        """What was waited for the turn is waited for the lock: both take no longer than the lock alone."""
        if not seconds:
            yield
            return
        milliseconds = busy_timeout(raw)
        raw.execute(f"PRAGMA busy_timeout = {max(1, milliseconds - round(seconds * 1000))}")
        try:
            yield
        finally:
            raw.execute(f"PRAGMA busy_timeout = {milliseconds}")

    def _commit(self) -> None:
        with self.turn_ends():
            super()._commit()  # type: ignore[misc]  # its stubs leave out what is inside

    def _rollback(self) -> None:
        with self.turn_ends():
            super()._rollback()  # type: ignore[misc]

    def _close(self) -> None:
        with self.turn_ends():
            super()._close()  # type: ignore[misc]

    @contextmanager
    def turn_ends(self) -> Iterator[None]:
        try:
            yield
        finally:
            if self.turn:
                self.turn.release()


def waited(turn: FairLock, raw: Any) -> float:
    began = time.monotonic()
    turn.acquire(min(WAITS_AT_MOST, busy_timeout(raw) / 1000))
    return time.monotonic() - began


def busy_timeout(raw: Any) -> int:
    """Milliseconds. limit_wait changes it from statement to statement."""
    milliseconds: int = raw.execute("PRAGMA busy_timeout").fetchone()[0]
    return milliseconds

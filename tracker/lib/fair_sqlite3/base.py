"""Django's SQLite, whose writers come in turn.

SQLite alone lets those who wait look again after pauses of their own, and whoever looks at the right moment gets in:
of thirty parents who logged at once some waited for twenty seconds, others for none.
"""

import time
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base

from tracker.lib.turns import Turn, turn_in

WAITS_AT_MOST = 3.0  # seconds: then SQLite is asked all the same, and says itself that it is held
WRITES = ("BEGIN IMMEDIATE", "INSERT", "UPDATE", "DELETE", "REPLACE")


class Cursor(base.SQLiteCursorWrapper):
    database: "DatabaseWrapper"

    def execute(self, query: Any, params: Any = None) -> Any:
        if self.connection.in_transaction or not query.startswith(WRITES):
            return super().execute(query, params)
        with self.database.in_turn(self.connection):
            return super().execute(query, params)


class Writing:
    """From the turn to the end of the statement, or of the transaction that it began."""

    def __init__(self, database: "DatabaseWrapper", raw: Any) -> None:
        self.database, self.raw = database, raw
        self.milliseconds = 0

    def __enter__(self) -> None:
        """What is waited for the turn is waited for the lock: the two together take no longer than the lock alone."""
        self.milliseconds = self.raw.execute("PRAGMA busy_timeout").fetchone()[0]
        began = time.monotonic()
        self.database.take_turn(min(WAITS_AT_MOST, self.milliseconds / 1000))
        left = self.milliseconds - round((time.monotonic() - began) * 1000)
        self.raw.execute(f"PRAGMA busy_timeout = {max(1, left)}")

    def __exit__(self, failed: object, *_: object) -> None:
        self.raw.execute(f"PRAGMA busy_timeout = {self.milliseconds}")
        if failed or not self.raw.in_transaction:
            self.database.end_turn()


class DatabaseWrapper(base.DatabaseWrapper):
    turn: Turn | None = None

    def create_cursor(self, name: Any = None) -> Any:
        cursor = self.connection.cursor(factory=Cursor)
        cursor.database = self
        return cursor

    def in_turn(self, raw: Any) -> Writing:
        return Writing(self, raw)

    def take_turn(self, seconds: float) -> None:
        self.end_turn()
        path = str(self.settings_dict["NAME"])
        if self.is_in_memory_db() or path.startswith("file:"):
            return
        self.turn = turn_in(Path(f"{path}.turns"))
        if self.turn and not self.turn.wait(seconds):
            self.end_turn()

    def end_turn(self) -> None:
        turn, self.turn = self.turn, None
        if turn:
            turn.end()

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]  # its stubs leave out what is inside
        finally:
            self.end_turn()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self.end_turn()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self.end_turn()

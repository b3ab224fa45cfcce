"""The record cannot be rewritten: the database itself refuses, on SQLite and on PostgreSQL.

UPDATE is refused always, DELETE outside `erasing()`. A migration that makes SQLite copy one of these tables
loses its triggers: it begins with `keep` and ends with `put_back`; a test looks for every one of them.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connections, transaction

_SQLITE_GATE = (
    "CREATE TABLE IF NOT EXISTS tracker_erasing (is_open integer NOT NULL PRIMARY KEY CHECK (is_open = 1))"
)
_SQLITE_TRIGGERS = {
    "no_update": "BEFORE UPDATE ON {table}",
    "no_delete": "BEFORE DELETE ON {table} WHEN NOT EXISTS (SELECT 1 FROM tracker_erasing)",
    # INSERT OR REPLACE deletes without asking the trigger for DELETE.
    "no_replace": "BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)",
}
_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION tracker_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP IN ('DELETE', 'TRUNCATE') AND current_setting('tracker.erasing', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
_POSTGRES_TRIGGERS = {
    "no_update": "BEFORE UPDATE ON {table} FOR EACH ROW",
    "no_delete": "BEFORE DELETE ON {table} FOR EACH ROW",
    "no_truncate": "BEFORE TRUNCATE ON {table} FOR EACH STATEMENT",
}


def install(schema_editor: Any, table: str, frozen: Sequence[str] = ()) -> None:
    """Makes `table` append-only. With `frozen`, only these columns refuse to change."""
    sqlite = schema_editor.connection.vendor == "sqlite"
    schema_editor.execute(_SQLITE_GATE if sqlite else _POSTGRES_FUNCTION, params=None)
    for name, when in (_SQLITE_TRIGGERS if sqlite else _POSTGRES_TRIGGERS).items():
        event = when.format(table=table)
        if name == "no_update" and frozen:
            event += f" WHEN ({' OR '.join(_changes(column, sqlite) for column in frozen)})"
        body = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        then = body if sqlite else "EXECUTE FUNCTION tracker_refuse()"
        schema_editor.execute(f"CREATE TRIGGER {table}_{name} {event} {then}", params=None)


def remove(schema_editor: Any, table: str) -> None:
    """Takes the triggers of `table` away again; the gate stays."""
    sqlite = schema_editor.connection.vendor == "sqlite"
    for name in _SQLITE_TRIGGERS if sqlite else _POSTGRES_TRIGGERS:
        schema_editor.execute(f"DROP TRIGGER {table}_{name}{'' if sqlite else f' ON {table}'}", params=None)


_kept: dict[str, list[str]] = {}


def keep(schema_editor: Any, tables: Sequence[str]) -> None:
    """Reads the triggers of `tables` before SQLite copies those. PostgreSQL loses none."""
    if schema_editor.connection.vendor == "sqlite":
        with schema_editor.connection.cursor() as cursor:
            for table in tables:
                cursor.execute(
                    "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table]
                )
                _kept[table] = [sql for (sql,) in cursor.fetchall()]


def put_back(schema_editor: Any, tables: Sequence[str]) -> None:
    """Makes again those that the copy has lost. One that is still there fails loudly."""
    if schema_editor.connection.vendor == "sqlite":
        for table in tables:
            for sql in _kept.pop(table):
                schema_editor.execute(sql, params=None)


def _changes(column: str, sqlite: bool) -> str:
    return f"OLD.{column} {'IS NOT' if sqlite else 'IS DISTINCT FROM'} NEW.{column}"


@contextmanager
def erasing(using: str = "default") -> Iterator[None]:
    """Within this transaction, and for this connection only, rows of the record may be deleted."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        sqlite = connections[using].vendor == "sqlite"
        was_open = _set_gate(cursor, sqlite, is_open=True)
        yield
        if not was_open:
            _set_gate(cursor, sqlite, is_open=False)


def _set_gate(cursor: Any, sqlite: bool, *, is_open: bool) -> bool:
    """Opens or closes the gate; says whether it was open. A rollback takes either back."""
    if sqlite:
        cursor.execute("SELECT count(*) FROM tracker_erasing")
        was_open = cursor.fetchone()[0] == 1
        cursor.execute(
            "INSERT OR IGNORE INTO tracker_erasing VALUES (1)" if is_open else "DELETE FROM tracker_erasing"
        )
    else:
        cursor.execute("SELECT current_setting('tracker.erasing', true)")
        was_open = cursor.fetchone()[0] == "on"
        cursor.execute("SELECT set_config('tracker.erasing', %s, true)", ["on" if is_open else "off"])
    return was_open

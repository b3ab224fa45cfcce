"""A database that somebody else holds: another connection, with the lock of a migration, a restore or a shell."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from uuid import uuid4

import psycopg
from django.db import connection


@contextmanager
def held() -> Iterator[None]:
    """Reading goes on, and nothing can be written."""
    if connection.vendor == "sqlite":
        with sqlite_lock("BEGIN IMMEDIATE"):
            yield
    else:
        with postgresql_lock("EXCLUSIVE"):
            yield


@contextmanager
def unreadable() -> Iterator[Callable[[], None]]:
    """Nothing can even be read, until what this gives is called."""
    with ExitStack() as stack:
        if connection.vendor == "sqlite":
            stack.enter_context(on_a_copy())
            exclusive = (
                "PRAGMA locking_mode = EXCLUSIVE",
                "BEGIN EXCLUSIVE",
                "DELETE FROM django_session WHERE 0",
            )
            lock = stack.enter_context(ExitStack())
            lock.enter_context(sqlite_lock(*exclusive))
        else:
            lock = stack.enter_context(ExitStack())
            lock.enter_context(postgresql_lock("ACCESS EXCLUSIVE"))
        connection.close()
        yield lock.close


@contextmanager
def on_a_copy() -> Iterator[None]:
    """The pages use a copy of the file: a cursor that an old traceback remembers keeps the first one open."""
    name, copy = connection.settings_dict["NAME"], f"{connection.settings_dict['NAME']}-{uuid4().hex}"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [copy])
    connection.close()
    connection.settings_dict["NAME"] = copy
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = name


@contextmanager
def sqlite_lock(*statements: str) -> Iterator[None]:
    other = sqlite3.connect(connection.settings_dict["NAME"], timeout=60, isolation_level=None)
    try:
        for statement in statements:
            other.execute(statement)
        yield
        other.execute("ROLLBACK")
    finally:
        other.close()


@contextmanager
def postgresql_lock(mode: str) -> Iterator[None]:
    found: dict[str, Any] = connection.get_connection_params()
    known = {key: found[key] for key in ("dbname", "user", "password", "host", "port") if key in found}
    with psycopg.connect(**known) as other:
        names = other.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        tables = ", ".join(f'"{name}"' for (name,) in names)
        other.execute(f"LOCK TABLE {tables} IN {mode} MODE")
        yield
        other.rollback()

"""How long a page waits for the database, and what it does where nothing can be written.

All statements of one request share one waiting time: two transactions that wait in turn made the answer to a
fever twice as late as the limit says. Workers and commands have nobody standing before them and wait longer.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection

log = logging.getLogger(__name__)

PAGE_WAITS = 2.0  # seconds in all; what is left of three is for the page itself
A_MOMENT = 0.25  # seconds: another page's write is over by then
# https://www.sqlite.org/rescode.html: BUSY, LOCKED, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL, NOTADB
SQLITE_UNAVAILABLE = frozenset({5, 6, 8, 10, 11, 13, 14, 15, 26})
# https://www.postgresql.org/docs/current/errcodes-appendix.html, by class: connection, resources (disk full), not in a
# state to (lock not available), operator, system, internal
POSTGRESQL_UNAVAILABLE = frozenset({"08", "53", "55", "57", "58", "XX"})
READ_ONLY = "25006"

_waiting: ContextVar["Waiting | None"] = ContextVar("waiting", default=None)


class Waiting:
    """What one request may still wait for the database, in seconds. An execute wrapper of the connection."""

    def __init__(self, seconds: float) -> None:
        self.left = seconds
        self.unavailable: Exception | None = None
        self.cannot_read = False

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        limit_wait(context["connection"], self.left)
        began = time.perf_counter()
        is_read = sql.startswith("SELECT")
        try:
            return execute(sql, params, many, context)
        except (DatabaseError, InterfaceError) as error:
            if is_unavailable(error):
                self.left = 0.0  # whoever held it for so long holds it still
                self.unavailable, self.cannot_read = error, self.cannot_read or is_read
            raise
        finally:
            if not is_read:
                self.left = max(0.0, self.left - (time.perf_counter() - began))


def limit_wait(database: Any, seconds: float) -> None:
    """How long the next statement waits for somebody else's lock. Said to the database only when it changes."""
    raw, milliseconds = database.connection, max(1, round(seconds * 1000))
    if getattr(database, "wait_limit", None) == (raw, milliseconds):
        return
    if database.vendor == "sqlite":
        raw.execute(f"PRAGMA busy_timeout = {milliseconds}")
    elif raw.info.transaction_status.name == "INERROR":
        return
    elif settings.DATABASE_POOLED:  # the next transaction of this connection may be somebody else's
        if database.in_atomic_block:
            raw.execute(f"SET LOCAL lock_timeout = {milliseconds}")
        return
    else:
        raw.execute(f"SET lock_timeout = {milliseconds}")
    # A rollback takes a SET of its transaction back: there it is said again.
    database.wait_limit = None if database.in_atomic_block else (raw, milliseconds)


@contextmanager
def page_waiting() -> Iterator[Waiting]:
    """For the length of one request."""
    waiting = Waiting(PAGE_WAITS)
    token = _waiting.set(waiting)
    try:
        with connection.execute_wrapper(waiting):
            yield waiting
    finally:
        _waiting.reset(token)


@contextmanager
def waiting_at_most(seconds: float) -> Iterator[None]:
    """For a write that a page can do without: whoever holds the database keeps nobody waiting for it."""
    waiting = _waiting.get()
    if waiting is None:
        yield
        return
    left, waiting.left = waiting.left, min(waiting.left, seconds)
    try:
        yield
    finally:
        waiting.left = 0.0 if waiting.unavailable else left


@contextmanager
def optional_write(seconds: float = A_MOMENT, **about: object) -> Iterator[None]:
    """What opening a page writes down beside showing it, outside of a transaction: the page is shown all the same.

    `about`: ids for the line in the log that stands in for what was not written.
    """
    try:
        with waiting_at_most(seconds):
            yield
    except DatabaseError as error:
        if not is_unavailable(error):
            raise
        log.warning("optional_write_refused", extra=about)


def unavailable() -> Exception | None:
    """What the database last refused to this request, also where a library took it for an answer."""
    waiting = _waiting.get()
    return waiting.unavailable if waiting else None


def can_read() -> bool:
    """Whether it is worth a try: without a connection, each one would wait anew."""
    waiting = _waiting.get()
    return connection.connection is not None and not (waiting and waiting.cannot_read)


def is_unavailable(error: BaseException | None) -> bool:
    """Held by another, full, read-only or away: nothing is wrong with what was asked. As the driver says."""
    cause = error.__cause__ if isinstance(error, DatabaseError | InterfaceError) else None
    if (code := getattr(cause, "sqlite_errorcode", None)) is not None:
        return code & 0xFF in SQLITE_UNAVAILABLE
    if state := getattr(cause, "sqlstate", None):
        return state == READ_ONLY or state[:2] in POSTGRESQL_UNAVAILABLE
    return cause is not None and isinstance(error, OperationalError | InterfaceError)

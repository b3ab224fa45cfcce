"""Behind a pooler in transaction mode the next transaction of a connection is somebody else's: nothing stays in it."""

from types import SimpleNamespace
from typing import Any

from django.conf import settings as real
from django.db import connection

from tracker.lib.database import limit_wait


def database(**more: Any) -> Any:
    said: list[str] = []
    status = SimpleNamespace(transaction_status=SimpleNamespace(name="IDLE"))
    raw = SimpleNamespace(execute=said.append, info=status)
    return SimpleNamespace(connection=raw, vendor="postgresql", said=said, **more)


def test_a_limit_is_said_in_each_transaction_and_never_outside_of_one(settings: Any) -> None:
    settings.DATABASE_POOLED = True
    outside, inside = database(in_atomic_block=False), database(in_atomic_block=True)
    for _statement in range(2):
        limit_wait(outside, 2.0)
        limit_wait(inside, 2.0)
    assert outside.said == []
    assert inside.said == ["SET LOCAL lock_timeout = 2000"] * 2


def test_without_one_it_is_said_once(settings: Any) -> None:
    settings.DATABASE_POOLED = False
    own = database(in_atomic_block=False)
    for _statement in range(2):
        limit_wait(own, 2.0)
    assert own.said == ["SET lock_timeout = 2000"]


def test_no_cursor_of_the_server_outlives_its_transaction() -> None:
    assert connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"] is real.DATABASE_POOLED

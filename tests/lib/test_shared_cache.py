"""A disk that is full, or a database that is held, is no key that is taken."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client

from tests.support.pages import links, text
from tracker.models import User

pytestmark = pytest.mark.django_db(transaction=True)
RIGHT = "a quiet night"


@contextmanager
def full(monkeypatch: pytest.MonkeyPatch, *, at: str) -> Iterator[None]:
    """SQLITE_FULL (13), at the COMMIT or at the statement that writes."""
    cause = connection.Database.OperationalError("database or disk is full")
    cause.sqlite_errorcode = 13
    create = connection.create_cursor

    class Cursor:
        """Refuses what writes."""

        def __init__(self, own: Any) -> None:
            self.own = own

        def __getattr__(self, name: str) -> Any:
            return getattr(self.own, name)

        def __iter__(self) -> Any:
            return iter(self.own)

        def execute(self, sql: str, params: Any = None) -> Any:
            if sql.startswith(("INSERT", "UPDATE", "DELETE")):
                raise cause
            return self.own.execute(sql) if params is None else self.own.execute(sql, params)

    def refuse() -> None:
        raise OperationalError("database or disk is full") from cause

    with monkeypatch.context() as broken:
        if at == "COMMIT":
            broken.setattr(connection, "_commit", refuse)
        else:
            broken.setattr(connection, "create_cursor", lambda name=None: Cursor(create(name)))
        yield


@pytest.mark.parametrize("at", ["COMMIT", "INSERT"])
@pytest.mark.parametrize("write", ["add", "set"])
def test_a_full_disk_is_raised(monkeypatch: pytest.MonkeyPatch, at: str, write: str) -> None:
    with full(monkeypatch, at=at), pytest.raises(OperationalError):
        getattr(cache, write)("limit", [1], 60)
    assert cache.get("limit") is None


def test_a_key_that_is_taken_is_told_by_false() -> None:
    assert cache.add("limit", 1, 60)
    assert not cache.add("limit", 2, 60)
    assert cache.get("limit") == 1
    assert not cache.touch("other", 60)


@pytest.mark.hazard("H24")
@pytest.mark.parametrize("at", ["COMMIT", "INSERT"])
@pytest.mark.parametrize(
    ("path", "typed"),
    [
        ("/account/login/", {"login": "mother@family.example", "password": RIGHT}),
        ("/account/signup/", {"email": "new@family.example", "password1": RIGHT}),
    ],
)
def test_a_right_password_on_a_full_disk_is_no_try_too_many(
    monkeypatch: pytest.MonkeyPatch, at: str, path: str, typed: dict[str, str]
) -> None:
    User.objects.create_user("mother@family.example", RIGHT)
    phone = Client(raise_request_exception=False)
    with full(monkeypatch, at=at):
        answer = phone.post(path, typed)
    assert answer.status_code == 503
    assert "Too many tries" not in text(answer)
    assert {"tel:112", "tel:911"} <= set(links(answer))
    phone.post(path, typed)
    assert "_auth_user_id" in phone.session

"""The cache in the database: what the limits of signing in are counted in."""

from collections.abc import Callable
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.db import DatabaseError, connections, router, transaction

from tracker.lib.database import is_unavailable


class Cache(DatabaseCache):
    """Django's answers a database that is held or full like a key that is taken: "Too many tries", to the first one.

    A disk that is full may show at the COMMIT alone, which no wrapper of statements sees: the transaction around is
    this one's own, and what breaks it is raised. Two who add one key at once break a statement, not the database.
    """

    def _base_set(self, mode: str, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT) -> bool:
        refused: list[Exception] = []

        def noting(execute: Callable[..., Any], *statement: Any) -> Any:
            try:
                return execute(*statement)
            except DatabaseError as error:
                if is_unavailable(error):
                    refused.append(error)
                raise

        db = router.db_for_write(self.cache_model_class)
        with connections[db].execute_wrapper(noting), transaction.atomic(using=db):
            is_set: bool = super()._base_set(mode, key, value, timeout)  # type: ignore[misc]
            if refused:
                raise refused[0]
        return is_set

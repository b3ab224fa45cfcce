"""The record stays append-only in the tests: emptying the tables between them goes through the gate, too."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.backends.base.operations import BaseDatabaseOperations

from tracker.models.append_only import erasing


@pytest.fixture(scope="session", autouse=True)
def flush_opens_the_gate() -> Iterator[None]:
    flush = BaseDatabaseOperations.execute_sql_flush

    def execute_sql_flush(self: BaseDatabaseOperations, statements: Any) -> None:
        with erasing(self.connection.alias):
            flush(self, statements)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", execute_sql_flush)
        yield

"""Between tests that commit, the rows are deleted and nothing else.

Django's own flush truncates each table, which takes PostgreSQL a second, and then makes content types and
permissions anew. The record stays append-only in the tests: emptying its tables goes through the gate, too.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase

from tracker.models.append_only import erasing

WHAT_MIGRATIONS_MADE = {"django_migrations", "django_content_type", "auth_permission"}
ORDER_DOES_NOT_MATTER = {  # rows are deleted table by table, whatever points at them
    "sqlite": ("PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys = ON"),
    "postgresql": ("SET session_replication_role = replica", "SET session_replication_role = DEFAULT"),
}


@pytest.fixture(scope="session", autouse=True)
def flush_deletes_the_rows() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: delete_all_rows())
        yield


def delete_all_rows() -> None:
    begin, end = ORDER_DOES_NOT_MATTER[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(begin)
    try:
        with erasing():
            delete_from_every_table()
    finally:
        with connection.cursor() as cursor:
            cursor.execute(end)


def delete_from_every_table() -> None:
    tables: list[Any] = connection.introspection.django_table_names(only_existing=True, include_views=False)
    with connection.cursor() as cursor:
        for table in {*tables, settings.CACHES["default"]["LOCATION"]} - WHAT_MIGRATIONS_MADE:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")

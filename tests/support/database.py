"""The database of the tests: the migrations run once for all workers, and each worker gets a copy of what they made."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

MIGRATED = "migrated"


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker: Any,
    django_db_modify_db_settings: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """A file's copy and PostgreSQL's TEMPLATE take the append-only triggers along, as a schema alone would not."""
    worker, creation = getattr(request.config, "workerinput", {}).get("workerid"), connection.creation
    with django_db_blocker.unblock():
        if worker:
            with one_at_a_time(tmp_path_factory.getbasetemp().parent) as folder:
                copy_of_the_migrated(folder, worker)
        else:
            creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    yield
    with django_db_blocker.unblock():
        connection.close()
        creation._destroy_test_db(connection.settings_dict["NAME"], 0)


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[Path]:
    """The folder that the workers of one run share; while one looks after the database, the others wait."""
    with (folder / "database.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def copy_of_the_migrated(folder: Path, worker: str) -> None:
    creation, done = connection.creation, folder / MIGRATED
    if not done.exists():
        connection.settings_dict["TEST"]["NAME"] = name_of_the_migrated(folder)
        creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        connection.close()  # both vendors copy only what nobody has open
        done.touch()
    connection.settings_dict["NAME"] = name_of_the_migrated(folder)
    creation.clone_test_db(worker, verbosity=0)
    name = creation.get_test_db_clone_settings(worker)["NAME"]
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name


def name_of_the_migrated(folder: Path) -> str:
    return str(folder / "migrated.sqlite3") if connection.vendor == "sqlite" else "test_migrated"

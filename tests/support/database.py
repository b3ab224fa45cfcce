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
    worker = getattr(request.config, "workerinput", {}).get("workerid", "alone")
    with django_db_blocker.unblock(), one_at_a_time(folder_of_the_run(request, tmp_path_factory)) as folder:
        copy_of_the_migrated(folder, worker)
    yield
    with django_db_blocker.unblock():
        connection.close()
        connection.creation._destroy_test_db(connection.settings_dict["NAME"], 0)


@pytest.fixture(scope="session")
def migrated_file(
    request: pytest.FixtureRequest, django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A migrated SQLite file without a row, to copy: a process that is set up on a copy has nothing left to migrate."""
    assert connection.vendor == "sqlite"
    return Path(name_of_the_migrated(folder_of_the_run(request, tmp_path_factory)))


def folder_of_the_run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the workers of one run meet; a run without workers is its own."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if hasattr(request.config, "workerinput") else folder


@contextmanager
def one_at_a_time(folder: Path, lock_name: str = "database.lock") -> Iterator[Path]:
    """The folder that the workers of one run share; while one makes what the lock is for, the others wait."""
    with (folder / lock_name).open("w") as lock:
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

"""What all tests may ask for. The parts live in modules of their own: support/fixtures_infra.py has the machinery."""

import gc
import os

import pytest

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # the browser's event loop runs in the thread of the test

from tests.support.access_world import world  # noqa: F401
from tests.support.database import django_db_setup, migrated_file  # noqa: F401
from tests.support.fixtures_infra import (  # noqa: F401
    BASE,
    broker,
    browser,
    clock,
    clock_of_the_people,
    django_db_modify_db_settings,
    open_page,
    page,
    task_broker,
    worker,
)
from tests.support.flush import flush_deletes_the_rows  # noqa: F401
from tests.support.outside import no_seals_yet  # noqa: F401
from tests.support.pages import night, phone  # noqa: F401
from tests.support.personas import (  # noqa: F401
    care_team,
    child,
    clock_at_now,
    colleague,
    father,
    helper,
    lead,
    log,
    mother,
    nurse,
    nurse_of_another_team,
    removed_helper,
    second,
    stranger,
    ward_child,
)
from tests.support.prepared import collected_files, prepared  # noqa: F401
from tracker.lib.translations import compile_translations


def pytest_configure(config: pytest.Config) -> None:
    """Once, before the workers start: they and the processes that they open read what was compiled."""
    if not hasattr(config, "workerinput"):
        compile_translations([BASE / "locale"])


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: the garbage collector need not look through it again."""
    gc.collect()
    gc.freeze()

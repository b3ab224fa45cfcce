"""The folder of a site that has been set up once already, to copy: a setup of it has keys to make and little else.

Migrating takes a processor seven seconds and compressing the static files five, whoever starts a site.
"""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.database import folder_of_the_run, one_at_a_time
from tests.support.fixtures_infra import start_process
from tests.support.waiting import PATIENCE


@pytest.fixture(scope="session")
def collected_files(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the static files as an image has them, collected once for all workers."""
    with one_at_a_time(folder_of_the_run(request, tmp_path_factory), "static.lock") as folder:
        var = folder / "collected"
        if not (var / "static" / ".collected").exists():
            collect(var)
        return var


def collect(var: Path) -> None:
    var.mkdir()
    env = {"VAR_DIR": str(var), "STATIC_DIR": "", "DJANGO_SETTINGS_MODULE": "config.settings"}
    process = start_process([sys.executable, "manage.py", "setup", "--image"], env, var / "setup.log")
    assert process.wait(PATIENCE) == 0, (var / "setup.log").read_text()


@pytest.fixture(scope="session")
def prepared(collected_files: Path, migrated_file: Path) -> Callable[[Path], Path]:
    """Fills a folder: `prepared(tmp_path / "var")`. The times of the files go along, since setup looks at them."""

    def fill(var: Path) -> Path:
        shutil.copytree(collected_files, var, dirs_exist_ok=True)
        shutil.copy(migrated_file, var / "nightlight.sqlite3")
        return var

    return fill

"""`python -m benchmarks.one NAME DATABASE`, behind `python -m benchmarks`: one module of rows on one database.

Each line that it prints is JSON: a row, or how far it is.
"""

import json
import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from types import ModuleType

from benchmarks.databases import NAMES, Database, opened

SECRET = "a benchmark keeps no secret, it only needs fifty letters"


def module(name: str) -> ModuleType:
    return import_module(f"benchmarks.rows.{name}")


def databases(name: str) -> tuple[str, ...]:
    found: tuple[str, ...] = getattr(module(name), "DATABASES", NAMES)
    return found


def tell(**what: object) -> None:
    print(json.dumps(what), flush=True)


def progress(part: float, words: str = "") -> None:
    """For the bar: how much of this module is done."""
    tell(part=part, words=words)


def prepare(database: Database) -> None:
    """The site's settings on it, for this process and those that it starts; the machine's own site is not touched."""
    os.environ |= {
        "VAR_DIR": str(database.folder / "var"),
        "DATABASE_URL": database.url,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": SECRET,
        "LOG_LEVEL": "ERROR",
        "DEMO": "0",
        "DEBUG": "0",
        "SITE_URL": "http://localhost:8000",
        "REDIS_URL": "",
        "EMAIL_URL": "",
    }
    import django

    django.setup()
    from django.core.management import call_command

    call_command("setup")


def main(name: str, on: str) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="nightlight-bench-") as folder,
        opened(on, Path(folder)) as database,
    ):
        prepare(database)
        for row in module(name).measure(database):
            tell(row=row.as_json())


if __name__ == "__main__":
    main(*sys.argv[1:])

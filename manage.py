#!/usr/bin/env python
"""Nightlight's commands. Runs with the environment that ./start made, from any shell."""

import importlib.util
import os
import sys
from pathlib import Path


def main() -> None:
    own = Path(__file__).resolve().parent / ".venv" / "bin" / "python"
    if (
        importlib.util.find_spec("django") is None
        and own.exists()
        and not sys.executable.startswith(str(own.parent))
    ):
        os.execv(own, [str(own), *sys.argv])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line
    from django.db.utils import OperationalError, ProgrammingError

    try:
        execute_from_command_line(sys.argv)
    except (OperationalError, ProgrammingError):
        if has_tables():
            raise
        sys.exit("This database has no tables yet. Run `python manage.py setup` first.")


def has_tables() -> bool:
    """Whether setup was here. Raises OperationalError where the database cannot be reached."""
    from django.db import connection

    connection.close()  # a transaction may have broken in it
    return "tracker_user" in connection.introspection.table_names()


if __name__ == "__main__":
    main()

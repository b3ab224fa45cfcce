"""The scripts as they are sent: without remarks and blanks, a quarter smaller.

There is no build: they are written like the style sheet, where one has changed, and found before their sources. What
runs is what stands in the repository.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import rjsmin
from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

from tracker.lib.written_files import write_in_var

SOURCES = Path(__file__).resolve().parents[1] / "static"


def names() -> list[str]:
    return sorted(file.relative_to(SOURCES).as_posix() for file in SOURCES.glob("tracker/**/*.js"))


def as_sent(name: str) -> str:
    return without_remarks((SOURCES / name).read_text())


def without_remarks(text: str) -> str:
    """rjsmin does not see through a template within a template: tests compare what each script says with its source."""
    return str(rjsmin.jsmin(text))


class ServedScripts(BaseFinder):
    """Finds each script of ours as it is sent; nothing else."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.folder = Path(settings.VAR) / "scripts"
        self.storage = FileSystemStorage(location=self.folder)
        super().__init__(*args, **kwargs)

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = [str(self.write(path))] if path in names() else []
        return found if find_all else next(iter(found), [])

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        for name in names():
            self.write(name)
            yield name, self.storage

    def write(self, name: str) -> Path:
        return write_in_var(self.folder / name, as_sent(name))

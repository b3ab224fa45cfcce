"""The style sheets that every page has, as one file: a browser that was never here asks once and not three times."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import AppDirectoriesFinder, BaseFinder
from django.core.files.storage import FileSystemStorage

from tracker.lib.written_files import write_in_var

WHOLE = "tracker/site.css"
PARTS = ("tracker/vendor/bootstrap/bootstrap-reboot.min.css", "tracker/tokens.css", "tracker/app.css")


class OneStyleSheet(BaseFinder):
    """Writes the whole anew where a part has changed, and finds it like any other file."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.folder = Path(settings.VAR) / "styles"
        self.storage = FileSystemStorage(location=self.folder)
        super().__init__(*args, **kwargs)

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = [str(self.write())] if path == WHOLE else []
        return found if find_all else next(iter(found), [])

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        self.write()
        yield WHOLE, self.storage

    def write(self) -> Path:
        return write_in_var(self.folder / WHOLE, whole())


def whole() -> str:
    """In the order in which they overrule each other."""
    apps = AppDirectoriesFinder()
    return "\n".join(Path(str(apps.find(part))).read_text() for part in PARTS)

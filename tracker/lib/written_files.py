"""Static files that are made of other files, and written where those have changed. There is no build."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage


class WrittenFiles(BaseFinder):
    """Finds them like any other file, in a folder of `var`."""

    folder_name: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.folder = Path(settings.VAR) / self.folder_name
        self.storage = FileSystemStorage(location=self.folder)
        super().__init__(*args, **kwargs)

    def names(self) -> Sequence[str]:
        raise NotImplementedError

    def text(self, name: str) -> str:
        raise NotImplementedError

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = [str(self.write(path))] if path in self.names() else []
        return found if find_all else next(iter(found), [])

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        for name in self.names():
            self.write(name)
            yield name, self.storage

    def write(self, name: str) -> Path:
        """Whoever is first to write makes the folder of the site, for its owner alone."""
        Path(settings.VAR).mkdir(mode=0o700, parents=True, exist_ok=True)
        return write_where_changed(self.folder / name, self.text(name))


def write_where_changed(file: Path, text: str) -> Path:
    """Whole or not at all, whoever else writes it at the same time: nobody reads half of it."""
    if not file.exists() or file.read_text() != text:
        file.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", dir=file.parent, delete=False) as draft:
            draft.write(text)
        Path(draft.name).replace(file)
    return file

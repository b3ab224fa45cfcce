"""Files that are made of other files, and written where those have changed."""

from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings


def write_in_var(file: Path, text: str) -> Path:
    """Whoever is first to write there makes the folder, for its owner alone."""
    Path(settings.VAR).mkdir(mode=0o700, parents=True, exist_ok=True)
    return write_where_changed(file, text)


def write_where_changed(file: Path, text: str) -> Path:
    """Whole or not at all, whoever else writes it at the same time: nobody reads half of it."""
    if not file.exists() or file.read_text() != text:
        file.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", dir=file.parent, delete=False) as draft:
            draft.write(text)
        Path(draft.name).replace(file)
    return file

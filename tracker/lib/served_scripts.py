"""The scripts as they are sent: without remarks and blanks, a quarter smaller. What runs is what was written."""

from collections.abc import Sequence
from pathlib import Path

import rjsmin

from tracker.lib.written_files import WrittenFiles

SOURCES = Path(__file__).resolve().parents[1] / "static"


class ServedScripts(WrittenFiles):
    """Found before their sources."""

    folder_name = "scripts"

    def names(self) -> Sequence[str]:
        return names()

    def text(self, name: str) -> str:
        return as_sent(name)


def names() -> list[str]:
    return sorted(file.relative_to(SOURCES).as_posix() for file in SOURCES.glob("tracker/**/*.js"))


def as_sent(name: str) -> str:
    return without_remarks((SOURCES / name).read_text())


def without_remarks(text: str) -> str:
    """rjsmin does not see through a template within a template: tests compare what each script says with its source."""
    return str(rjsmin.jsmin(text))

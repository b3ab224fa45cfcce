"""What is measured on: a SQLite file as the site has it, and a PostgreSQL of the run's own that keeps its word.

fsync, synchronous_commit and full_page_writes are on, as they are at a hospital: a commit waits for the disk.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from benchmarks.processes import children_of

SQLITE, POSTGRESQL = "sqlite", "postgresql"
NAMES = (SQLITE, POSTGRESQL)


@dataclass(frozen=True)
class Database:
    name: str
    url: str
    folder: Path

    def processes(self) -> list[int]:
        """The server's; SQLite has none and works in the process that asks."""
        if self.name == SQLITE:
            return []
        (data,) = parse_qs(urlsplit(self.url).query)["host"]
        server = int((Path(data) / "postmaster.pid").read_text().split()[0])
        return [server, *children_of(server)]


@contextmanager
def opened(name: str, folder: Path) -> Iterator[Database]:
    """An empty one, gone afterwards."""
    if name == SQLITE:
        yield Database(name, f"sqlite:///{folder}/site.sqlite3", folder)
        return
    from tests.support.postgresql import DURABLE, server

    with server(DURABLE) as url:
        yield Database(name, url, folder)

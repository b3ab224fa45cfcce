"""Which children a request lets somebody of the staff see: access.py notes it, middleware.py writes it down.

Noted where every page has to pass, so that no view can forget; written once the page is made, outside its transaction.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

Reads = dict[tuple[str, UUID], UUID]  # (verb, child or care team) -> who
CHILD_READ = "child.read"
TEAM_READ = "care-team.read"
_reads: ContextVar[Reads | None] = ContextVar("reads", default=None)


def note_read(verb: str, about: UUID, *, by: UUID) -> None:
    """Does nothing where nobody collects: outside a request no page is made."""
    reads = _reads.get()
    if reads is not None:
        reads[verb, about] = by


@contextmanager
def collected() -> Iterator[Reads]:
    """What is noted within."""
    reads: Reads = {}
    token = _reads.set(reads)
    try:
        yield reads
    finally:
        _reads.reset(token)

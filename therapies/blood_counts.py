"""Blood counts that are known to be low, from some day until somebody ends it."""

from collections.abc import Iterable
from datetime import datetime

LOW, RECOVERED = "low-counts", "counts-recovered"
KINDS = (LOW, RECOVERED)
"""Of events of a course."""
LOW_SINCE = "Blood counts low since %(since)s"


def low_since(past: Iterable[tuple[str, datetime]]) -> datetime | None:
    """The first day of the run that stands; None once somebody has ended it, and where nobody said so.

    `past`: kind and time of what happened so far, the oldest first.
    """
    since = None
    for kind, at in past:
        if kind == LOW:
            since = since or at
        elif kind == RECOVERED:
            since = None
    return since

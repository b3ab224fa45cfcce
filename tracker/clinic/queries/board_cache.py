"""A hundred open boards draw again within the same seconds: what they show is read once, and given to each."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any
from uuid import UUID

from tracker.clinic.queries.board import Board

SHARED_FOR = timedelta(seconds=3)
"""Longer than boards take to ask after each other; shorter than anybody takes to load a page again in vain."""


@dataclass(frozen=True)
class Shared:
    """What was read of one team's board while it had this version."""

    version: str
    at: datetime
    boards: dict[Any, Board] = field(default_factory=dict)


_of_team: dict[UUID, Shared] = {}
_reading: defaultdict[UUID, Lock] = defaultdict(Lock)


def forget() -> None:
    """As in a process that was just begun."""
    _of_team.clear()


def shared(team: UUID, version: str, what: Any, now: datetime, read: Callable[[], Board]) -> Board:
    """The board of that version as `read` gives it, or as it gave it a moment ago to who asked for the same `what`.

    Who comes while it is read waits for it instead of reading it once more.
    """
    with _reading[team]:
        known = _of_team.get(team)
        if known is None or known.version != version or not known.at <= now < known.at + SHARED_FOR:
            known = _of_team[team] = Shared(version, now)
        if what not in known.boards:
            known.boards[what] = read()
        return known.boards[what]

"""How far the searches of the tests go: a part on each run of ./test, all of it with THOROUGH=1."""

import os
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
THOROUGH = os.environ.get("THOROUGH", "") not in ("", "0")


def tries(everyday: int, thorough: int) -> int:
    """How many cases a search tries, or how far apart they lie."""
    return thorough if THOROUGH else everyday


def some(everyday: Sequence[T], others: Sequence[T]) -> list[T]:
    """What a test is tried on: always the first, and the others too where there is time."""
    return [*everyday, *others] if THOROUGH else [*everyday]

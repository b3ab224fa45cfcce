"""The long search behind `manage.py parity N`: on every core, each with chances of its own."""

import json
import os
import secrets
import time
from collections.abc import Iterator
from itertools import islice
from multiprocessing import get_context
from typing import Any, TextIO

from tests.parity.boundaries import boundary_requests
from tests.parity.node import Question, differences
from tests.parity.questions import by_chance, noted, together, typed_numbers, worked

_PART = 5000
_SHOWN = 10


def prove(number: int, seed: int | None, out: TextIO) -> int:
    """Says how many questions were asked, and the first that were answered differently. Returns the exit code."""
    began = time.monotonic()
    seed = secrets.randbelow(10**6) if seed is None else seed
    sizes = [min(_PART, number - start) for start in range(0, number, _PART)]
    parts = [(-1, 0), *((size, seed + part) for part, size in enumerate(sizes))]
    asked = found = 0
    with get_context("spawn").Pool(os.cpu_count()) as pool:
        for count, differing in pool.imap_unordered(_tried, parts):
            asked += count
            found += len(differing)
            for one in islice(differing, _SHOWN if found <= _SHOWN else 0):
                out.write(f"{json.dumps(one, default=str)}\n")
    minutes = (time.monotonic() - began) / 60
    out.write(f"{asked} questions, {found} answered differently (seed {seed}, {minutes:.1f} minutes)\n")
    return 1 if found else 0


def _tried(part: tuple[int, int]) -> tuple[int, list[Any]]:
    """How many were asked, and which were answered differently."""
    questions = [*_questions(*part)]
    return len(questions), [*differences(questions)]


def _questions(size: int, seed: int) -> Iterator[Question]:
    if size < 0:
        yield from worked()
        yield from ({"ask": [one]} for one in boundary_requests(every_therapy=True))
    else:
        yield from by_chance(size, seed)
        yield from together(size // 10, seed)
        yield from noted(size // 2, seed)
        yield from typed_numbers(size // 10, seed)

"""`assess` and `catalogue` as programs: text in, text out. Shared by `manage.py` and tests; no database, no
secret, no Django.
"""

import json
import multiprocessing
import os
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import chain, islice
from multiprocessing.pool import AsyncResult, Pool
from typing import Any, TextIO

from therapies.catalogue import KnowledgeError, load
from therapies.export import export
from therapies.request import RequestError, loads
from therapies.rules import assess
from therapies.rules_bundle import dumps, rules_bundle

REFUSED = 2
TOGETHER = 250
"""So many requests go to a core at once."""


def run_assess(text: str | bytes, out: TextIO, err: TextIO) -> int:
    """One request to one response. A refusal is one line on `err` and exit code 2."""
    try:
        response = assess(loads(text))
    except RequestError as error:
        err.write(f"{error}\n")
        return REFUSED
    out.write(_dumps(response) + "\n")
    return 0


def run_batch(lines: Iterable[str | bytes], out: TextIO, cores: int | None = None) -> int:
    """A request a line to a response a line, in order; a refused one is answered with its error and stops
    no other. Many are shared out among the processor's cores.
    """
    waiting = (line for line in lines if line.strip())
    for answers in _answered(_parts(waiting), cores or os.cpu_count() or 1):
        out.writelines(answers)
    return 0


def _answered(parts: Iterator[list[str | bytes]], cores: int) -> Iterator[list[str]]:
    first = next(parts, [])
    if len(first) < TOGETHER or cores == 1 or "fork" not in multiprocessing.get_all_start_methods():
        yield _lines(first)  # the others would not be ready before this is done
        yield from map(_lines, parts)
        return
    with suppress(KnowledgeError):
        load()  # once, for all that are forked; what does not load is an answer of each
    with multiprocessing.get_context("fork").Pool(cores) as pool:
        yield from _in_order(pool, chain([first], parts), ahead=2 * cores)


def _in_order(pool: Pool, parts: Iterable[list[str | bytes]], ahead: int) -> Iterator[list[str]]:
    """Reads no further ahead than that, however long the file is."""
    asked: deque[AsyncResult[list[str]]] = deque()
    for part in parts:
        asked.append(pool.apply_async(_lines, (part,)))
        if len(asked) > ahead:
            yield asked.popleft().get()
    while asked:
        yield asked.popleft().get()


def _parts(lines: Iterator[str | bytes]) -> Iterator[list[str | bytes]]:
    while part := list(islice(lines, TOGETHER)):
        yield part


def _lines(part: Iterable[str | bytes]) -> list[str]:
    return [_dumps(_answer(line)) + "\n" for line in part]


def run_catalogue(out: TextIO) -> int:
    """The whole knowledge."""
    out.write(json.dumps(export(), ensure_ascii=False, indent=1, allow_nan=False) + "\n")
    return 0


def run_rules(therapies: Collection[str], out: TextIO, err: TextIO) -> int:
    """What an evaluator without a network needs for these therapies, for all without a choice."""
    unknown = [name for name in therapies if name not in load().therapies]
    if unknown:
        err.write(f"{unknown[0]}: is not one of {', '.join(load().therapies)}\n")
        return REFUSED
    out.write(dumps(rules_bundle(therapies)) + "\n")
    return 0


def _answer(line: str | bytes) -> Mapping[str, Any]:
    try:
        return assess(loads(line))
    except RequestError as error:
        return {"error": {"field": error.field, "message": error.message}}


def _dumps(response: Mapping[str, Any]) -> str:
    return json.dumps(response, ensure_ascii=False, allow_nan=False, default=float)

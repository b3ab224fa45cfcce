"""`assess` and `catalogue` as programs: text in, text out. Shared by `manage.py` and tests; no database, no
secret, no Django.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any, TextIO

from therapies.catalogue import load
from therapies.export import export
from therapies.request import RequestError, loads
from therapies.rules import assess
from therapies.rules_bundle import dumps, rules_bundle

REFUSED = 2


def run_assess(text: str | bytes, out: TextIO, err: TextIO) -> int:
    """One request to one response. A refusal is one line on `err` and exit code 2."""
    try:
        response = assess(loads(text))
    except RequestError as error:
        err.write(f"{error}\n")
        return REFUSED
    out.write(_dumps(response) + "\n")
    return 0


def run_batch(lines: Iterable[str | bytes], out: TextIO) -> int:
    """A request a line to a response a line, in order; a refused one is answered with its error and stops
    no other.
    """
    for line in lines:
        if line.strip():
            out.write(_dumps(_answer(line)) + "\n")
    return 0


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

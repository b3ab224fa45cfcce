"""Asks both: the rules in Python, and the module of the phone in the node that comes with the browser's driver."""

import atexit
import contextlib
import json
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from playwright._impl._driver import compute_driver_executable

from therapies.catalogue import load
from therapies.numbers import read_number, read_temperature
from therapies.request import RequestError, read_request
from therapies.rules import assess_request, worst_of
from therapies.rules_bundle import dumps, rules_bundle
from tracker.lib import served_scripts
from tracker.lib.written_files import write_where_changed

SOURCE = served_scripts.SOURCES / "tracker/rules/assess.js"
_RUNNER = Path(__file__).parent / "runner.mjs"
_AT_ONCE = 5000
Question = Mapping[str, Any]


def _as_sent() -> Path:
    """Every script as a phone gets it, in a folder that goes with this process."""
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    for name in served_scripts.names():
        write_where_changed(Path(folder.name) / name, served_scripts.as_sent(name))
    return Path(folder.name) / "tracker/rules/assess.js"


MODULE = _as_sent()


def differences(questions: Iterable[Question], module: Path = MODULE) -> Iterator[tuple[Question, Any, Any]]:
    """The questions that the two answer differently, with Python's answer and the module's.

    A question is {"ask": [request, ...]}, the present therapy's first, or {"typed": text}.
    """
    with tempfile.TemporaryDirectory() as folder:
        rules = Path(folder) / "rules.json"
        rules.write_text(dumps(rules_bundle()), "utf-8")
        for some in _in_parts(questions):
            for question, said in zip(some, phone_answers(some, rules, module), strict=True):
                wanted = python_answer(question)
                if said != wanted:
                    yield question, wanted, said


def _in_parts(questions: Iterable[Question]) -> Iterator[Sequence[Question]]:
    some: list[Question] = []
    for question in questions:
        some.append(question)
        if len(some) == _AT_ONCE:
            yield some
            some = []
    if some:
        yield some


def phone_answers(questions: Sequence[Question], rules: Path, module: Path = MODULE) -> list[Any]:
    """One process for all of them: lines in, lines out."""
    node = compute_driver_executable()[0]
    asked = "".join(json.dumps(as_typed(question)) + "\n" for question in questions)
    ran = subprocess.run(
        [node, _RUNNER, module, rules], input=asked.encode(), capture_output=True, check=False, timeout=600
    )
    if ran.returncode:
        raise RuntimeError(ran.stderr.decode())
    return [json.loads(line) for line in ran.stdout.splitlines()]


def as_typed(value: Any) -> Any:
    """A number whose zeros JavaScript would lose as the text of it; the others as they are."""
    if isinstance(value, Decimal) or (isinstance(value, float) and value.is_integer()):
        return str(value)
    if isinstance(value, Mapping):
        return {key: as_typed(item) for key, item in value.items()}
    return [as_typed(item) for item in value] if isinstance(value, list | tuple) else value


def python_answer(question: Question) -> Any:
    """The same in Python; of several answers the worst, too."""
    if "typed" in question:
        return _read(question["typed"])
    answers = [_answer(request) for request in question["ask"]]
    is_one = len(answers) < 2 or any("error" in one for one in answers)
    return {"answers": answers, "worst": None if is_one else worst_of(*answers)}


def _answer(request: Any) -> Any:
    catalogue = load()
    try:
        return assess_request(read_request(request, catalogue), catalogue)
    except RequestError as error:
        return {"error": {"field": error.field, "message": error.message}}


def _read(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {"number": None, "temperature": None}
    with contextlib.suppress(ValueError):
        found["number"] = f"{read_number(text):f}"
    try:
        value, unit = read_temperature(text)
        found["temperature"] = [f"{value:f}", unit]
    except ValueError:
        pass
    return found

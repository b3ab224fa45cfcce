"""No medicine stands in tracker/: whatever the catalogue knows is read from it, so that it stands once."""

import ast
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

from therapies.catalogue import load
from therapies.fever import BANDS, FEVER_MEDICINES, fahrenheit
from therapies.model import SYNDROMES

TRACKER = Path(__file__).resolve().parent.parent / "tracker"
APART = ("migrations", "demo")  # what was once written to a database, and the made-up families
NUMBER = re.compile(r"(?<![\d.])\d{2,3}\.\d+(?![\d.])")


@cache
def names() -> set[str]:
    """Of therapies and drugs: they stand nowhere in a text either."""
    therapies = load().therapies.values()
    named = chain.from_iterable((therapy.id, therapy.name, therapy.brand) for therapy in therapies)
    return {name.casefold() for name in (*named, *FEVER_MEDICINES)}


@cache
def codes() -> set[str]:
    """Of syndromes, flags, effects and instructions, and the kinds of therapies.

    What is also a sign, an answer or how a therapy is given is asked about, and may be named.
    """
    known, therapies = load(), load().therapies.values()
    ids = {part.id for t in therapies for part in (*t.red_flags, *t.effects, *t.instructions)}
    asked = {*known.symptoms, *known.observations, *(area.code for area in known.areas)}
    given = {therapy.schedule.given for therapy in therapies}
    return (ids | {*SYNDROMES} | {therapy.kind for therapy in therapies}) - asked - given


@cache
def temperatures() -> set[Decimal]:
    """Where an answer changes and where a reading cannot be, in both units, exact and as a thermometer shows it."""
    celsius = load().temperature_lines
    exact = {*celsius, *map(fahrenheit, celsius), *chain.from_iterable(BANDS.values())}
    return exact | {round(value, 1) for value in exact}


@cache
def days() -> set[int]:
    therapies = load().therapies.values()
    counts = [(t.late_effects_days, t.near_hospital_days) for t in therapies]
    counts += [(t.schedule.infusion_days, t.schedule.free_days, t.schedule.cycle_days) for t in therapies]
    return {count for count in chain.from_iterable(counts) if count}


def medicine_in(source: str) -> list[str]:
    """What in this code is medicine, with its line. A docstring is for who reads the code."""
    tree = ast.parse(source)
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    nodes = [node for node in ast.walk(tree) if id(node) not in said]
    return [f"{node.lineno}: {found}" for node in nodes for found in _found(node)]


def _found(node: ast.AST) -> Iterator[object]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        text = node.value.casefold()
        yield from (name for name in names() if name in text)
        yield from {text, node.value} & codes()
        yield from (number for number in NUMBER.findall(text) if Decimal(number) in temperatures())
    elif isinstance(node, ast.Constant) and isinstance(node.value, float):
        yield from {Decimal(str(node.value))} & temperatures()
    elif isinstance(node, ast.Call):
        yield from _found_in_call(node)


def _found_in_call(node: ast.Call) -> Iterator[object]:
    """`Decimal("36")` is a temperature, and `timedelta(days=28)` may be a therapy's; a bare 36 is anything."""
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    if name == "Decimal" and node.args and isinstance(node.args[0], ast.Constant):
        try:
            yield from {Decimal(str(node.args[0].value))} & temperatures()
        except InvalidOperation:
            return
    if name == "timedelta":
        counts = [word.value for word in node.keywords if word.arg == "days"] + node.args[:1]
        yield from (c.value for c in counts if isinstance(c, ast.Constant) and c.value in days())


FILES = [file for file in sorted(TRACKER.rglob("*.py")) if not {*APART} & {*file.parts}]


def test_no_medicine_stands_in_the_site():
    found = {str(file.relative_to(TRACKER)): medicine_in(file.read_text("utf-8")) for file in FILES}
    assert not {file: lines for file, lines in found.items() if lines}


@pytest.mark.parametrize(
    "line",
    [
        'if course.therapy == "blinatumomab": ...',
        'hint = _("Kymriah was given")',
        'hint = f"after {dose} of Aspirin"',
        'LEFT_OUT = ("liver-vod",)',
        'if therapy.kind == "car-t": ...',
        'flag = flags["CART-CRS-01"]',
        'CALL_AGAIN = "ANY-DO-01"',
        'LINE = Decimal("38.3")',
        "LINE = Decimal(36)",
        'words = _("from 100.4 °F")',
        "if reading >= 101.3: ...",
        "BAND = (93.2, 109.4)",
        "LATE = timedelta(days=365)",
        "NEAR = timedelta(28)",
    ],
)
def test_medicine_that_comes_back_is_found(line):
    file = TRACKER / "assessment" / "wording.py"
    assert len(medicine_in(f"{file.read_text('utf-8')}\n{line}\n")) >= 1


@pytest.mark.parametrize(
    "line",
    [
        '"""38.0 °C after Kymriah."""',
        'hint = _("For example 38.4.")',
        'AREA = "bleeding"',
        "GAP = timedelta(hours=36)",
    ],
)
def test_what_is_no_knowledge_may_be_written(line):
    assert medicine_in(line) == []

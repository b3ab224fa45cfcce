"""Every hazard of docs/safety has tests that bear its mark, and names them. That they pass, ./test sees to."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

BASE = Path(__file__).resolve().parent.parent
FILES = sorted((BASE / "docs" / "safety").glob("H*.md"))
PARTS = ("Cause", "Effect", "Design", "Tests")


def marked(file: Path) -> Iterator[tuple[str, str, list[str]]]:
    """Each marked test: the hazard, its name, and the other marks that it bears."""
    text = file.read_text()
    for node in ast.walk(ast.parse(text)) if "mark.hazard" in text else ():
        if isinstance(node, ast.FunctionDef):
            marks = [ast.unparse(decorator) for decorator in node.decorator_list]
            for mark in marks:
                if found := re.fullmatch(r"pytest\.mark\.hazard\('(\w+)'\)", mark):
                    yield found[1], f"{file.relative_to(BASE)}::{node.name}", marks


@cache
def all_marked() -> list[tuple[str, str, list[str]]]:
    return [one for file in sorted((BASE / "tests").rglob("test_*.py")) for one in marked(file)]


def named_in(file: Path) -> set[str]:
    return set(re.findall(r"^- `(tests/\S+::test_\w+)`$", file.read_text(), re.MULTILINE))


def test_there_are_at_least_twenty_five() -> None:
    assert len(FILES) >= 25


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_hazard_says_what_is_done_and_which_tests_prove_it(file: Path) -> None:
    text = file.read_text()
    assert text.startswith(f"# {file.stem}. ")
    assert [part for part in PARTS if f"**{part}.**" not in text] == []
    assert named_in(file) == {test for hazard, test, _marks in all_marked() if hazard == file.stem} != set()


def test_no_test_bears_the_mark_of_a_hazard_that_is_not_there() -> None:
    assert {hazard for hazard, _test, _marks in all_marked()} <= {file.stem for file in FILES}


def test_no_proof_is_skipped_or_expected_to_fail() -> None:
    assert not [
        test
        for _hazard, test, marks in all_marked()
        if re.search(r"\b(skip|skipif|xfail)\b", " ".join(marks))
    ]

"""Whether a regular expression answers in a time that grows with the text alone, whatever the text is.

Python's engine tries one split of the text after another. Three shapes make that grow with the square of the text's
length or worse, and none of them is needed here:

- a repeat within a repeat, `(a+)+`, unless each turn begins with a sign that the inner one cannot be;
- two repeats side by side that can share signs, `\\s*x?\\s*`, unless a sign stands between that one of them cannot be;
- a search that begins with a repeat and may fail behind it, `\\s*x`: it is tried anew from each of the signs.

What is counted apart from that is small: a repeat with an end, `{1,6}`, is none.
"""

import ast
import importlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from re import _parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

BASE = Path(__file__).resolve().parents[2]
ALPHABET = frozenset(map(chr, range(0x20, 0x180))) | frozenset(
    "\t\n\r\v\f\0\N{ARABIC-INDIC DIGIT THREE}\N{FULLWIDTH DIGIT THREE}\u2003\u3000\N{DEGREE CELSIUS}"
)
MANY = 100  # turns from which a repeat counts as one without an end
SEARCHES = frozenset({"search", "findall", "finditer", "split", "sub", "subn"})
FROM_THE_START = frozenset({"match", "fullmatch"})


class Part(NamedTuple):
    """One element of a pattern: the signs that it can begin with or repeat, and how often."""

    signs: frozenset[str]
    is_needed: bool  # it takes at least one sign
    is_endless: bool
    inner: Sequence[Sequence["Part"]] = ()
    may_fail: bool = False  # although it takes no sign: an end, a look ahead or back


def complaints(pattern: str, flags: int = 0, *, is_searched: bool) -> list[str]:
    """What is wrong with it, in words; nothing for one that is linear."""
    parsed = _parser.parse(pattern, flags & ~re.DEBUG)
    parts = _parts(parsed)
    found = list(_crossing(parts))
    is_anchored = bool(parsed) and "AT_BEGINNING" in str(parsed[0]) and not flags & re.MULTILINE
    if is_searched and not is_anchored and _can_fail_after_a_leading_repeat(parts):
        found.append("a search begins with a repeat and may fail behind it")
    return found


def _crossing(parts: Sequence[Part]) -> Iterator[str]:
    for place, part in enumerate(parts):
        for branch in part.inner:
            yield from _crossing(branch)
            if part.is_endless and any(one.is_endless for one in _flat(branch)) and not _is_led(branch):
                yield "a repeat within a repeat"
        if part.is_endless and _is_shared(part, parts[place + 1 :]):
            yield "two repeats side by side share signs"


def _is_led(branch: Sequence[Part]) -> bool:
    """Each turn begins with a sign that no repeat within it can be."""
    first = branch[0]
    endless = [one.signs for one in _flat(branch) if one.is_endless]
    return first.is_needed and not first.is_endless and not any(first.signs & signs for signs in endless)


def _is_shared(part: Part, others: Sequence[Part]) -> bool:
    for other in others:
        inner = [one for branch in other.inner for one in _flat(branch)]
        if any(one.is_endless and one.signs & part.signs for one in (other, *inner)):
            return True
        if other.is_needed and not other.signs & part.signs:
            return False
    return False


def _can_fail_after_a_leading_repeat(parts: Sequence[Part]) -> bool:
    for place, part in enumerate(parts):
        if part.is_endless:
            return any(other.is_needed or other.may_fail for other in parts[place + 1 :])
        if part.is_needed:
            return False
    return False


def _flat(parts: Sequence[Part]) -> Iterator[Part]:
    for part in parts:
        yield part
        for branch in part.inner:
            yield from _flat(branch)


# ------------------------------------------------------------ reading a pattern


def _parts(parsed: Any) -> list[Part]:
    return [part for op, value in parsed for part in _read(str(op), op, value)]


def _read(name: str, op: Any, value: Any) -> list[Part]:
    if name in ("LITERAL", "NOT_LITERAL", "IN", "ANY", "CATEGORY"):
        return [Part(_signs(op, value), is_needed=True, is_endless=False)]
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        least, most, body = value
        inner = _parts(body)
        signs = frozenset().union(*(one.signs for one in _flat(inner)))
        is_single = len(inner) == 1 and not inner[0].inner and not inner[0].is_endless
        return [Part(signs, least > 0, most > MANY, () if is_single else (inner,))]
    if name == "SUBPATTERN":
        return _parts(value[-1])
    if name == "ATOMIC_GROUP":
        return _parts(value)
    if name == "BRANCH":
        branches = [_parts(branch) for branch in value[1]]
        signs = frozenset().union(*(one.signs for branch in branches for one in _flat(branch)))
        is_needed = all(any(one.is_needed for one in branch) for branch in branches)
        return [Part(signs, is_needed, False, branches)]
    if name in ("ASSERT", "ASSERT_NOT"):
        return [Part(frozenset(), False, False, [_parts(value[1])], may_fail=True)]
    if name == "AT":
        return [Part(frozenset(), False, False, may_fail=True)] if "END" in str(value) else []
    raise AssertionError(f"{name} in a pattern: say in tests/support/patterns.py how long it takes")


def _signs(op: Any, value: Any) -> frozenset[str]:
    """Those of the alphabet that this one element takes."""
    single = _parser.SubPattern(_parser.State(), [(op, value)])
    compiled = re._compiler.compile(single, 0)  # type: ignore[attr-defined]
    return frozenset(sign for sign in ALPHABET if compiled.fullmatch(sign))


# ------------------------------------------------------------ finding the patterns of the code


class Found(NamedTuple):
    where: str
    pattern: str
    flags: int
    is_searched: bool


def patterns_of(file: Path) -> Iterator[Found]:
    """Those with a name, as the module has them; those within a call, as they stand there."""
    tree, name = ast.parse(file.read_text()), str(file.relative_to(BASE))
    uses: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if isinstance(node.func.value, ast.Name):
                uses.setdefault(node.func.value.id, set()).add(node.func.attr)
            yield from _within(node, name)
    if any(_is_compiled(node) for node in ast.walk(tree)):
        module = importlib.import_module(name.removesuffix(".py").replace("/", ".").removesuffix(".__init__"))
        for known, value in vars(module).items():
            if isinstance(value, re.Pattern) and known in uses:
                pattern = value.pattern if isinstance(value.pattern, str) else value.pattern.decode("latin-1")
                flags = value.flags & ~re.UNICODE if isinstance(value.pattern, bytes) else value.flags
                yield Found(f"{name} {known}", pattern, flags, bool(uses[known] & SEARCHES))


def _is_compiled(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "re.compile"


def _within(node: ast.Call, name: str) -> Iterator[Found]:
    called = ast.unparse(node.func)
    verb = called.removeprefix("re.")
    is_field = called.rpartition(".")[2] in ("RegexField", "RegexValidator")
    if not (is_field or (called.startswith("re.") and verb in SEARCHES | FROM_THE_START)):
        return
    pattern = ast.literal_eval(node.args[0])  # a pattern that is made while the site runs fails here
    yield Found(f"{name}:{node.lineno}", pattern, 0, is_field or verb in SEARCHES)

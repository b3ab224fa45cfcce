"""Breaks the knowledge and the rules in small ways, one at a time, and looks whether a test turns red.

    python -m tests.tools.mutation data    every red flag: a sign, a condition, a number less or more (minutes)
    python -m tests.tools.mutation code    comparisons, constants, branches of therapies/ (or of modules named; hours)

Survivors are printed; docs/mutation.md explains the ones that are left.
"""

import dataclasses
import logging
import sys
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tests.tools.mutation_code import MODULES, code_survivors
from therapies.cases import Case, read_cases
from therapies.catalogue import load
from therapies.model import Catalogue, RedFlag
from therapies.request import read_request
from therapies.rules import assess_request


def main(what: str, *modules: str) -> int:
    if what == "code":
        return bool(code_survivors(modules or MODULES))
    logging.disable()  # of red flags that fail because they are broken
    count = 0
    for survivor in data_survivors():
        count += 1
        print("survived:", survivor, flush=True)
    return bool(count)


def data_survivors() -> Iterator[str]:
    """Mutants of the red flags that no worked case notices."""
    catalogue, cases, count = load(), list(read_cases()), 0
    flags = {flag.id: flag for therapy in catalogue.therapies.values() for flag in therapy.red_flags}
    for flag in flags.values():
        concerned = [case for case in cases if flag in catalogue.therapies[case.therapy].red_flags]
        for name, mutant in flag_mutants(flag):
            count += 1
            if not any(differs(case, with_flag(catalogue, flag, mutant)) for case in concerned):
                yield f"{flag.id}: {name}"
    for name, mutated in definition_mutants(catalogue):
        count += 1
        if not any(differs(case, mutated) for case in cases):
            yield f"definitions: {name}"
    print(f"{count} mutants of the knowledge")


def flag_mutants(flag: RedFlag) -> Iterator[tuple[str, RedFlag | None]]:
    yield "removed", None
    for sign in flag.signs:
        yield f"without {sign}", dataclasses.replace(flag, signs=tuple(s for s in flag.signs if s != sign))
    if flag.counts_from != "mild":
        yield "counted", dataclasses.replace(flag, counts_from="mild")
    if flag.confirm:
        yield "asks nothing", dataclasses.replace(flag, confirm=None)
    for urgency, conditions in flag.levels:
        for name, changed in condition_mutants(conditions):
            levels = tuple((u, changed if u == urgency else c) for u, c in flag.levels)
            yield f"{urgency}: {name}", dataclasses.replace(flag, levels=levels)


def definition_mutants(catalogue: Catalogue) -> Iterator[tuple[str, Catalogue]]:
    for name, conditions in catalogue.definitions.items():
        for what, changed in condition_mutants(conditions):
            yield (
                f"{name}: {what}",
                dataclasses.replace(catalogue, definitions={**catalogue.definitions, name: changed}),
            )


def condition_mutants(conditions: tuple[Any, ...]) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for place, condition in enumerate(conditions):
        yield f"without {condition}", conditions[:place] + conditions[place + 1 :]
        for what, changed in value_mutants(condition):
            yield f"{what} in {condition}", (*conditions[:place], changed, *conditions[place + 1 :])


def value_mutants(value: Any) -> Iterator[tuple[str, Any]]:
    """The value with one thing in it changed: a number nudged, a key or an item gone."""
    if isinstance(value, bool):
        return
    if isinstance(value, int | Decimal):
        step = 1 if isinstance(value, int) else Decimal("0.1")
        yield f"{value + step}", value + step
        yield f"{value - step}", value - step
    elif isinstance(value, dict):
        for key in value:
            if len(value) > 1:
                yield f"no {key}", {k: v for k, v in value.items() if k != key}
            for what, changed in value_mutants(value[key]):
                yield f"{key} {what}", {**value, key: changed}
    elif isinstance(value, list | tuple) and len(value) > 1:
        for item in value:
            yield f"no {item}", [other for other in value if other != item]


def with_flag(catalogue: Catalogue, flag: RedFlag, mutant: RedFlag | None) -> Catalogue:
    therapies = {
        name: dataclasses.replace(
            therapy,
            red_flags=tuple(
                item for f in therapy.red_flags if (item := mutant if f.id == flag.id else f) is not None
            ),
        )
        for name, therapy in catalogue.therapies.items()
    }
    return dataclasses.replace(catalogue, therapies=therapies)


def differs(case: Case, catalogue: Catalogue) -> bool:
    """Whether the case's test would turn red with this knowledge."""
    return bool(case.differences(assess_request(read_request(case.request, catalogue), catalogue)))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:] or ["data"]))

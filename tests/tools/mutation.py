"""Breaks the knowledge and the rules in small ways, one at a time, and looks whether a test turns red.

    python -m tests.tools.mutation data    every red flag: a sign, a condition, a number less or more (minutes)
    python -m tests.tools.mutation code    comparisons, constants, branches of therapies/ (or of modules named; hours)

Survivors are printed; docs/mutation.md explains the ones that are left.
"""

import ast
import copy
import dataclasses
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from therapies.cases import Case, read_cases
from therapies.catalogue import load
from therapies.model import Catalogue, RedFlag
from therapies.request import read_request
from therapies.rules import assess_request

ROOT = Path(__file__).resolve().parents[2]
MODULES = (
    *("numbers", "request", "facts", "conditions", "rules", "schedule", "cli"),
    *("fever", "infusions", "blood_counts", "marks", "note_questions", "episodes"),
    *(
        "notes/__init__",
        "notes/clauses",
        "notes/phrases",
        "notes/reading",
        "notes/temperatures",
        "notes/words",
    ),
)
TESTS_OF = {
    "episodes": ["test_episodes"],
    "note_questions": ["test_notes"],
    "notes/": ["test_notes"],
    "schedule": ["test_schedule", "test_course_gaps", "test_cases"],
}
"""By the beginning of a module's name, the tests that are about it; else all of tests/therapies, which take minutes."""
WORKERS = 2
TOO_LONG = 900
"""Seconds after which a mutant counts as found: it never ends."""
CASES = """
from therapies.cases import read_cases
from therapies.catalogue import load
from therapies.request import read_request
from therapies.rules import assess_request
known = load()
for case in read_cases():
    assert not case.differences(assess_request(read_request(case.request, known), known))
"""
"""The worked cases alone, without pytest: they find most mutants, in a fifth of the time."""
TESTS = ["-x", "-q", "-p", "no:cacheprovider", "--deselect", "tests/therapies/test_simulation.py"]
SKIP = "not need_no_secret and not three_hundred"


def main(what: str, *modules: str) -> int:
    count = 0
    for survivor in data_survivors() if what == "data" else code_survivors(modules or MODULES):
        count += 1
        print("survived:", survivor, flush=True)
    return bool(count)


# ------------------------------------------------------------------ the knowledge


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


# ------------------------------------------------------------------ the code


def code_survivors(modules: Sequence[str]) -> Iterator[str]:
    """Mutants of the modules that the tests of therapies/ do not notice."""
    jobs = [(module, line, what, text) for module in modules for line, what, text in code_mutants(module)]
    print(f"{len(jobs)} mutants of the code")
    rooms: SimpleQueue[Path] = SimpleQueue()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(WORKERS) as pool:
        for number in range(WORKERS):
            rooms.put(room(Path(folder) / str(number)))
        if not survives((jobs[0][0], 0, "nothing", source(jobs[0][0])), rooms):
            raise SystemExit("the tests are red before anything is broken: they would find every mutant")
        for done, (job, lives) in enumerate(
            zip(jobs, pool.map(lambda job: survives(job, rooms), jobs), strict=True)
        ):
            if lives:
                yield f"{job[0]}.py:{job[1]}: {job[2]}"
            print(f"\r{done + 1}/{len(jobs)}", end="", file=sys.stderr, flush=True)


def room(folder: Path) -> Path:
    """A copy of what the tests of therapies/ need."""
    for name in ("therapies", "tests/therapies", "tests/tools", "tests/support"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "tests/__init__.py").touch()
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -p no:django\n", "utf-8")
    return folder


def source(module: str) -> str:
    return (ROOT / f"therapies/{module}.py").read_text("utf-8")


def tests_of(module: str) -> list[str]:
    near = next((names for start, names in TESTS_OF.items() if module.startswith(start)), None)
    return [f"tests/therapies/{name}.py" for name in near] if near else ["tests/therapies"]


def _passes(command: Sequence[str], folder: Path, env: dict[str, str]) -> bool:
    return not subprocess.run(command, cwd=folder, capture_output=True, timeout=TOO_LONG, env=env).returncode


def survives(job: tuple[str, int, str, str], rooms: "SimpleQueue[Path]") -> bool:
    module, _, _, text = job
    folder = rooms.get()
    path = folder / f"therapies/{module}.py"
    whole = path.read_text("utf-8")
    try:
        path.write_text(text, "utf-8")
        command = [sys.executable, "-B", "-m", "pytest", *TESTS, "-k", SKIP, *tests_of(module)]
        quick = {**os.environ, "EXAMPLES": "40"}
        commands = ([sys.executable, "-B", "-c", CASES], command)
        return all(_passes(one, folder, quick) for one in commands)
    except subprocess.TimeoutExpired:
        return False
    finally:
        path.write_text(whole, "utf-8")
        rooms.put(folder)


SWAPPED: dict[type, type] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
}


def code_mutants(module: str) -> Iterator[tuple[int, str, str]]:
    """Line, what was changed, and the whole changed module."""
    tree = ast.parse(source(module))
    for number, node in enumerate(ast.walk(tree)):
        for what in changes(node):
            mutant = copy.deepcopy(tree)
            target = next(n for i, n in enumerate(ast.walk(mutant)) if i == number)
            apply(target, what)
            yield getattr(node, "lineno", 0), what, ast.unparse(mutant)


def changes(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPPED:
        yield f"{type(node.ops[0]).__name__} swapped"
    if isinstance(node, ast.BoolOp | ast.BinOp) and type(node.op) in SWAPPED:
        yield f"{type(node.op).__name__} swapped"
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "not dropped"
    if isinstance(node, ast.Constant) and type(node.value) is int:
        yield f"{node.value} more"
    if isinstance(node, ast.Constant) and type(node.value) is bool:
        yield f"{node.value} turned"
    if isinstance(node, ast.IfExp | ast.If):
        yield "condition true"
        yield "condition false"


def apply(node: Any, what: str) -> None:
    if what.endswith("swapped"):
        if isinstance(node, ast.Compare):
            node.ops[0] = SWAPPED[type(node.ops[0])]()
        else:
            node.op = SWAPPED[type(node.op)]()
    elif what == "not dropped":
        node.operand = ast.UnaryOp(ast.Not(), node.operand)
    elif what.endswith("more"):
        node.value += 1
    elif what.endswith("turned"):
        node.value = not node.value
    else:
        node.test = ast.Constant(what == "condition true")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:] or ["data"]))

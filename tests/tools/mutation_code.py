"""Breaks the rules and the search of notes in small ways, and looks whether a test of therapies/ turns red.

python -m tests.tools.mutation code [MODULE ...]
"""

import ast
import functools
import gc
import inspect
import os
import resource
import shutil
import sys
import tempfile
import time
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import import_module
from importlib.machinery import SourceFileLoader
from itertools import islice, zip_longest
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

import pytest

from therapies.cases import Case

ROOT = Path(__file__).resolve().parents[2]
MODULES = (
    *("blood_counts", "marks", "fever", "infusions", "rules", "conditions", "facts", "request", "numbers"),
    *("note_questions", "notes/__init__", "notes/clauses", "notes/phrases", "notes/reading"),
    *("notes/temperatures", "notes/words", "episodes", "schedule", "course_gaps", "looks", "reach", "cli"),
)
TESTS = "tests/therapies"
WORKERS = 2
TOO_LONG, TOO_LARGE = 180, 4 * 2**30
"""Seconds of the processor, and bytes, that a mutant may take; one that wants more counts as found: it never ends."""
A_LONG_TEST = 0.05
SKIP = "not need_no_secret and not the_answer_is_the_one_that_the_case_says"
"""The first start a process, which would not be broken; the second are the worked cases, which come before."""
OPTIONS = (
    *("-p", "no:django", "-p", "no:cacheprovider", "-p", "no:randomly", "-k", SKIP),
    f"--ignore={TESTS}/test_simulation.py",
)
Mutant = tuple[str, int, int, str]
"""Of which module, the line, the node of its tree in the order of ast.walk, and what is changed."""


def code_survivors(modules: Sequence[str]) -> int:
    """Prints the mutants of the modules that the tests of therapies/ do not notice, and says how many there are."""
    with tempfile.TemporaryDirectory() as folder:
        make_room(Path(folder))
        tomllib.loads = functools.cache(tomllib.loads)  # who reads it changes nothing in it
        forget()
        attempts = Attempts(modules)
        sys.settrace(attempts.at_import)
        if pytest.main(["-qq", "-s", *OPTIONS, TESTS], plugins=[attempts]):
            raise SystemExit("nothing was tried")
    return attempts.left


def make_room(folder: Path) -> None:
    """Works from now on in a copy of what the tests of therapies/ need, so that the tree may be worked on meanwhile."""
    for name in ("therapies", TESTS, "tests/tools", "tests/support"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "tests/__init__.py").touch()
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = hazard(number): not asked here\n", "utf-8")
    os.chdir(folder)
    sys.path[0] = str(folder)
    os.environ.setdefault("EXAMPLES", "40")


def forget() -> None:
    """Lets therapies/ and its tests be imported anew."""
    for name in [name for name in sys.modules if name.split(".")[0] in ("therapies", "tests")]:
        del sys.modules[name]


class Calls(set[tuple[str, str]]):
    """Which functions of therapies/ were called, by file and name. One within another counts as the other."""

    def __call__(self, frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and "/therapies/" in frame.f_code.co_filename:
            self.add((frame.f_code.co_filename, outermost(frame.f_code)))


def outermost(code: CodeType) -> str:
    return code.co_qualname.partition(".<locals>")[0]


class Attempts:
    """What pytest does instead of running the tests once: it forks for each mutant, when all is imported and collected.

    Of a mutant within a function that no import calls, the function gets its code, and the tests that call it are
    asked. Any other is imported anew, and all tests are asked.
    """

    def __init__(self, modules: Sequence[str]) -> None:
        self.modules, self.left, self.at_import = modules, 0, Calls()
        self.tests: Sequence[pytest.Item] = ()
        self.by_test, self.by_file = defaultdict[str, Calls](Calls), defaultdict[Path, Calls](Calls)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        sys.settrace(None)
        self.cases = list(import_module("therapies.cases").read_cases())
        self.functions = functions()
        self.tests = self.watched(session)
        for module in self.modules:
            self.attempt(module)
        return True

    def watched(self, session: pytest.Session) -> Sequence[pytest.Item]:
        """All tests, of which is known now what they call, the quick ones before the others."""
        ours, theirs = Pipe(duplex=False)
        get_context("fork").Process(target=self.watch, args=(session, theirs)).start()
        theirs.close()
        try:
            took, self.by_test, self.by_file = ours.recv()
        except EOFError:
            pytest.exit("the tests are red before anything is broken: they would find every mutant", 2)
        return sorted(session.items, key=lambda item: (took[item.nodeid] > A_LONG_TEST, item.path))

    def watch(self, session: pytest.Session, theirs: Connection) -> None:
        took, start = {}, time.process_time()
        for item in run(session.items):
            sys.settrace(None)
            took[item.nodeid] = time.process_time() - start
            start = time.process_time()
        theirs.send(
            (took, *({key: set(calls) for key, calls in by.items()} for by in (self.by_test, self.by_file)))
        )

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Iterator[None]:
        """While the tests are watched. What a fixture of a file calls counts for all tests of the file."""
        if not self.tests:
            sys.settrace(self.by_file[item.path])
        yield
        if not self.tests:
            sys.settrace(self.by_test[item.nodeid])

    def is_called_by(self, item: pytest.Item, function: tuple[str, str]) -> bool:
        return function in self.by_test[item.nodeid] or function in self.by_file[item.path]

    def attempt(self, module: str) -> None:
        self.tree, self.path = parsed(module), str(Path(f"therapies/{module}.py").absolute())
        self.unbroken = codes(compile(self.tree, self.path, "exec"))
        count = left = 0
        for (_, line, _, what), lives in outcomes(self.meet_the_tests, code_mutants(module, self.tree)):
            count, left = count + 1, left + lives
            if lives:
                print(f"survived: {module}.py:{line}: {what}", flush=True)
        print(f"{module}: {count} mutants, {left} left", flush=True)
        self.left += left

    def meet_the_tests(self, module: str, _line: int, number: int, what: str) -> None:
        """Ends with an error as soon as a worked case or a test is red. The tree is this process's own."""
        bound()
        apply(next(islice(ast.walk(self.tree), number, None)), what)
        broken = codes(compile(ast.fix_missing_locations(self.tree), self.path, "exec"))
        changed = [(self.path, name) for name, code in broken.items() if code != self.unbroken[name]]
        if len(changed) == 1 and changed[0] not in self.at_import:
            for function in self.functions[changed[0]]:
                function.__code__ = broken[changed[0][1]]
            meet_the_cases(self.cases)
            list(run([item for item in self.tests if self.is_called_by(item, changed[0])]))
        else:
            import_anew(module, self.tree)


def bound() -> None:
    """A mutant may never end, fill the memory, or print."""
    resource.setrlimit(resource.RLIMIT_CPU, (TOO_LONG, TOO_LONG))
    resource.setrlimit(resource.RLIMIT_AS, (TOO_LARGE, TOO_LARGE))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def codes(whole: CodeType) -> dict[str, CodeType]:
    """The code of each function that has a name and stands in no other, by its name with that of its class."""
    inner = [part for part in whole.co_consts if isinstance(part, CodeType) and "<" not in part.co_name]
    found = {code.co_qualname: code for code in inner if code.co_flags & inspect.CO_OPTIMIZED}
    for code in inner:
        if code.co_qualname not in found:  # the body of a class
            found |= codes(code)
    return found


def functions() -> dict[tuple[str, str], list[FunctionType]]:
    """All functions, wherever they are kept: in a module, a class, a cache or a table."""
    found = defaultdict(list)
    for thing in gc.get_objects():
        if isinstance(thing, FunctionType) and "/therapies/" in thing.__code__.co_filename:
            found[thing.__code__.co_filename, thing.__qualname__].append(thing)
    return found


def run(tests: Sequence[pytest.Item]) -> Iterator[pytest.Item]:
    """Each test when it has been run. Ends the process as soon as one is red."""
    for item, following in zip_longest(tests, tests[1:]):
        item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
        if item.session.testsfailed:
            os._exit(1)
        yield item


def outcomes(meet: Callable[..., None], mutants: Iterable[Mutant]) -> Iterator[tuple[Mutant, bool]]:
    """Each mutant, as it is done with, and whether no test noticed it. Each has a process of its own."""
    waiting, running = iter(mutants), {}
    while True:
        for mutant in islice(waiting, WORKERS - len(running)):
            process = get_context("fork").Process(target=meet, args=mutant)
            process.start()
            running[process.sentinel] = process, mutant
        if not running:
            return
        for sentinel in wait(running):
            process, mutant = running.pop(sentinel)
            process.join()
            yield mutant, process.exitcode == 0


def import_anew(module: str, tree: ast.Module) -> None:
    """Imports of the module get what stands in the tree; its lines are those of the file."""
    name = f"therapies.{module}".replace("/", ".").removesuffix(".__init__")
    unbroken = SourceFileLoader.get_code

    def get_code(loader: SourceFileLoader, wanted: str) -> Any:
        return compile(tree, loader.path, "exec") if wanted == name else unbroken(loader, wanted)

    SourceFileLoader.get_code = get_code
    forget()
    meet_the_cases(import_module("therapies.cases").read_cases())
    if pytest.main(["-x", "-q", *OPTIONS, TESTS]):
        os._exit(1)


def meet_the_cases(cases: Iterable[Case]) -> None:
    """The worked cases without pytest: they find most mutants, in half a second."""
    assess = import_module("therapies.rules").assess
    for case in cases:
        if case.differences(assess(case.request)):
            os._exit(1)


def parsed(module: str) -> ast.Module:
    return ast.parse(Path(f"therapies/{module}.py").read_text("utf-8"))


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


def code_mutants(module: str, tree: ast.Module) -> Iterator[Mutant]:
    for number, node in enumerate(ast.walk(tree)):
        for what in changes(node):
            yield module, getattr(node, "lineno", 0), number, what


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

"""The house rules that a machine can keep: imports point one way, budgets, words, names, pins."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from packaging.requirements import Requirement

BASE = Path(__file__).resolve().parent.parent
TRACKED = subprocess.run(
    ["git", "ls-files", "-co", "--exclude-standard"], cwd=BASE, capture_output=True, text=True
)
FILES = [BASE / name for name in TRACKED.stdout.splitlines() if (BASE / name).is_file()]
PYTHON = [file for file in FILES if file.suffix == ".py"]
CODE = [
    file for file in PYTHON if file.relative_to(BASE).parts[0] != "tests" and "migrations" not in file.parts
]
TEMPLATES = [
    file
    for file in FILES
    if file.suffix in (".html", ".txt", ".svg") and "templates" in file.relative_to(BASE).parts
]
TEXTS = [
    file
    for file in FILES
    if "vendor" not in file.parts and file.suffix not in (".png", ".ico", ".whl", ".woff2")
]

# What no family ever reads here.
FORBIDDEN_WORDS = [
    "all clear",
    "monitored",
    "sent to your nurse",
    "don't worry",
    "no need to worry",
    "normal",
]
FUNCTION, MODULE, TEMPLATE, TEMPLATE_LINE = 40, 400, 250, 120


def relative(file: Path) -> str:
    return str(file.relative_to(BASE))


def module_name(file: Path) -> str:
    return relative(file).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def is_within(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


@cache
def nodes(file: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(file.read_text())))


def imports(file: Path) -> Iterator[str]:
    """Every module that is imported, at the top or inside a function."""
    for node in nodes(file):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = module_name(file).split(".")[: -node.level + 1 or None] if node.level else []
            source = ".".join([*package[: len(package) - (file.name != "__init__.py")], node.module or ""])
            name = source.strip(".") if node.level else node.module or ""
            yield name
            yield from (f"{name}.{alias.name}" for alias in node.names)


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """The contract of pyproject.toml, on a copy of the code."""
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command; lint_imports_command()",
    ]
    return subprocess.run([*command, "--no-cache"], cwd=folder, capture_output=True, text=True)


def copy_of_the_code(folder: Path) -> None:
    shutil.copy(BASE / "pyproject.toml", folder)
    for room in ("therapies", "tracker", "config"):
        shutil.copytree(BASE / room, folder / room, ignore=shutil.ignore_patterns("static", "__pycache__"))


def test_imports_point_one_way(tmp_path: Path) -> None:
    copy_of_the_code(tmp_path)
    assert lint_imports(tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("tracker/lib/clock.py", "from tracker.models import Child"),
        ("tracker/alerts/taking.py", "from tracker.logs import queries"),
        ("tracker/families/views/family.py", "from tracker.home_care.queries import doses"),
        ("tracker/clinic/forms.py", "from tracker.families.actions.children import begin_child"),
        ("tracker/clinic/queries/board.py", "from tracker.alerts.actions import raise_alert"),
        ("therapies/rules.py", "import django"),
        ("tracker/core/pages.py", "from config import env"),
    ],
)
def test_a_floor_that_is_skipped_is_found(tmp_path: Path, module: str, line: str) -> None:
    copy_of_the_code(tmp_path)
    with (tmp_path / module).open("a") as file:
        file.write(f"\n{line}\n")
    assert "BROKEN" in lint_imports(tmp_path).stdout


def test_nobody_imports_the_settings_module():
    known = {"tests/settings.py", "benchmarks/bare_site/settings.py"}
    assert not [
        file for file in PYTHON if relative(file) not in known and "config.settings" in set(imports(file))
    ]


def test_therapies_needs_the_standard_library_only():
    foreign = {
        name
        for file in CODE
        if relative(file).startswith("therapies/")
        for name in imports(file)
        if name.split(".")[0] not in sys.stdlib_module_names and not is_within(name, "therapies")
    }
    assert not foreign


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in nodes(file):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_function_is_too_long_to_read_at_once():
    assert not [
        f"{relative(file)} {f.name}: {length(f)}"
        for file in CODE
        for f in functions(file)
        if length(f) > FUNCTION
    ]


def test_most_functions_are_short():
    lengths = sorted(length(function) for file in CODE for function in functions(file))
    assert lengths[len(lengths) // 2] <= 10
    assert lengths[len(lengths) * 95 // 100] <= 25


def test_no_module_is_too_long():
    assert not [
        f"{relative(file)}: {n}" for file in CODE if (n := len(file.read_text().splitlines())) > MODULE
    ]


def test_no_template_is_too_long():
    assert not [
        f"{relative(file)}: {n}" for file in TEMPLATES if (n := len(file.read_text().splitlines())) > TEMPLATE
    ]


ONE_TEXT = re.compile(r"""\s*{% translate ("[^"]*"|'[^']*') %}""")


def test_no_line_of_a_template_is_too_long_to_review():
    assert not [
        f"{relative(file)}:{number}: {len(line)}"
        for file in TEMPLATES
        if file.suffix == ".html"  # a line of a mail in plain text is a paragraph
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if len(line) > TEMPLATE_LINE and not ONE_TEXT.fullmatch(line)
    ]


# A block of data is no script: the browser does not run it.
INLINE = re.compile(
    r"<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:"
    r"|<script(?![^>]*(?:\ssrc=|type=\"application/json\"))",
    re.IGNORECASE,
)


def test_templates_hold_no_inline_style_or_script():
    assert not [
        f"{relative(file)}:{number}"
        for file in TEMPLATES
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if INLINE.search(line)
    ]


def without_code(template: str) -> str:
    """What is read: no comments, no tags of either kind."""
    template = re.sub(r"{%\s*comment.*?endcomment\s*%}|{#.*?#}", " ", template, flags=re.DOTALL)
    texts = re.findall(r"{%\s*(?:translate|trans)\s+([\"'])(.*?)\1", template)
    return re.sub(r"{%.*?%}|{{.*?}}|<[^>]*>", " ", template) + " ".join(text for _, text in texts)


def messages(file: Path) -> Iterator[str]:
    """The texts of gettext calls."""
    for node in nodes(file):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in (
            "_",
            "gettext",
            "gettext_lazy",
            "ngettext",
        ):
            yield from (
                a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)
            )


@pytest.mark.hazard("H07")
def test_no_family_reads_a_forbidden_word():
    said = [(file, without_code(file.read_text())) for file in TEMPLATES]
    said += [(file, message) for file in CODE for message in messages(file)]
    assert not [
        f"{relative(file)}: {word}"
        for file, text in said
        for word in FORBIDDEN_WORDS
        if re.search(rf"\b{re.escape(word)}\b", " ".join(text.split()).replace("\u2019", "'"), re.IGNORECASE)
    ]


def test_no_text_shouts():
    said = [(file, without_code(file.read_text())) for file in TEMPLATES if file.suffix == ".html"]
    said += [(file, message) for file in CODE for message in messages(file)]
    assert not [relative(file) for file, text in said if re.search(r"\w!(?!=)", text)]


# Written so that this line does not find itself.
ELSEWHERE = re.compile(
    r"p[y]pi\.|python[h]osted|npm[j]s\.|deb\.deb[i]an|/w[o]rk/(main|wt|tmp|shared|in|\.)|/\.lib[r]ary\b"
    r"|sub[a]gent|before-st[o]p",
    re.IGNORECASE,
)


def test_the_project_speaks_of_itself_alone():
    found = []
    for file in TEXTS:
        text = file.read_text(errors="replace")
        found += [f"{relative(file)}: {match[0]}" for match in ELSEWHERE.finditer(text)]
    assert not found


REQUIREMENT = re.compile(r"^[A-Za-z0-9_.-]+(\[[a-z,]+\])?==\S+(\s*;.*?)?\s+#\s\S.+$")


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_and_says_why_it_is_here(name):
    lines = [line for line in (BASE / name).read_text().splitlines() if line and line[0] not in "#-"]
    assert lines
    assert not [line for line in lines if not REQUIREMENT.match(line)]


def pins(*files: str) -> dict[str, str]:
    """By these files; by all of them, where none is named."""
    names = files or ("requirements.txt", "requirements-dev.txt", "constraints.txt")
    text = "\n".join((BASE / name).read_text() for name in names)
    return {
        canonical(name): pin for name, pin in re.findall(r"^([\w.-]+)(?:\[.*?\])?==([^\s;]+)", text, re.M)
    }


def brought_along(name: str, found: set[str]) -> set[str]:
    """The package and what it needs on this machine, its extras included where they are installed."""
    if name in found:
        return found
    try:
        needs = map(Requirement, metadata.requires(name) or [])
    except metadata.PackageNotFoundError:
        return found
    found.add(name)
    for need in needs:
        if (
            need.marker is None
            or need.marker.evaluate({"extra": ""})
            or need.marker.evaluate({"extra": "mfa"})
        ):
            brought_along(canonical(need.name), found)
    return found


def test_what_the_requirements_bring_along_is_pinned_too():
    pinned = pins()
    here = {name for first in pinned for name in brought_along(first, set())}
    assert {name for name in here if metadata.version(name) != pinned.get(name)} == set()


LOCKED = re.compile(r"^([\w.-]+)==(\S+)(.*?)(?=^\S|\Z)", re.M | re.S)


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_the_lock_holds_what_is_asked_for_each_with_its_hashes(name):
    """Else `sh config/start/lock` makes it anew."""
    text = (BASE / f"{name}.lock").read_text()
    locked = {canonical(package): (pin, rest) for package, pin, rest in LOCKED.findall(text)}
    asked = pins(f"{name}.txt", "requirements.txt")
    assert {package: locked.get(package, ("", ""))[0] for package in asked} == asked
    known = pins()
    assert {package for package, (pin, _rest) in locked.items() if known.get(package, pin) != pin} == set()
    assert [package for package, (_pin, rest) in locked.items() if "--hash=sha256:" not in rest] == []
    assert "://" not in text


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def routes(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from routes(entry, prefix + str(entry.pattern))
        else:
            yield prefix + str(entry.pattern), entry


def test_every_route_has_a_name():
    ours = [
        (path, entry) for path, entry in routes(get_resolver()) if not path.startswith(("admin/", "account/"))
    ]
    assert ours
    assert not [path for path, entry in ours if not entry.name]


def test_no_route_carries_a_number_or_a_name():
    """Ids in addresses are UUIDs or long random tokens, never a count, a nickname or a slug."""
    own_words = (
        "legal/<slug:page>/",
        "style/<slug:part>/",
    )  # a few of the site's own, and no other is answered
    others = ("admin/", "account/", *own_words)
    ours = [path for path, _ in routes(get_resolver()) if not path.startswith(others)]
    assert not [path for path in ours if re.search(r"<(int|slug):", path)]


def test_signals_are_not_used():
    wrong = ("django.db.models.signals", "django.dispatch", "django.core.signals")
    assert not [
        f"{relative(file)} imports {name}"
        for file in CODE
        if relative(file).startswith("tracker/")
        for name in imports(file)
        if any(is_within(name, package) for package in wrong)
    ]


FLOOR = re.compile(r"^    ([a-z_]+(?: \| [a-z_]+)*) {2,}\S", re.MULTILINE)


def test_the_drawing_of_the_floors_is_the_contract() -> None:
    text = (BASE / "docs/architecture.md").read_text()
    part = text[text.index("## Rooms and floors") : text.index("`therapies/` lies under")]
    contract = tomllib.loads((BASE / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    assert FLOOR.findall(part) == contract["layers"][1:]
    rooms = {room for floor in contract["layers"] for room in floor.split(" | ")}
    here = {
        path.stem
        for path in (BASE / "tracker").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert here - {"__init__", "migrations"} == rooms


def test_every_file_that_the_architecture_names_is_there() -> None:
    named = re.findall(
        r"`((?:tracker|therapies|config|templates|tests)/[\w/.*-]+)`",
        (BASE / "docs/architecture.md").read_text(),
    )
    assert len(named) > 30
    assert not [name for name in named if not any(BASE.glob(name))]


NAMED = re.compile(r"(?<![\w/.…*-])((?:[a-z_]\w*/)*_?[a-z]\w*\.(?:py|html|js))\b(?!\()")


def test_every_file_that_a_text_names_is_there() -> None:
    """In comments, docstrings and documents, by its name or the end of its path: a move leaves no wrong sign behind."""
    here = {f"/{relative(file)}" for file in FILES}
    said = [file for file in TEXTS if file.suffix in (".py", ".md", ".html", ".js", ".css", ".toml")]
    wrong = {
        f"{relative(file)}: {name}"
        for file in said
        if "CHANGELOG" not in file.name and "migrations" not in file.parts
        for name in NAMED.findall(file.read_text())
        if not name.startswith(("mfa/", "account/js/"))
        and not any(path.endswith(f"/{name}") for path in here)  # allauth's own
    }
    assert not wrong

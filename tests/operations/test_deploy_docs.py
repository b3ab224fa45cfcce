"""docs/deploy.md names commands that exist, in a form that they take. `python3 deploy/walk.py` runs the walk itself."""

import re
import shlex
import subprocess

import pytest
from django.core.management import get_commands, load_command_class

from deploy.walk import HERE_ONLY, lines_of_the_walk
from tests.support.fixtures_infra import BASE

TEXT = (BASE / "docs" / "deploy.md").read_text()
COMMAND = re.compile(r"(?:manage\.py|deploy/manage) ([a-z]+(?: +(?!-> )[^\s`#;]+)*)")
ENVIRONMENT = re.compile(r"^\| `([A-Z_]+)`(?:(?: or|,) `([A-Z_]+)`)? \|", re.M)


def commands() -> list[str]:
    """As they are typed; what is said beside one, after more than one blank, is no part of it."""
    lines = [re.split(r" {3,}", line.strip(), maxsplit=1)[0] for line in TEXT.splitlines()]
    return sorted({found.strip() for line in lines for found in COMMAND.findall(line)})


@pytest.mark.parametrize("typed", commands())
def test_each_command_can_be_typed_as_it_stands(typed: str) -> None:
    name, *arguments = shlex.split(typed)
    parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
    parser.parse_args(arguments)


def test_the_walk_is_a_script_with_all_that_it_copies() -> None:
    lines = lines_of_the_walk()
    assert subprocess.run(["bash", "-n"], input="\n".join(lines), text=True).returncode == 0
    copied = {word for line in lines for word in re.findall(r"(?<![\w/])deploy/[\w./]+\w", line)}
    assert copied >= {"deploy/nightlight.service", "deploy/Caddyfile", "deploy/manage"}
    assert [path for path in copied if not (BASE / path).exists()] == []
    assert {line.partition("=")[0] for line in lines} >= set(HERE_ONLY)


def test_each_variable_of_the_environment_is_in_the_table() -> None:
    named = {name for row in ENVIRONMENT.findall(TEXT) for name in row if name}
    source = (BASE / "config" / "settings.py").read_text()
    read = set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", source))
    assert read <= named

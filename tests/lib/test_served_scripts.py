"""What a phone loads says what stands in the repository, without its remarks."""

import json
import subprocess
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from playwright._impl._driver import compute_driver_executable

from tracker.lib import served_scripts
from tracker.lib.written_files import write_where_changed

PARSE = """
const { parse } = require("internal/deps/acorn/acorn/dist/acorn");
const fs = require("fs");
const text = (value) => (typeof value === "bigint" ? `${value}` : value);
const plain = (key, value) => (["start", "end"].includes(key) ? undefined : text(value));
const read = (script) => JSON.stringify(parse(script, { ecmaVersion: "latest", sourceType: "module" }), plain);
const tree = (script) => { try { return read(script) } catch { return Symbol() } };
const pairs = JSON.parse(fs.readFileSync(0, "utf8"));
console.log(JSON.stringify(pairs.map(([source, sent]) => tree(source) === tree(sent))));
"""
"""With the parser that Node has inside: the tree of each, without its places."""


def same(pairs: list[tuple[str, str]]) -> list[bool]:
    command = [compute_driver_executable()[0], "--expose-internals", "-e", PARSE]
    ran = subprocess.run(
        command, input=json.dumps(pairs).encode(), capture_output=True, check=True, timeout=60
    )
    return list(json.loads(ran.stdout))


def test_each_script_as_it_is_sent_says_the_same_as_its_source() -> None:
    names = served_scripts.names()
    pairs = [((served_scripts.SOURCES / name).read_text(), served_scripts.as_sent(name)) for name in names]
    assert len(names) > 30
    assert [name for name, is_same in zip(names, same(pairs), strict=True) if not is_same] == []
    assert sum(len(sent) for _source, sent in pairs) < 0.8 * sum(len(source) for source, _sent in pairs)


@pytest.mark.parametrize(
    ("source", "sent"),
    [("f(1 + 2)", "f(1+3)"), ("f(`a  b`)", "f(`a b`)"), ("return;", "return"), ("a\n++b", "a++b")],
)
def test_what_says_something_else_is_seen(source: str, sent: str) -> None:
    assert same([(source, sent), (source, source)]) == [False, source != "return;"]


def test_the_site_finds_a_script_as_it_is_sent_before_its_source(settings, tmp_path: Path) -> None:
    settings.VAR = var = tmp_path / "var"
    finders.get_finder.cache_clear()
    name = "tracker/rules/assess.js"
    assert finders.find(name) == str(var / "scripts" / name)
    assert var.stat().st_mode & 0o777 == 0o700
    assert Path(finders.find(name)).read_text() == served_scripts.as_sent(name)
    assert served_scripts.ServedScripts().find("tracker/app.css") == []
    assert served_scripts.ServedScripts().find("../settings.py") == []
    finders.get_finder.cache_clear()


def test_it_is_written_anew_only_where_it_has_changed(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "sent"
    before = write_where_changed(file, "a").stat().st_mtime_ns
    assert write_where_changed(file, "a").stat().st_mtime_ns == before
    assert write_where_changed(file, "b").read_text() == "b"
    assert [one.name for one in file.parent.iterdir()] == ["sent"]

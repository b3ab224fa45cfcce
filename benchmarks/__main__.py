"""`python -m benchmarks [ROW ...]`: every row on SQLite and on PostgreSQL, beside its limit of the same run.

    python -m benchmarks                          all of it: an hour
    python -m benchmarks assess start             these rows
    python -m benchmarks board --on postgresql    on this database
    python -m benchmarks --json figures.json      the same, for machines

What each limit is: docs/performance.md. Linux only: it reads the clocks of other processes.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.databases import NAMES
from benchmarks.one import databases
from benchmarks.rows import ROWS

BASE = Path(__file__).resolve().parent.parent
BAR = 24


def main() -> int:
    given = arguments()
    parts = [(name, on) for name in given.rows or ROWS for on in databases(name) if on in (given.on or NAMES)]
    machine = {"machine": this_machine(), "began": now(), "load_before": os.getloadavg()}
    rows, failed = [], []
    for place, (name, on) in enumerate(parts):
        try:
            rows += [
                row | {"name": name, "database": on} for row in run(name, on, place / len(parts), len(parts))
            ]
        except subprocess.CalledProcessError:
            failed.append(f"{name} on {on}")
    draw(1, "done\n")
    machine |= {"ended": now(), "load_after": os.getloadavg()}
    print(table(machine, rows), *(f"{name}: could not be measured, see above" for name in failed), sep="\n")
    if given.json:
        given.json.write_text(json.dumps(machine | {"rows": rows, "failed": failed}, indent=1) + "\n")
    return 1 if failed else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rows", nargs="*", metavar="ROW", help=", ".join(ROWS))
    parser.add_argument("--on", action="append", choices=NAMES, help="this database only")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where the same goes as JSON")
    parser.add_argument("--children", type=int, help="of the ward, instead of 10,000, and of 500 on SQLite")
    given = parser.parse_args()
    if given.children:
        os.environ["BENCHMARK_CHILDREN"] = str(given.children)
    if unknown := set(given.rows) - set(ROWS):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(ROWS)}")
    return given


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def this_machine() -> str:
    return f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}, Python {platform.python_version()}"


def run(name: str, on: str, before: float, parts: int) -> Iterator[dict[str, Any]]:
    """The rows of one module on one database, in a process of its own, while the bar goes on."""
    command = [sys.executable, "-m", "benchmarks.one", name, on]
    draw(before, f"{name}, {on}")
    with subprocess.Popen(command, cwd=BASE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            if not line.startswith("{"):
                continue
            told = json.loads(line)
            if "row" in told:
                yield told["row"]
            else:
                draw(before + told["part"] / parts, f"{name}, {on} {told['words']}")
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)


BEGAN = time.monotonic()


def draw(part: float, words: str) -> None:
    if not sys.stderr.isatty() and not words.endswith("\n"):
        return
    bar = "#" * int(BAR * part)
    text = f"[{bar:<{BAR}}] {time.monotonic() - BEGAN:5.0f} s  {words}"
    sys.stderr.write(
        f"\r{text[: shutil.get_terminal_size().columns - 1]:<79}" if words != "done\n" else f"\r{text}"
    )
    sys.stderr.flush()


def table(machine: dict[str, Any], rows: list[dict[str, Any]]) -> str:
    """As Markdown, so that it can be put beside the words that explain it."""
    load = f"load {machine['load_before'][0]:.1f} before, {machine['load_after'][0]:.1f} after"
    head = f"{machine['machine']}; {load}; {machine['began']} to {machine['ended']}"
    lines = ["| what | on | ours | limit | ratio | goal | |", "| --- | --- | --- | --- | --- | --- | --- |"]
    return "\n".join([head, "", *lines, *(line(row) for row in rows)])


def line(row: dict[str, Any]) -> str:
    has_limit = row["limit"] is not None
    limit = f"{number(row['limit'])} {row['unit']}" if has_limit else ""
    ratio = f"{row['reached']:.2f} times" if has_limit else ""
    bound = "at least" if row["more_is_better"] else "at most"
    goal = f"{bound} {row['goal']:g} {'times' if has_limit else row['unit']}"
    notes = f" ({row['notes']})" if row["notes"] else ""
    met = "met" if row["met"] else "**not met**"
    return (
        f"| {row['what']}{notes} | {row['database']} | {number(row['ours'])} {row['unit']} | {limit} | {ratio} "
        f"| {goal} | {met} |"
    )


def number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    sys.exit(main())

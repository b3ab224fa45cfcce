"""The whole suite, or the chosen tests, under other clocks: a suite that passes on one day is no proof.

`python -m tests.tools.other_clocks [PYTEST ARGUMENTS]` runs it under each of CLOCKS. `--today` chooses one by
the date, as ./test does; `--at 2028-02-29T12:00:00+00:00` takes the moment that is named.
Browsers keep the machine's clock.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.support.clock import environment

BASE = Path(__file__).resolve().parents[2]
CLOCKS = {
    "a year ahead": "",
    "29 February 2028": "2028-02-29T23:30:00+00:00",
    "New York goes forward": "2027-03-14T06:58:00+00:00",
    "New York goes back": "2027-11-07T05:58:00+00:00",
    "Berlin goes forward": "2027-03-28T00:58:00+00:00",
    "Berlin goes back": "2027-10-31T00:58:00+00:00",
    "New Year's Eve": "2027-12-31T23:58:00+00:00",
}


def moment(clock: str, now: datetime) -> datetime:
    """When the tests are to begin; nothing named is a year from now."""
    return datetime.fromisoformat(clock) if clock else now + timedelta(days=365)


def of_the_day(now: datetime) -> tuple[str, str]:
    """The clock for runs of this date: another each day."""
    return list(CLOCKS.items())[now.toordinal() % len(CLOCKS)]


def run(name: str, clock: str, arguments: Sequence[str]) -> int:
    now = datetime.now(UTC)
    begins = moment(clock, now)
    print(f"The clock says {begins.isoformat(timespec='seconds')} ({name}):", flush=True)
    command = [sys.executable, "-m", "pytest", "-n", "auto", *arguments]
    return subprocess.run(
        command, env=os.environ | environment((begins - now).total_seconds()), cwd=BASE
    ).returncode


def chosen(arguments: list[str], now: datetime) -> dict[str, str]:
    """The clocks to run under; what chooses them leaves `arguments`."""
    if arguments[:1] == ["--today"]:
        del arguments[0]
        return dict([of_the_day(now)])
    if arguments[:1] == ["--at"]:
        named = arguments[1]
        del arguments[:2]
        return {"named": named}
    return CLOCKS


def main(arguments: list[str]) -> int:
    clocks = chosen(arguments, datetime.now(UTC))
    return max(run(name, clock, arguments) for name, clock in clocks.items())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`python -m tests.faults`: every fault, and a table. A quarter of an hour; --alerts 1000 --kills 10 is quicker.

With DATABASE_URL it runs on that database: `python -m tests.support.postgresql python -m tests.faults`.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.faults.house import House, house, wait_until_at_work

if TYPE_CHECKING:
    from tests.faults.stage import Outcome


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--reminders", type=int, default=50_000)
    parser.add_argument("--only", default="steps,machine,flood,kills", help="some of these")
    parser.add_argument("--rows", default="", help="of the machine's, those with these words in their name")
    parser.add_argument(
        "--sabotage", action="store_true", help="the house lacks something: every row must turn red"
    )
    told = parser.parse_args()
    met = True
    with house(os.environ.get("DATABASE_URL", "")) as whole:
        from tests.faults.stage import HEAD

        print(HEAD, flush=True)
        for outcome in outcomes(whole, told):
            print(outcome.row(), flush=True)
            met = met and outcome.is_met is not told.sabotage
    return 0 if met else 1


def outcomes(whole: House, told: argparse.Namespace) -> Iterator["Outcome"]:
    from tests.faults import machine, steps_table

    if told.sabotage:
        yield from machine.sabotaged(whole, told)
        return
    if "steps" in told.only:
        yield from steps_table.all_of_it(whole.post)
    whole.begin()
    wait_until_at_work(whole)
    if "machine" in told.only:
        yield from machine.all_of_it(whole, told.rows)
    if "flood" in told.only:
        wait_until_at_work(whole)
        yield machine.flood(whole, told.reminders)
    if "kills" in told.only:
        wait_until_at_work(whole)
        yield machine.kills(whole, told.alerts, told.kills)


if __name__ == "__main__":
    sys.exit(main())

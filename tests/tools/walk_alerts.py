"""Walks alerts at random, in a database of its own: `python -m tests.tools.walk_alerts 100000 --nurses 5`."""

import argparse
import os
import sys
import time

import django


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("steps", type=int)
    parser.add_argument("--nurses", type=int, default=5, choices=range(2, 6))
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    walk(told.steps, told.nurses, told.seed)


def walk(steps: int, nurses: int, seed: int) -> None:
    from django.db import connection, transaction

    from tests.support.alert_machine import Machine, ward
    from tests.support.personas import NOW
    from tracker.lib.task_queue import client

    client.silent_until = float("inf")  # there is no worker to ring for
    connection.creation.create_test_db(verbosity=0)
    machine, begun = Machine(*ward(nurses), NOW, seed), time.monotonic()
    for done in range(0, steps, 1000):
        with transaction.atomic():
            machine.play(min(1000, steps - done))
        sys.stderr.write(f"\r{min(done + 1000, steps):,} of {steps:,} steps")
    took = time.monotonic() - begun
    print(f"\n{steps:,} steps, {nurses} nurses, seed {seed}, {took:.0f} s: {dict(machine.done)}")


if __name__ == "__main__":
    main()

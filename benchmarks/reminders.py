"""`python -m benchmarks.reminders`: how fast due reminders leave, beside a bare Celery loop into the same sink.

First the bare loop: a task a reminder, which hands one line to the sink. Then the whole of it: as many times that
are due, claimed, asked whether they still matter, rendered and handed to the same sink. Then a tick with nothing due,
with few plans and with many. The same broker, the same workers, one run.
"""

import argparse
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

FILE = "BENCHMARK_SINK"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--reminders", type=int, default=100_000)
    arguments.add_argument("--plans", type=int, default=1_000_000)
    given = arguments.parse_args()
    from tests.faults.house import COMMANDS, house

    COMMANDS["reminders"][COMMANDS["reminders"].index("config.celery")] = "benchmarks.sink"
    with house() as whole:
        os.environ[FILE] = whole.env[FILE] = str(whole.var / "sink")
        whole.start("broker", "reminders")
        time.sleep(5)
        bare = bare_loop(given.reminders)
        ours = due_reminders(given.reminders)
        print(f"half as fast or more: {'yes' if ours * 2 >= bare else 'NO'} ({ours / bare:.2f})")
        whole.kill("reminders")
        nothing_due(given.plans)


def lines(at_least: int) -> list[str]:
    """What the sink has, once it has so much or nothing comes any more."""
    sink = Path(os.environ[FILE])
    found, quiet_since = 0, time.monotonic()
    while time.monotonic() - quiet_since < 30:
        now = sink.read_bytes().count(b"\n") if sink.exists() else 0
        if now >= at_least:
            break
        if now > found:
            found, quiet_since = now, time.monotonic()
        time.sleep(0.2)
    return sink.read_text().splitlines()


def bare_loop(count: int) -> float:
    from django.conf import settings
    from django.utils.module_loading import import_string

    application = import_string(settings.TASK_APPLICATION)
    began = time.monotonic()
    with application.producer_pool.acquire() as producer:
        for number in range(count):
            application.send_task(
                "benchmarks.sink.take", args=[str(number)], queue="reminders", producer=producer
            )
    taken = lines(count)
    seconds = time.monotonic() - began
    Path(os.environ[FILE]).unlink()
    assert len(taken) == count, f"{len(taken)} of {count}"
    print(f"a bare Celery loop       {count / seconds:>10,.0f} a second")
    return count / seconds


def due_reminders(count: int) -> float:
    from tracker.lib.task_queue import client
    from tracker.models import Message

    now = datetime.now(UTC)
    plans(count, due_at=now)
    began = time.monotonic()
    client.ask("tracker.tasks.remind", "reminders")
    taken = lines(count)
    seconds = time.monotonic() - began
    assert len(taken) == len(set(taken)) == count, f"{len(taken)} of {count}, {len(set(taken))} different"
    waiting = Message.objects.waiting().filter(due_at__lte=now).count()
    print(f"due reminders            {count / seconds:>10,.0f} a second; none doubled, {waiting} left")
    return count / seconds


def nothing_due(count: int) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tracker.messaging.reminders import numbers_due, remind_due
    from tracker.models import ReminderTime

    far = datetime.now(UTC) + timedelta(hours=5)
    ReminderTime.objects.update(due_at=far)
    have = ReminderTime.objects.count()
    for more in (0, count - have):
        if more > 0:
            plans(more, due_at=far)
        began = time.perf_counter()
        with CaptureQueriesContext(connection) as queries:
            for _tick in range(10):
                assert not remind_due(now=datetime.now(UTC))
                assert not numbers_due(now=datetime.now(UTC))
        took = (time.perf_counter() - began) / 10
        total = ReminderTime.objects.count()
        print(
            f"a tick with nothing due  {total:>10,} plans: {len(queries) / 10:.0f} queries, {took * 1000:.1f} ms"
        )


def plans(count: int, due_at: datetime) -> None:
    """Children with a plan of one time each; a parent has up to a hundred of them, for the sake of filling quickly."""
    from tracker.models import CareTeam, Child, Membership, ReminderPlan, ReminderTime, User

    now = datetime.now(UTC)
    team, _new = CareTeam.objects.get_or_create(
        kept_by_family=True, day_number="555 0100", defaults={"begun_at": now, "changed_at": now}
    )
    start = User.objects.count()
    while count > 0:
        some = min(count, 5_000)
        people = User.objects.bulk_create(
            User(email=f"p{start + number}@example.org") for number in range(-(-some // 100))
        )
        start += len(people)
        common: dict[str, Any] = {"care_team": team, "begun_at": now, "changed_at": now}
        children = Child.objects.bulk_create(Child(nickname="Juno", **common) for _child in range(some))
        parents = [people[number // 100] for number in range(some)]
        Membership.objects.bulk_create(
            Membership(user=parent, child=child, role="parent", begun_at=now)
            for parent, child in zip(parents, children, strict=True)
        )
        never = {"quiet_from": "00:00", "quiet_until": "00:00", "nudge_minutes": 0, "changed_at": now}
        rows = ReminderPlan.objects.bulk_create(
            ReminderPlan(child=child, first=parent, numbers_due_at=now + timedelta(days=9), **never)
            for parent, child in zip(parents, children, strict=True)
        )
        at, day = due_at.time(), due_at.date()
        ReminderTime.objects.bulk_create(
            ReminderTime(plan=plan, at=at, due_on=day, due_at=due_at) for plan in rows
        )
        count -= some


if __name__ == "__main__":
    main()

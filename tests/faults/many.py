"""`python -m tests.faults.many`: many of everything, killed at random, while alerts and reminders pour in.

Three beats, three nightwatches, four workers of each lane and two web servers, on PostgreSQL (its own, or that of
DATABASE_URL) and Valkey. Each is started again, as whoever runs containers would. Parents submit by HTTP and go to the
other web server when one does not answer. Ten minutes; `--minutes 1 --alerts 200 --reminders 1000` is a shorter form.
Met: no alert lost, no reminder lost or doubled, an alert sent again only under its own key, and the chain whole. How
soon they come while two processors start twenty processes anew is shown and not judged; tests/faults/machine.py does.
"""

import argparse
import http.client
import itertools
import os
import random
import socket
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from io import StringIO
from math import inf
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import uuid4

from tests.faults.house import House, house, wait_until_at_work
from tests.support import postgresql

if TYPE_CHECKING:
    from tests.faults.stage import Outcome, Stage
    from tracker.models import Child

COUNTS = {"alerts": 4, "reminders": 4, "beat": 3, "nightwatch": 3, "web": 2}
NAMES = [f"{kind}-{number}" for kind, count in COUNTS.items() for number in range(1, count + 1)]
TOKEN = "t" * 32
DOWN = 1.0  # seconds until a killed one is started again
PATIENCE = (
    180.0  # seconds without any news after which nothing more is waited for, once nobody kills any more
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--alerts", type=int, default=2_000)
    parser.add_argument("--reminders", type=int, default=20_000)
    parser.add_argument("--families", type=int, default=100, help="of the alerts, those that come by HTTP")
    parser.add_argument("--every", type=float, default=6, help="seconds between two kills")
    parser.add_argument("--seed", type=int, default=0)
    told = parser.parse_args()
    url = os.environ.get("DATABASE_URL", "")
    with nullcontext(url) if url else postgresql.server() as database, house(database) as whole:
        whole.env["WEB_WORKERS"] = "1"
        whole.ports = {name: free_port() for name in NAMES if name.startswith("web")}
        whole.start("broker", *NAMES)
        wait_until_at_work(whole, 300)
        outcome = run(whole, told)
        from tests.faults.stage import HEAD

        print(f"{HEAD}\n{outcome.row()}", flush=True)
        keys, broken = doubled_keys(), chain_is_broken()
        print(
            f"{keys} alerts went to one person under two keys. {broken or 'The chain is whole.'}", flush=True
        )
    return 0 if outcome.is_met and not keys and not broken else 1


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(whole: House, told: argparse.Namespace) -> "Outcome":
    from tests.faults import machine
    from tests.faults.stage import Stage

    stage, seconds = Stage(told.families), told.minutes * 60
    stage.sign_everybody_in()
    whole.post.arrivals.clear()
    reminders = remind(stage, told.reminders, seconds)
    waiting = list(machine.many_children(stage, told.alerts - told.families))
    began = time.monotonic()
    with killed_at_random(whole, told) as kills, parents(whole, stage, seconds):
        while time.monotonic() - began < seconds:
            due = round((time.monotonic() - began) / seconds * (told.alerts - told.families))
            raised = len(stage.submitted)
            if waiting and raised < due + told.families:
                piece = min(len(waiting), 20)
                raise_on_record(stage, waiting[:piece])
                del waiting[:piece]
            machine.take_what_arrived(whole, stage)
            time.sleep(0.5)
    raise_on_record(stage, waiting)
    drain(whole, stage)
    name = f"many of everything, {len(kills)} killed in {told.minutes:g} min"
    outcome = counted(whole, stage, name, reminders)
    outcome.note += f"; seed {told.seed}; {by_kind(kills)}"
    return outcome


def remind(stage: "Stage", count: int, seconds: float) -> list[object]:
    """Reminders that become due evenly, some before anything is killed and some after."""
    from django.utils import timezone

    from tracker.models import Kind, Message, Reminder

    now, (child, parent) = timezone.now(), stage.families[0]
    common = {"child": child, "cause": "snoozed", "local_date": now.date()}
    at = [now + timedelta(seconds=seconds * number / count) for number in range(count)]
    rows = [Reminder(**common, due_at=due, moot_since=due + timedelta(days=1)) for due in at]
    Reminder.objects.bulk_create(rows, batch_size=500)
    about = {"kind": Kind.REMINDER, "child": child, "recipient": parent, "channel": "email", "queued_at": now}
    mails = [
        Message(**about, due_at=row.due_at, expires_at=row.due_at + timedelta(hours=2), reminder=row)
        for row in rows
    ]
    Message.objects.bulk_create(mails, batch_size=500)
    return [row.pk for row in rows]


@contextmanager
def killed_at_random(whole: House, told: argparse.Namespace) -> Iterator[list[str]]:
    """kill -9 of any, again and again; the names of the killed."""
    chosen, over, kills = random.Random(told.seed), threading.Event(), list[str]()

    def keep_killing() -> None:
        while not over.wait(told.every):
            name = chosen.choice(NAMES)
            whole.kill(name)
            kills.append(name)
            over.wait(DOWN)
            whole.start(name)
        threading.Event().wait()  # who started a process stays: it would end with this thread

    threading.Thread(target=keep_killing, daemon=True).start()
    yield kills
    over.set()
    time.sleep(DOWN)


@contextmanager
def parents(whole: House, stage: "Stage", seconds: float) -> Iterator[None]:
    """Families submit one after the other, evenly, each from a phone of its own."""

    def submit_all() -> None:
        from django.db import close_old_connections

        for family in stage.families:
            submit(whole, stage, family)
            close_old_connections()
            time.sleep(seconds / len(stage.families) / 2)

    thread = threading.Thread(target=submit_all, daemon=True)
    thread.start()
    yield
    thread.join()


def submit(whole: House, stage: "Stage", family: tuple[object, object], patience: float = 60) -> None:
    """The same form again, to whichever web server answers, until one shows where the answer is."""
    child, parent = family
    form = {"client_uuid": str(uuid4()), "when": "0", "unit": "C", "sign-seizure": "yes"}
    body = urlencode(form | {"csrfmiddlewaretoken": TOKEN})
    cookies = f"session={stage.phones[parent].cookies['session'].value}; csrf={TOKEN}"  # type: ignore[index]
    began = stage.submitted[child] = time.monotonic()  # type: ignore[index]
    for port in itertools.cycle(whole.ports.values()):
        if time.monotonic() - began > patience:
            stage.refused += 1
            break
        if sent(port, f"/children/{child.pk}/logs/", body, cookies):  # type: ignore[attr-defined]
            break
        time.sleep(0.2)
    stage.slowest = max(stage.slowest, time.monotonic() - began)


def sent(port: int, path: str, body: str, cookies: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    kind = "application/x-www-form-urlencoded"
    headers = {"Host": "localhost", "Cookie": cookies, "Content-Type": kind}
    try:
        connection.request("POST", path, body, headers)
        return connection.getresponse().status == 303
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def drain(whole: House, stage: "Stage") -> None:
    """Until nothing that is due waits any more, and the record is sealed to its end."""
    from django.utils import timezone

    from tests.faults import machine
    from tracker.audit import chain
    from tracker.models import Kind, Message

    came, news = 0, time.monotonic()
    while time.monotonic() < news + PATIENCE:
        machine.take_what_arrived(whole, stage)
        if len(whole.post.arrivals) > came:
            came, news = len(whole.post.arrivals), time.monotonic()
        due = Message.objects.waiting().filter(
            kind__in=(Kind.REMINDER, Kind.ALERT), due_at__lte=timezone.now()
        )
        if not (due.exists() or stage.count("", whole.post).lost or chain.unsealed("alertevent").exists()):
            break
        time.sleep(2)
    time.sleep(machine.A_SECOND_COPY)


def counted(whole: House, stage: "Stage", name: str, reminders: Sequence[object]) -> "Outcome":
    from django.utils import timezone

    from tracker.models import Kind, Message

    stage.to_remind = len(reminders)
    outcome = stage.count(name, whole.post, limit=inf)
    outcome.note = f"slowest submit {stage.slowest:.1f} s"
    if left := Message.objects.waiting().filter(kind=Kind.REMINDER, due_at__lte=timezone.now()).count():
        outcome.note += f"; {left} reminders still waited"
    return outcome


def raise_on_record(stage: "Stage", children: Sequence["Child"]) -> None:
    """With the assessments by which the record's chain finds their logs."""
    from tests.faults import machine
    from tracker.models import Assessment, SymptomLog

    machine.raise_alerts(stage, children)
    logs = SymptomLog.objects.filter(child__in=children)
    Assessment.objects.bulk_create(
        Assessment(log=log, made_at=log.received_at, urgency="emergency", response={}, basis={})
        for log in logs
    )


def doubled_keys() -> int:
    """Alerts that were told to one person at one level by two messages: one of them is no mere second copy."""
    from django.db.models import Count

    from tracker.models import Kind, Message

    told = Message.objects.filter(kind=Kind.ALERT, alert__isnull=False)
    same = told.values("alert", "recipient", "level", "round", "channel").annotate(count=Count("pk"))
    return same.filter(count__gt=1).count()


def chain_is_broken() -> str:
    from django.core.management import call_command
    from django.core.management.base import CommandError
    from django.db import DatabaseError

    said = StringIO()
    try:
        call_command("audit", "verify", stdout=said)
    except (CommandError, DatabaseError) as error:
        return f"{error} {said.getvalue()}".replace("\n", " ")[:500]
    return ""


def by_kind(kills: Sequence[str]) -> str:
    count = {kind: sum(name.startswith(kind) for name in kills) for kind in COUNTS}
    return ", ".join(f"{kind} {number}" for kind, number in count.items())


if __name__ == "__main__":
    sys.exit(main())

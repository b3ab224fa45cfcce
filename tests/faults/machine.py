"""Faults of a whole house in real time: parents submit all the while, and what reaches the nurse is counted."""

import argparse
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from functools import partial
from math import inf
from typing import NamedTuple
from uuid import uuid4

from django.utils import timezone
from kombu import Connection

from tests.faults import written
from tests.faults.house import House, wait_until_at_work
from tests.faults.stage import Outcome, Stage
from tracker.lib import task_queue
from tracker.models import (
    Alert,
    AlertEvent,
    Child,
    Kind,
    Lane,
    Message,
    Reminder,
    SymptomLog,
)

PATIENCE = 75.0  # seconds after the fault
A_SECOND_COPY = 28.0  # by then what is tried again has come: ten seconds' pause, and a sweep each fifteen
AT_ONCE = 300  # alerts that are raised and not yet told: as many as the workers clear in some seconds
Fault = Callable[[House], object]


def run(
    house: House,
    name: str,
    fault: Fault,
    *,
    seconds: float,
    alerts: int = 16,
    reminders: int = 8,
    limit: float = 60,
    patience: float = 0,
    stays: bool = False,
    answered_within: float = inf,
) -> Outcome:
    """Parents submit through the fault, evenly; then the house has as long as it needs, and not longer than that.

    A fault that stays is not mended before: what the house needs it for counts from the submit.
    """
    stage = Stage(alerts + reminders)
    stage.answered_within = answered_within
    stage.sign_everybody_in()
    house.post.arrivals.clear()
    stage.remind_soon(stage.families[alerts:], seconds=seconds / 2)
    heals = 0.0
    with fault(house):  # type: ignore[attr-defined]
        began = time.monotonic()
        for number, family in enumerate(stage.families[:alerts]):
            stage.submit(family, patience)
            time.sleep(max(0.0, began + seconds * (number + 1) / alerts - time.monotonic()))
        if stays:
            wait_for_all(stage, house)
    if not stays:
        heals = 0.0 if fault is nothing else time.monotonic()
        wait_for_all(stage, house)
    time.sleep(A_SECOND_COPY)
    outcome = stage.count(name, house.post, heals, limit=limit)
    stage.close()
    outcome.note = f"slowest submit {stage.slowest:.1f} s, slowest answer {stage.slowest_answer:.1f} s"
    return outcome


def wait_for_all(stage: Stage, house: House) -> None:
    late = time.monotonic() + PATIENCE
    outcome = stage.count("", house.post)
    while time.monotonic() < late and (outcome.lost or outcome.forgotten):
        time.sleep(1)
        outcome = stage.count("", house.post)


@contextmanager
def nothing(house: House) -> Iterator[None]:
    yield


@contextmanager
def broker_stopped(house: House) -> Iterator[None]:
    house.kill("broker")
    yield
    house.start("broker")


@contextmanager
def broker_restarted(house: House) -> Iterator[None]:
    house.restart("broker")
    yield


def flush(house: House) -> None:
    with Connection(task_queue.settings.CELERY_BROKER_URL) as line:
        line.default_channel.client.flushall()


@contextmanager
def broker_flushed(house: House) -> Iterator[None]:
    """Every ten seconds, by a thread."""
    import threading

    over = threading.Event()

    def keep_flushing() -> None:
        while not over.wait(10):
            flush(house)

    flush(house)
    thread = threading.Thread(target=keep_flushing, daemon=True)
    thread.start()
    yield
    over.set()
    thread.join()


@contextmanager
def workers_dead(house: House) -> Iterator[None]:
    """nightwatch alone."""
    house.kill("alerts", "alerts-2", "reminders", "beat")
    yield
    house.start("alerts", "alerts-2", "reminders", "beat")


@contextmanager
def power_cut(house: House) -> Iterator[None]:
    """Everything but the parents' page and the database."""
    names = list(house.processes)
    house.kill(*names)
    yield
    house.start(*names)


def beats(count: int) -> Fault:
    """In step, at a mail server that takes its time: two who send the same would meet."""

    @contextmanager
    def more(house: House) -> Iterator[None]:
        names = [f"beat-{number}" for number in range(1, count)]
        house.kill("beat")
        house.start("beat", *names)
        with mail_says("slow", 0.5)(house):  # type: ignore[attr-defined]
            yield
        house.kill(*names)

    return more


def mail_says(mode: str, pause: float = 0.0) -> Fault:
    @contextmanager
    def says(house: House) -> Iterator[None]:
        house.post.mode, house.post.pause = mode, pause
        yield
        house.post.mode = "ok"

    return says


def kills(house: House, alerts: int, times: int) -> Outcome:
    """kill -9 of one of the two workers of alerts, again and again, while alerts pour in and go out."""
    stage = Stage(1)
    house.post.arrivals.clear()
    waiting = list(many_children(stage, alerts))
    began, killed, seen = time.monotonic(), 0, set[object]()
    news = began
    while (waiting or (killed < times and len(seen) < alerts)) and time.monotonic() < news + PATIENCE:
        if waiting and len(stage.submitted) - len(seen) < AT_ONCE:
            raise_alerts(stage, waiting[:50])
            waiting = waiting[50:]
            task_queue.client.ask("tracker.tasks.deliver_alerts", Lane.ALERTS)
        if killed < times and killed <= len(seen) * times / alerts:
            house.restart(random.choice(("alerts", "alerts-2")))
            killed += 1
        time.sleep(0.2)
        if new := take_what_arrived(house, stage) - seen:
            seen, news = seen | new, time.monotonic()
    worked = time.monotonic() - began
    late = time.monotonic() + PATIENCE
    name = f"kill -9 of a worker, {killed} times over {alerts} alerts"
    outcome = stage.count(name, house.post)
    while outcome.lost and time.monotonic() < late:
        time.sleep(2)
        take_what_arrived(house, stage)
        outcome = stage.count(name, house.post)
    time.sleep(3)
    outcome = stage.count(name, house.post)
    outcome.note = f"in {worked:.0f} s"
    return outcome


def take_what_arrived(house: House, stage: Stage) -> set[object]:
    """The nurse takes what she got, and closes it. Else each would be told again by and by, to more and more people."""
    new = house.post.arrivals[len(stage.opened) :]
    stage.opened += new
    ids = [arrival.id.strip("<>").partition("@")[0] for arrival in new if arrival.to == stage.nurse.email]
    alerts = set(Message.objects.filter(pk__in=ids).values_list("alert", flat=True))
    stage.resolve(Alert.objects.open().filter(pk__in=alerts), stage.nurse)
    return alerts


def many_children(stage: Stage, count: int) -> Sequence[Child]:
    now = timezone.now()
    common = {"care_team": stage.team, "begun_at": now, "changed_at": now, "nickname": "Juno"}
    return Child.objects.bulk_create([Child(**common) for _child in range(count)], batch_size=500)


def raise_alerts(stage: Stage, children: Sequence[Child]) -> None:
    """What a submit leaves in the database, for many at once."""
    now, parent = timezone.now(), stage.families[0][1]
    logs = [
        SymptomLog(
            child=child,
            caregiver=parent,
            client_uuid=uuid4(),
            kind="full",
            observed_at=now,
            observed_zone="UTC",
            received_at=now,
            signs_asked=True,
        )
        for child in children
    ]
    SymptomLog.objects.bulk_create(logs)
    alerts = [
        Alert(child=log.child, log=log, urgency="emergency", raised_at=now, escalates_at=now) for log in logs
    ]
    Alert.objects.bulk_create(alerts)
    AlertEvent.objects.bulk_create(AlertEvent(alert=alert, verb="raised", at=now) for alert in alerts)
    stage.submitted |= dict.fromkeys(children, time.monotonic())


def flood(house: House, waiting: int) -> Outcome:
    """So many reminders wait, and then one alert."""
    stage = Stage(1)
    house.post.arrivals.clear()
    now = timezone.now()
    child, parent = stage.families[0]
    common = {"child": child, "cause": "snoozed", "local_date": now.date(), "due_at": now}
    rows = [Reminder(**common, moot_since=now + timedelta(days=1)) for _one in range(waiting)]
    Reminder.objects.bulk_create(rows, batch_size=500)
    told = {"kind": Kind.REMINDER, "child": child, "recipient": parent, "channel": "email", "queued_at": now}
    later = {"due_at": now, "expires_at": now + timedelta(hours=1)}
    Message.objects.bulk_create([Message(**told, **later, reminder=row) for row in rows], batch_size=500)
    task_queue.client.ask("tracker.tasks.deliver_reminders", Lane.REMINDERS)
    time.sleep(3)
    stage.submit(stage.families[0])
    began = time.monotonic()
    outcome = stage.count("", house.post)
    while outcome.lost and time.monotonic() < began + PATIENCE:
        time.sleep(0.2)
        outcome = stage.count("", house.post)
    left = Message.objects.waiting().filter(kind=Kind.REMINDER).count()
    outcome = stage.count(f"one alert behind {waiting} reminders", house.post, limit=10)
    outcome.note = f"{left} reminders still waited when it came"
    Message.objects.filter(child=child, kind=Kind.REMINDER).delete()
    return outcome


class Row(NamedTuple):
    """A fault, how many seconds parents submit through it, and what the house must not do without."""

    name: str
    fault: Fault
    seconds: float
    sabotage: str
    stays: bool = False
    answered_within: float = inf

    def run(self, house: House) -> Outcome:
        limit = 10 if self.fault is nothing else 60
        about = {"limit": limit, "stays": self.stays, "answered_within": self.answered_within}
        patience = PATIENCE if self.answered_within < inf else 0
        return run(house, self.name, self.fault, seconds=self.seconds, patience=patience, **about)


ROWS = (
    Row("nothing: a healthy house", nothing, 12, "eleven_seconds_each"),
    Row("broker stopped", broker_stopped, 20, "nobody_sweeps"),
    Row("broker restarted", broker_restarted, 10, "nobody_reconnects"),
    Row("broker flushed every 10 s", broker_flushed, 25, "nobody_sweeps"),
    Row("workers and beat dead: nightwatch alone", workers_dead, 20, "nobody_sweeps", stays=True),
    Row("power cut of everything behind the pages", power_cut, 15, "nobody_sweeps"),
    Row("two beats", beats(2), 35, "anybody_claims"),
    Row("five beats", beats(5), 35, "anybody_claims"),
    Row("mail server slow: 5 s each", mail_says("slow", 5), 20, "first_word_counts"),
    Row("mail server says 421", mail_says("421 closing"), 20, "first_word_counts"),
    Row("mail server says 451", mail_says("451 later"), 20, "first_word_counts"),
    Row("mail server drops after DATA", mail_says("cut"), 20, "reminders_again"),
    Row(
        "database held for 20 s",
        written.for_a_while(written.database_held),
        30,
        "pages_wait_like_workers",
        answered_within=written.ANSWERED_WITHIN,
    ),
    Row(
        "disk full for 20 s",
        written.for_a_while(written.disk_full),
        30,
        "every_read_writes",
        answered_within=written.ANSWERED_WITHIN,
    ),
)


def all_of_it(house: House, words: str) -> Iterator[Outcome]:
    """Fault after fault, in a house that is well again before the next."""
    for row in named(words):
        if row.name.startswith("disk") and not house.has_own_disk:
            continue  # only who may mount one has a disk to fill
        wait_until_at_work(house)
        yield row.run(house)


def named(words: str) -> list[Row]:
    return [row for row in ROWS if words in row.name]


def sabotaged(house: House, told: argparse.Namespace) -> Iterator[Outcome]:
    """Each row again, in a house that lacks what the row relies on: it must not be met."""
    attempts: list[tuple[str, Callable[[], Outcome]]] = []
    if "machine" in told.only:
        attempts += [(row.sabotage, partial(row.run, house)) for row in named(told.rows)]
    if "flood" in told.only:
        attempts.append(("one_lane", partial(flood, house, told.reminders)))
    if "kills" in told.only:
        attempts.append(("claims_never_end", partial(kills, house, told.alerts, told.kills)))
    for sabotage, attempt in attempts:
        in_page = written.SABOTAGES.get(sabotage, nullcontext)
        house.end()
        house.begin("" if sabotage in written.SABOTAGES else sabotage)
        wait_until_at_work(house)
        with in_page():
            outcome = attempt()
        outcome.name = f"{outcome.name}; {sabotage.replace('_', ' ')}"
        yield outcome

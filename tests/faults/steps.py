"""Faults within one process, with a clock that is moved by hand and a real mail server and push service.

Each takes a stage, breaks something, lets the sweep mend it, and gives an Outcome.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import connection
from django.utils import timezone

from tests.faults.stage import Outcome, Stage, broken
from tests.support.sinks import Browser, Gateway, MailServer
from tracker.alerts import escalation
from tracker.messaging import delivery, reminders
from tracker.models import Lane
from tracker.operations import sweep as sweeping

MOST_STEPS = 200


class Crash(BaseException):
    """The process is gone: nobody catches this one."""


@contextmanager
def crash_at(step: int) -> Iterator[list[int]]:
    """The process ends before its n-th step: a statement to the database, a word to a channel, or right after that."""
    taken = [0]

    def count() -> None:
        taken[0] += 1
        if taken[0] == step:
            raise Crash

    def before_statement(execute: Callable[..., Any], *of: Any) -> Any:
        count()
        return execute(*of)

    def around_sending(message: Any) -> Any:
        count()
        sent = real(message)
        count()
        return sent

    real = delivery.send
    with connection.execute_wrapper(before_statement), broken(delivery, "send", around_sending):
        yield taken


def alert_path(stage: Stage, post: MailServer, first: int = 1) -> Outcome:
    """Crash at every step from the parent's submit to the nurse's mail. The parent's phone sends the form again."""
    for step in range(first, MOST_STEPS):
        form, now = uuid4(), timezone.now()
        stage.close()
        family = stage.another_family(now)
        try:
            with crash_at(step) as taken:
                stage.log(family, now, form)
                escalation.escalate_due(now=now)
                delivery.deliver_due(lane=Lane.ALERTS, now=now)
        except Crash:
            stage.log(family, now, form)
        mend(now, minutes=2)
        if taken[0] < step:
            break
    return stage.count("a crash at every step of an alert's path", post, note=f"{step - 1} steps")


def reminder_path(stage: Stage, post: MailServer) -> Outcome:
    """Crash at every step from a reminder's time to the parent's mail."""
    for step in range(1, MOST_STEPS):
        family = stage.another_family(timezone.now())
        stage.remind_soon([family], seconds=0)
        now = timezone.now() + timedelta(seconds=1)
        try:
            with crash_at(step) as taken:
                reminders.remind_due(now=now)
                delivery.deliver_due(lane=Lane.REMINDERS, now=now)
        except Crash:
            pass
        mend(now, minutes=2)
        if taken[0] < step:
            break
    return stage.count("a crash at every step of a reminder's path", post, note=f"{step - 1} steps")


def mend(now: Any, minutes: int) -> None:
    """What nightwatch does in the minutes after."""
    for seconds in range(1, minutes * 60, 31):
        sweeping.sweep(now=now + timedelta(seconds=seconds), deliver=True)


def five_at_once(stage: Stage, post: MailServer) -> Outcome:
    """Five sweeps in the same moment, each delivering."""
    stage.remind_soon(stage.families, seconds=0)
    now = timezone.now() + timedelta(seconds=1)
    for family in stage.families:
        stage.log(family, now)
    at_the_same_time = threading.Barrier(5)

    def sweep() -> None:
        at_the_same_time.wait()
        sweeping.sweep(now=now, deliver=True)
        connection.close()

    with broken(
        delivery, "_reminder_needless", lambda message: ""
    ):  # who has just logged is reminded all the same
        threads = [threading.Thread(target=sweep) for _beat in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        sweeping.sweep(now=now + timedelta(seconds=40), deliver=True)
    return stage.count("five beats at once", post)


def a_mail_server(answer: str) -> Callable[[Stage, MailServer], Outcome]:
    """It answers like that for a minute, then it is well."""

    def fault(stage: Stage, post: MailServer) -> Outcome:
        now = timezone.now()
        post.mode = answer
        for family in stage.families:
            stage.log(family, now)
        mend(now, minutes=1)
        post.mode = "ok"
        mend(now + timedelta(minutes=1), minutes=2)
        return stage.count(f"a mail server that says {answer}", post)

    return fault


def a_push_service(status: int, **headers: str) -> Callable[[Stage, MailServer, Gateway], Outcome]:
    """It answers like that: the mail goes out instead."""

    def fault(stage: Stage, post: MailServer, service: Gateway) -> Outcome:
        now = timezone.now()
        service.status, service.headers = (
            status,
            {name.replace("_", "-"): value for name, value in headers.items()},
        )
        stage.with_browsers(f"{service.origin}/{uuid4()}", Browser().keys)
        for family in stage.families:
            stage.log(family, now)
        mend(now, minutes=1)
        return stage.count(f"a push service that says {status}", post)

    return fault


def clock_jumps(stage: Stage, post: MailServer) -> Outcome:
    """An hour, a day and more, ahead and back, with a worker that dies at each, and a mail server that is not well."""
    stage.remind_soon(stage.families, seconds=0)
    start = timezone.now() + timedelta(seconds=1)
    with broken(delivery, "_reminder_needless", lambda message: ""):
        for number, hours in enumerate((0, 1, 25, -25, -1, 0)):
            now = start + timedelta(hours=hours, seconds=30 * number)
            stage.log(stage.families[number], now)
            escalation.escalate_due(now=now)
            _die_while_sending(now)
            sweeping.sweep(now=now, deliver=True)
            post.mode = "451 later"
        post.mode = "ok"
        mend(start + timedelta(minutes=5), minutes=3)
    return stage.count("a clock that jumps", post)


def _die_while_sending(now: Any) -> None:
    def die(message: Any) -> None:
        raise Crash

    for message_id in delivery.due(lane=Lane.ALERTS, now=now)[:1]:
        with broken(delivery, "send", die), suppress(Crash):
            delivery.deliver(message_id=message_id, now=now)

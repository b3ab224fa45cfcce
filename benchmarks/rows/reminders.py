"""Due reminders through a real mail server, beside a bare loop that sends a hundred mails over one connection.

The bare loop builds the same kind of mail and inserts a row for each hundred at once: no claim, no question whether it
still matters. Both in turns, in this process and its database; the mail server is a process of its own.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

from benchmarks.databases import Database
from benchmarks.one import progress
from benchmarks.processes import worked
from benchmarks.row import Row

TURNS, MAILS = 12, 100


def measure(database: Database) -> Iterator[Row]:
    from django.conf import settings

    from benchmarks.bare_site import table

    table.make()
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.mail_sink"], stdout=subprocess.PIPE, text=True
    ) as sink:
        assert sink.stdout
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(sink.stdout.readline())
        times: dict[str, list[float]] = {"ours": [], "bare": []}
        for turn in range(TURNS):
            due(MAILS)
            times["bare"].append(seconds(database, bare))
            times["ours"].append(seconds(database, ours))
            progress(turn / TURNS)
        sink.terminate()
    mine, limit = (MAILS / min(times[name][1:]) for name in ("ours", "bare"))
    words = "due reminders through SMTP"
    notes = "a second of processor time; the limit: a hundred mails over one connection"
    yield Row(words, "a second", mine, 0.5, limit, more_is_better=True, notes=notes)


def seconds(database: Database, work: Callable[[], None]) -> float:
    """Of processor time, the database's with it."""
    before = time.process_time() + worked(database.processes())
    work()
    return time.process_time() + worked(database.processes()) - before


def ours() -> None:
    from django.utils import timezone

    from tracker.messaging.delivery import deliver_due
    from tracker.models import Lane, Message

    deliver_due(lane=Lane.REMINDERS, now=timezone.now(), seconds=300)
    left = Message.objects.waiting().count()
    assert not left, f"{left} of {MAILS} have not left"


def bare() -> None:
    from django.core.mail import EmailMultiAlternatives, get_connection
    from django.utils import timezone

    from benchmarks.bare_site.models import Row as Sent

    connection = get_connection()
    connection.open()
    for number in range(MAILS):
        mail = EmailMultiAlternatives(
            "Time for a log", "Sign in there to log.\n" * 5, to=[f"p{number}@example.org"]
        )
        mail.attach_alternative(
            "<!doctype html><title>Time</title><p>Sign in there to log.</p>" * 5, "text/html"
        )
        connection.send_messages([mail])
    connection.close()
    Sent.objects.bulk_create(Sent(text="sent", at=timezone.now()) for _ in range(MAILS))


def due(count: int) -> None:
    """As many children with a reminder whose time has come, each to a parent of its own."""
    from django.utils import timezone

    from tracker.messaging.reminders import remind_due
    from tracker.models import CareTeam, Child, Membership, Message, ReminderPlan, ReminderTime, User

    now = timezone.now() - timedelta(seconds=1)
    common = {"begun_at": now, "changed_at": now}
    team = CareTeam.objects.create(kept_by_family=True, day_number="555 0100", **common)
    start = User.objects.count()
    people = User.objects.bulk_create(User(email=f"p{start + number}@example.org") for number in range(count))
    children = Child.objects.bulk_create(Child(nickname="Juno", care_team=team, **common) for _ in people)
    pairs = list(zip(people, children, strict=True))
    Membership.objects.bulk_create(
        Membership(user=parent, child=child, role="parent", begun_at=now) for parent, child in pairs
    )
    never = {"quiet_from": "00:00", "quiet_until": "00:00", "nudge_minutes": 0, "changed_at": now}
    later = now + timedelta(days=9)
    plans = ReminderPlan.objects.bulk_create(
        ReminderPlan(child=child, first=parent, numbers_due_at=later, **never) for parent, child in pairs
    )
    ReminderTime.objects.bulk_create(
        ReminderTime(plan=plan, at=now.time(), due_on=now.date(), due_at=now) for plan in plans
    )
    while remind_due(now=timezone.now()):
        pass
    assert Message.objects.waiting().count() == count

"""What Prometheus reads: counted from rows, since queues are hints. Seven queries, however many families there are.

A label is one of a few known words, never an id: whoever may read the numbers learns nothing of a family.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, Min, Q, QuerySet

from tracker.messaging.heartbeats import seconds_since_heartbeats
from tracker.models import Alert, AuditEvent, ContactPoint, Kind, Message, SymptomLog
from tracker.models.messages import OF_AN_ALERT

LABELS = ("kind", "channel", "urgency")
OVERDUE = timedelta(minutes=1)
UNACKNOWLEDGED = timedelta(minutes=15)
HOUR = timedelta(hours=1)


class Metric(NamedTuple):
    """A gauge. `values`: labels as they are written, "" for none, and the number."""

    name: str
    means: str
    values: Iterable[tuple[str, float]]


def metrics(now: datetime) -> list[Metric]:
    return [*_machine(now), *_messages(now), *_alerts(now), *_people(now)]


def text(found: Iterable[Metric]) -> str:
    """In Prometheus' text format."""
    lines = []
    for name, means, values in found:
        lines += [f"# HELP nightlight_{name} {means}", f"# TYPE nightlight_{name} gauge"]
        lines += [f"nightlight_{name}{labels} {value:g}" for labels, value in values]
    return "\n".join((*lines, ""))


def _machine(now: datetime) -> list[Metric]:
    ages = seconds_since_heartbeats(now)
    known = [(_labels(part=name), age) for name, age in ages.items() if age is not None]
    means = "Since a part last showed that it works; canary: the way of an alert."
    return [Metric("heartbeat_age_seconds", means, known)]


def _messages(now: datetime) -> list[Metric]:
    due, late = Q(due_at__lte=now), Q(due_at__lte=now - OVERDUE)
    rows = list(
        Message.objects.waiting()
        .exclude(kind=Kind.CANARY)
        .values("kind", "channel")
        .annotate(
            waiting=Count("pk"),
            due=Count("pk", due),
            overdue=Count("pk", late),
            oldest=Min("due_at", filter=due),
        )
        .order_by("kind", "channel")
    )
    oldest = [row["oldest"] for row in rows if row["kind"] in OF_AN_ALERT and row["oldest"]]
    failed = _counted(Message.objects.filter(failed_at__gt=now - HOUR), "channel")
    return [
        Metric("messages_unsent", "Not sent yet, whether due or not.", _each(rows, "waiting")),
        Metric("messages_due", "Not sent, and it is time.", _each(rows, "due")),
        Metric("messages_overdue", "Not sent a minute after it was time.", _each(rows, "overdue")),
        Metric(
            "oldest_undelivered_alert_seconds",
            "Since the oldest message about an alert should have left; 0 where none waits.",
            [("", max(((now - at).total_seconds() for at in oldest), default=0))],
        ),
        Metric("messages_given_up_last_hour", "Given up in the last hour.", failed),
    ]


def _alerts(now: datetime) -> list[Metric]:
    free = Q(taken_by=None)
    rows = list(
        Alert.objects.open()
        .values("urgency")
        .annotate(
            open=Count("pk"),
            waiting=Count("pk", free & Q(raised_at__lte=now - UNACKNOWLEDGED)),
            step=Count("pk", Q(escalates_at__lte=now - OVERDUE)),
        )
        .order_by("urgency")
    )
    return [
        Metric("alerts_open", "Raised and not closed.", _each(rows, "open")),
        Metric(
            "alerts_unacknowledged",
            "Open for over 15 minutes, and nobody has taken it.",
            _each(rows, "waiting"),
        ),
        Metric(
            "escalations_overdue", "The next level should have been told a minute ago.", _each(rows, "step")
        ),
    ]


def _people(now: datetime) -> list[Metric]:
    logs = SymptomLog.objects.filter(received_at__gt=now - HOUR).count()
    failed = AuditEvent.objects.filter(verb="sign-in.failed", at__gt=now - HOUR).count()
    dead = _counted(ContactPoint.objects.exclude(dead_at=None), "channel")
    return [
        Metric("logs_last_hour", "Logs received in the last hour.", [("", logs)]),
        Metric(
            "sign_ins_failed_last_hour",
            "Wrong passwords, codes and passkeys in the last hour.",
            [("", failed)],
        ),
        Metric("ways_dead", "Ways to people of which it is known that nothing arrives.", dead),
    ]


def _counted(rows: QuerySet[Any], by: str) -> list[tuple[str, float]]:
    return _each(rows.values(by).annotate(number=Count("pk")).order_by(by), "number")


def _each(rows: Iterable[Mapping[str, Any]], column: str) -> list[tuple[str, float]]:
    """The column of each group, labelled with what it was grouped by."""
    return [(_labels(**{name: row[name] for name in LABELS if name in row}), row[column]) for row in rows]


def _labels(**labels: str) -> str:
    return "{" + ",".join(f'{name}="{value}"' for name, value in labels.items()) + "}"

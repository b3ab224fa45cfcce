"""What a care team's work comes to, in figures: bounded, over whole days, and said when a part was left out."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median, quantiles
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Func, OuterRef, Q, QuerySet, Subquery, TextField

from tracker.models import (
    Alert,
    AlertEvent,
    AlertVerb,
    Assessment,
    CareTeam,
    Message,
    SymptomLog,
    Urgency,
)
from tracker.models.messages import Kind

PERIODS = (7, 30, 90)  # days
MOST_ALERTS = 5000
IN_TIME = timedelta(minutes=15)


class RuleFigure(NamedTuple):
    """A rule in words, and the alerts that it had a part in."""

    rule: str
    words: str
    times: int
    rate: float  # per child and week


class AlertFigure(NamedTuple):
    """Of an alert what is counted. `rules`: those of its log's newest answer."""

    log: UUID
    raised_at: datetime
    resolved_at: datetime | None
    urgency: str
    outcome: str
    first_taken: datetime | None
    rules: str | None  # as RuleIds


class RuleIds(Func):
    """The ids of an answer's red flags as JSON, taken out by the database: a flag is fifty times as long.

    As text: thousands of alerts have the same few.
    """

    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        return self.as_sql(
            compiler, connection, template="jsonb_path_query_array(%(expressions)s, '$.flags[*].id')::text"
        )

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        ids = "(SELECT json_group_array(json_extract(value, '$.id')) FROM json_each(%(expressions)s, '$.flags'))"
        return self.as_sql(compiler, connection, template=ids)


@dataclass(frozen=True)
class Figures:
    """Of one team, since `since`. A figure that nothing can be said about is None."""

    since: datetime
    days: int
    children: int
    logs: int
    children_with_logs: int
    alerts: int
    is_cut: bool
    urgent: int
    urgent_taken: int
    untaken: int  # urgent ones that nobody took: closed without it, or waiting still
    untaken_open: int  # of these, how many wait still
    minutes_to_take: (
        float | None
    )  # the middle one; one that nobody took waited until it was closed, or waits still
    slowest_tenth: float | None
    taken_in_time: int
    ended: int
    with_outcome: int
    rules: list[RuleFigure]
    reminders: int
    reminders_sent: int

    @property
    def child_weeks(self) -> float:
        return self.children * self.days / 7

    @property
    def logs_per_child_week(self) -> float | None:
        return self.logs / self.child_weeks if self.children else None


def figures(team: CareTeam, days: int, now: datetime) -> Figures:
    since = now - timedelta(days=days)
    counted = {"there": Q(paused_at=None), "with_logs": Q(last_log_at__gte=since)}
    children = team.children.aggregate(**{name: Count("pk", filter=are) for name, are in counted.items()})
    rows = _alerts_since(team, since).values_list(*AlertFigure._fields)
    alerts = list(map(AlertFigure._make, rows))
    urgent = [alert for alert in alerts if alert.urgency != Urgency.TODAY]
    waits = [alert.first_taken - alert.raised_at for alert in urgent if alert.first_taken]
    untaken = [alert for alert in urgent if not alert.first_taken]
    waited = [(alert.resolved_at or now) - alert.raised_at for alert in untaken]
    minutes = sorted(wait / timedelta(minutes=1) for wait in (*waits, *waited))
    ended = [alert for alert in alerts if alert.resolved_at]
    sent = Message.objects.filter(kind=Kind.REMINDER, child__care_team=team, due_at__range=(since, now))
    reminders = sent.aggregate(all=Count("pk", filter=Q(dropped_at=None)), sent=Count("sent_at"))
    return Figures(
        since=since,
        days=days,
        children=children["there"],
        logs=_standing_logs(team, since),
        children_with_logs=children["with_logs"],
        alerts=len(alerts),
        is_cut=len(alerts) == MOST_ALERTS,
        urgent=len(urgent),
        urgent_taken=len(waits),
        untaken=len(untaken),
        untaken_open=sum(alert.resolved_at is None for alert in untaken),
        minutes_to_take=median(minutes) if minutes else None,
        slowest_tenth=quantiles(minutes, n=10, method="inclusive")[-1] if len(minutes) > 1 else None,
        taken_in_time=sum(wait <= IN_TIME for wait in waits),
        ended=len(ended),
        with_outcome=sum(bool(alert.outcome) for alert in ended),
        rules=_rules(alerts, children["there"] * days / 7),
        reminders=reminders["all"],
        reminders_sent=reminders["sent"],
    )


def _standing_logs(team: CareTeam, since: datetime) -> int:
    """All, without those that a correction stands in for: counted in indexes, the rows of the logs are not read."""
    logs = SymptomLog.objects.filter(received_at__gte=since, child__in=team.children.values("pk"))
    corrected = SymptomLog.objects.filter(corrects__received_at__gte=since, corrects__child__care_team=team)
    # Not implied for PostgreSQL: it would sort all logs instead of few corrections.
    corrected = corrected.filter(corrects__isnull=False)
    return logs.count() - corrected.values("corrects").distinct().count()


def alerts_since(team: CareTeam, since: datetime) -> list[Alert]:
    """With the child and who closed it."""
    return list(_alerts_since(team, since).select_related("child", "resolved_by"))


def _alerts_since(team: CareTeam, since: datetime) -> QuerySet[Alert]:
    """The newest first; those that a worse one took in count with it."""
    newest = Assessment.objects.filter(log=OuterRef("log")).order_by("-pk").values(of=RuleIds("response"))[:1]
    taken = (
        AlertEvent.objects.filter(alert=OuterRef("pk"), verb=AlertVerb.TAKEN).order_by("at").values("at")[:1]
    )
    alerts = Alert.objects.filter(child__care_team=team, raised_at__gte=since, taken_in_by=None)
    alerts = alerts.annotate(**{"first_taken": Subquery(taken), "rules": Subquery(newest)})
    return alerts.order_by("-raised_at", "pk")[:MOST_ALERTS]


def _rules(alerts: list[AlertFigure], child_weeks: float) -> list[RuleFigure]:
    """The most frequent first. The words are those of the newest alert that names the rule."""
    counted, newest = Counter[str](), dict[str, UUID]()
    logs = {alert.rules: alert.log for alert in reversed(alerts)}
    for rules, times in Counter(alert.rules for alert in alerts).items():  # the newest first
        for rule in rules_in(rules):
            counted[rule] += times
            newest.setdefault(rule, logs[rules])
    words = _words(set(newest.values()))
    return [
        RuleFigure(rule, words[newest[rule], rule], times, times / child_weeks if child_weeks else 0)
        for rule, times in sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    ]


def rules_in(told: str | None) -> set[str]:
    """Of an alert."""
    return set(json.loads(told)) if told else set()


def _words(logs: set[UUID]) -> dict[tuple[UUID, str], str]:
    """Of each rule in the newest answer to these logs."""
    made = Assessment.objects.filter(log__in=logs).order_by("pk").values_list("log", "response__flags")
    return {(log, flag["id"]): flag.get("text", "") for log, flags in made for flag in flags}

"""What a nurse sees of one child: what fired and why, and a page of days, however long the record is."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db.models import OuterRef, Prefetch, Subquery

from tracker import pictures
from tracker.answers import PRESENT, Answer
from tracker.models import (
    Alert,
    AlertEvent,
    Assessment,
    Call,
    CareNote,
    Child,
    SymptomLog,
)
from tracker.nurse_board import answers_of
from tracker.nurse_words import in_full, in_short
from tracker.templatetags.formatting import sign

DAYS = 14
MOST_LOGS = 200
LATE = timedelta(hours=6)
NOTES = 20
MOST_OF_AN_ALERT = 4
LEVELS = {"mild": 1, "moderate": 2, "severe": 3}
UNGRADED = 2  # a sign that is there, and nobody said how bad


@dataclass
class Logged:
    """A log with its answers and the assessment that counts."""

    log: SymptomLog
    answers: list[Answer] = field(default_factory=list)

    @property
    def said(self) -> list[str]:
        return in_short(self.answers)

    @property
    def told(self) -> list[tuple[str, str]]:
        return list(in_full(self.answers))

    @property
    def note(self) -> str:
        return next((answer.value_text for answer in self.answers if answer.code == "note"), "")

    @property
    def is_late(self) -> bool:
        return self.log.received_at - self.log.observed_at > LATE

    @property
    def is_corrected(self) -> bool:
        return self.log.corrected_at is not None


@dataclass(frozen=True)
class Entry:
    """One line of the timeline: a log, a call, or what happened to an alert."""

    kind: str
    at: datetime
    of: Any


@dataclass(frozen=True)
class Fired:
    """Why: the flags with their sources, and everything that the rules saw."""

    logged: Logged
    assessment: Assessment
    context: list[tuple[str, str]]


@dataclass(frozen=True)
class Days:
    """A page of days."""

    first: date
    last: date
    later: date | None
    earlier: date
    days: list[tuple[date, list[Entry]]]
    curve: pictures.Curve
    heat: pictures.HeatMap
    is_cut: bool  # there were more logs than a page holds


def open_alert(child: Child) -> Alert | None:
    """The open one, with who holds it and what happened to it."""
    events = Prefetch("events", AlertEvent.objects.select_related("by").order_by("pk"))
    alerts = Alert.objects.open().filter(child=child).select_related("taken_by", "offered_to", "log")
    return alerts.prefetch_related(events).first()


def fired(child: Child, alert: Alert | None) -> list[Fired]:
    """What the logs of the alert, or else the last log, were assessed on: the newest first."""
    if alert:
        told = {event.log_id for event in alert.events.all() if event.verb in ("raised", "joined")}
        logs = child.logs.filter(pk__in=told).order_by("-observed_at")[:MOST_OF_AN_ALERT]
    else:
        logs = child.logs.order_by("-observed_at")[:1]
    logs = list(logs)
    answers = answers_of([log.pk for log in logs])
    made = {a.log_id: a for a in Assessment.objects.filter(log__in=logs).order_by("pk")}
    return [
        Fired(Logged(log, answers.get(log.pk, [])), made[log.pk], _context(made[log.pk].basis))
        for log in logs
    ]


def page_of_days(child: Child, until: date | None, now: datetime) -> Days:
    """Two weeks that end with `until`, today if there is none."""
    zone = child.zone
    today = now.astimezone(zone).date()
    last = min(until or today, today)
    first = last - timedelta(days=DAYS - 1)
    start, end = _midnight(first, zone), _midnight(last + timedelta(days=1), zone)
    logs = _logs(child, start, end)
    standing = [logged for logged in logs if not logged.is_corrected]
    entries = [Entry("log", logged.log.observed_at, logged) for logged in logs]
    entries += [Entry("call", call.called_at, call) for call in _calls(child, start, end)]
    entries += [Entry("alert", event.at, event) for event in _alert_events(child, start, end)]
    entries.sort(key=lambda entry: entry.at, reverse=True)
    shown = [first + timedelta(days=day) for day in range(DAYS)]
    return Days(
        first=first,
        last=last,
        later=None if last >= today else min(last + timedelta(days=DAYS), today),
        earlier=first - timedelta(days=1),
        days=[(day, list(of)) for day, of in groupby(entries, lambda e: e.at.astimezone(zone).date())],
        curve=pictures.curve(_readings(standing), _anchors(child), start, end),
        heat=pictures.heat_map(_levels(standing, zone), shown, _days_of(standing, zone)),
        is_cut=len(logs) == MOST_LOGS,
    )


def notes(child: Child) -> list[CareNote]:
    return list(CareNote.objects.filter(child=child).select_related("by").order_by("-at")[:NOTES])


def _midnight(day: date, zone: Any) -> datetime:
    return datetime.combine(day, time(), zone)


def _logs(child: Child, start: datetime, end: datetime) -> list[Logged]:
    """The newest first, corrected ones too, each with the urgency that counts."""
    newest = Assessment.objects.filter(log=OuterRef("pk")).order_by("-pk").values("urgency")[:1]
    correction = SymptomLog.objects.filter(corrects=OuterRef("pk")).order_by("received_at")
    logs = (
        SymptomLog.objects.filter(child=child, observed_at__gte=start, observed_at__lt=end)
        .select_related("caregiver")
        .annotate(urgency=Subquery(newest), corrected_at=Subquery(correction.values("received_at")[:1]))
        .order_by("-observed_at")[:MOST_LOGS]
    )
    found = list(logs)
    answers = answers_of([log.pk for log in found])
    return [Logged(log, answers.get(log.pk, [])) for log in found]


def _calls(child: Child, start: datetime, end: datetime) -> Iterable[Call]:
    calls = Call.objects.filter(child=child, called_at__gte=start, called_at__lt=end)
    return calls.select_related("caregiver")


def _alert_events(child: Child, start: datetime, end: datetime) -> Iterable[AlertEvent]:
    """Without what the logs and calls say themselves."""
    told = ("raised", "joined", "called")
    events = AlertEvent.objects.filter(alert__child=child, at__gte=start, at__lt=end).exclude(verb__in=told)
    return events.select_related("by", "alert").order_by("pk")


def _readings(logs: Iterable[Logged]) -> list[tuple[datetime, Decimal]]:
    found = [
        (logged.log.observed_at, _celsius(answer))
        for logged in logs
        for answer in logged.answers
        if answer.code == "temperature" and answer.value_number is not None
    ]
    return sorted(found)


def _celsius(answer: Answer) -> Decimal:
    value = answer.value_number or Decimal()
    return (value - 32) * 5 / 9 if answer.unit == "F" else value


def _anchors(child: Child) -> list[tuple[datetime, str]]:
    """Infusions, doses and starts of the pump, in words."""
    events = child.course.events.filter(withdrawn_at=None) if child.course else ()
    return [
        (event.at, event.get_kind_display())
        for event in events
        if event.kind in ("infusion", "dose", "start")
    ]


def _levels(logs: Iterable[Logged], zone: Any) -> dict[str, dict[date, int]]:
    found: dict[str, dict[date, int]] = {}
    for logged in logs:
        day = logged.log.observed_at.astimezone(zone).date()
        for answer in logged.answers:
            if answer.value_code == PRESENT:
                levels = found.setdefault(sign(answer.code), {})
                levels[day] = max(levels.get(day, 0), LEVELS.get(answer.severity, UNGRADED))
    return found


def _days_of(logs: Iterable[Logged], zone: Any) -> set[date]:
    return {logged.log.observed_at.astimezone(zone).date() for logged in logs}


def _context(basis: dict[str, Any]) -> list[tuple[str, str]]:
    """What the rules knew beside the answers, as it was asked: names of the contract with their values."""
    asked = {"therapy": basis.get("therapy", ""), **basis.get("context", {}), **basis.get("policy", {})}
    return [(name.replace("_", " "), str(value)) for name, value in asked.items()]

"""What a nurse sees of one child: what fired and why, and a page of days, however long the record is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from therapies.fever import FEVER
from tracker.assessment import wording
from tracker.assessment.earlier_logs import logs_at, remembered
from tracker.clinic.queries.board import seen_in
from tracker.lib import charts
from tracker.logs import queries
from tracker.logs.charts import anchors, curve_of, heat_map_of, readings
from tracker.models import (
    Alert,
    AlertEvent,
    Assessment,
    Call,
    CareNote,
    Child,
    PhoneEntry,
    SymptomLog,
)
from tracker.models.alerts import LOGGED

DAYS = 14
MOST_LOGS = 200
NOTES = 20
MOST_OF_AN_ALERT = 4
LATELY = timedelta(hours=72)


@dataclass(frozen=True)
class Entry:
    """One line of the timeline: a log, a call, or what happened to an alert."""

    kind: str
    at: datetime
    of: Any


@dataclass(frozen=True)
class Fired:
    """Why: the flags with their sources, and everything that the rules saw."""

    log: queries.LogRow
    seen: list[str]  # in one line, in the reader's unit
    told: list[tuple[str, str]]
    assessment: Assessment
    context: list[tuple[str, str]]

    @property
    def dangers(self) -> list[Mapping[str, Any]]:
        """What fired, a line each: rules that say the same danger are one, with what each of them is because of."""
        lines: dict[tuple[str, str], dict[str, Any]] = {}
        for flag in self.assessment.response.get("flags", ()):
            about = {"urgency": flag["urgency"], "syndrome": flag["syndrome"], "because": []}
            line = lines.setdefault((flag["urgency"], flag["syndrome"]), about)
            line["because"] += [code for code in flag["because"] if code not in line["because"]]
        return list(lines.values())

    @property
    def has_own_danger(self) -> bool:
        """Not only what an earlier log told."""
        return any(
            flag.get("reported_hours_ago") is None for flag in self.assessment.response.get("flags", ())
        )


@dataclass(frozen=True)
class Days:
    """A page of days."""

    first: date
    last: date
    later: date | None
    earlier: date
    days: list[tuple[date, list[Entry]]]
    curve: charts.Curve
    heat: charts.HeatMap
    is_cut: bool  # there were more logs than a page holds


def open_alert(child: Child) -> Alert | None:
    """The open one, with who holds it and what happened to it."""
    events = Prefetch("events", AlertEvent.objects.select_related("by").order_by("pk"))
    alerts = Alert.objects.open().filter(child=child).select_related("taken_by", "offered_to", "log")
    return alerts.prefetch_related(events).first()


def fired(child: Child, alert: Alert | None, unit: str) -> list[Fired]:
    """What the logs of the alert, or else the last log, were assessed on, and the logs that these remember.

    The newest first; before it stands the newest that tells of a danger itself.
    """
    if alert:
        events = [event for event in alert.events.all() if event.verb in LOGGED]
        told = {event.log_id for event in events if event.log_id}
        logs = list(queries.logs_of(child).filter(pk__in=told).order_by("-observed_at")[:MOST_OF_AN_ALERT])
    else:
        logs = list(queries.logs_of(child).order_by("-observed_at")[:1])
    made = _newest_assessments(logs)
    moments = {(child.pk, at) for log in logs for at in _remembered(log, made.get(log.pk))}
    if earlier := {log.pk for log in logs_at(moments).values()} - {log.pk for log in logs}:
        logs += queries.logs_of(child).filter(pk__in=earlier)
        made = _newest_assessments(logs)
    rows = sorted(queries.rows(logs), key=lambda row: row.observed_at, reverse=True)
    found = [
        Fired(
            row,
            seen_in(row.report, unit),
            wording.entered(row.report, unit),
            made[row.pk],
            _context(made[row.pk].basis),
        )
        for row in rows
        if row.pk in made
    ]
    own = next((one for one in found if one.has_own_danger), None)
    return found if own is None else [own, *(one for one in found if one is not own)]


def phone_entries(child: Child, now: datetime) -> list[PhoneEntry]:
    """What phones wrote down without a network in the last two weeks, and what of it was refused. One query."""
    lately = child.phone_entries.filter(received_at__gt=now - timedelta(weeks=2))
    return list(lately.select_related("author").order_by("-received_at")[:MOST_OF_AN_ALERT])


def _remembered(log: SymptomLog, assessment: Assessment | None) -> Sequence[datetime]:
    """When the earlier log was seen whose danger keeps this one's answer at "call now"."""
    return remembered(log, assessment.response)[:1] if assessment else ()


def _newest_assessments(logs: Iterable[SymptomLog]) -> dict[UUID, Assessment]:
    made = Assessment.objects.filter(log__in=[log.pk for log in logs]).order_by("pk")
    return {one.log_id: one for one in made}


def page_of_days(child: Child, until: date | None, unit: str, now: datetime) -> Days:
    """Two weeks that end with `until`, today if there is none."""
    zone = child.zone
    today = now.astimezone(zone).date()
    last = min(until or today, today)
    first = last - timedelta(days=DAYS - 1)
    start, end = queries.midnight(child, first), queries.midnight(child, last + timedelta(days=1))
    logs = _logs(child, start, end)
    read_in(unit, logs)
    standing = [row for row in logs if not row.corrected_by]
    entries = [Entry("log", row.observed_at, row) for row in logs]
    entries += [Entry("call", call.called_at, call) for call in _calls(child, start, end)]
    entries += [Entry("alert", event.at, event) for event in _alert_events(child, start, end)]
    entries.sort(key=lambda entry: entry.at, reverse=True)
    return Days(
        first=first,
        last=last,
        later=None if last >= today else min(last + timedelta(days=DAYS), today),
        earlier=first - timedelta(days=1),
        days=[(day, list(of)) for day, of in groupby(entries, lambda e: e.at.astimezone(zone).date())],
        curve=curve_of(child, standing, first, last, now),
        heat=heat_map_of(child, standing, first, last),
        is_cut=len(logs) == MOST_LOGS,
    )


def lately(child: Child, now: datetime) -> charts.Curve:
    """The temperature of three days: what a nurse looks at before she calls."""
    logs = queries.logs_of(child).standing().filter(observed_at__gt=now - LATELY, observed_at__lte=now)
    readings_of = readings(queries.rows(list(logs.order_by("-observed_at")[:MOST_LOGS])))
    return charts.curve(readings_of, anchors(child), now - LATELY, now, FEVER)


def shown_to_family(one: Fired) -> str:
    """What their answer told them to do, in one sentence."""
    known = wording.vocabulary()
    return _(known.messages[one.assessment.urgency]) if known else ""


def notes(child: Child) -> list[CareNote]:
    return list(CareNote.objects.filter(child=child).select_related("by").order_by("-at")[:NOTES])


def _logs(child: Child, start: datetime, end: datetime) -> list[queries.LogRow]:
    """The newest first, corrected ones too."""
    logs = queries.logs_of(child).filter(observed_at__gte=start, observed_at__lt=end)
    return queries.rows_with_what_followed(list(logs.order_by("-observed_at")[:MOST_LOGS]))


def _calls(child: Child, start: datetime, end: datetime) -> Iterable[Call]:
    calls = Call.objects.filter(child=child, called_at__gte=start, called_at__lt=end)
    return calls.select_related("caregiver")


def read_in(unit: str, rows: Iterable[queries.LogRow]) -> None:
    """Each temperature in the reader's unit, and as the family typed it beside that."""
    for row in rows:
        row.temperature, row.temperature_other = wording.temperature_in(row.report, unit)


def _alert_events(child: Child, start: datetime, end: datetime) -> Iterable[AlertEvent]:
    """Without what the logs and calls say themselves."""
    told = (*LOGGED, "called")
    events = AlertEvent.objects.filter(alert__child=child, at__gte=start, at__lt=end).exclude(verb__in=told)
    return events.select_related("by", "alert").order_by("pk")


def _context(basis: dict[str, Any]) -> list[tuple[str, str]]:
    """What the rules knew beside the answers, as it was asked: names of the contract with their values."""
    asked = {"therapy": basis.get("therapy", ""), **basis.get("context", {}), **basis.get("policy", {})}
    asked |= basis.get("recorded", {})
    return [(name.replace("_", " "), str(value)) for name, value in asked.items()]

"""What stands in the record, read for the pages: logs as rows, the week, calls, what became of an alert.

Each function takes a fixed number of queries, and none reads further back than a page shows.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache, cached_property
from itertools import groupby
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Subquery
from django.utils.translation import gettext as _

from therapies.response import Question
from tracker.alerts.queries import Became, _became, _with_names
from tracker.assessment import wording
from tracker.assessment.answers import Answer, report_of
from tracker.assessment.earlier_logs import logs_at, of_the_same_moment
from tracker.assessment.past_logs import newest_urgency
from tracker.lib.present import present
from tracker.models import (
    Alert,
    Assessment,
    Call,
    Child,
    LogKind,
    Observation,
    SymptomLog,
)
from tracker.models.logs import RANK, SymptomLogQuerySet
from tracker.models.users import display_name

ENTERED_LATE_AFTER = timedelta(hours=3)
"""A log that came in so much later than it was seen says so. The form's own "2 hours ago" is not late."""
WEEK = 7  # days
CALLS_BELONG_FOR = timedelta(hours=24)


@dataclass
class LogRow:
    """One log of the timeline."""

    pk: uuid.UUID
    observed_at: datetime
    received_at: datetime
    by: str
    urgency: str
    report: dict[str, Any]
    corrects: SymptomLog | None = None
    corrected_by: Any = None
    alert: Became | None = None
    calls: list[Call] = field(default_factory=list)
    language: str = ""
    nothing_new: bool = False

    def __post_init__(self) -> None:
        self.late = self.received_at - self.observed_at > ENTERED_LATE_AFTER
        self.temperature, self.temperature_other = wording.temperature(self.report)
        self.signs = [*self.about_all, *wording.signs(self.report)]
        self.signs += [
            f"{name}: {answer}"
            for name, answer in [*wording.answers(self.report), *wording.measures(self.report)]
        ]
        self.note, self.worried = self.report.get("note", ""), bool(self.report.get("worried"))

    @property
    def about_all(self) -> list[str]:
        """What was said of all signs at once."""
        return [_("Nothing new")] if self.nothing_new else []

    @cached_property
    def told_apart(self) -> tuple[list[str], list[str]]:
        """What is not as usual, and what is: who reads many logs looks for the first."""
        odd, usual = wording.told_apart(self.report)
        return [*self.about_all, *odd], usual


# ---------------------------------------------------------------- logs


def logs_of(child: Child) -> SymptomLogQuerySet:
    """The child's logs with who wrote them and the urgency that counts."""
    return _with_urgency().filter(child=child)


@cache
def _with_urgency() -> SymptomLogQuerySet:
    logs = SymptomLog.objects.select_related("caregiver", "corrects")
    return logs.annotate(**{"urgency": Subquery(newest_urgency())})


def told_in(log: SymptomLog) -> dict[str, Any]:
    """What was entered: the report of the contract, with `raw` for what can't be read."""
    return reports([log])[log.pk]


def says_nothing_new(log: SymptomLog, report: Mapping[str, Any]) -> bool:
    """No sign is new and none is worse. A correction keeps the kind of its log: one that asked for the signs, or that
    says that all of it was a mistake, does not say so any more."""
    is_a_mistake = log.corrects_id is not None and not report
    return log.kind == LogKind.NOTHING_NEW and not log.signs_asked and not is_a_mistake


def told_at(child: Child, moments: Iterable[datetime]) -> list[tuple[datetime, dict[str, Any]]]:
    """What was entered of these moments. Two queries, and none without a moment."""
    logs = list({log.pk: log for log in logs_at((child.pk, at) for at in moments).values()}.values())
    told = reports(logs) if logs else {}
    return [(log.observed_at, told[log.pk]) for log in logs]


def told_beside(log: SymptomLog) -> list[dict[str, Any]]:
    """What was entered in other logs of the same moment. One query, and one more where there are any."""
    logs = of_the_same_moment(log)
    told = reports(logs) if logs else {}
    return [told[other.pk] for other in logs]


def rows(logs: Sequence[SymptomLog]) -> list[LogRow]:
    """The logs with what they hold. One query."""
    told = reports(logs)
    return [
        LogRow(
            pk=log.pk,
            observed_at=log.observed_at,
            received_at=log.received_at,
            by=display_name(log.caregiver),
            urgency=log.urgency,
            report=told[log.pk],
            corrects=log.corrects,
            language=log.language,
            nothing_new=says_nothing_new(log, told[log.pk]),
        )
        for log in logs
    ]


def reports(logs: Sequence[SymptomLog]) -> dict[uuid.UUID, dict[str, Any]]:
    """What each of them holds, as `told_in`. One query; it asks the logs for `signs_asked` alone."""
    told = Observation.objects.filter(log__in=[log.pk for log in logs]).order_by("log", "pk")
    found = {
        log_id: [Answer(*answer) for _log_id, *answer in answers]
        for log_id, answers in groupby(told.values_list("log_id", *Answer._fields), key=itemgetter(0))
    }
    return {log.pk: _report(found.get(log.pk, []), log.signs_asked) for log in logs}


def _report(answers: Iterable[Answer], signs_asked: bool) -> dict[str, Any]:
    answers = list(answers)
    report, _unreadable = report_of(answers, signs_asked=signs_asked)
    raw = {answer.code: answer.raw for answer in answers if answer.raw}
    return report | ({"raw": raw} if raw else {})


def rows_with_what_followed(
    logs: Sequence[SymptomLog], *, for_family_at: datetime | None = None
) -> list[LogRow]:
    """The logs with their corrections, alerts and calls. Five queries.

    `for_family_at`: now, where the family reads it: a closing that may be taken back is not shown.
    """
    shown = {row.pk: row for row in rows(logs)}
    for correction in SymptomLog.objects.filter(corrects__in=shown).select_related("caregiver"):
        shown[present(correction.corrects_id)].corrected_by = correction
        correction.by = display_name(correction.caregiver)
    by_alert = {}
    alerts = list(_with_names(Alert.objects.filter(log__in=shown)))
    for became in _became(alerts, for_family_at):
        by_alert[became.alert.pk] = shown[became.alert.log_id]
        shown[became.alert.log_id].alert = became
    for call in Call.objects.filter(alert__in=by_alert).order_by("called_at"):
        by_alert[present(call.alert_id)].calls.append(call)
    return list(shown.values())


def newest_of(log: SymptomLog) -> SymptomLog:
    """The log that stands in for this one now: its last correction, or itself."""
    while correction := log.corrections.select_related("child__care_team", "caregiver").first():
        log = correction
    return log


# ---------------------------------------------------------------- today


def last_log(child: Child) -> LogRow | None:
    newest = list(logs_of(child).standing().order_by("-observed_at", "-received_at")[:1])
    return rows(newest)[0] if newest else None


def asked_back(row: LogRow) -> list[Question]:
    """What the answer to this log asks about what was entered. One query."""
    newest = Assessment.objects.filter(log=row.pk).order_by("-pk").values_list("response", flat=True).first()
    return newest["needs_confirmation"] if newest else []


def week(child: Child, now: datetime) -> list[dict[str, Any]]:
    """The child's last seven days. Two queries."""
    since = midnight(child, now.astimezone(child.zone).date() - timedelta(days=WEEK - 1))
    logs = SymptomLog.objects.standing().filter(child=child, observed_at__gte=since)
    worst = logs.annotate(worst=Subquery(newest_urgency())).values_list("observed_at", "worst")
    calls = Call.objects.filter(child=child, called_at__gte=since).values_list("called_at", flat=True)
    return week_of(worst, calls, child.zone, now)


def week_of(
    logs: Iterable[tuple[datetime, str | None]], calls: Iterable[datetime], zone: ZoneInfo, now: datetime
) -> list[dict[str, Any]]:
    """Seven days of the family's clock, oldest first, as _week_strip.html wants them.

    `logs`: when each was seen and its urgency, None where it has none yet. `calls`: when they called.
    """
    today = now.astimezone(zone).date()
    by_day: dict[date, list[str | None]] = {}
    for at, urgency in logs:
        by_day.setdefault(at.astimezone(zone).date(), []).append(urgency)
    called = {at.astimezone(zone).date() for at in calls}
    days = [today - timedelta(days=back) for back in reversed(range(WEEK))]
    return [
        {
            "day": day,
            "logs": len(urgencies := by_day.get(day, [])),
            "urgency": max(filter(None, urgencies), key=RANK.__getitem__, default=None),
            "called": day in called,
        }
        for day in days
    ]


def midnight(child: Child, day: date) -> datetime:
    """When that day begins where the family is."""
    return datetime.combine(day, time(), child.zone)


# ---------------------------------------------------------------- calls and alerts


def calls_since(log: SymptomLog) -> list[Call]:
    """The calls that were written down in the day after the log came in, oldest first."""
    day_before, day_after = log.received_at - CALLS_BELONG_FOR, log.received_at + CALLS_BELONG_FOR
    written = {"called_at__gte": day_before, "recorded_at__range": (log.received_at, day_after)}
    calls = Call.objects.filter(child=log.child_id, **written).select_related("caregiver")
    found = list(calls.order_by("called_at")[:20])
    for call in found:
        call.by = display_name(call.caregiver)
    return found

"""What stands in the record, read for the pages: logs as rows, the week, calls, what became of an alert.

Each function takes a fixed number of queries, and none reads further back than a page shows.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from tracker.assessment import wording as speaking
from tracker.assessment.answers import Answer, report_of
from tracker.assessment.assess import newest_urgency
from tracker.assessment.earlier_logs import logs_at, of_the_same_moment
from tracker.models import (
    Alert,
    AlertEvent,
    AlertVerb,
    Assessment,
    Call,
    Child,
    Observation,
    Outcome,
    SymptomLog,
)
from tracker.models.alerts import THE_FAMILYS
from tracker.models.logs import RANK

LATE = timedelta(hours=3)
"""A log that came in so much later than it was seen says so. The form's own "2 hours ago" is not late."""
WEEK = 7  # days
CALLS_BELONG_FOR = timedelta(hours=24)
MOST_JOINED = 50


@dataclass(frozen=True)
class Became:
    """What became of an alert, as its family reads it."""

    alert: Alert
    taken_by: str
    taken_at: datetime | None
    resolved_by: str
    outcome: str

    @property
    def resolved_at(self) -> datetime | None:
        return self.alert.resolved_at

    @property
    def note(self) -> str:
        return self.alert.resolution_note

    @property
    def not_reached_at(self) -> datetime | None:
        """When the team last called and reached nobody of the family."""
        return self.alert.tried_at if self.alert.is_open else None

    @property
    def is_the_familys(self) -> bool:
        """The family closed it, with what it was told on the phone, or because it was over."""
        return self.alert.outcome in THE_FAMILYS

    @property
    def is_said_by_a_call(self) -> bool:
        """The note is what the call beside it says already."""
        return self.alert.outcome == Outcome.FAMILY_CALLED

    @property
    def afterwards(self) -> str:
        return outcome_afterwards(self.alert.outcome)

    def is_held(self, now: datetime) -> bool:
        """Somebody of the team answers for it at this moment."""
        return bool(self.taken_by) and self.alert.taken_until > now

    def is_in_hand(self, now: datetime) -> bool:
        """She has not called in vain: while she waits to try again, the family had better call."""
        return self.alert.is_open and self.is_held(now) and self.alert.try_again_at is None


@dataclass
class Row:
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

    def __post_init__(self) -> None:
        self.late = self.received_at - self.observed_at > LATE
        self.temperature, self.temperature_other = speaking.temperature(self.report)
        self.signs = speaking.signs(self.report)
        self.signs += [
            f"{name}: {answer}"
            for name, answer in [*speaking.answers(self.report), *speaking.measures(self.report)]
        ]
        self.note, self.worried = self.report.get("note", ""), bool(self.report.get("worried"))

    @cached_property
    def told_apart(self) -> tuple[list[str], list[str]]:
        """What is not as usual, and what is: a nurse reads many logs."""
        return speaking.told_apart(self.report)


def called(person: Any) -> str:
    """What the family calls them; never an address."""
    return person.name if person else ""


# ---------------------------------------------------------------- logs


def logs_of(child: Child) -> QuerySet[SymptomLog]:
    """The child's logs with who wrote them and the urgency that counts."""
    logs = SymptomLog.objects.filter(child=child).select_related("caregiver", "corrects")
    return logs.annotate(urgency=Subquery(newest_urgency()))


def told_in(log: SymptomLog) -> dict[str, Any]:
    """What was entered: the report of the contract, with `raw` for what can't be read."""
    return reports([log])[log.pk]


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


def rows(logs: Sequence[SymptomLog]) -> list[Row]:
    """The logs with what they hold. One query."""
    told = reports(logs)
    return [
        Row(
            pk=log.pk,
            observed_at=log.observed_at,
            received_at=log.received_at,
            by=called(log.caregiver),
            urgency=log.urgency,
            report=told[log.pk],
            corrects=log.corrects,
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
) -> list[Row]:
    """The logs with their corrections, alerts and calls. Five queries.

    `for_family_at`: now, where the family reads it: a closing that may be taken back is not shown.
    """
    shown = {row.pk: row for row in rows(logs)}
    for correction in SymptomLog.objects.filter(corrects__in=shown).select_related("caregiver"):
        shown[correction.corrects_id].corrected_by = correction
        correction.by = called(correction.caregiver)
    by_alert = {}
    alerts = list(_with_names(Alert.objects.filter(log__in=shown)))
    for became in _became(alerts, for_family_at):
        by_alert[became.alert.pk] = shown[became.alert.log_id]
        shown[became.alert.log_id].alert = became
    for call in Call.objects.filter(alert__in=by_alert).order_by("called_at"):
        by_alert[call.alert_id].calls.append(call)
    return list(shown.values())


def newest_of(log: SymptomLog) -> SymptomLog:
    """The log that stands in for this one now: its last correction, or itself."""
    while correction := log.corrections.select_related("child__care_team", "caregiver").first():
        log = correction
    return log


# ---------------------------------------------------------------- today


def last_log(child: Child) -> Row | None:
    newest = list(logs_of(child).standing().order_by("-observed_at", "-received_at")[:1])
    return rows(newest)[0] if newest else None


def asked_back(row: Row) -> list[dict[str, Any]]:
    """What the answer to this log asks about what was entered. One query."""
    newest = Assessment.objects.filter(log=row.pk).order_by("-pk").values_list("response", flat=True).first()
    return newest["needs_confirmation"] if newest else []


def week(child: Child, now: datetime) -> list[dict[str, Any]]:
    """Seven days of the family's clock, oldest first: how many logs, the worst urgency, whether they called."""
    today = now.astimezone(child.zone).date()
    days = [today - timedelta(days=back) for back in reversed(range(WEEK))]
    since = midnight(child, days[0])
    shown = {day: {"day": day, "logs": 0, "urgency": None, "called": False} for day in days}
    for day, urgency, number in _counted(child, since):
        if day in shown:
            one = shown[day]
            one["logs"] += number
            one["urgency"] = max(filter(None, (one["urgency"], urgency)), key=lambda u: RANK[u], default=None)
    calls = Call.objects.filter(child=child, called_at__gte=since)
    for day in calls.annotate(day=TruncDate("called_at", tzinfo=child.zone)).values_list("day").distinct():
        if day[0] in shown:
            shown[day[0]]["called"] = True
    return list(shown.values())


def _counted(child: Child, since: datetime) -> QuerySet:
    logs = SymptomLog.objects.standing().filter(child=child, observed_at__gte=since)
    logs = logs.annotate(day=TruncDate("observed_at", tzinfo=child.zone), worst=Subquery(newest_urgency()))
    return logs.values_list("day", "worst").annotate(number=Count("pk")).order_by()


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
        call.by = called(call.caregiver)
    return found


def open_alert(child: Child, now: datetime) -> Alert | None:
    """The alert that stands for the family, the worst of two while a closing can be undone.

    With `newest_log`, the log of it that says why to call, and `seen_at`, when that was seen. Two queries.
    """
    found = Alert.objects.open_to_family(now).filter(child=child).order_by("raised_at")
    worst = max(found, key=lambda alert: (RANK[alert.urgency], alert.is_open), default=None)
    if worst is None:
        return None
    worst.newest_log, worst.seen_at = _log_that_says_why(worst)
    return worst.as_family_sees(now)


def _log_that_says_why(alert: Alert) -> tuple[uuid.UUID | None, datetime | None]:
    """The newest log that is as urgent as the alert and found the danger itself; else the newest as urgent.

    One that joined and is milder, or only remembers, would lead from "call now" to an answer that does not say why.
    """
    told = AlertEvent.objects.filter(alert=alert, verb__in=(AlertVerb.RAISED, AlertVerb.JOINED))
    newest = Assessment.objects.filter(log=OuterRef("log")).order_by("-pk")
    told = told.annotate(says=Subquery(newest.values("urgency")[:1]))
    told = told.filter(says=alert.urgency).order_by("-log__observed_at", "-log__received_at", "-pk")
    logs = list(
        told.values_list("log", "log__observed_at", Subquery(newest.values("response")[:1]))[:MOST_JOINED]
    )
    own = [one for one in logs if _found_itself(one[2])] or logs
    same = [one for one in own if one[1] == own[0][1]]
    return _most_of_it(same)[:2] if same else (None, None)


def _found_itself(response: dict[str, Any]) -> bool:
    """Not only what an earlier log told; what could not be checked is its own too."""
    flags = response["flags"]
    return not flags or any("reported_hours_ago" not in flag for flag in flags)


def _most_of_it(logs: Sequence[Any]) -> Any:
    """Of logs of one moment, to the rules one report, the one that holds most of the danger. At most one query."""
    if len(logs) == 1:
        return logs[0]
    answers = Observation.objects.filter(log__in=[log for log, _at, _found in logs])
    codes = set(answers.values_list("log", "code"))

    def held(one: Any) -> int:
        log, _at, found = one
        urgent = [flag for flag in found["flags"] if flag["urgency"] == found["urgency"]]
        because = {code for flag in urgent for code in flag["because"]}
        return sum((log, code) in codes for code in because)

    return max(logs, key=held)


def became_of(log: SymptomLog, now: datetime) -> Became | None:
    """What became of the alert that this log raised or joined, as the family sees it now.

    The one that took it in counts for it.
    """
    told = {"events__log": log, "events__verb__in": (AlertVerb.RAISED, AlertVerb.JOINED)}
    alert = _with_names(Alert.objects.filter(**told)).order_by("-events__pk").first()
    while alert and alert.taken_in_by_id:  # a reopened one may take in one that was raised after it
        alert = _with_names(Alert.objects.filter(pk=alert.taken_in_by_id)).first()
    return _became([alert], now)[0] if alert else None


def became(alert: Alert) -> Became:
    """Of an alert that is read with who closed it."""
    alert.taken_name, alert.resolved_name = "", called(alert.resolved_by)
    return Became(alert, "", None, alert.resolved_name, outcome_in_words(alert.outcome))


def _with_names(alerts: QuerySet[Alert]) -> QuerySet[Alert]:
    return alerts.annotate(taken_name=F("taken_by__name"), resolved_name=F("resolved_by__name"))


def _became(alerts: Sequence[Alert], for_family_at: datetime | None) -> list[Became]:
    """With when each was taken. One query, and none where nobody took any."""
    alerts = [alert.as_family_sees(for_family_at) for alert in alerts] if for_family_at else alerts
    taken = [alert.pk for alert in alerts if alert.taken_by_id]
    verbs = (AlertVerb.TAKEN, AlertVerb.HANDED_OVER, AlertVerb.NOT_REACHED)
    events = AlertEvent.objects.filter(alert__in=taken, verb__in=verbs).order_by("pk") if taken else ()
    at = {event.alert_id: event.at for event in events}
    return [
        Became(
            alert=alert,
            taken_by=alert.taken_name or "",
            taken_at=at.get(alert.pk),
            resolved_by=(alert.resolved_at and alert.resolved_name) or "",
            outcome=outcome_in_words(alert.outcome),
        )
        for alert in alerts
    ]


def outcome_afterwards(outcome: str) -> str:
    """How an alert ended, in a list of what has been: nobody shall follow last week's order today."""
    return {
        Outcome.ADVISED: _("Advised by phone."),
        Outcome.CLINIC: _("Sent to the clinic."),
        Outcome.EMERGENCY_ROOM: _("Sent to the emergency room."),
        Outcome.ADMITTED: _("Admitted to the hospital."),
        Outcome.FALSE_ALARM: _("Closed as a false alarm."),
        Outcome.REVIEWED: _("The team read it and called nobody."),
        Outcome.NOT_REACHED: _("The team tried to reach the family and could not."),
        Outcome.FAMILY_CALLED: _("The family called and wrote down what they were told."),
        Outcome.FAMILY_OVER: _("The family wrote that it is over."),
    }.get(outcome, _("Closed."))


def outcome_in_words(outcome: str) -> str:
    """How an alert ended, as a family reads it at once. None of them says that all is well."""
    return {
        Outcome.ADVISED: _("They advised you by phone."),
        Outcome.CLINIC: _("Come to the clinic today."),
        Outcome.EMERGENCY_ROOM: _("Go to the emergency room."),
        Outcome.ADMITTED: _("Admitted to the hospital."),
        Outcome.FALSE_ALARM: _("They closed it as a false alarm. Worried again? Call."),
        Outcome.REVIEWED: _("They read it. Nobody has called you. Not called yet today? Call them."),
        Outcome.NOT_REACHED: _("They tried to reach you and could not. Call them."),
        Outcome.FAMILY_CALLED: _("You called and wrote down what they said."),
        Outcome.FAMILY_OVER: _("You wrote that it is over."),
    }.get(outcome, "")

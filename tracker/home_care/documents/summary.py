"""What a family takes along to a visit: the days between two dates, in order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from tracker.lib.charts import Curve, HeatMap
from tracker.logs import queries
from tracker.logs.charts import curve_of, heat_map_of
from tracker.logs.queries import LogRow
from tracker.models import Alert, Call, Child, DoseGiven, Question
from tracker.models.alerts import WAS_ADVISED

PERIODS = (7, 14, 30, 90)
HEAT_DAYS = 30  # as many columns as paper has room for
MOST_LOGS = 2000  # twenty a day for 90 days: a paper with more is none
MOST_TOLD = 50


@dataclass(frozen=True)
class Advice:
    """What the team told the family, when, and to which question."""

    at: datetime
    words: str
    question: str = ""


@dataclass(frozen=True)
class Summary:
    child: Child
    first: date
    last: date
    made_at: datetime
    rows: list[LogRow]  # newest first, corrected ones too
    curve: Curve
    heats: list[HeatMap]
    alerts: list[Alert]
    doses: list[DoseGiven]
    questions: list[Question]
    told: list[Advice]

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def summary_of(child: Child, days: int, at: datetime) -> Summary:
    """The last `days` days. A fixed number of queries."""
    last = at.astimezone(child.zone).date()
    first = last - timedelta(days=days - 1)
    since = queries.midnight(child, first)
    logs = queries.logs_of(child).filter(observed_at__gte=since, observed_at__lte=at)
    shown = list(logs.order_by("-observed_at", "-received_at")[:MOST_LOGS])
    rows = queries.rows_with_what_followed(shown, for_family_at=at)
    standing = [row for row in rows if row.corrected_by is None]
    alerts = Alert.objects.filter(child=child, raised_at__gte=since, taken_in_by=None)
    alerts = alerts.select_related("resolved_by").prefetch_related("calls")
    doses = DoseGiven.objects.standing().filter(child=child, given_at__gte=since).select_related("given_by")
    return Summary(
        child=child,
        first=first,
        last=last,
        made_at=at,
        rows=rows,
        curve=curve_of(child, standing, first, last, at),
        heats=_heats(child, standing, first, last),
        alerts=[alert.as_family_sees(at) for alert in alerts.order_by("raised_at")],
        doses=list(doses.order_by("given_at")),
        questions=list(open_questions(child)),
        told=told_to(child),
    )


def open_questions(child: Child) -> QuerySet[Question]:
    """What is still to be asked, the oldest first."""
    standing = Question.objects.filter(child=child, answered_at=None, withdrawn_at=None)
    return standing.select_related("asked_by").order_by("asked_at")


def told_to(child: Child) -> list[Advice]:
    """What the team told them, by phone or at a visit, the newest first. Two queries."""
    calls = Call.objects.filter(child=child, reached=True).filter(~Q(told="") | WAS_ADVISED)
    answered = Question.objects.filter(child=child, answered_at__isnull=False, withdrawn_at=None)
    told = [Advice(call.called_at, call.in_words) for call in calls.order_by("-called_at")[:MOST_TOLD]]
    told += [
        Advice(q.answered_at, q.answer, q.text)
        for q in answered.order_by("-answered_at")[:MOST_TOLD]
        if q.answered_at
    ]
    return sorted(told, key=lambda one: one.at, reverse=True)


def _heats(child: Child, rows: Sequence[LogRow], first: date, last: date) -> list[HeatMap]:
    """Pictures of 30 days at most, each with the signs that were seen in it."""
    begins = range(0, (last - first).days + 1, HEAT_DAYS)
    stretches = [
        (first + timedelta(days=n), min(last, first + timedelta(days=n + HEAT_DAYS - 1))) for n in begins
    ]
    heats = [heat_map_of(child, rows, start, end) for start, end in stretches]
    return [heat for heat in heats if heat.rows]

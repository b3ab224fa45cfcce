"""The logs around a moment as the rules see them, and what stands in the record beside them: one query."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import Case, OuterRef, QuerySet, Subquery, When

from therapies.rules import LOOKS_BACK_HOURS
from tracker.assessment.answers import Answer, report_of
from tracker.assessment.courses import begun_by
from tracker.assessment.fever_medicine import HIDES_A_FEVER
from tracker.models import Alert, Assessment, Call, Child, Course, DoseGiven, Observation, SymptomLog
from tracker.models.alerts import ADVISING, WAS_ADVISED
from tracker.models.logs import not_corrected

WINDOW = timedelta(hours=LOOKS_BACK_HOURS)
"""So a history costs the same however long it is."""
MOST_ANSWERS = 1000
"""Of one window, the newest: eight an hour. A machine that logs every minute costs no more."""
_LOG = (
    "pk",
    "observed_at",
    "received_at",
    "told_at",
    "advised_at",
    "was",
    "oldest_weight",
    "medicine_at",
    "signs_asked",
)
_ANSWER = tuple(f"observations__{column}" for column in Answer._fields)


@dataclass(frozen=True)
class PastLog:
    """A log as the rules see it."""

    log_id: uuid.UUID
    observed_at: datetime
    received_at: datetime
    told_at: datetime | None  # when the family last wrote down before it what the team said
    advised_at: datetime | None  # when the team last closed an alert with advice before it
    was: str | None  # the urgency of its newest assessment so far
    oldest_weight: Decimal | None  # of the course, from before the window
    medicine_at: datetime | None  # when the family recorded a fever medicine as given, before it
    report: Mapping[str, Any]
    unreadable: Sequence[str]

    @property
    def last_advice(self) -> datetime | None:
        return max(filter(None, (self.told_at, self.advised_at)), default=None)

    @property
    def had_medicine(self) -> bool:
        return self.medicine_at is not None and self.observed_at - self.medicine_at < HIDES_A_FEVER


def seen_around(child: Child, courses: Sequence[Course], moment: datetime) -> list[PastLog]:
    """The standing logs from one window before the moment to one window after it, the newest first."""
    start, end = moved(moment, -WINDOW), moved(moment, WINDOW)
    begun_at = begun_by(courses, moment, start)
    rows = (
        SymptomLog.objects.standing()
        .filter(child=child, observed_at__range=(start, end))
        .annotate(
            told_at=Case(When(observed_at__gte=moment, then=Subquery(_told_before()))),
            advised_at=Case(When(observed_at__gte=moment, then=Subquery(_advised_before()))),
            was=Case(When(observed_at__gte=moment, then=Subquery(newest_urgency()))),
            oldest_weight=Subquery(oldest_weight(child, begun_at, start)),
            medicine_at=Subquery(_fever_medicine()),
        )
        .order_by("-observed_at", "pk", "observations__pk")
        .values_list(*_LOG, *_ANSWER)
    )
    read = list(rows[: MOST_ANSWERS + 1])
    logs = [list(log) for _pk, log in groupby(read, key=itemgetter(0))]
    return [_seen(log) for log in (logs[:-1] if len(read) > MOST_ANSWERS else logs)]


def _seen(rows: Sequence[tuple[Any, ...]]) -> PastLog:
    *log, signs_asked = rows[0][: len(_LOG)]
    answers = (Answer(*row[len(_LOG) :]) for row in rows if row[len(_LOG)] is not None)
    report, unreadable = report_of(answers, signs_asked=signs_asked)
    return PastLog(*[*log, report, unreadable])


@cache
def _told_before() -> QuerySet:
    """When the family last reached the team and was told what to do, before this log was seen."""
    calls = Call.objects.filter(child=OuterRef("child"), called_at__lte=OuterRef("observed_at"), reached=True)
    return calls.filter(WAS_ADVISED).order_by("-called_at").values("called_at")[:1]


@cache
def _advised_before() -> QuerySet:
    """When somebody of the team last closed an alert and had told the family what to do."""
    closed = Alert.objects.filter(child=OuterRef("child"), outcome__in=ADVISING)
    return (
        closed.filter(resolved_at__lte=OuterRef("observed_at"))
        .order_by("-resolved_at")
        .values("resolved_at")[:1]
    )


@cache
def _fever_medicine() -> QuerySet:
    """The newest before this log."""
    given = DoseGiven.objects.standing().filter(child=OuterRef("child"), lowers_fever=True)
    return given.filter(given_at__lte=OuterRef("observed_at")).order_by("-given_at").values("given_at")[:1]


@cache
def newest_urgency() -> QuerySet:
    """Of the log around it, for a Subquery."""
    return Assessment.objects.filter(log=OuterRef("pk")).order_by("-pk").values("urgency")[:1]


def oldest_weight(child: Child, since: datetime, before: datetime) -> QuerySet:
    """Of the course: it stands in where no baseline was given, however long ago it was."""
    told = Observation.objects.filter(child=child, code="weight_kg", value_number__isnull=False)
    standing = told.filter(not_corrected("log"), observed_at__gte=since, observed_at__lt=before)
    return standing.order_by("observed_at").values("value_number")[:1]


def moved(moment: datetime, by: timedelta) -> datetime:
    """The moment so much later; the end of time where there is none."""
    try:
        return moment + by
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC) if by > timedelta() else datetime.min.replace(tzinfo=UTC)

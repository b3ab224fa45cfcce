"""The logs around a moment as the rules see them, and what stands in the record beside them: one query."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from django.db.models import Case, DateTimeField, Exists, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.expressions import Combinable

from therapies.facts import HEAVIEST_KG
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
_OF_JUDGED = ("told_at", "advised_at", "was")
_NOT_ASKED = (None,) * len(_OF_JUDGED)
_REMEMBERED = tuple(column for column in _LOG if column not in _OF_JUDGED)
_SEEN, _WEIGHT = _LOG.index("observed_at"), _LOG.index("oldest_weight")
_ANSWER = tuple(f"observations__{column}" for column in Answer._fields)
PLAUSIBLE = {"value_number__gt": 0, "value_number__lte": HEAVIEST_KG}
"""The weights that the rules know: from the window itself they take no other either."""


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


class Unsaved(NamedTuple):
    """A log that is judged before it is written. `beside`: what `beside_a_new_log` has found."""

    log: SymptomLog
    answers: Sequence[Answer]
    beside: Sequence[Any]

    @property
    def is_late(self) -> bool:
        """Others of its moment or of the window after it are there already."""
        return bool(self.beside[-1])


def seen_around(
    child: Child,
    courses: Sequence[Course],
    moment: datetime,
    new: Unsaved | None = None,
    end: datetime | None = None,
) -> list[PastLog]:
    """The standing logs from one window before the moment to one window after it, or to `end`, the newest first;
    `new` among them as if it had been written.
    """
    start, end = moved(moment, -WINDOW), end or moved(moment, WINDOW)
    weight = oldest_weight(child, begun_by(courses, moment, start), start)
    around = SymptomLog.objects.filter(not_corrected(), child=child, observed_at__range=(start, end))
    around = around.annotate(oldest_weight=Subquery(weight), medicine_at=_of_each_log()["medicine_at"])
    around = around.order_by("-observed_at", "pk", "observations__pk")
    read = _judged(around, moment) if new is None or new.is_late else _earlier(around)
    if new:
        own = _rows_of(new, read[0][_WEIGHT] if read else _first(weight))
        read = _in_order([*read, *own])[: MOST_ANSWERS + 1]
    logs = [list(log) for _pk, log in groupby(read, key=itemgetter(0))]
    return [_seen(log) for log in (logs[:-1] if len(read) > MOST_ANSWERS else logs)]


def _earlier(around: QuerySet) -> list[tuple[Any, ...]]:
    """Of logs that are only remembered: no advice, and no answer of before. Most logs come as the newest."""
    rows = around.values_list(*_REMEMBERED, *_ANSWER)[: MOST_ANSWERS + 1]
    first = len(_REMEMBERED) - len(_LOG[_WEIGHT:])
    return [(*row[:first], *_NOT_ASKED, *row[first:]) for row in rows]


def _judged(around: QuerySet, moment: datetime) -> list[tuple[Any, ...]]:
    asked = around.annotate(
        told_at=Case(When(observed_at__gte=moment, then=_of_each_log()["told_at"])),
        advised_at=Case(When(observed_at__gte=moment, then=_of_each_log()["advised_at"])),
        was=Case(When(observed_at__gte=moment, then=Subquery(newest_urgency()))),
    )
    return list(asked.values_list(*_LOG, *_ANSWER)[: MOST_ANSWERS + 1])


def _rows_of(new: Unsaved, weight: Decimal | None) -> list[tuple[Any, ...]]:
    """As they would be read: what it was judged before is nothing."""
    log, (*_moments, told_at, advised_at, medicine_at, _is_late) = new.log, new.beside
    moments = (log.observed_at, log.received_at, told_at, advised_at)
    columns = (log.pk, *moments, None, weight, medicine_at, log.signs_asked)
    nothing = (None,) * len(Answer._fields)
    return [(*columns, *answer) for answer in new.answers or (nothing,)]


def _in_order(rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    by_log = sorted(rows, key=lambda row: row[0].hex)
    return sorted(by_log, key=itemgetter(_SEEN), reverse=True)


def _first(values: QuerySet) -> Any:
    return next(iter(values.values_list("value_number", flat=True)), None)


def _seen(rows: Sequence[tuple[Any, ...]]) -> PastLog:
    *log, signs_asked = rows[0][: len(_LOG)]
    answers = (Answer(*row[len(_LOG) :]) for row in rows if row[len(_LOG)] is not None)
    report, unreadable = report_of(answers, signs_asked=signs_asked)
    return PastLog(*[*log, report, unreadable])


def own_log(new: Unsaved) -> PastLog:
    return _seen(_rows_of(new, None))


def beside_a_new_log(observed_at: datetime) -> dict[str, Combinable]:
    """For a query of its child. And whether it comes late."""
    until = moved(observed_at, WINDOW)
    moments = {"at": Value(observed_at, DateTimeField()), "until": Value(until, DateTimeField())}
    return {**moments, **_beside_a_moment()}


@cache
def _beside_a_moment() -> dict[str, Combinable]:
    """Put together once: every log asks it."""
    at = OuterRef("at")
    later = SymptomLog.objects.filter(
        not_corrected(), child=OuterRef("pk"), observed_at__range=(at, OuterRef("until"))
    )
    return {**beside_a_log(OuterRef("pk"), at), "is_late": Exists(later)}


def beside_a_log(child: Any, observed_at: Any) -> dict[str, Subquery]:
    """What stands in the record beside a log of that moment: when the family last reached the team before it and
    was told what to do; when somebody of the team last closed an alert and had told them; the newest fever medicine.
    """
    calls = Call.objects.filter(WAS_ADVISED, child=child, called_at__lte=observed_at, reached=True)
    closed = Alert.objects.filter(child=child, outcome__in=ADVISING, resolved_at__lte=observed_at)
    given = DoseGiven.objects.standing().filter(child=child, lowers_fever=True, given_at__lte=observed_at)
    return {
        "told_at": Subquery(calls.order_by("-called_at").values("called_at")[:1]),
        "advised_at": Subquery(closed.order_by("-resolved_at").values("resolved_at")[:1]),
        "medicine_at": Subquery(given.order_by("-given_at").values("given_at")[:1]),
    }


@cache
def _of_each_log() -> dict[str, Subquery]:
    return beside_a_log(OuterRef("child"), OuterRef("observed_at"))


@cache
def newest_urgency() -> QuerySet:
    """Of the log around it, for a Subquery."""
    return Assessment.objects.filter(log=OuterRef("pk")).order_by("-pk").values("urgency")[:1]


def oldest_weight(child: Child, since: datetime, before: datetime) -> QuerySet:
    """Of the course: it stands in where no baseline was given, however long ago it was."""
    since_then = {"observed_at__gte": since, "observed_at__lt": before}
    standing = Observation.objects.filter(
        not_corrected("log"), child=child, code="weight_kg", **PLAUSIBLE, **since_then
    )
    return standing.order_by("observed_at", "value_number").values("value_number")[:1]


def moved(moment: datetime, by: timedelta) -> datetime:
    """The moment so much later; the end of time where there is none."""
    try:
        return moment + by
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC) if by > timedelta() else datetime.min.replace(tzinfo=UTC)

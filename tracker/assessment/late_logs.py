"""A log that comes late: which of the logs after it can have another answer because of it.

Only what is proved to be as it was is left alone. A later log is asked about again where the late one can change what
it shows, or what it remembers of the day before it, and where it would be asked with anything else than its answer
was: the knowledge, the policy, the treatment, the child, advice, a medicine (docs/adr/how-far-a-late-log-reaches.md).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import Combinable

from therapies.looks import Looks
from therapies.reach import Asks, alters, may_call, seen_for
from therapies.request import Report, RequestError
from therapies.rules import REMEMBERED_HOURS
from tracker.assessment.basis import basis_of, hours, of_each_therapy, told_by
from tracker.assessment.courses import begun_by
from tracker.assessment.fever_medicine import HIDES_A_FEVER
from tracker.assessment.past_logs import (
    MOST_ANSWERS,
    WINDOW,
    PastLog,
    Unsaved,
    beside_a_log,
    moved,
    own_log,
    seen_around,
)
from tracker.models import Assessment, Child, Course, DoseGiven, Observation, TreatmentEvent
from tracker.models.logs import not_corrected

REMEMBERED = timedelta(hours=REMEMBERED_HOURS, seconds=1)
"""A second more: hours in a request are rounded."""


class Judged(NamedTuple):
    """A later log: whether it would be asked about with anything else than its answer was, and with what by now."""

    observed_at: datetime
    has_changed: bool
    asks: Collection[Asks]


def affected(
    child: Child, courses: Sequence[Course], new: Unsaved, looks: Looks | None, now: datetime
) -> tuple[list[PastLog], list[PastLog]]:
    """The logs around the new one, and of these it and each that is to be asked about again."""
    moment = new.log.observed_at
    if not new.is_late:
        around = seen_around(child, courses, moment, new)
        return around, [seen for seen in around if seen.log_id == new.log.pk]
    report = None if looks is None else _read(own_log(new), looks)
    rows = [] if looks is None or report is None else _rows_from(child, courses, moment)
    has_changed_unasked = not 0 < len(rows) < MOST_ANSWERS or rows[0][-1]
    if looks is None or report is None or has_changed_unasked:
        around = seen_around(child, courses, moment, new)
        return around, [seen for seen in around if seen.observed_at >= moment]
    later = [_judged(row[:-1], courses, looks, now) for row in rows]
    return _affected(child, courses, new, Late(new.log.pk, moment, report, looks), later)


def _affected(
    child: Child, courses: Sequence[Course], new: Unsaved, late: "Late", later: Sequence[Judged]
) -> tuple[list[PastLog], list[PastLog]]:
    """The logs are read as far as the late one is seen, and as far as any is asked about again."""
    again = {at for at, has_changed, _ in later if has_changed or at == late.moment}
    end = max(again | {late.seen_until} | {late.remembered_until(later)})
    around = seen_around(child, courses, late.moment, new, end)
    again |= late.touched(around, later)
    if max(again, default=end) > end:
        around = seen_around(child, courses, late.moment, new, max(again))
    return around, [one for one in around if one.log_id == late.log_id or one.observed_at in again]


@dataclass(frozen=True)
class Late:
    """A log that comes late, as the rules read it."""

    log_id: UUID
    moment: datetime
    report: Report
    looks: Looks

    @property
    def seen_until(self) -> datetime:
        """So far a later log may show something else because of it."""
        return moved(self.moment, timedelta(hours=float(seen_for(self.report, self.looks.catalogue))))

    def remembered_until(self, later: Sequence[Judged]) -> datetime:
        """So that what it alone makes a later log remember needs no second reading."""
        asks = {ask for one in later for ask in one.asks}
        return moved(self.moment, REMEMBERED) if self._may_call([self.report], asks) else self.moment

    def touched(self, around: Iterable[PastLog], later: Sequence[Judged]) -> set[datetime]:
        """The moments whose answers it can change: of those that may show something else, and of those that remember
        one of these, or the late one itself. Where that fails, all: the rules will say what they cannot answer.
        """
        try:
            return self._touched(around, later)
        except Exception:
            return {one.observed_at for one in later}

    def _touched(self, around: Iterable[PastLog], later: Sequence[Judged]) -> set[datetime]:
        told = self._told_at(around)
        beside = told.pop(self.moment, [])
        altered = {at for at, reports in told.items() if any(self._alters(one, at) for one in reports)}
        may_call = partial(self._may_call, asks={ask for one in later for ask in one.asks})
        dangers = {at for at in altered if may_call(told[at])}
        dangers |= {self.moment} if may_call(beside) or may_call([*beside, self.report]) else set()
        moments = {one.observed_at for one in later}
        return altered | {at for at in moments if any(one < at <= moved(one, REMEMBERED) for one in dangers)}

    def _told_at(self, around: Iterable[PastLog]) -> dict[datetime, list[Report | None]]:
        """What the other logs tell, by their moment, as far as it is seen; None of one that cannot be read."""
        seen = [one for one in around if self.moment <= one.observed_at <= self.seen_until]
        told: dict[datetime, list[Report | None]] = {}
        for one in seen:
            if one.log_id != self.log_id:
                told.setdefault(one.observed_at, []).append(_read(one, self.looks))
        return told

    def _alters(self, report: Report | None, at: datetime) -> bool:
        span = Decimal(hours(at - self.moment))
        return report is None or alters(self.report, report, span, self.looks.catalogue)

    def _may_call(self, reports: Sequence[Report | None], asks: Collection[Asks]) -> bool:
        known = [report for report in reports if report is not None]
        try:
            return len(known) < len(reports) or may_call(known, asks, self.looks.catalogue)
        except Exception:  # a red flag that fails, and may not fail for others
            return True


def _read(seen: PastLog, looks: Looks) -> Report | None:
    try:
        return looks.report(seen.log_id, partial(told_by, seen), 0.0)
    except RequestError:
        return None


def _has_changed_unasked(child: Child, courses: Sequence[Course], moment: datetime) -> Combinable:
    """What no answer says that it was asked with, and nobody asks again for: a fever medicine that was taken back; and
    what came, or went, so late that another weight from before the window may be the oldest of the course now: a
    weight, or what began the course.
    """
    since = moved(moment, -REMEMBERED - HIDES_A_FEVER)
    taken_back = DoseGiven.objects.filter(child=child, lowers_fever=True, taken_back_at__isnull=False)
    weights = Observation.objects.filter(child=child, code="weight_kg", observed_at__lt=moment)
    weights = weights.filter(observed_at__gte=begun_by(courses, moment, moment))
    weights = weights.filter(Q(log__received_at__gte=moment) | Q(log__corrections__received_at__gte=moment))
    events = TreatmentEvent.objects.filter(course__child=child, at__lt=moment)
    events = events.filter(Q(recorded_at__gte=moment) | Q(withdrawn_at__gte=moment))
    return Exists(taken_back.filter(given_at__gte=since)) | Exists(weights) | Exists(events)


def _rows_from(child: Child, courses: Sequence[Course], moment: datetime) -> list[tuple[Any, ...]]:
    """The standing logs from that moment on, one window far, with the answer that counts, the first first; and last on
    each whether something has changed that no answer says.
    """
    newer = Assessment.objects.filter(log=OuterRef("log"), pk__gt=OuterRef("pk"))
    rows = Assessment.objects.filter(~Exists(newer), not_corrected("log"), log__child=child)
    rows = rows.filter(log__observed_at__range=(moment, moved(moment, WINDOW)))
    beside = beside_a_log(OuterRef("log__child"), OuterRef("log__observed_at"))
    rows = rows.annotate(**beside, unasked=_has_changed_unasked(child, courses, moment))
    columns = (*_SEEN, *_OF_JUDGED, "unasked")
    return list(rows.order_by("log__observed_at").values_list(*columns)[:MOST_ANSWERS])


_SEEN = ("log", "log__observed_at", "log__received_at", "told_at", "advised_at", "urgency", "medicine_at")
_OF_JUDGED = ("basis", "knowledge_version", "note_due_at", "response__could_not_check")


def _judged(row: Sequence[Any], courses: Sequence[Course], looks: Looks, now: datetime) -> Judged:
    log_id, observed_at, received_at, told_at, advised_at, urgency, medicine_at = row[: len(_SEEN)]
    was, version, note_due_at, could_not = row[len(_SEEN) :]
    beside = told_at, advised_at, urgency, None, medicine_at
    seen = PastLog(log_id, observed_at, received_at, *beside, {}, ())
    try:
        basis = basis_of(seen, courses)
    except Exception:  # of which the rules will say that it could not be checked
        return Judged(seen.observed_at, has_changed=True, asks=())
    is_over = note_due_at is not None and note_due_at <= now
    has_changed = bool(basis != was or version != looks.catalogue.version or is_over or could_not)
    return Judged(seen.observed_at, has_changed, list(map(_asks, of_each_therapy(basis))))


def _asks(asked: Mapping[str, Any]) -> Asks:
    return Asks(asked["therapy"], **asked["policy"])

"""What the pages around a log share: its form as this child is asked, and who may write."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef

from therapies.catalogue import load
from therapies.model import Therapy
from tracker.assessment import wording
from tracker.assessment.courses import asks_for_pump, earlier_of
from tracker.core.access import may
from tracker.logs.forms.log import Asking, LogForm
from tracker.models import Child, SymptomLog, TreatmentEvent

LOOK_AGAIN = 422  # the form comes back with what was typed


def log_form(
    child: Child, now: datetime, kind: str, data: Any = None, *, corrects: bool = False, **kwargs: Any
) -> LogForm:
    """The form as this child is asked."""
    asking = Asking(
        now=now,
        zone=child.zone,
        kind=kind,
        unit=child.units,
        age_years=child.age_years(now),
        neuro=asks_neuro(child, now),
        pump=_asks_pump(child, now, is_answered=data is not None),
        writes=bool(child.writes),
        first_sentence=child.first_sentence,
        begun=_begun(child) if data and data.get("when") == "pick" else None,
        born=child.birth_month,
        corrects=corrects,
    )
    return LogForm(data, asking=asking, **kwargs)


def asks_neuro(child: Child, now: datetime) -> bool:
    """Whether the therapy asks for the neuro check, or an earlier one that still counts."""
    therapy = _therapy(child)
    if therapy is None or therapy.neuro_check:
        return therapy is not None
    known = load().therapies
    return any(known[one.course.therapy].neuro_check for one in earlier_of(child, now))


def _asks_pump(child: Child, now: datetime, *, is_answered: bool) -> bool:
    """A form that comes back has the question that it was given with: nothing that was answered is dropped."""
    therapy = _therapy(child)
    if therapy is None or therapy.schedule.given != "pump":
        return False
    return is_answered or asks_for_pump(child, now)


def _therapy(child: Child) -> Therapy | None:
    known = wording.vocabulary()
    return known.therapies.get(child.course.therapy) if known and child.course else None


def _begun(child: Child) -> datetime | None:
    """When the first treatment began. Asked for only where somebody picks a time.

    Unknown while a course has no date: it stands as begun when its family signed up, and signs may be older.
    """
    dated = Exists(TreatmentEvent.objects.filter(course=OuterRef("pk"), withdrawn_at=None))
    found = child.courses.aggregate(first=Min("begun_at"), undated=Count("pk", filter=~dated))
    return None if found["undated"] else found["first"]


def may_log(log: SymptomLog) -> bool:
    """Whether the person for whom `access_log` found it may also write."""
    return may((log.family_role, log.staff_role), "log")


def therapies_of(basis: dict[str, Any], child: Child) -> list[str]:
    """The therapies that an answer was asked with, the running one first."""
    asked = [basis["therapy"], *(one["therapy"] for one in basis.get("earlier", ()))] if basis else []
    return asked or ([child.course.therapy] if child.course else [])

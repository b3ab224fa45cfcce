"""What the pages around a log share: its form as this child is asked, and who may write."""

from datetime import datetime
from typing import Any

from django.db.models import Min

from therapies.model import Therapy
from tracker import speaking
from tracker.access import may
from tracker.forms import Asking, LogForm
from tracker.models import Child, SymptomLog

LOOK_AGAIN = 422  # the form comes back with what was typed


def log_form(
    child: Child, now: datetime, kind: str, data: Any = None, *, corrects: bool = False, **kwargs: Any
) -> LogForm:
    """The form as this child is asked."""
    therapy = _therapy(child)
    asking = Asking(
        now=now,
        zone=child.zone,
        kind=kind,
        unit=child.units,
        age_years=child.age_years(now),
        neuro=asks_neuro(child),
        pump=bool(therapy) and therapy.schedule.given == "pump",
        writes=bool(child.writes),
        first_sentence=child.first_sentence,
        begun=_begun(child) if data and data.get("when") == "pick" else None,
        born=child.birth_month,
        corrects=corrects,
    )
    return LogForm(data, asking=asking, **kwargs)


def asks_neuro(child: Child) -> bool:
    """Whether the therapy asks for the neuro check: CAR T cells and the pump."""
    therapy = _therapy(child)
    return therapy is not None and therapy.kind in ("car-t", "pump")


def _therapy(child: Child) -> Therapy | None:
    known = speaking.vocabulary()
    return known.therapies.get(child.course.therapy) if known and child.course else None


def _begun(child: Child) -> datetime | None:
    """When the first treatment began. Asked for only where somebody picks a time."""
    return child.courses.aggregate(first=Min("begun_at"))["first"]


def may_log(log: SymptomLog) -> bool:
    """Whether the person for whom `access_log` found it may also write."""
    return may((log.family_role, log.staff_role), "log")


def therapies_of(basis: dict[str, Any], child: Child) -> list[str]:
    """The therapies that an answer was asked with, the running one first."""
    asked = [basis["therapy"], *(one["therapy"] for one in basis.get("earlier", ()))] if basis else []
    return asked or ([child.course.therapy] if child.course else [])

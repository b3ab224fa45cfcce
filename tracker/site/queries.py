"""What Today asks in one query: whether it would look different, what was given last, what is worth asking beside.

Each open Today asks it every few seconds, and is drawn again only where the version is another.
"""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery, Sum

from tracker.models import (
    Alert,
    AlertEvent,
    Baton,
    Child,
    DoseGiven,
    Membership,
    StayEvent,
    TreatmentEvent,
)
from tracker.models.alerts import UNDO_WITHIN

FRESH = timedelta(minutes=5)
"""Hours of a line, ages and turns move without an event: so often a page is drawn again."""
OWN = (
    "version",
    "last_log_at",
    "care_team_id",
    "care_team__changed_at",
    "paused_at",
    "paused_reason",
    "nickname",
    "colour",
    "time_zone",
)


LATELY = timedelta(hours=12)
"""So long Today says what was given last."""
DOSE = ("name", "dose", "given_at", "given_by__name")
RECENT = timedelta(days=30)
"""Of older alerts nothing changes on Today any more: a long history costs no more than a short one."""


class Given(NamedTuple):
    """A dose, as whoever gave it wrote it down."""

    name: str
    dose: str
    given_at: datetime
    given_by: str


class Around(NamedTuple):
    """`version`, which says nothing of anybody, changes with whatever was logged, given, said, taken or decided.

    `turns` and `stays`: how many there ever were, so that who is on duty and where a child came to is asked for only
    where somebody can be.
    """

    version: str
    given: Given | None
    adults: int
    turns: int
    stays: int


def around_today(child: Child, now: datetime) -> Around:
    """One query."""
    counted = {f"n{number}": part for number, part in enumerate(_counted(now))}
    given = {f"given_{name}": Subquery(_last_dose(now).values(name)[:1]) for name in DOSE}
    asked = Child.objects.filter(pk=child.pk).annotate(**BESIDE, **counted, **given)
    row = asked.values_list(*BESIDE, *given, *OWN, *counted).get()
    adults, turns, stays, *dose = row[: len(BESIDE) + len(DOSE)]
    parts = (*row, now.timestamp() // FRESH.total_seconds())
    version = sha256("_".join(map(str, parts)).encode()).hexdigest()[:16]
    return Around(version, Given(*dose) if dose[0] else None, adults or 0, turns or 0, stays or 0)


def _last_dose(now: datetime) -> QuerySet[DoseGiven]:
    doses = DoseGiven.objects.standing().filter(child=OuterRef("pk"))
    return doses.filter(given_at__gt=now - LATELY, given_at__lte=now).order_by("-given_at", "-recorded_at")


def _adults() -> Subquery:
    members = Membership.objects.filter(child=OuterRef("pk"), ended_at=None, user__is_active=True)
    return _of(members, Count("user", distinct=True))


def _counted(now: datetime) -> list[Subquery]:
    """What changes beside the child's version, which grows with each log, answer, call and dose (core/child_lock.py).

    Rows that are only added are counted; of those that change, each mark that is set. Of the events the sum, not the
    newest: two who write at once may be done in another order than they began.
    """
    alerts = Alert.objects.filter(child=OuterRef("pk"), raised_at__gt=now - RECENT)
    events = AlertEvent.objects.filter(alert__child=OuterRef("pk"), alert__raised_at__gt=now - RECENT)
    doses = DoseGiven.objects.filter(child=OuterRef("pk"), given_at__gt=now - LATELY)
    turns = Baton.objects.filter(child=OuterRef("pk"))
    marks = [Count(name) for name in ("decision_opened_at", "there_at", "home_at", "asked_where_at")]
    is_held = Q(taken_until__gt=now)
    is_told = Q(resolved_at__lte=now - UNDO_WITHIN)
    return [
        _of(events, Sum("pk"), by="alert__child"),
        *(_of(alerts, mark) for mark in (*marks, Max("tried_at"), Max("try_again_at"))),
        _of(alerts, Count("pk", filter=is_held)),
        _of(alerts, Count("pk", filter=is_told)),
        *(_of(doses, mark) for mark in (Count("pk"), Count("taken_back_at"))),
        *(_of(turns, mark) for mark in (Count("accepted_at"), Count("ended_at"))),
        _of(TreatmentEvent.objects.filter(course__child=OuterRef("pk")), Count("pk"), by="course__child"),
    ]


def _of(rows: QuerySet[Any, Any], mark: Any, *, by: str = "child") -> Subquery:
    return Subquery(rows.order_by().values(by).annotate(mark=mark).values("mark"))


BESIDE = {
    "adults": _adults(),
    "turns": _of(Baton.objects.filter(child=OuterRef("pk")), Count("pk")),
    "stays": _of(StayEvent.objects.filter(child=OuterRef("pk")), Count("pk")),
}

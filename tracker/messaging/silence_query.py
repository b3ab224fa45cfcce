"""Families of whom nobody has heard for a day, while a day matters. Only read here, by the board and the sweep."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery

from therapies.catalogue import load
from tracker.models import Child, Course, Silence, TreatmentEvent

SILENCE = timedelta(hours=24)
"""A day without a log. By the clock, not by the date: at 00:10 nobody has been silent for a day yet."""
AFTER_CELLS = timedelta(days=28)
"""How long silence counts after CAR T cells. Families were told to stay near the hospital for four weeks, since
2025 for two (fda-rems-end in the catalogue): here the longer one holds."""
PUMP_MATTERS = ("start", "restart", "stop")
"""The last that happened to the pump. Stopped in the middle of a cycle it matters most; only the end ends it."""


def silent_ones(children: QuerySet[Child], page: int, now: datetime, size: int) -> list[Child]:
    """A page of the silent families and one more: who has never logged, then the newest silence first.

    Two queries, each a walk along an index; with "or" between them the database would look at every child.
    """
    never, since = silent_among(children, now)
    start, end = (page - 1) * size, page * size + 1
    first = list(never.order_by("-begun_at")[:end])
    rest = list(since.order_by("-last_log_at")[: end - len(first)]) if len(first) < end else []
    return [*first, *rest][start:end]


def silent_among(children: QuerySet[Child], now: datetime) -> tuple[QuerySet[Child], QuerySet[Child]]:
    """Who has never logged; of whom nobody has for a day. With `asked_at`, when the family was asked about it.

    Within four weeks of CAR T cells, or with a pump. Whom a nurse has reached is silent again a day later.
    """
    a_day_ago = now - SILENCE
    own = Silence.objects.filter(child=OuterRef("pk"))
    asked = own.filter(asked_at__gt=a_day_ago).order_by("-asked_at").values("asked_at")[:1]
    was_reached = Exists(own.filter(reached_at__gt=a_day_ago, reached_at__lte=now))
    quiet = children.filter(Exists(_watched(now)), ~was_reached, paused_at=None, begun_at__lt=a_day_ago)
    quiet = quiet.annotate(asked_at=Subquery(asked))
    return quiet.filter(last_log_at=None), quiet.filter(last_log_at__lt=a_day_ago)


def _watched(now: datetime) -> QuerySet[Course]:
    """The running course of the child around it, if silence counts in it.

    The infusions are looked up once for all: asked for each child, SQLite walks through all of them each time.
    """
    happened = TreatmentEvent.objects.filter(withdrawn_at=None, at__lte=now)
    cells = happened.filter(kind="infusion", at__gte=now - AFTER_CELLS).values("course")
    of_the_pump = happened.filter(course=OuterRef("pk"), kind__in=(*PUMP_MATTERS, "end"))
    pump = of_the_pump.order_by("-at").values("kind")[:1]
    running = Course.objects.filter(child=OuterRef("pk"), ended_at=None)
    return running.annotate(pump=Subquery(pump)).filter(
        Q(pk__in=cells, therapy__in=_given("once")) | Q(therapy__in=_given("pump"), pump__in=PUMP_MATTERS)
    )


def _given(how: str) -> list[str]:
    return [therapy.id for therapy in load().therapies.values() if therapy.schedule.given == how]


def silent_since(child: Child) -> datetime:
    """When somebody last heard of this family: by a log, or because a nurse reached them."""
    reached = child.silences.aggregate(at=Max("reached_at"))["at"]
    return max(filter(None, (child.last_log_at or child.begun_at, reached)))


class Quiet(NamedTuple):
    """The silence of one family: since when, and when it was asked about it."""

    since: datetime
    asked_at: datetime | None


def silence_of(child: Child, now: datetime) -> Quiet | None:
    for silent in silent_among(Child.objects.filter(pk=child.pk), now):
        if found := silent.first():
            return Quiet(silent_since(found), found.asked_at)
    return None

"""A child's run of a therapy and what happened in it."""

import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from therapies.catalogue import KnowledgeError
from therapies.course_gaps import gaps_at
from therapies.schedule import Event, Label, asks_for_pump, context_at, day_labels, late_labels, pump_at
from tracker.models.children import Child
from tracker.models.constraints import one_of, paired
from tracker.models.users import User

Texts = Callable[[str, Sequence[Event], datetime], list[Label]]
EVENT_COLUMNS = ("kind", "at", "cycle", "until", "is_planned", "withdrawn_at")


class Course(models.Model):
    """This child's run of one therapy of the catalogue."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="courses", db_index=False)
    therapy = models.CharField(
        max_length=60
    )  # the id in the catalogue, as plain text: the knowledge may change
    begun_at = models.DateTimeField()  # its earliest event, as far as known
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = (models.Index(fields=("child", "begun_at"), name="courses_of_a_child"),)
        constraints = (
            paired("ended_at", "ended_by", name="course_end_is_paired"),
            models.UniqueConstraint(fields=("child",), condition=Q(ended_at=None), name="one_course_runs"),
        )

    def __str__(self) -> str:
        return self.therapy

    @cached_property
    def schedule(self) -> list[Event]:
        """What happened and was not withdrawn, in the family's zone, as the knowledge wants it."""
        zone = self.child.zone
        return [event.in_zone(zone) for event in self.events.all() if event.withdrawn_at is None]

    def context_at(self, at: datetime, beside: Sequence[Event] = ()) -> dict[str, Any]:
        """The keys of a request's context that follow from the treatment, as they were at `at`.

        `beside`: what was recorded under another course and counts for this one too.
        """
        return context_at(self.therapy, [*self.schedule, *beside], at.astimezone(self.child.zone))

    def day_labels(self, at: datetime, beside: Sequence[Event] = ()) -> list[Label]:
        """Where the course is at `at`: texts to translate, with their values. Empty if that is not known."""
        return self._texts(day_labels, at, beside)

    def late_labels(self, at: datetime) -> list[Label]:
        """Where an earlier course was left."""
        return self._texts(late_labels, at)

    def gaps(self, at: datetime) -> list[Label]:
        """What the record leaves open, as questions to the family."""
        return self._texts(gaps_at, at)

    def asks_for_pump(self, at: datetime) -> bool:
        """Whether a log asks how the pump is. Without knowledge there is no question to ask."""
        try:
            return asks_for_pump(self.therapy, self.schedule, at.astimezone(self.child.zone))
        except (KnowledgeError, KeyError):
            return False

    def pump_runs(self, at: datetime) -> bool:
        """By what is recorded; not where there is no pump."""
        zoned = at.astimezone(self.child.zone)
        past = sorted((event for event in self.schedule if event.at <= at), key=lambda event: event.at)
        pump = pump_at(past, zoned)
        return pump is not None and pump.running

    def _texts(self, make: Texts, at: datetime, beside: Sequence[Event] = ()) -> list[Label]:
        try:
            return make(self.therapy, [*self.schedule, *beside], at.astimezone(self.child.zone))
        except (KnowledgeError, KeyError):  # a page without a day label still shows whom to call
            return []


class EventKind(models.TextChoices):
    INFUSION = "infusion", _("Infusion of the cells")
    DOSE = "dose", _("Dose")
    START = "start", _("Start of a cycle")
    STOP = "stop", _("Pump stopped")
    RESTART = "restart", _("Pump started again")
    END = "end", _("End of a cycle")
    TRANSPLANT = "transplant", _("Transplant")
    DELAYED = "delayed", _("Next one put off")
    NEXT = "next", _("Next one planned")
    LOW_COUNTS = "low-counts", _("Blood counts are low")
    COUNTS_RECOVERED = "counts-recovered", _("Blood counts have recovered")


class TreatmentEvent(models.Model):
    """Something that happened or was planned. Never edited: it is withdrawn, and another takes its place."""

    family_role: str | None  # these two are set by the query of access.py
    staff_role: str | None

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=20, choices=EventKind)
    at = models.DateTimeField()
    until = models.DateTimeField(null=True)  # the planned time, of a dose delayed or the next one
    cycle = models.PositiveSmallIntegerField(null=True)
    is_planned = models.BooleanField(null=True)  # of a stop: by the care team; empty where nobody said
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=("kind", "at"), condition=Q(withdrawn_at=None), name="what_happened_lately"),
        )
        constraints = (
            paired("withdrawn_at", "withdrawn_by", name="withdrawal_is_paired"),
            one_of("kind", EventKind.values, name="event_kind_is_known"),
            models.CheckConstraint(
                condition=Q(is_planned=None) | Q(kind=EventKind.STOP), name="only_a_stop_is_planned"
            ),
        )

    def __str__(self) -> str:
        return self.kind

    def in_zone(self, zone: ZoneInfo) -> Event:
        until = self.until.astimezone(zone) if self.until else None
        at = self.at.astimezone(zone)
        return Event(self.kind, at, cycle=self.cycle, until=until, is_planned=self.is_planned)


def standing_events(rows: Iterable[Sequence[Any]], zone: ZoneInfo) -> list[Event]:
    """What happened and was not withdrawn, of rows of EVENT_COLUMNS; a course without events gives one empty row."""
    events = (TreatmentEvent(**dict(zip(EVENT_COLUMNS, row, strict=True))) for row in rows if row[0])
    return [event.in_zone(zone) for event in events if event.withdrawn_at is None]

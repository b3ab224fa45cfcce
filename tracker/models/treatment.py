"""A child's run of a therapy and what happened in it."""

import uuid
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from therapies.catalogue import KnowledgeError
from therapies.schedule import Event, Label, context_at, day_labels
from tracker.models.people import Child, User
from tracker.models.shapes import one_of, paired


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

    def context_at(self, at: datetime) -> dict[str, Any]:
        """The keys of a request's context that follow from the treatment, as they were at `at`."""
        return context_at(self.therapy, self.schedule, at.astimezone(self.child.zone))

    def day_labels(self, at: datetime) -> list[Label]:
        """Where the course is at `at`: texts to translate, with their values. Empty if that is not known."""
        try:
            return day_labels(self.therapy, self.schedule, at.astimezone(self.child.zone))
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
    DELAYED = "delayed", _("Dose delayed")
    NEXT = "next", _("Next one planned")


class TreatmentEvent(models.Model):
    """Something that happened or was planned. Never edited: it is withdrawn, and another takes its place."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=12, choices=EventKind)
    at = models.DateTimeField()
    until = models.DateTimeField(null=True)  # the planned time, of a dose delayed or the next one
    cycle = models.PositiveSmallIntegerField(null=True)
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
        )

    def __str__(self) -> str:
        return self.kind

    def in_zone(self, zone: ZoneInfo) -> Event:
        until = self.until.astimezone(zone) if self.until else None
        return Event(self.kind, self.at.astimezone(zone), cycle=self.cycle, until=until)

"""Medicines as the family typed them in from the label, and each time one was given. Nothing is computed."""

import uuid
from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils.dates import WEEKDAYS_ABBR

from tracker.models.children import Child
from tracker.models.constraints import paired
from tracker.models.users import User

EVERY_DAY = "1234567"
GIVEN_LATE_AFTER = timedelta(minutes=15)
"""A dose that is recorded so long after it was given says so."""


class Medicine(models.Model):
    """What the label says. `times` are "HH:MM" on the family's clock; as needed, with the shortest gap."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="medicines")
    name = models.CharField(max_length=80)
    dose = models.CharField(max_length=80)  # as written on the label
    as_needed = models.BooleanField(default=False)
    times = models.JSONField(default=list)
    days = models.CharField(max_length=7, default=EVERY_DAY)  # ISO weekdays: some are given on three days
    gap_hours = models.PositiveSmallIntegerField(null=True)
    lowers_fever = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True)  # of the next planned dose that is reminded of
    begun_at = models.DateTimeField()
    begun_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = (models.Index(fields=("due_at",), condition=Q(ended_at=None), name="doses_due"),)
        constraints = (
            paired("ended_at", "ended_by", name="medicine_end_is_paired"),
            models.CheckConstraint(
                condition=Q(as_needed=False, gap_hours=None) | Q(as_needed=True, gap_hours__gte=1),
                name="as_needed_has_a_gap",
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def weekdays(self) -> list[str]:
        """The names of the days on which it is given."""
        return [str(WEEKDAYS_ABBR[int(day) - 1]) for day in self.days]

    @property
    def gap(self) -> timedelta:
        return timedelta(hours=self.gap_hours or 0)


class DoseQuerySet(models.QuerySet["DoseGiven"]):
    def standing(self) -> "DoseQuerySet":
        """Without those that were recorded by mistake."""
        return self.filter(taken_back_at=None)


class DoseGiven(models.Model):
    """Somebody gave it, at `given_at`, as they say. What stood on the label then is kept with it.

    `again_after`: another dose stood there already, and this one was given all the same.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="doses", db_index=False)
    medicine = models.ForeignKey(Medicine, on_delete=models.CASCADE, related_name="doses")
    client_uuid = models.UUIDField()
    name = models.CharField(max_length=80)
    dose = models.CharField(max_length=80)
    lowers_fever = models.BooleanField()
    slot_at = models.DateTimeField(null=True)  # the planned time that it was given for
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    again_after = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="again")
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects = DoseQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=("child", "given_at"), name="doses_of_a_child"),
            models.Index(fields=("recorded_at",), name="doses_to_seal"),
        )
        constraints = (
            paired("taken_back_at", "taken_back_by", name="dose_taken_back_is_paired"),
            models.UniqueConstraint(fields=("child", "client_uuid"), name="a_double_tap_is_one_dose"),
            models.UniqueConstraint(
                fields=("medicine", "slot_at"),
                condition=Q(slot_at__isnull=False, again_after=None, taken_back_at=None),
                name="one_dose_at_a_planned_time",
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_late(self) -> bool:
        return self.recorded_at - self.given_at > GIVEN_LATE_AFTER

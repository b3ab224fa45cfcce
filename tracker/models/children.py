"""The patient."""

import uuid
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracker.lib import emergency_numbers
from tracker.lib.present import present
from tracker.lib.telephone import Telephone
from tracker.models.care_teams import CareTeam
from tracker.models.constraints import one_of
from tracker.models.users import zone_named

if TYPE_CHECKING:
    from tracker.models.treatment import Course


class Colour(models.TextChoices):
    """The child's colour: a token of the style sheet, never a value."""

    TEAL = "teal", _("teal")
    BLUE = "blue", _("blue")
    VIOLET = "violet", _("violet")
    ROSE = "rose", _("rose")
    CLAY = "clay", _("clay")
    GOLD = "gold", _("gold")
    MOSS = "moss", _("moss")
    SLATE = "slate", _("slate")


class PauseReason(models.TextChoices):
    """What each of them stops: see Child.is_left_alone and Child.rests_since."""

    HOSPITAL = "hospital", _("In hospital")
    MOVED = "moved", _("Moved to another team")
    FINISHED = "finished", _("Treatment is finished")
    NOT_NEEDED = "not-needed", _("We don't need this any more")
    DIED = "died", _("Has died")


CHOSEN = [reason for reason in PauseReason.choices if reason[0] != PauseReason.DIED]
"""What a family may choose; that a child has died is said on a page of its own."""


def left_alone_since(paused_at: datetime | None, reason: str) -> datetime | None:
    """In hospital the reminders rest, and nothing else."""
    return None if reason == PauseReason.HOSPITAL else paused_at


class Callback(NamedTuple):
    """A number of a family. `confirmed_at`: when its owner said that it is right; nothing where nobody did."""

    name: str
    number: Telephone
    confirmed_at: datetime | None
    membership_id: uuid.UUID | None  # none: the clinic's staff typed it


class Child(models.Model):
    """The patient, by a nickname."""

    family_role: str | None  # these two are set by the query of access.py
    staff_role: str | None
    callbacks: list[Callback]  # by fill_callbacks
    asked_at: datetime | None  # by the watch on silence

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    care_team = models.ForeignKey(CareTeam, on_delete=models.PROTECT, related_name="children")
    nickname = models.CharField(max_length=40)
    birth_month = models.DateField(null=True, blank=True)  # the first of the month: the day is not asked
    colour = models.CharField(max_length=10, choices=Colour, default=Colour.TEAL)
    writes = models.BooleanField(null=True)
    baseline_weight_kg = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    units = models.CharField(max_length=1, choices=(("C", "°C"), ("F", "°F")), default="C")
    time_zone = models.CharField(max_length=60, default="UTC")
    country = models.CharField(max_length=2, blank=True)  # ISO 3166-1
    emergency_number = models.CharField(max_length=32, blank=True)
    home_care_number = models.CharField(max_length=32, blank=True)  # the company of the pump and its supplies
    first_sentence = models.TextField(blank=True)  # what the child wrote on the first day, to compare with
    record_number = models.CharField(max_length=32, blank=True)  # the clinic's own; its staff writes it
    call_back_number = models.CharField(max_length=32, blank=True)  # where the care team reaches the family
    last_log_at = models.DateTimeField(null=True)  # when somebody last logged; record_log alone writes it
    version = models.BigIntegerField(default=0, db_default=0)  # grows with each writer: core/child_lock.py
    paused_at = models.DateTimeField(null=True)
    paused_reason = models.CharField(max_length=12, choices=PauseReason, blank=True)
    begun_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("care_team", "-last_log_at"), name="children_of_a_team"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(paused_at=None, paused_reason="")
                | Q(paused_at__isnull=False, paused_reason__gt=""),
                name="pause_has_a_reason",
            ),
            one_of("units", "CF", name="unit_is_known"),
        )

    def __str__(self) -> str:
        return self.nickname

    @property
    def zone(self) -> ZoneInfo:
        return zone_named(self.time_zone)

    @property
    def number_in_an_emergency(self) -> str:
        return self.emergency_number or emergency_numbers.emergency_number(self.country)

    @cached_property
    def course(self) -> "Course | None":
        """The course that runs. `access_child` has it loaded already."""
        return self.courses.filter(ended_at=None).first()

    @property
    def running_course(self) -> "Course":
        """For who has seen that one runs."""
        return present(self.course)

    @property
    def is_admitted(self) -> bool:
        return self.paused_reason == PauseReason.HOSPITAL

    @property
    def has_died(self) -> bool:
        return self.paused_reason == PauseReason.DIED

    @property
    def is_left_alone(self) -> bool:
        """Nothing is sent to the family that it has not asked for."""
        return left_alone_since(self.paused_at, self.paused_reason) is not None

    @property
    def rests_since(self) -> datetime | None:
        """Alerts that were open by then are told to nobody, until the family goes on.

        The team of a child that has died is told: that may have been said of the wrong child.
        """
        return None if self.has_died else left_alone_since(self.paused_at, self.paused_reason)

    def age_months(self, at: datetime) -> int | None:
        """Full months, never too many: the day of birth is not known."""
        if self.birth_month is None:
            return None
        today = at.astimezone(self.zone)
        months = (today.year - self.birth_month.year) * 12 + today.month - self.birth_month.month - 1
        return max(0, months)

    def age_years(self, at: datetime) -> int | None:
        """Full years, never too many: a birthday counts once its month is over."""
        months = self.age_months(at)
        return None if months is None else months // 12

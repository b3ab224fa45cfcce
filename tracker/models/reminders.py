"""When a family wants to be reminded, and each reminder that came of it."""

import uuid
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracker.lib.clock import local_date, moment
from tracker.models.children import Child
from tracker.models.constraints import one_of
from tracker.models.users import User


class ReminderPlan(models.Model):
    """How one child's family is reminded. Its times of day are rows of their own."""

    child = models.OneToOneField(
        Child, on_delete=models.CASCADE, primary_key=True, related_name="reminder_plan"
    )
    first = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+"
    )  # who is reminded first
    nudge_minutes = models.PositiveSmallIntegerField(default=30)  # until the second nudge; 0: none
    tells_others = models.BooleanField(default=True)  # then the other parents
    quiet_from = models.TimeField(default=time(22))
    quiet_until = models.TimeField(default=time(6))  # the same: no quiet hours
    snoozed_until = models.DateTimeField(null=True)
    numbers_due_at = models.DateTimeField()  # when the numbers are to be tried again
    changed_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("numbers_due_at",), name="numbers_to_try"),)

    def __str__(self) -> str:
        return str(self.pk)

    def is_quiet(self, at: datetime, zone: ZoneInfo) -> bool:
        """By the family's clock; hours over midnight belong together."""
        clock = at.astimezone(zone).time()
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= clock < self.quiet_until
        return clock >= self.quiet_from or clock < self.quiet_until

    def quiet_ends(self, at: datetime, zone: ZoneInfo) -> datetime:
        """The first end of the quiet hours after `at`."""
        today = local_date(at, zone)
        ends = (moment(today + timedelta(days=ahead), self.quiet_until, zone) for ahead in (0, 1))
        return next(end for end in ends if end > at)


class ReminderTime(models.Model):
    """One time of day. `due_at` is its next moment, in the zone that the family is in."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plan = models.ForeignKey(ReminderPlan, on_delete=models.CASCADE, related_name="times")
    at = models.TimeField()
    due_on = models.DateField()  # the family's date that `due_at` belongs to
    due_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("due_at",), name="reminders_due"),)
        constraints = (models.UniqueConstraint(fields=("plan", "at"), name="one_time_once"),)

    def __str__(self) -> str:
        return str(self.at)


class Cause(models.TextChoices):
    TIME = "time", _("at its time")
    SNOOZED = "snoozed", _("asked for later")
    LOOK_AGAIN = "look-again", _("look again after a call")
    DOSE = "dose", _("a planned dose")
    LINE = "line", _("bag, needle or dressing")
    SILENCE = "silence", _("a day without a log")
    WHERE = "where", _("told to come in, and nobody knows that they came")
    NUMBERS = "numbers", _("the numbers, once a month")
    HOME = "home", _("on a ward: whether they are at home again")
    MOVED = "moved", _("another team cares for the child, or none")


OF_THE_WARD = (Cause.HOME, Cause.MOVED)
"""These are sent while the child is on a ward, and no log makes them needless."""


class Reminder(models.Model):
    """One occasion on which a family was reminded, or was to be: exactly one a time and local date.

    A log received at `moot_since` or later makes it needless.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="reminders", db_index=False)
    cause = models.CharField(max_length=12, choices=Cause)
    time = models.ForeignKey(
        ReminderTime, on_delete=models.SET_NULL, null=True, related_name="reminders", db_index=False
    )
    local_date = models.DateField()
    due_at = models.DateTimeField()
    moot_since = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("child", "due_at"), name="reminders_of_a_child"),)
        constraints = (
            models.UniqueConstraint(
                fields=("child", "time", "local_date"),
                condition=Q(cause=Cause.TIME),
                name="one_reminder_a_time_and_date",
            ),
            one_of("cause", Cause.values, name="cause_is_known"),
        )

    def __str__(self) -> str:
        return self.cause

    @property
    def is_asked_for(self) -> bool:
        """For this very moment, by somebody: quiet hours do not hold it."""
        return self.cause in (Cause.SNOOZED, Cause.LOOK_AGAIN, Cause.DOSE, Cause.WHERE)


class NumberCheck(models.Model):
    """Somebody of the family called the numbers, and they are right. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="number_checks")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("at",), name="number_checks_to_seal"),)

    def __str__(self) -> str:
        return str(self.pk)

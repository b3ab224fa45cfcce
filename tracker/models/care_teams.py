"""The clinic's side: who is called when, and by which documented rules a log is judged."""

import uuid
from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from therapies.fever import DEFAULT_RULE, FEVER_RULES
from tracker.lib.clock import local_date, moment
from tracker.models.constraints import one_of
from tracker.models.users import zone_named

FEVER_RULE_CHOICES = [(rule, _(words)) for rule, words in FEVER_RULES.items()]
LONGEST_WAIT = 60
"""Minutes until the last level is told. Later than that, an escalation protects nobody."""


class Sensitivity(models.TextChoices):
    """Literal: every sign that a document names counts at any severity."""

    CALIBRATED = "calibrated", _("calibrated")
    LITERAL = "literal", _("literal")


class PhoneLine(NamedTuple):
    """The number to call at one moment: which of the two it is, and whether the team is there."""

    number: str
    is_night: bool
    is_open: bool


def escalation_steps() -> list[int]:
    """Minutes after an alert at which each level is told: the first on call, the next, the lead."""
    return [0, 5, 15]


class CareTeam(models.Model):
    """The clinic's side: numbers, hours, policy. A family without a clinic account keeps one of its own."""

    family_role: str | None  # these two are set by the query of access.py
    staff_role: str | None

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80, blank=True)
    kept_by_family = models.BooleanField()
    day_number = models.CharField(max_length=32, blank=True)
    night_number = models.CharField(max_length=32, blank=True)
    second_number = models.CharField(max_length=32, blank=True)  # at all hours, if nobody answers the others
    open_days = models.CharField(max_length=7, default="12345", blank=True)  # ISO weekdays, Monday is 1
    opens_at = models.TimeField(default=time(8))
    closes_at = models.TimeField(default=time(17))  # at or before opens_at: on the next day
    time_zone = models.CharField(max_length=60, default="UTC")
    language = models.CharField(max_length=10, default="en", db_default="en")  # of who answers the telephone
    fever_rule = models.CharField(max_length=40, choices=FEVER_RULE_CHOICES, default=DEFAULT_RULE)
    sensitivity = models.CharField(max_length=20, choices=Sensitivity, default=Sensitivity.CALIBRATED)
    escalation_minutes = models.JSONField(default=escalation_steps)  # after the alert: each level's, in order
    join_code = models.CharField(max_length=16, unique=True, null=True, blank=True)
    begun_at = models.DateTimeField()
    changed_at = (
        models.DateTimeField()
    )  # this row, or what the team's board shows of a child (core/board_mark.py)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(day_number="") | ~Q(night_number=""), name="care_team_has_a_number"
            ),
            models.CheckConstraint(
                condition=Q(kept_by_family=False) | Q(join_code=None), name="only_a_clinic_is_joined"
            ),
            one_of("fever_rule", list(FEVER_RULES), name="fever_rule_is_documented"),
            one_of("sensitivity", Sensitivity.values, name="sensitivity_is_known"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return zone_named(self.time_zone)

    @property
    def steps(self) -> list[int]:
        """`escalation_minutes` in order. What nobody can read is as if nothing had been set."""
        steps = self.escalation_minutes
        is_readable = isinstance(steps, list) and steps and all(isinstance(step, int) for step in steps)
        return sorted(steps) if is_readable else escalation_steps()

    def is_open(self, at: datetime) -> bool:
        """By the clock on the team's wall. Hours over midnight belong to the day on which they begin."""
        local = at.astimezone(self.zone)
        clock = local.time()
        today = str(local.isoweekday()) in self.open_days
        if self.opens_at < self.closes_at:
            return today and self.opens_at <= clock < self.closes_at
        yesterday = str((local - timedelta(days=1)).isoweekday()) in self.open_days
        return (today and clock >= self.opens_at) or (yesterday and clock < self.closes_at)

    def opens_after(self, at: datetime) -> datetime | None:
        """When the team is next there; None where it never is."""
        today = local_date(at, self.zone)
        days = (today + timedelta(days=ahead) for ahead in range(8))
        moments = (
            moment(day, self.opens_at, self.zone) for day in days if str(day.isoweekday()) in self.open_days
        )
        return next((opens for opens in moments if opens > at), None)

    def number_for(self, at: datetime) -> PhoneLine:
        """The one number to call at `at`: the day number in the team's hours, else the night number."""
        is_open = self.is_open(at)
        is_night = (not is_open and bool(self.night_number)) or not self.day_number
        return PhoneLine(self.night_number if is_night else self.day_number, is_night, is_open)

"""A second step of the staff that was lost, and who lets it be set up anew."""

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracker.models.care_teams import CareTeam
from tracker.models.users import User

ASKED_FOR = timedelta(hours=24)


class StepEnd(models.TextChoices):
    RESET = "reset", _("set up anew")
    DECLINED = "declined", _("declined")


class SecondStepReset(models.Model):
    """A lead asks that a colleague may set up the second step anew; another lead, or the operator, lets it happen."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="second_step_resets")
    care_team = models.ForeignKey(CareTeam, on_delete=models.CASCADE, related_name="second_step_resets")
    asked_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+"
    )  # empty: the operator
    outcome = models.CharField(max_length=10, choices=StepEnd, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("person", "care_team"), condition=Q(ended_at=None), name="one_second_step_asked"
            ),
            models.CheckConstraint(
                condition=~Q(person=models.F("asked_by")), name="nobody_asks_for_themselves"
            ),
            models.CheckConstraint(
                condition=~Q(outcome=StepEnd.RESET) | Q(ended_by=None) | ~Q(ended_by=models.F("asked_by")),
                name="two_let_a_second_step_be_set_anew",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, outcome="") | (Q(ended_at__isnull=False) & ~Q(outcome="")),
                name="a_second_step_that_ended_has_an_outcome",
            ),
        )

    def __str__(self) -> str:
        return self.outcome

    def is_open(self, at: datetime) -> bool:
        return self.ended_at is None and at < self.asked_at + ASKED_FOR

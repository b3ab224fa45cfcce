"""That two wards become one: a lead of the one that ends asks, a lead of the one that stays says yes."""

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tracker.models.care_teams import CareTeam
from tracker.models.users import User

ASKED_FOR = timedelta(days=7)


class MergeEnd(models.TextChoices):
    MERGED = "merged", _("became one")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("taken back")


class TeamMerge(models.Model):
    """Until it is answered nothing changes. Two people: one alone gives away, or takes, no ward."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    left = models.ForeignKey(CareTeam, on_delete=models.CASCADE, related_name="+")
    joins = models.ForeignKey(CareTeam, on_delete=models.CASCADE, related_name="merges_offered")
    asked_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    outcome = models.CharField(max_length=10, choices=MergeEnd, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("left",), condition=Q(ended_at=None), name="one_merge_a_team"),
            models.CheckConstraint(condition=~Q(left=F("joins")), name="a_team_merges_with_another"),
            models.CheckConstraint(
                condition=~Q(outcome=MergeEnd.MERGED) | ~Q(ended_by=F("asked_by")), name="two_merge_two_teams"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, outcome="") | (Q(ended_at__isnull=False) & ~Q(outcome="")),
                name="a_merge_that_ended_has_an_outcome",
            ),
        )

    def __str__(self) -> str:
        return self.outcome

    def is_open(self, at: datetime) -> bool:
        return self.ended_at is None and at < self.asked_at + ASKED_FOR

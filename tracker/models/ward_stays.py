"""Where a child is cared for: on a ward, at home again, by another team, and that it has died."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracker.models.care_teams import CareTeam
from tracker.models.children import Child
from tracker.models.constraints import one_of, paired
from tracker.models.users import User


class StayKind(models.TextChoices):
    ADMITTED = "admitted", _("On a ward")
    STILL_THERE = "still-there", _("Still on a ward")
    HOME = "home", _("Home again")
    DIED = "died", _("Has died")
    TAKEN_BACK = "taken-back", _("That was a mistake: everything is on again")
    DISCHARGED = "discharged", _("Left the care of the team")
    TRANSFERRED = "transferred", _("Came to another team")


COUNTS_FROM_HERE = (StayKind.HOME, StayKind.TAKEN_BACK)
"""From these on a day without a log is one again."""


class StayEvent(models.Model):
    """What somebody said of where a child is. Append-only: a wrong one is answered by another."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="stay_events", db_index=False)
    kind = models.CharField(max_length=12, choices=StayKind)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    left = models.ForeignKey(CareTeam, on_delete=models.PROTECT, null=True, related_name="+")
    joined = models.ForeignKey(CareTeam, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = (
            models.Index(fields=("child", "-at"), name="stays_of_a_child"),
            models.Index(fields=("at",), name="stays_to_seal"),
        )
        constraints = (one_of("kind", StayKind.values, name="stay_kind_is_known"),)

    def __str__(self) -> str:
        return self.kind


class TransferEnd(models.TextChoices):
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Transfer(models.Model):
    """A child that one care team offers to another. Until that accepts, nothing changes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="transfers")
    left = models.ForeignKey(CareTeam, on_delete=models.PROTECT, related_name="+")
    joins = models.ForeignKey(CareTeam, on_delete=models.PROTECT, related_name="offers")
    offered_at = models.DateTimeField()
    offered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=10, choices=TransferEnd, blank=True)

    class Meta:
        indexes = (models.Index(fields=("offered_at",), name="transfers_to_seal"),)
        constraints = (
            models.UniqueConstraint(fields=("child",), condition=Q(ended_at=None), name="one_offer_a_child"),
            paired("ended_at", "ended_by", name="transfer_end_is_paired"),
            models.CheckConstraint(
                condition=Q(ended_at=None, outcome="")
                | Q(ended_at__isnull=False, outcome__in=TransferEnd.values),
                name="a_transfer_that_ended_has_an_outcome",
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)

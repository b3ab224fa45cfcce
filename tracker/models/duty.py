"""Who is on duty tonight: one adult of the family at a time. Offered, accepted, handed on; never dropped."""

import uuid

from django.db import models
from django.db.models import Q

from tracker.models.children import Child
from tracker.models.users import User


class Baton(models.Model):
    """One turn. Offered until `accepted_at`; held from then until the next one accepts, or until `until`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="batons", db_index=False)
    holder = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")  # to whom it is offered
    offered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    offered_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("child", "offered_at"), name="batons_of_a_child"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(accepted_at=None, until=None) | Q(accepted_at__isnull=False, until__isnull=False),
                name="a_held_baton_ends",
            ),
            models.UniqueConstraint(
                fields=("child",), condition=Q(accepted_at=None, ended_at=None), name="one_offer_at_a_time"
            ),
            models.UniqueConstraint(
                fields=("child",),
                condition=Q(accepted_at__isnull=False, ended_at=None),
                name="one_on_duty_at_a_time",
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)

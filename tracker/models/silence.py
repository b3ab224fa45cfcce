"""A watched family of which nobody has heard for a day, and what was done about it."""

import uuid

from django.db import models

from tracker.models.children import Child
from tracker.models.constraints import paired
from tracker.models.users import User


class Silence(models.Model):
    """One silence: the family is asked, and a nurse ends it who reached them.

    A log ends it by itself, without a write: then the child's last log is younger than `since`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="silences", db_index=False)
    since = models.DateTimeField()  # the last log, or the beginning, or when a nurse last reached them
    asked_at = models.DateTimeField(null=True)  # when the family was asked last
    reached_at = models.DateTimeField(null=True)  # when somebody of the team spoke with them
    reached_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(null=True)  # when that was written down

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("child", "since"), name="one_row_a_silence"),
            paired("reached_at", "reached_by", "recorded_at", name="reached_is_paired"),
            models.CheckConstraint(
                condition=models.Q(reached_at=None) | models.Q(reached_at__gte=models.F("since")),
                name="reached_after_it_began",
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)

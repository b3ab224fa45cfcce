"""A rehearsal of the worst night. It has no log, no alert and no message: nothing here can reach anybody."""

import uuid

from django.db import models

from tracker.models.children import Child
from tracker.models.users import User


class Drill(models.Model):
    """Who rehearsed, what they found when, and what was hard."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="drills")
    begun_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    number_at = models.DateTimeField(null=True)
    card_at = models.DateTimeField(null=True)
    script_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    hard = models.TextField(blank=True)

    class Meta:
        indexes = (models.Index(fields=("child", "begun_at"), name="drills_of_a_child"),)

    STEPS = ("number_at", "card_at", "script_at")

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def open_step(self) -> str:
        """The first of STEPS that was not passed yet; "hard" then, and "done" in the end."""
        waiting = [step for step in self.STEPS if getattr(self, step) is None]
        return waiting[0] if waiting else "done" if self.finished_at else "hard"

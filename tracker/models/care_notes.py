"""What the care team writes down about a child."""

import uuid

from django.db import models

from tracker.models.children import Child
from tracker.models.users import User


class CareNote(models.Model):
    """A note of the care team, for the care team. Append-only: a wrong one is answered by another."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="notes", db_index=False)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = models.TextField()

    class Meta:
        indexes = (
            models.Index(fields=("child", "-at"), name="notes_of_a_child"),
            models.Index(fields=("at",), name="notes_to_seal"),
        )

    def __str__(self) -> str:
        return str(self.pk)

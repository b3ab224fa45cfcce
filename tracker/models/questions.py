"""Questions that a family keeps for the next visit, and what they were told."""

import uuid

from django.db import models

from tracker.models.children import Child
from tracker.models.constraints import paired
from tracker.models.users import User


class Question(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="questions", db_index=False)
    text = models.TextField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("child", "asked_at"), name="questions_of_a_child"),)
        constraints = (
            paired("answered_at", "answered_by", name="question_answer_is_paired"),
            paired("withdrawn_at", "withdrawn_by", name="question_withdrawal_is_paired"),
        )

    def __str__(self) -> str:
        return str(self.pk)

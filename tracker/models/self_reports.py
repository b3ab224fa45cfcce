"""The child's own answers, and the adult's to the same questions. Each pair is about one moment."""

from django.db import models

from tracker.models.children import Child
from tracker.models.logs import SymptomLog


class OwnAnswers(models.Model):
    """What was said to the five questions, beside the log that carries it to the rules. Append-only.

    The log keeps which signs are there; here also stands what was denied, and what nobody knew.
    """

    id = models.BigAutoField(primary_key=True)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="own_answers", db_index=False)
    pair = models.UUIDField()  # the two who answered about the same moment
    log = models.OneToOneField(SymptomLog, on_delete=models.CASCADE, related_name="own_answers")
    by_child = models.BooleanField()
    answers = models.JSONField()  # question -> "no", "little", "lot" or "unsure"
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("child", "at"), name="own_answers_of_a_child"),)
        constraints = (
            models.UniqueConstraint(fields=("child", "pair", "by_child"), name="two_answers_a_pair"),
        )

    def __str__(self) -> str:
        return str(self.pk)

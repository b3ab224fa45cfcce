"""The chain over the record."""

from django.db import models


class AuditSeal(models.Model):
    """One link of the chain: the digest of one row of the record, of this link's place and of the link before it.

    Append-only. Nothing ties it to its row: it has to outlive one that somebody removed.
    """

    id = models.PositiveBigIntegerField(primary_key=True)  # its place in the chain: 1, 2, 3 ...
    kind = models.CharField(max_length=12)  # of row (tracker/audit/sealed_rows.py)
    row_key = models.CharField(max_length=32)
    sealed_at = models.DateTimeField()
    nothing_left = models.BooleanField(default=False)  # with this one everything that was there was sealed
    digest = models.CharField(max_length=64)

    class Meta:
        indexes = (models.Index(fields=("kind", "row_key"), name="seals_of_a_row"),)

    def __str__(self) -> str:
        return str(self.pk)

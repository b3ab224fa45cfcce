"""The chain over the audit events."""

from django.db import models

from tracker.models.audit import AuditEvent


class AuditSeal(models.Model):
    """One link of the chain: the digest of one audit event, of this link's place and of the link before it.

    Append-only. No constraint ties it to its event: it has to outlive one that somebody removed.
    """

    id = models.PositiveBigIntegerField(primary_key=True)  # its place in the chain: 1, 2, 3 ...
    event = models.OneToOneField(
        AuditEvent, on_delete=models.DO_NOTHING, db_constraint=False, related_name="seal"
    )
    sealed_at = models.DateTimeField()
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return str(self.pk)

"""A link that opens the emergency card for one hour without a login. Only the digest of its token is kept."""

import uuid
from datetime import datetime

from django.db import models

from tracker.models.children import Child
from tracker.models.constraints import paired
from tracker.models.users import User


class CardLink(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="card_links")
    token_digest = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    times_opened = models.PositiveIntegerField(default=0)
    last_opened_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (paired("revoked_at", "revoked_by", name="card_revocation_is_paired"),)

    def __str__(self) -> str:
        return str(self.pk)

    def is_open(self, at: datetime) -> bool:
        return self.revoked_at is None and at < self.expires_at

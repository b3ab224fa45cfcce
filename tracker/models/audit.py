"""Who did what, and whether the machine is alive."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q


class AuditEvent(models.Model):
    """One thing that somebody did. Append-only, and without foreign keys: it outlives what it speaks of."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    who = models.UUIDField(null=True)  # the user; empty where a program did it
    verb = models.CharField(max_length=40)
    child = models.UUIDField(null=True)
    about = models.UUIDField(null=True)  # the row that it was done to
    detail = models.JSONField(encoder=DjangoJSONEncoder, default=dict)

    class Meta:
        indexes = (
            models.Index(fields=("child", "at"), name="audit_of_a_child"),
            models.Index(fields=("about", "at"), name="audit_about_a_row"),
            models.Index(fields=("at",), condition=Q(verb="sign-in.failed"), name="failed_sign_ins"),
        )

    def __str__(self) -> str:
        return self.verb


class Heartbeat(models.Model):
    """When a part of the machine last said that it works."""

    name = models.CharField(primary_key=True, max_length=40)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name

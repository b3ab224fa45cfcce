"""What a phone wrote down and judged by itself, without the site: beside what became of it here."""

import uuid

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from tracker.models.children import Child
from tracker.models.constraints import one_of
from tracker.models.logs import SymptomLog
from tracker.models.users import User


class EntryKind(models.TextChoices):
    """The form that it was."""

    FULL = "full"
    NOTHING_NEW = "nothing-new"
    NEURO = "neuro"
    CALL = "call"
    DOSE = "dose"


class Refusal(models.TextChoices):
    """Why it is no part of the child's record. Empty: it is."""

    MEMBERSHIP = "membership"
    FORM = "form"
    TIMES = "times"


class PhoneEntry(models.Model):
    """Both clocks and the phone's own answer, of each entry that came later. Append-only.

    What was refused keeps all that was typed: the family and the team read it, and nothing of it is dropped.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="phone_entries", db_index=False)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    number = models.UUIDField()  # the form's own
    kind = models.CharField(max_length=12, choices=EntryKind)
    phone_at = models.DateTimeField()  # when it was typed, by the phone's own clock
    entered_at = models.DateTimeField()  # the same moment by the site's clock, as the phone last knew it
    received_at = models.DateTimeField()
    urgency = models.CharField(max_length=10, blank=True)  # what the phone answered; empty where it could not
    answer = models.JSONField(encoder=DjangoJSONEncoder, default=dict)  # its headline, and the flags' ids
    knowledge_version = models.CharField(max_length=64, blank=True)
    log = models.ForeignKey(SymptomLog, on_delete=models.CASCADE, null=True, related_name="phone_entries")
    refused = models.CharField(max_length=12, choices=Refusal, blank=True)
    typed = models.JSONField(
        encoder=DjangoJSONEncoder, default=list
    )  # names and values, where it was refused

    class Meta:
        indexes = (
            models.Index(fields=("child", "received_at"), name="phone_entries_of_a_child"),
            models.Index(fields=("received_at",), name="phone_entries_to_seal"),
        )
        constraints = (
            models.UniqueConstraint(fields=("child", "author", "number"), name="one_entry_a_number"),
            one_of("kind", EntryKind.values, name="phone_entry_kind_is_known"),
        )

    def __str__(self) -> str:
        return str(self.pk)

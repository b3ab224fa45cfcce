"""What a caregiver saw, and what the knowledge made of it. The database refuses to change any of it."""

import uuid
from functools import cache

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from therapies.response import Response
from tracker.models.children import Child
from tracker.models.constraints import one_of
from tracker.models.users import User


class Urgency(models.TextChoices):
    """What the family does, how soon; the worst first."""

    EMERGENCY = "emergency", _("Call emergency services")
    NOW = "now", _("Call the care team now")
    TODAY = "today", _("Call the care team today")
    NOTE = "note", _("Nothing documented as urgent in what was entered")


RANK = {urgency: rank for rank, urgency in enumerate(reversed(Urgency.values))}


def is_worse(urgency: str, than: str) -> bool:
    return RANK[urgency] > RANK[than]


class LogKind(models.TextChoices):
    FULL = "full", _("Log")
    NOTHING_NEW = "nothing-new", _("Nothing new")
    NEURO = "neuro", _("Thinking and talking")


@cache
@cache
def not_corrected(log: str = "pk") -> models.expressions.Combinable:
    """Of rows that lead to a log along `log`: no correction stands in for it.

    Not `corrections=None`: of LEFT JOIN ... IS NULL PostgreSQL expects one row, and reads a child's whole history.
    """
    return ~Exists(SymptomLog.objects.filter(corrects=OuterRef(log)))


class SymptomLogQuerySet(models.QuerySet["SymptomLog"]):
    def standing(self) -> "SymptomLogQuerySet":
        """Without those that a correction stands in for."""
        return self.filter(not_corrected())


class SymptomLog(models.Model):
    """One submission: seen at `observed_at`, as the caregiver says, and told at `received_at`, as we know."""

    family_role: str | None  # these two are set by the query of access.py
    staff_role: str | None
    urgency: str  # these by logs/queries.py: the one that counts, and who wrote it
    by: str

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="logs", db_index=False)
    caregiver = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    client_uuid = models.UUIDField()
    kind = models.CharField(max_length=12, choices=LogKind)
    observed_at = models.DateTimeField()
    observed_zone = models.CharField(max_length=60)
    received_at = models.DateTimeField()
    language = models.CharField(max_length=10, blank=True, db_default="")  # of the pages that it was typed in
    signs_asked = models.BooleanField()  # then a sign that is not among the observations was absent
    corrects = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, related_name="corrections", db_index=False
    )

    objects = SymptomLogQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=("child", "observed_at"), name="logs_of_a_child"),
            models.Index(fields=("received_at", "child"), name="logs_by_arrival_and_child"),
            models.Index(
                fields=("corrects",), condition=Q(corrects__isnull=False), name="corrections_of_a_log"
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=("child", "client_uuid"), name="a_double_tap_is_one_log"),
            one_of("kind", LogKind.values, name="log_kind_is_known"),
        )

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def assessment(self) -> "Assessment":
        """The one that counts."""
        return self.assessments.latest("pk")

    @property
    def form_numbers(self) -> list[str]:
        """Of the forms that it came from: one that was sent again with more is a correction of itself."""
        earlier = self.corrects.form_numbers if self.corrects else []
        return [str(self.client_uuid), *earlier]


class Observation(models.Model):
    """One coded, typed answer. `raw` is what was typed where it could not be read.

    Child and time are those of the log: a curve, a heat map or the oldest weight is one look into one index.
    """

    id = models.BigAutoField(primary_key=True)
    log = models.ForeignKey(SymptomLog, on_delete=models.CASCADE, related_name="observations")
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="+", db_index=False)
    observed_at = models.DateTimeField()
    code = models.CharField(max_length=40)
    value_number = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    value_code = models.CharField(max_length=32, blank=True)
    value_text = models.TextField(blank=True)
    unit = models.CharField(max_length=16, blank=True)
    route = models.CharField(max_length=16, blank=True)
    severity = models.CharField(max_length=16, blank=True)
    duration_hours = models.DecimalField(max_digits=9, decimal_places=4, null=True)
    episodes_24h = models.PositiveSmallIntegerField(null=True)
    raw = models.TextField(blank=True)

    class Meta:
        indexes = (models.Index(fields=("child", "code", "observed_at"), name="answers_of_a_child"),)

    def __str__(self) -> str:
        return self.code


class Assessment(models.Model):
    """The outcome of the red flags on one log. The newest counts: it was made when more was known."""

    id = models.BigAutoField(primary_key=True)
    log = models.ForeignKey(SymptomLog, on_delete=models.CASCADE, related_name="assessments", db_index=False)
    made_at = models.DateTimeField()
    urgency = models.CharField(max_length=10, choices=Urgency)
    response: "models.Field[Response, Response]" = models.JSONField(
        encoder=DjangoJSONEncoder
    )  # as assess() gave it
    basis = models.JSONField(encoder=DjangoJSONEncoder)  # therapy, context and policy that it was asked with
    knowledge_version = models.CharField(max_length=64, blank=True)
    note_due_at = models.DateTimeField(null=True)  # a danger in the note is asked about: until then

    class Meta:
        indexes = (
            models.Index(fields=("log", "-id"), name="newest_assessment_of_a_log"),
            models.Index(
                fields=("note_due_at",), condition=Q(note_due_at__isnull=False), name="notes_to_be_answered"
            ),
        )
        constraints = (one_of("urgency", Urgency.values, name="urgency_is_known"),)

    def __str__(self) -> str:
        return self.urgency

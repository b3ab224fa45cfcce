"""A photo beside a log: for eyes, never for the rules."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from tracker.models.children import Child
from tracker.models.constraints import one_of
from tracker.models.logs import SymptomLog
from tracker.models.users import User


class PhotoKind(models.TextChoices):
    """What is seen on it: photos of one kind stand beside each other."""

    RASH = "rash", _("Skin or rash")
    LINE = "line", _("Where the line goes in")
    WRITING = "writing", _("Writing or a drawing")
    OTHER = "other", _("Something else")


class Photo(models.Model):
    """A picture that was drawn anew from its pixels (tracker/lib/pictures.py), at most 400 kB. Append-only.

    It hangs on a log that has had its answer, and no answer waits for it or looks at it.
    """

    family_role: str | None  # these two are set by the query of access.py
    staff_role: str | None

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="photos", db_index=False)
    log = models.ForeignKey(SymptomLog, on_delete=models.CASCADE, related_name="photos", db_index=False)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    client_uuid = models.UUIDField()
    kind = models.CharField(max_length=8, choices=PhotoKind)
    received_at = models.DateTimeField()
    width = models.PositiveSmallIntegerField()  # pixels
    height = models.PositiveSmallIntegerField()
    jpeg = models.BinaryField()

    class Meta:
        indexes = (
            models.Index(fields=("child", "received_at"), name="photos_of_a_child"),
            models.Index(fields=("received_at",), name="photos_to_seal"),
        )
        constraints = (
            models.UniqueConstraint(fields=("log", "client_uuid"), name="a_double_tap_is_one_photo"),
            one_of("kind", PhotoKind.values, name="photo_kind_is_known"),
        )

    def __str__(self) -> str:
        return str(self.pk)

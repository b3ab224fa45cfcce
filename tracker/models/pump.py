"""The clock of a pump at home: bag, needle, dressing. The intervals are the clinic's, typed in by the family."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracker.models.children import Child
from tracker.models.constraints import one_of, paired
from tracker.models.users import User

FEWEST_DAYS, MOST_DAYS = 1, 8
"""Cambridge changes the bag every 3 or 4 days, Philadelphia every 2 to 7; a needle stays 6 to 8."""


class LinePart(models.TextChoices):
    BAG = "bag", _("Bag")
    NEEDLE = "needle", _("Needle")
    DRESSING = "dressing", _("Dressing")


class LineInterval(models.Model):
    """How many days a part may stay, as the clinic said."""

    id = models.BigAutoField(primary_key=True)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="line_intervals", db_index=False)
    part = models.CharField(max_length=10, choices=LinePart)
    days = models.PositiveSmallIntegerField()
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            one_of("part", LinePart.values, name="interval_part_is_known"),
            models.UniqueConstraint(fields=("child", "part"), name="one_interval_a_part"),
            models.CheckConstraint(
                condition=Q(days__gte=FEWEST_DAYS, days__lte=MOST_DAYS), name="interval_is_plausible"
            ),
        )

    def __str__(self) -> str:
        return self.part


class LineChange(models.Model):
    """A part was changed. Never edited: it is taken back, and another takes its place."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="line_changes", db_index=False)
    part = models.CharField(max_length=10, choices=LinePart)
    client_uuid = models.UUIDField()
    changed_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = (models.Index(fields=("child", "part", "changed_at"), name="line_changes_of_a_child"),)
        constraints = (
            paired("taken_back_at", "taken_back_by", name="change_taken_back_is_paired"),
            one_of("part", LinePart.values, name="changed_part_is_known"),
            models.UniqueConstraint(fields=("child", "client_uuid"), name="a_double_tap_is_one_change"),
        )

    def __str__(self) -> str:
        return self.part

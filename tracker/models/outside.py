"""What this database needs and does not hold."""

from django.db import models

from tracker.models.constraints import one_of


class OutsideKind(models.TextChoices):
    ENCRYPTION_KEY = "encryption-key", "encryption key"
    ERASED_LIST = "erased-list", "list of who was erased"


class OutsidePart(models.Model):
    """A key or a file outside the database that belongs to it, by its id alone: another one is refused by name."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=20, choices=OutsideKind)
    identifier = models.CharField(max_length=36)
    since = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)  # by a newer key; the old one still opens what is older

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("kind", "identifier"), name="one_part_an_identifier"),
            models.UniqueConstraint(
                fields=("kind",), condition=models.Q(replaced_at=None), name="one_part_counts"
            ),
            one_of("kind", OutsideKind.values, name="outside_kind_is_known"),
        )

    def __str__(self) -> str:
        return self.identifier

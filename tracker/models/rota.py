"""Who is on in a care team, shift by shift, and who is away."""

import uuid
from datetime import time

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tracker.models.care_teams import CareTeam
from tracker.models.constraints import one_of
from tracker.models.users import User


class ShiftPart(models.TextChoices):
    DAY = "day", _("day")
    NIGHT = "night", _("night")


class Place(models.IntegerChoices):
    """When somebody who is on is told of an alert. HERE: they said so themselves, and are told with the first."""

    HERE = 0
    FIRST = 1
    SECOND = 2


class Rota(models.Model):
    """A team that keeps a rota: when its shifts begin. A team without a row keeps none."""

    care_team = models.OneToOneField(CareTeam, on_delete=models.CASCADE, primary_key=True)
    day_from = models.TimeField(default=time(7))
    night_from = models.TimeField(default=time(19))  # until the next day's day_from
    version = models.PositiveIntegerField(
        default=0
    )  # counts the lead's changes: of two at once, one is refused
    looks_at = models.DateTimeField()  # when somebody looks next for shifts in which nobody is on

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(day_from__lt=F("night_from")), name="a_night_follows_a_day"),
        )

    def __str__(self) -> str:
        return str(self.pk)


class Turn(models.Model):
    """One person on in one shift. A night is of the day on which it begins."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    care_team = models.ForeignKey(CareTeam, on_delete=models.CASCADE, related_name="turns", db_index=False)
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="turns")
    day = models.DateField()
    part = models.CharField(max_length=5, choices=ShiftPart)
    place = models.PositiveSmallIntegerField(choices=Place)

    class Meta:
        indexes = (models.Index(fields=("care_team", "day"), name="turns_of_a_day"),)
        constraints = (
            models.UniqueConstraint(
                fields=("care_team", "day", "part", "place"),
                condition=~Q(place=Place.HERE),
                name="one_first_and_one_second",
            ),
            models.UniqueConstraint(
                fields=("care_team", "day", "part", "person"),
                condition=Q(place=Place.HERE),
                name="here_once_a_shift",
            ),
            one_of("part", ShiftPart.values, name="part_is_known"),
            models.CheckConstraint(condition=Q(place__in=Place.values), name="place_is_known"),
        )

    def __str__(self) -> str:
        return str(self.pk)


class Absence(models.Model):
    """Days on which somebody is away, the first and the last among them: whatever the rota says, they are not on."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    care_team = models.ForeignKey(CareTeam, on_delete=models.CASCADE, related_name="absences", db_index=False)
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="absences")
    from_day = models.DateField()
    until_day = models.DateField()

    class Meta:
        indexes = (models.Index(fields=("care_team", "until_day"), name="absences_of_a_team"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(from_day__lte=F("until_day")), name="an_absence_begins_before_it_ends"
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)

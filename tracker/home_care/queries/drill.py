"""Drills of a family, for its own page and for the team. Only read here."""

import re
from datetime import datetime, timedelta

from django.db.models import QuerySet

from tracker.lib import telephone
from tracker.models import Child, Drill

NIGHT_HOUR, NIGHT_MINUTE = 2, 10
_DIGITS = re.compile(r"\d")
FEWEST_DIGITS = 3


def last_drill(child: Child) -> Drill | None:
    """The newest one that was finished: the team sees its date."""
    return drills_of(child).first()


def drills_of(child: Child) -> QuerySet[Drill]:
    finished = Drill.objects.filter(child=child, finished_at__isnull=False)
    return finished.select_related("begun_by").order_by("-finished_at")


def the_night(child: Child, now: datetime) -> datetime:
    """Ten past two of the coming night, on the family's clock: the moment that the drill plays in."""
    local = now.astimezone(child.zone)
    night = local.replace(hour=NIGHT_HOUR, minute=NIGHT_MINUTE, second=0, microsecond=0)
    return night if night > local else night + timedelta(days=1)


def is_the_number(child: Child, typed: str, now: datetime) -> bool:
    """Whether these are the last digits of the number to call at that hour."""
    number = telephone.of(child.care_team.number_for(the_night(child, now)).number)
    known = number.dialled if number else ""
    told = "".join(_DIGITS.findall(typed))
    return len(told) >= FEWEST_DIGITS and known.endswith(told)


def is_the_fever(fever_from: str, typed: str) -> bool:
    """Whether this is a temperature that stands in red on the card."""
    known = re.findall(r"\d{2,3}\.\d", fever_from)
    return typed.strip().replace(",", ".").rstrip("°CFcf ") in {
        *known,
        *(one.removesuffix(".0") for one in known),
    }

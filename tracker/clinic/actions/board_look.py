"""How a nurse sees her board, and in which unit: kept with the person, since a ward's computer is shared."""

from tracker.clinic.queries.board_alerts import VIEWS
from tracker.lib.time_zones import country_of, uses_fahrenheit
from tracker.models import CareTeam, User

UNITS = ("C", "F")


def unit_for(person: User, team: CareTeam) -> str:
    """The unit in which this nurse reads every temperature: her own choice, else that of the team's country."""
    if person.unit in UNITS:
        return person.unit
    return "F" if uses_fahrenheit(country_of(team.time_zone)) else "C"


def keep_look(*, person: User, view: str | None = None, unit: str | None = None) -> None:
    """What is no such look changes nothing."""
    if view in VIEWS:
        User.objects.filter(pk=person.pk).update(board_view=view)
    if unit in UNITS:
        User.objects.filter(pk=person.pk).update(unit=unit)

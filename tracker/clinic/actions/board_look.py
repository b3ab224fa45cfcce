"""How a nurse's board looks: kept with the person, since a ward's computer is shared."""

from tracker.clinic.queries.board_alerts import VIEWS
from tracker.models import User

UNITS = ("C", "F")


def keep_look(*, person: User, view: str | None = None, unit: str | None = None) -> None:
    """What is no such look changes nothing."""
    if view in VIEWS:
        User.objects.filter(pk=person.pk).update(board_view=view)
    if unit in UNITS:
        User.objects.filter(pk=person.pk).update(unit=unit)

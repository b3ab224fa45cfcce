"""A medicine that lowers a fever can hide one: which do, and which was given."""

from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from tracker.models import Child, DoseGiven

HIDES_A_FEVER = timedelta(hours=6)
"""As long as the log asks back: "Any fever medicine in the last 6 hours?" """


FEVER_MEDICINES = (
    *("paracetamol", "acetaminophen", "tylenol", "calpol", "panadol", "feverall", "ben-u-ron", "doliprane"),
    *("ibuprofen", "advil", "motrin", "nurofen", "brufen", "naproxen", "aspirin", "acetylsalicylic"),
    *("metamizol", "dipyrone", "novalgin", "nolotil"),
)
"""Names on labels that everybody knows to lower a fever, for families that forget to tick it."""


def fever_medicine_since(child: Child, at: datetime) -> DoseGiven | None:
    """The newest fever medicine of the 6 hours before `at`: it can hide a fever."""
    given = DoseGiven.objects.standing().filter(child=child, lowers_fever=True)
    newest = given.filter(given_at__gt=at - HIDES_A_FEVER, given_at__lte=at).select_related("given_by")
    return newest.order_by("-given_at").first()


def said_on_the_phone(dose: DoseGiven | None) -> list[str]:
    """ "Paracetamol was given at 00:14." """
    if dose is None:
        return []
    when = date_format(localtime(dose.given_at), "H:i")
    return [_("%(name)s was given at %(time)s.") % {"name": dose.name, "time": when}]


def names_a_fever_medicine(name: str) -> bool:
    return any(known in name.casefold() for known in FEVER_MEDICINES)

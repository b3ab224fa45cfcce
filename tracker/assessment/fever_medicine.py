"""A medicine that lowers a fever can hide one: which was given, and when."""

from datetime import datetime, timedelta

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from therapies.fever import FEVER_MEDICINE_HOURS
from tracker.lib.hours import date_format
from tracker.models import Child, DoseGiven

HIDES_A_FEVER = timedelta(hours=FEVER_MEDICINE_HOURS)


def fever_medicine_since(child: Child, at: datetime) -> DoseGiven | None:
    """The newest fever medicine of the hours before `at` in which one hides a fever."""
    given = DoseGiven.objects.standing().filter(child=child, lowers_fever=True)
    newest = given.filter(given_at__gt=at - HIDES_A_FEVER, given_at__lte=at).select_related("given_by")
    return newest.order_by("-given_at").first()


def said_on_the_phone(dose: DoseGiven | None) -> list[str]:
    """ "Paracetamol was given at 00:14." """
    if dose is None:
        return []
    when = date_format(localtime(dose.given_at), "H:i")
    return [_("%(name)s was given at %(time)s.") % {"name": dose.name, "time": when}]

"""What stands on every page around a child: whose page it is, and the number to call at this hour."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple, TypeGuard

from django.db.models import Exists, F, OuterRef
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from therapies.schedule import PUMP_ON, Label
from tracker.assessment.courses import earlier_of, labels_of
from tracker.assessment.wording import vocabulary
from tracker.core.access import children_of
from tracker.core.staff_session import StaffSession
from tracker.lib import telephone
from tracker.lib.emergency_numbers import ANYWHERE
from tracker.lib.hours import date_format, time_format
from tracker.lib.telephone import Telephone
from tracker.models import Alert, CareTeam, Child, PhoneEntry, Role, Urgency, User
from tracker.models.care_teams import PhoneLine

REFUSED_FOR = timedelta(days=3)
"""So long Today shows what a phone sent and the site could not take."""


class AuthedRequest(HttpRequest):
    """A request behind the login, for the type checker: whoever sent it is known."""

    user: User
    staff_session: StaffSession


def is_authed(request: HttpRequest) -> TypeGuard[AuthedRequest]:
    """For views that are open to all."""
    return request.user.is_authenticated


class NumberToCall(NamedTuple):
    """A number as pages show it: whose it is, the digits, and when it is answered."""

    label: str
    number: Telephone | None
    hours: str = ""


def page_context(request: AuthedRequest, child: Child, now: datetime) -> dict[str, Any]:
    """The context of base.html. Activates the family's time zone until the request ends (PersonsPlace)."""
    timezone.activate(child.zone)
    children = _own_children(request.user, now)
    own = next((one for one in children if one["pk"] == child.pk), None)
    return {
        "child": child,
        "as_staff": bool(getattr(child, "staff_role", None)),
        "children": children,
        "no_history": own is not None and own["role"] == Role.HELPER,
        "has_refused": own is not None and own["role"] == Role.PARENT and own["has_refused"],
        "is_emergency": own["in_emergency"] if own else in_emergency(child, now),
        "asks_callback": own is not None and own["role"] == Role.PARENT and _is_callback_missing(child, own),
        "day_label": day_label(child, now),
        "call": number_to_call(child.care_team, now),
        "emergency_number": emergency_number(child),
        "now": now,
    }


ABOUT = ("pk", "nickname", "colour", "in_emergency", "has_refused")


def _own_children(person: User, now: datetime) -> list[dict[str, Any]]:
    """A person's children, each with what its own membership says."""
    families = children_of(person).select_related(None)
    families = families.annotate(in_emergency=_is_in_emergency(now), has_refused=_has_refused(now))
    own = {
        "role": F("memberships__role"),
        "callback_number": F("memberships__callback_number"),
        "callback_confirmed_at": F("memberships__callback_confirmed_at"),
    }
    return [dict(row) for row in families.values(*ABOUT, **own)]


def _is_callback_missing(child: Child, own: Mapping[str, Any]) -> bool:
    """A clinic's team watches, and cannot call this parent back, or nobody has said that the number is right."""
    is_there = own["callback_number"] and own["callback_confirmed_at"]
    return not child.care_team.kept_by_family and not is_there


def known_numbers(request: HttpRequest) -> dict[str, Any]:
    """A context processor: on a page of no child, the number of the reader's own, where all of them have the same.

    While one of them has an open emergency, the numbers are that child's. Asked for by the templates alone, and only
    where a page says no number itself.
    """

    @cache
    def known() -> dict[str, Any]:
        person, now = getattr(request, "user", None), timezone.now()
        children = (
            list(children_of(person).annotate(in_emergency=_is_in_emergency(now)))
            if person and person.is_authenticated
            else []
        )
        children = [child for child in children if child.in_emergency] or children
        calls = {number_to_call(child.care_team, now) for child in children}
        emergencies = {emergency_number(child) for child in children}
        return {
            "call": calls.pop() if len(calls) == 1 else None,
            "emergency_number": emergencies.pop() if len(emergencies) == 1 else None,
            "is_emergency": any(child.in_emergency for child in children),
        }

    return {
        "call": lambda: known()["call"],
        "emergency_number": lambda: known()["emergency_number"],
        "is_emergency": lambda: known()["is_emergency"],
    }


def in_emergency(child: Child, now: datetime) -> bool:
    """An emergency of this child is open: wherever a page says to call, the ambulance comes first."""
    return Alert.objects.open_to_family(now).filter(child=child, urgency=Urgency.EMERGENCY).exists()


def _is_in_emergency(now: datetime) -> Exists:
    """As `in_emergency`, asked along with a person's children: no page has a query more for it."""
    return Exists(Alert.objects.open_to_family(now).filter(child=OuterRef("pk"), urgency=Urgency.EMERGENCY))


def _has_refused(now: datetime) -> Exists:
    """Lately a phone sent what could not be taken: asked along as well."""
    refused = PhoneEntry.objects.filter(child=OuterRef("pk"), received_at__gt=now - REFUSED_FOR)
    return Exists(refused.exclude(refused=""))


def emergency_number(child: Child) -> Telephone | None:
    """The one number of an ambulance; None where the country is not known: pages then link 112 and 911 apart."""
    number = child.number_in_an_emergency
    return None if number == ANYWHERE else telephone.of(number)


def number_to_call(team: CareTeam, at: datetime) -> NumberToCall:
    """The one number for this hour; and by night, when the day line opens."""
    line = team.number_for(at)
    return NumberToCall(
        _whose(team, is_night=line.is_night), telephone.of(line.number), _until(team, line, at)
    )


def _until(team: CareTeam, line: PhoneLine, at: datetime) -> str:
    """The line of this hour is open, and that comes first. Where one number is for all hours, nobody said that it
    has any."""
    opens = team.opens_after(at) if team.day_number and team.night_number and not line.is_open else None
    if opens is None:
        return ""
    when = _when(timezone.localtime(opens))
    return _("Open now. The day line opens %(when)s.") % {"when": when}


def all_numbers(team: CareTeam, child: Child | None = None) -> list[NumberToCall]:
    """Both numbers, each with its hours; then whom to try if nobody answers there."""
    opens, closes = (time_format(at, "H:i") for at in (team.opens_at, team.closes_at))
    hours = _("%(opens)s to %(closes)s") % {"opens": opens, "closes": closes}
    numbers = []
    if team.day_number:
        numbers.append(NumberToCall(_whose(team, is_night=False), telephone.of(team.day_number), hours))
    if team.night_number:
        number = telephone.of(team.night_number)
        numbers.append(NumberToCall(_whose(team, is_night=True), number, _("at all other hours")))
    return numbers + second_numbers(team, child)


def second_numbers(team: CareTeam, child: Child | None = None) -> list[NumberToCall]:
    """Whom to try if nobody answers: the team's second line, then the family's home-care company."""
    name = team.name or _("Care team")
    second, home_care = (
        telephone.of(team.second_number),
        telephone.of(child.home_care_number if child else ""),
    )
    lines = [(_("%(team)s, second line") % {"team": name}, second), (_("Home-care company"), home_care)]
    return [NumberToCall(label, number, _("if nobody answers")) for label, number in lines if number]


def day_label(child: Child, at: datetime, *, pump_stopped: bool = False) -> str:
    """ "Cycle 2, day 5, pump running until Friday 09:00": all labels of the course as one line.

    `pump_stopped`: a log says so and the treatment does not know it yet; then it does not say that the pump runs.
    """
    labels = labels_of(child, at)
    return labels_text(label for label in labels if not (pump_stopped and label[0] in PUMP_ON))


def earlier_therapies(child: Child, at: datetime) -> list[str]:
    """ "inotuzumab ozogamicin: Cycle 2, day 26, 19 days after dose 2": what else is watched for, and why."""
    return [
        ": ".join(filter(None, (therapy_name(earlier.course.therapy), labels_text(earlier.labels))))
        for earlier in earlier_of(child, at)
    ]


def therapy_name(therapy_id: str) -> str:
    """Its name in the reader's language; its id where the knowledge has no such therapy."""
    known = vocabulary()
    found = known.therapies.get(therapy_id) if known else None
    return _(found.name) if found else therapy_id


def labels_text(labels: Iterable[Label]) -> str:
    """Labels as one line."""
    return ", ".join(map(label_text, labels))


def label_text(label: Label) -> str:
    """A day label in the reader's language."""
    text, values = label
    shown = {key: _when(value) if isinstance(value, date) else value for key, value in values.items()}
    return _(text) % shown


def _when(at: date) -> str:
    """Near enough to name the weekday alone; else the date. A day without a time is its date."""
    if not isinstance(at, datetime):
        return date_format(at, "j F")
    near = abs((at - timezone.now()).days) < 6
    return date_format(at, "l H:i" if near else "j F, H:i")


def _whose(team: CareTeam, *, is_night: bool) -> str:
    name = team.name or _("Care team")
    if not (team.day_number and team.night_number):
        return name
    return (
        _("%(team)s, night line") % {"team": name} if is_night else _("%(team)s, day line") % {"team": name}
    )

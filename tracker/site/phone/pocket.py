"""What a phone keeps of a person's children, to answer, to call and to write down without a network."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from tracker.alerts import queries as alert_queries
from tracker.assessment.courses import asks_for_pump, has_begun
from tracker.assessment.pocket import KEPT_FOR, history, milliseconds, steps
from tracker.core.access import access_child, children_of, may
from tracker.core.pages import (
    NumberToCall,
    day_label,
    earlier_therapies,
    emergency_number,
    in_emergency,
    number_to_call,
    second_numbers,
)
from tracker.lib.clock import local_date, moment
from tracker.lib.telephone import Telephone
from tracker.models import CareTeam, Child, User


def pocket_of(person: User, now: datetime) -> list[dict[str, Any]]:
    """Of each child for whom the person may log."""
    own = [access_child(person, child.pk, to="see") for child in children_of(person)]
    return [child_in_words(child, now) for child in own if may((child.family_role,), "log")]


def child_in_words(child: Child, now: datetime) -> dict[str, Any]:
    with timezone.override(child.zone):
        standing = alert_queries.open_alert(child, now)
        return {
            "id": str(child.pk),
            "name": child.nickname,
            "zone": str(child.zone),
            "unit": child.units,
            "steps": steps(child, now),
            "days": list(_days(child, now)),
            "pump": asks_for_pump(child, now),
            "numbers": list(numbers(child.care_team, now)),
            "second": [_number(one) for one in second_numbers(child.care_team, child)],
            "emergency": _telephone(emergency_number(child)),
            "in_emergency": in_emergency(child, now),
            "standing": {"urgency": standing.urgency, "at": milliseconds(standing.raised_at)}
            if standing
            else None,
            "drugs": {
                str(one.pk): {"name": one.name, "lowers_fever": one.lowers_fever}
                for one in child.medicines.filter(ended_at=None)
            },
            **history(child, now),
        }


def numbers(team: CareTeam, now: datetime) -> Iterator[dict[str, Any]]:
    """The one to call from each moment on: they change when the team comes and goes, and with the day in the words."""
    first = local_date(now, team.zone)
    days = [first + timedelta(days=ahead) for ahead in range(KEPT_FOR.days + 2)]
    clocks = {team.opens_at, team.closes_at, datetime.min.time()}
    changes = sorted({moment(day, clock, team.zone) for day in days for clock in clocks})
    before = None
    for at in [now, *(at for at in changes if at > now)]:
        number = _number(number_to_call(team, at))
        if number != before:
            yield {"from": milliseconds(at), **number}
        before = number


def _days(child: Child, now: datetime) -> Iterator[dict[str, Any]]:
    """How each coming day of the therapy is called, as it is said on the telephone."""
    first, before = local_date(now, child.zone), None
    midnights = [
        moment(first + timedelta(days=ahead), datetime.min.time(), child.zone) for ahead in range(1, 9)
    ]
    for at in [now, *midnights]:
        day = {
            "label": day_label(child, at),
            "earlier": earlier_therapies(child, at),
            "begun": has_begun(child, at),
            "age": child.age_years(at),
            "months": child.age_months(at),
        }
        if day != before:
            yield {"from": milliseconds(at), **day}
        before = day


def _number(one: NumberToCall) -> dict[str, Any]:
    return {
        "label": str(one.label),
        "hours": str(one.hours),
        **(_telephone(one.number) or {"shown": "", "link": ""}),
    }


def _telephone(number: Telephone | None) -> dict[str, str] | None:
    return {"shown": str(number), "link": number.link} if number else None

"""What stands on every page of the staff: whose team it is, its number at this hour, and who they are in it."""

from collections import Counter
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404
from django.utils import timezone

from tracker.core.access import access_care_team, care_teams_of, may
from tracker.core.pages import AuthedRequest, number_to_call
from tracker.core.refused import Refused
from tracker.lib import telephone, time_zones
from tracker.lib.emergency_numbers import EMERGENCY_NUMBERS
from tracker.models import Alert, CareTeam, Urgency
from tracker.models.alerts import AT_ANY_HOUR


def team_for(request: AuthedRequest, care_team_id: Any, *, to: str = "review") -> CareTeam:
    """A clinic's team, for its staff alone: a family that keeps its own numbers has no board."""
    team = access_care_team(request.user, care_team_id, to=to)
    if team.kept_by_family:
        raise Http404
    return team


def locked_board(team: CareTeam, now: datetime) -> dict[str, Any]:
    """What a locked board may say: how many alerts are open, how urgent, and which of them sound."""
    columns = ("pk", "urgency", "taken_by", "try_again_at")
    alerts = list(Alert.objects.open().filter(child__care_team=team).values_list(*columns))
    numbers = Counter(urgency for _pk, urgency, *_rest in alerts)
    ringing = {
        pk: urgency
        for pk, urgency, nurse, try_again_at in alerts
        if urgency in AT_ANY_HOUR and (nurse is None or try_again_at)
    }
    return {
        "number": len(alerts),
        "counts": [{"urgency": u, "number": numbers[u]} for u in Urgency if numbers[u]],
        "ringing": list(ringing),
        "emergencies": Counter(ringing.values())[Urgency.EMERGENCY],
    }


def staff_context(request: AuthedRequest, team: CareTeam, now: datetime) -> dict[str, Any]:
    """The context of tracker/clinic/desk.html. Activates the team's time zone."""
    timezone.activate(team.zone)
    return {
        "team": team,
        "teams": care_teams_of(request.user),  # read when a page shows it: the part that changes does not
        "leads": may((getattr(team, "staff_role", None),), "lead"),
        "call": number_to_call(team, now),
        "emergency_number": telephone.of(EMERGENCY_NUMBERS.get(time_zones.country_of(team.time_zone), "")),
        "is_open": team.is_open(now),
        "now": now,
    }


def page_number(request: AuthedRequest, name: str = "page") -> int:
    """?page=2. Anything else is the first."""
    asked = request.GET.get(name, "")
    return max(1, int(asked)) if asked.isdecimal() and len(asked) < 6 else 1


class refusals:
    """`with refusals(request):` what an action refuses is said on the next page."""

    def __init__(self, request: AuthedRequest) -> None:
        self.request = request

    def __enter__(self) -> "refusals":
        return self

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> bool:
        if isinstance(error, Refused):
            messages.warning(self.request, str(error))
            return True
        return False

"""A family called about an urgent alert, and nobody answered: it does not wait for the next step of the clock."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from tracker.alerts.moves import change
from tracker.lib.task_queue import request_task
from tracker.models import Alert, Call, CareTeam, Lane
from tracker.models.alerts import AT_ANY_HOUR


def bring_the_next_level(*, alert_id: UUID, team: CareTeam, now: datetime) -> bool:
    """The next level is due now. Who held the alert does not any more: they did not come to the telephone.

    Where the last level was told and nobody holds it, everybody has it: the next round comes by itself, and saying
    it again and again sends nothing more.
    """
    someone_is_left = Q(level__lt=len(team.steps) - 1) | Q(taken_by__isnull=False)
    waits = Q(someone_is_left, urgency__in=AT_ANY_HOUR, escalates_at__gt=now)
    free = {"taken_by": None, "taken_until": None, "offered_to": None, "try_again_at": None}
    changes = {"escalates_at": now, **free}
    is_moved = not team.kept_by_family and change(alert_id, {"call in vain": waits}, changes)
    if is_moved:
        request_task("tracker.tasks.deliver_alerts", queue=Lane.ALERTS)
    return is_moved


def rang_in_vain(alert: Alert) -> bool:
    """Whether the family has said so before anybody was told: an urgent alert then waits for no first step."""
    return alert.urgency in AT_ANY_HOUR and Call.objects.filter(alert=alert, reached=False).exists()

"""Open boards show what is done around a child, too. A log and an alert tell them by themselves (board_version.py)."""

from datetime import datetime
from uuid import UUID

from tracker.models import CareTeam


def mark_boards(*care_teams: UUID, now: datetime) -> None:
    """The boards of these teams look different. A team that a family keeps has none."""
    CareTeam.objects.filter(pk__in=care_teams, kept_by_family=False).update(changed_at=now)

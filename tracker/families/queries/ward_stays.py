"""Who cares for a child since lately, and which children are offered to a team."""

from datetime import datetime, timedelta

from django.db.models import F, QuerySet

from tracker.models import CareTeam, Child, StayEvent, StayKind, Transfer

SAID_FOR = timedelta(weeks=2)


def care_changed(child: Child, now: datetime) -> StayEvent | None:
    """The last transfer or discharge of these days, if the child is still where that has led to."""
    moved = child.stay_events.filter(kind__in=(StayKind.TRANSFERRED, StayKind.DISCHARGED))
    last = moved.filter(at__gt=now - SAID_FOR).select_related("left", "joined").order_by("-at").first()
    if last is None:
        return None
    is_there = child.care_team_id == last.joined_id if last.joined_id else child.care_team.kept_by_family
    return last if is_there else None


def offers_to(team: CareTeam) -> QuerySet[Transfer]:
    """The oldest first."""
    found = Transfer.objects.filter(joins=team, ended_at=None, child__care_team=F("left"))
    return found.select_related("child", "left", "offered_by").order_by("offered_at")


def open_offer(child: Child) -> Transfer | None:
    own = Transfer.objects.filter(child=child, left=child.care_team_id, ended_at=None)
    return own.select_related("joins", "offered_by").first()

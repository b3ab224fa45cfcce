"""Who is on duty around a child. Only read here: reminders, pages and the sweep ask this."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import F, Q, QuerySet

from tracker.models import Baton, Child, Membership, User

QUIET_FROM, QUIET_UNTIL = time(21), time(6)
"""The quiet hours, on the family's clock: at their beginning a baton that nobody holds asks."""
HAND_BACK = time(12)  # a turn ends at noon: by then somebody is up


def on_duty(child: Child, at: datetime) -> User | None:
    """The adult who holds the baton at `at` and still belongs to the family."""
    baton = baton_held(child, at)
    return baton.holder if baton else None


def baton_held(child: Child, at: datetime) -> Baton | None:
    held = Baton.objects.filter(_held_at(at), child=child, **_STILL_OF_THE_FAMILY)
    return held.select_related("holder").order_by("-accepted_at").first()


def baton_offered(child: Child) -> Baton | None:
    """The offer that nobody has answered."""
    offers = Baton.objects.filter(child=child, accepted_at=None, ended_at=None, **_STILL_OF_THE_FAMILY)
    return offers.select_related("holder", "offered_by").first()


def adults_of(child: Child) -> list[User]:
    """Who may hold it: parents and helpers."""
    return list(
        User.objects.filter(memberships__child=child, memberships__ended_at=None).order_by("name").distinct()
    )


def nobody_on_duty(now: datetime) -> list[Child]:
    """Children for whom it is a quiet hour and nobody holds the baton, where more than one adult could."""
    held = Baton.objects.filter(_held_at(now), **_STILL_OF_THE_FAMILY)
    several = Membership.objects.filter(child__isnull=False, ended_at=None).values("child", "user")
    counts: dict[object, int] = {}
    for row in several:
        counts[row["child"]] = counts.get(row["child"], 0) + 1
    children = Child.objects.filter(paused_at=None).exclude(pk__in=held.values("child"))
    asked = children.filter(pk__in=[pk for pk, adults in counts.items() if adults > 1])
    return [child for child in asked.select_related("care_team") if is_quiet(child, now)]


def is_quiet(child: Child, at: datetime) -> bool:
    clock = at.astimezone(child.zone).time()
    return clock >= QUIET_FROM or clock < QUIET_UNTIL


def turn_until(at: datetime, zone: ZoneInfo) -> datetime:
    """The end of a turn that begins at `at`: the noon after the coming night, or after the one that runs."""
    local = at.astimezone(zone)
    day = local.date() if local.time() < QUIET_UNTIL else local.date() + timedelta(days=1)
    return datetime.combine(day, HAND_BACK, tzinfo=zone)


_STILL_OF_THE_FAMILY = {
    "child__memberships__user": F("holder"),
    "child__memberships__ended_at": None,
}


def _held_at(at: datetime) -> Q:
    return Q(accepted_at__lte=at, until__gt=at) & (Q(ended_at=None) | Q(ended_at__gt=at))


def turns_of(child: Child, most: int) -> QuerySet[Baton]:
    """Who was on duty lately, the newest first."""
    held = Baton.objects.filter(child=child, accepted_at__isnull=False).select_related("holder")
    return held.order_by("-accepted_at")[:most]

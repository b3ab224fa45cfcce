"""Who is on duty around a child. Only read here: reminders, pages and the sweep ask this."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F, Q

from tracker.models import Baton, Child, Membership, User

QUIET_FROM, QUIET_UNTIL = time(21), time(6)
"""The quiet hours, on the family's clock: at their beginning a baton that nobody holds asks."""
TURNS_SHOWN = 10
HAND_BACK = time(12)  # a turn ends at noon: by then somebody is up


def on_duty(child: Child, at: datetime) -> User | None:
    """The adult who holds the baton at `at` and still belongs to the family."""
    baton = baton_held(child, at)
    return baton.holder if baton else None


def baton_held(child: Child, at: datetime) -> Baton | None:
    held = Baton.objects.filter(_held_at(at), child=child, **_STILL_OF_THE_FAMILY)
    return held.select_related("holder").order_by("-accepted_at").first()


def holders(children: Collection[UUID], at: datetime) -> dict[UUID, UUID]:
    """Who holds the baton of each of these children, by their ids. One query."""
    held = Baton.objects.filter(_held_at(at), child__in=children, **_STILL_OF_THE_FAMILY)
    return dict(held.order_by("accepted_at").values_list("child_id", "holder_id"))


def adults_of(child: Child) -> list[User]:
    """Who may hold it: parents and helpers."""
    return list(
        User.objects.filter(memberships__child=child, memberships__ended_at=None, is_active=True)
        .order_by("name")
        .distinct()
    )


def nobody_on_duty(now: datetime) -> list[Child]:
    """Children for whom it is a quiet hour and nobody holds the baton, where more than one adult could."""
    held = Baton.objects.filter(_held_at(now), **_STILL_OF_THE_FAMILY)
    several = Membership.objects.running().filter(child__isnull=False).values("child", "user")
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
    "holder__is_active": True,
}


def _held_at(at: datetime) -> Q:
    return Q(accepted_at__lte=at, until__gt=at) & (Q(ended_at=None) | Q(ended_at__gt=at))


@dataclass(frozen=True)
class Watch:
    """The page's whole answer: who holds it, who was asked, who did lately, who could."""

    held: Baton | None
    offer: Baton | None
    turns: list[Baton]
    adults: list[User]


def watch_of(child: Child, now: datetime) -> Watch:
    """Two queries, however long the history."""
    adults = adults_of(child)
    open_first = F("ended_at").desc(nulls_first=True)
    rows = Baton.objects.filter(child=child).select_related("holder", "offered_by")
    batons = list(rows.order_by(open_first, "-offered_at")[:TURNS_SHOWN])
    standing = [one for one in batons if one.ended_at is None and one.holder in adults]
    held = [one for one in standing if one.accepted_at and one.until and one.until > now]
    offers = [one for one in standing if one.accepted_at is None]
    turns = [one for one in batons if one.accepted_at]
    return Watch(held[0] if held else None, offers[0] if offers else None, turns, adults)

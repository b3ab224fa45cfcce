"""By which ways a person can be reached, and what became of them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from tracker.core.audit import record_audit
from tracker.models import AuditEvent, Channel, ContactPoint, Message, User
from tracker.models.messages import WAYS

BROWSERS_ENDED = "browsers.ended"
SAID_FOR = timedelta(days=30)
PATIENCE = timedelta(days=1)
"""So long a browser may leave a question unanswered: a phone may be off for a night."""
CURRENT = ~Q(channel=Channel.EMAIL) | Q(address=F("person__email"))
"""Leaves out what is known about an e-mail address that is not the person's any more."""


def ways_to(people: Collection[UUID], *, reminders: bool = False) -> Mapping[UUID, Sequence[str]]:
    """Each person's channels, the best first. A dead one only where an alert would have no other."""
    points: dict[UUID, list[ContactPoint]] = defaultdict(list)
    for point in ContactPoint.objects.filter(CURRENT, person__in=people):
        points[point.person_id].append(point)
    return {person: _channels(points[person], reminders) for person in people}


def reminder_ways_to(people: Collection[UUID], now: datetime) -> Mapping[UUID, Sequence[str]]:
    """A reminder goes one way: notifications come last where no browser says any more that they arrive."""
    doubtful = without_notifications(people, now)
    return {
        person: sorted(ways, key=lambda way: person in doubtful and way == Channel.PUSH)
        for person, ways in ways_to(people, reminders=True).items()
    }


def first_ways_to(people: Collection[UUID], now: datetime) -> Mapping[UUID, Sequence[str]]:
    """The best way of each, and the next one with it where no browser says any more that notifications come."""
    ways, doubtful = ways_to(people), without_notifications(people, now)
    return {person: found[: 2 if person in doubtful else 1] for person, found in ways.items()}


def is_lost(now: datetime) -> Q:
    """Of a browser: what was sent there came back, or it has not answered for a day."""
    return Q(channel=Channel.PUSH) & (Q(dead_at__isnull=False) | Q(unheard_since__lte=now - PATIENCE))


def without_notifications(people: Collection[UUID], now: datetime) -> set[UUID]:
    """Those who turned notifications on, and of whose browsers none can be counted on. One query."""
    pushed = ContactPoint.objects.filter(person__in=people, channel=Channel.PUSH)
    works = ContactPoint.objects.filter(~is_lost(now), person=OuterRef("person"), channel=Channel.PUSH)
    return set(pushed.filter(~Exists(works)).values_list("person", flat=True))


def unreachable(people: Collection[UUID]) -> set[UUID]:
    """Those of whom every way has died, as far as is known. One query."""
    dead = ContactPoint.objects.filter(CURRENT, person__in=people, dead_at__isnull=False)
    works = ContactPoint.objects.filter(person=OuterRef("person"), dead_at=None)
    has_mail = ContactPoint.objects.filter(CURRENT, person=OuterRef("person"), channel=Channel.EMAIL)
    return set(dead.filter(~Exists(works.filter(CURRENT)), Exists(has_mail)).values_list("person", flat=True))


def _channels(points: Sequence[ContactPoint], reminders: bool) -> Sequence[str]:
    usable = {
        point.channel for point in points if point.dead_at is None and (point.for_reminders or not reminders)
    }
    if all(point.channel != Channel.EMAIL for point in points):
        usable.add(Channel.EMAIL)
    ordered = [way for way in WAYS if way in usable]
    return ordered if ordered or reminders else [Channel.EMAIL]


def mark_dead(*, message: Message, addresses: Collection[str], now: datetime) -> None:
    """What was sent there came back for good: it is not tried again, and its owner sees that."""
    for address in addresses if message.recipient_id else ():
        ContactPoint.objects.update_or_create(
            person_id=message.recipient_id,
            channel=message.channel,
            address=address,
            defaults={"dead_at": now},
            create_defaults={"dead_at": now, "begun_at": now},
        )


def mark_proved(*, message: Message, now: datetime) -> None:
    """The recipient opened it: this way works."""
    Message.objects.filter(pk=message.pk, opened_at=None).update(opened_at=now)
    ways = ContactPoint.objects.filter(CURRENT, person_id=message.recipient_id, channel=message.channel)
    if message.channel == Channel.EMAIL and not ways.exists():
        ContactPoint.objects.get_or_create(
            person_id=message.recipient_id,
            channel=Channel.EMAIL,
            address=message.person.email,
            defaults={"begun_at": now},
        )
    ways.filter(begun_at__lte=message.queued_at).update(proved_at=now, dead_at=None)
    ways.filter(proved_at=None, channel=Channel.EMAIL).update(proved_at=now, dead_at=None)


@transaction.atomic
def add_browser(
    *, person: User, endpoint: str, keys: Mapping[str, str], now: datetime, before: UUID | None = None
) -> ContactPoint:
    """This browser is pushed to from now on: for this person, and for nobody who used it before. Asked a day later.

    `before`: the row of what it was pushed to by until now, which it has ended.
    """
    browsers = ContactPoint.objects.filter(channel=Channel.PUSH)
    ended = browsers.filter(pk=before) if before else browsers.none()
    unwanted = ended.filter(person=person, for_reminders=False).exists()
    ended.delete()
    browsers.filter(Q(address=endpoint) | Q(person=person, dead_at__isnull=False)).delete()
    return ContactPoint.objects.create(
        person=person,
        channel=Channel.PUSH,
        address=endpoint,
        keys=dict(keys),
        begun_at=now,
        check_due_at=now + PATIENCE,
        for_reminders=not unwanted,
    )


@transaction.atomic
def set_mobile(*, person: User, number: str, now: datetime) -> ContactPoint:
    """The one number that SMS go to."""
    others = ContactPoint.objects.filter(person=person, channel=Channel.SMS).exclude(address=number)
    others.delete()
    point, _new = ContactPoint.objects.update_or_create(
        person=person,
        channel=Channel.SMS,
        address=number,
        defaults={"dead_at": None},
        create_defaults={"begun_at": now},
    )
    return point


def forget_way(*, point: ContactPoint) -> None:
    """Not this way any more. The e-mail address stays: it is the login's."""
    if point.channel != Channel.EMAIL:
        point.delete()


def forget_browser(*, person: User, endpoint: str) -> None:
    """This browser is not the person's any more."""
    ContactPoint.objects.filter(person=person, channel=Channel.PUSH, address=endpoint).delete()


@transaction.atomic
def end_browsers(*, person: User, but: UUID | None, now: datetime) -> bool:
    """What is signed out by somebody's hand is not pushed to any more: it may be lost. `but`: where they act.

    False where there was none.
    """
    browsers = ContactPoint.objects.filter(person=person, channel=Channel.PUSH)
    ended, _each = (browsers.exclude(pk=but) if but else browsers).delete()
    if ended:
        record_audit(BROWSERS_ENDED, by=person, now=now, about=person.pk, ended=ended)
    return bool(ended)


def browsers_ended_at(person: User, now: datetime) -> datetime | None:
    """When that happened last, for as long as its person should read of it."""
    ended = AuditEvent.objects.filter(about=person.pk, verb=BROWSERS_ENDED, at__gt=now - SAID_FOR)
    return ended.order_by("at").values_list("at", flat=True).last()


def choose_for_reminders(*, person: User, channel: str, wanted: bool, now: datetime) -> None:
    """Whether reminders may come this way. Alerts may always."""
    if channel == Channel.EMAIL:
        ContactPoint.objects.get_or_create(
            person=person, channel=channel, address=person.email, defaults={"begun_at": now}
        )
    ContactPoint.objects.filter(CURRENT, person=person, channel=channel).update(for_reminders=wanted)


def has_dead_way(person: User, now: datetime) -> bool:
    """Something that was sent to them came back, or their notifications are not confirmed any more."""
    is_dead = Q(dead_at__isnull=False) | is_lost(now)
    return ContactPoint.objects.filter(CURRENT, is_dead, person=person).exists()


def known_ways(person: User) -> list[tuple[str, str, ContactPoint | None]]:
    """Each channel and address of a person, with what is known about it, the best first."""
    points = list(ContactPoint.objects.filter(CURRENT, person=person).order_by("begun_at"))
    found: list[tuple[str, str, ContactPoint | None]] = [
        (point.channel, point.address, point) for point in points
    ]
    if all(channel != Channel.EMAIL for channel, _address, _point in found):
        found.append((Channel.EMAIL, person.email, None))
    return sorted(found, key=lambda way: WAYS.index(way[0]))

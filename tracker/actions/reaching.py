"""By which ways a person can be reached, and what became of them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q

from tracker.models import Channel, ContactPoint, Message, User

WAYS = (Channel.PUSH, Channel.SMS, Channel.EMAIL)
"""The best first: what wakes somebody, then what waits to be read."""
CURRENT = ~Q(channel=Channel.EMAIL) | Q(address=F("person__email"))
"""Leaves out what is known about an e-mail address that is not the person's any more."""


def ways_to(people: Collection[UUID], *, reminders: bool = False) -> Mapping[UUID, Sequence[str]]:
    """Each person's channels, the best first. A dead one only where an alert would have no other."""
    points: dict[UUID, list[ContactPoint]] = defaultdict(list)
    for point in ContactPoint.objects.filter(CURRENT, person__in=people):
        points[point.person_id].append(point)
    return {person: _channels(points[person], reminders) for person in people}


def _channels(points: Sequence[ContactPoint], reminders: bool) -> Sequence[str]:
    usable = {
        point.channel for point in points if point.dead_at is None and (point.for_reminders or not reminders)
    }
    if all(point.channel != Channel.EMAIL for point in points):
        usable.add(Channel.EMAIL)
    ordered = [way for way in WAYS if way in usable]
    return ordered if ordered or reminders else [Channel.EMAIL]


def bury(*, message: Message, addresses: Collection[str], now: datetime) -> None:
    """What was sent there came back for good: it is not tried again, and its owner sees that."""
    for address in addresses:
        ContactPoint.objects.update_or_create(
            person_id=message.recipient_id,
            channel=message.channel,
            address=address,
            defaults={"dead_at": now},
            create_defaults={"dead_at": now, "begun_at": now},
        )


def prove(*, message: Message, now: datetime) -> None:
    """The recipient opened it: this way works."""
    Message.objects.filter(pk=message.pk, opened_at=None).update(opened_at=now)
    ways = ContactPoint.objects.filter(CURRENT, person_id=message.recipient_id, channel=message.channel)
    if message.channel == Channel.EMAIL and not ways.exists():
        ContactPoint.objects.get_or_create(
            person_id=message.recipient_id,
            channel=Channel.EMAIL,
            address=message.recipient.email,
            defaults={"begun_at": now},
        )
    ways.filter(begun_at__lte=message.queued_at).update(proved_at=now, dead_at=None)
    ways.filter(proved_at=None, channel=Channel.EMAIL).update(proved_at=now, dead_at=None)


def switch_mail_off(*, person: User, now: datetime) -> None:
    """No reminders by mail any more; alerts still come."""
    ContactPoint.objects.update_or_create(
        person=person,
        channel=Channel.EMAIL,
        address=person.email,
        defaults={"for_reminders": False},
        create_defaults={"for_reminders": False, "begun_at": now},
    )

"""A notification a week asks each browser whether it still gets them: iPhones end a subscription and tell nobody.

Any notification that a browser confirms counts, so whoever is reminded by them is seldom asked. Who does not answer
for a day is told by another way, and the family's team sees it.
"""

import logging
import time as clock
from collections.abc import Collection, Iterable
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q
from django.db.models.functions import Coalesce

from tracker.core.board_mark import mark_boards
from tracker.lib.clock import local_date, moment
from tracker.lib.task_queue import request_task
from tracker.messaging.channels import push
from tracker.messaging.contact_points import PATIENCE, is_lost, ways_to, without_notifications
from tracker.models import Channel, ContactPoint, Kind, Lane, Membership, Message, User
from tracker.models.users import zone_named

log = logging.getLogger(__name__)

EVERY = timedelta(weeks=1)
LEASE = timedelta(minutes=30)
"""A claim keeps others away so long; what could not be sent is tried again then."""
ASKED_AT = time(12)  # on the person's clock: it makes no sound, and may still be seen
DAYTIME = range(9, 20)  # hours
BATCH = 50
LIVES = timedelta(hours=12)  # of the message to its person
AGAIN = timedelta(minutes=1)  # two notifications at once are written down once


def check_due(*, now: datetime, seconds: float = 20) -> int:
    """Asks some of those whose time has come. Twice at once changes nothing; one that breaks stops no other."""
    began, asked = clock.monotonic(), 0
    for point in _due(now) if settings.PUSH_LEAVES_THE_HOUSE else ():
        if clock.monotonic() - began > seconds:
            break
        try:
            asked += _claim(point, now) and _ask(point, now)
        except Exception:
            log.exception("browser_not_asked")
    return asked


def _due(now: datetime) -> Iterable[ContactPoint]:
    """One that lies further ahead than a week is of a clock that was put back."""
    is_due = Q(check_due_at__lte=now) | Q(check_due_at__gt=now + 2 * EVERY)
    is_new = Q(check_due_at=None, begun_at__lte=now - EVERY)
    browsers = ContactPoint.objects.filter(is_due | is_new, channel=Channel.PUSH, dead_at=None)
    return browsers.select_related("person").order_by("check_due_at")[:BATCH]


def _claim(point: ContactPoint, now: datetime) -> bool:
    same = ContactPoint.objects.filter(pk=point.pk, check_due_at=point.check_due_at, dead_at=None)
    return bool(same.update(check_due_at=now + LEASE))


def _ask(point: ContactPoint, now: datetime) -> bool:
    """What could not be sent is no silence of the browser's."""
    own = ContactPoint.objects.filter(pk=point.pk)
    if now.astimezone(zone_named(point.person.time_zone)).hour not in DAYTIME:
        own.update(check_due_at=_noon(point.person, now, days=0))
        return False
    error = push.send_check(point)
    if error and error.dead:
        own.update(dead_at=now)
    elif not error:
        own.update(check_due_at=_noon(point.person, now), unheard_since=Coalesce(F("unheard_since"), now))
    return error is None


def _noon(person: User, now: datetime, days: int = EVERY.days) -> datetime:
    """Of that day on the person's clock; of the next one where it is over."""
    zone = zone_named(person.time_zone)
    day = local_date(now, zone) + timedelta(days=days)
    at = moment(day, ASKED_AT, zone)
    return at if at > now else moment(day + timedelta(days=1), ASKED_AT, zone)


def note_received(*, receipt: str, now: datetime) -> bool:
    """A browser says that a notification came: its way is alive. False for what this site has not sent."""
    found = push.point_of(receipt)
    point = ContactPoint.objects.filter(pk=found).select_related("person").first() if found else None
    if point is None:
        return False
    is_news = Q(received_at=None) | Q(received_at__lt=now - AGAIN) | Q(received_at__gt=now + AGAIN)
    alive = {"received_at": now, "unheard_since": None, "lost_told_at": None, "dead_at": None}
    own = ContactPoint.objects.filter(is_news, pk=point.pk)
    was_lost = ContactPoint.objects.filter(is_lost(now), pk=point.pk).exists()
    if own.update(**alive, check_due_at=_noon(point.person, now)) and was_lost:
        _mark_boards_of(point.person_id, now)
    return True


# ------------------------------------------------------------ what is not confirmed


def tell_lost(*, now: datetime) -> int:
    """Each person whose browser fell silent, once, by another way. What was lost long ago stands on their pages."""
    lost = ContactPoint.objects.filter(is_lost(now), lost_told_at=None)
    lately = lost.filter(Q(dead_at=None) | Q(dead_at__gt=now - PATIENCE))
    return sum(_try_to_tell(point, now) for point in lately[:BATCH])


def _try_to_tell(point: ContactPoint, now: datetime) -> bool:
    try:
        return _tell(point, now)
    except Exception:
        log.exception("lost_browser_not_told")
        return False


@transaction.atomic
def _tell(point: ContactPoint, now: datetime) -> bool:
    if not ContactPoint.objects.filter(is_lost(now), pk=point.pk, lost_told_at=None).update(lost_told_at=now):
        return False
    _queue(recipient=point.person_id, now=now)
    _mark_boards_of(point.person_id, now)
    return True


def _queue(*, recipient: UUID, now: datetime) -> None:
    """That their notifications do not come: by the best of their other ways, if they have one."""
    others = [way for way in ways_to([recipient])[recipient] if way != Channel.PUSH]
    about = {"kind": Kind.LOST_WAY, "queued_at": now, "due_at": now, "expires_at": now + LIVES}
    Message.objects.bulk_create(Message(recipient_id=recipient, channel=way, **about) for way in others[:1])
    request_task("tracker.tasks.deliver_reminders", queue=Lane.REMINDERS)


def _mark_boards_of(person: UUID, now: datetime) -> None:
    own = Membership.objects.running().filter(user=person, child__isnull=False)
    mark_boards(*own.values_list("child__care_team", flat=True), now=now)


def has_lost_notifications(child: OuterRef, now: datetime) -> Exists:
    """Whether somebody of its family turned notifications on and gets none any more; for a query of many."""
    own = ContactPoint.objects.filter(channel=Channel.PUSH, person=OuterRef("user"))
    lost = Exists(own) & ~Exists(own.filter(~is_lost(now)))
    return Exists(Membership.objects.running().filter(lost, child=child))


def families_without(children: Collection[UUID], now: datetime) -> dict[UUID, list[str]]:
    """By child, who of its family turned notifications on and gets none any more. Two queries."""
    family = Membership.objects.running().filter(child__in=children).select_related("user")
    pushed = family.filter(user__contact_points__channel=Channel.PUSH).distinct().order_by("begun_at")
    members = list(pushed)
    lost = without_notifications([member.user_id for member in members], now) if members else set()
    found: dict[UUID, list[str]] = {}
    for member in members:
        if member.user_id in lost and member.child_id:
            found.setdefault(member.child_id, []).append(str(member.user))
    return found


def notifications_of(person: User, now: datetime) -> dict[str, Any]:
    """What Today says: the browser that was heard last, lost where all are; none where they want none. One query."""
    own = ContactPoint.objects.filter(person=person, channel=Channel.PUSH)
    is_gone = ExpressionWrapper(is_lost(now), output_field=BooleanField())
    heard = own.annotate(is_gone=is_gone).order_by("is_gone", F("received_at").desc(nulls_last=True))
    found = heard.first()
    return {"browser": found, "browser_is_lost": bool(found and found.is_gone)}

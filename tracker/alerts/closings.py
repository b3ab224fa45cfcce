"""Alerts that were closed, read for whoever may take the closing back, and for whoever sees a new log soon after."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet

from tracker.alerts.arrivals import told_to_come
from tracker.alerts.queries import joined_after_closing
from tracker.assessment.assess import REMEMBERED
from tracker.models import Alert, AlertEvent, AlertVerb, CareTeam, Child, Kind, Message, Outcome, Urgency
from tracker.models.alerts import ADVISING, THE_FAMILYS, UNDO_WITHIN, is_missing

SHOWN_FOR = timedelta(days=7)
"""So long a child's page offers to open its last alert again."""
JUST_CLOSED = timedelta(minutes=10)
MOST = 30


@dataclass(frozen=True)
class Delivery:
    """What became of the messages to one person: the furthest that any of them came."""

    name: str
    sent_at: datetime | None
    opened_at: datetime | None
    due_at: datetime | None  # it still waits
    has_failed: bool


@dataclass(frozen=True)
class Closed:
    """An alert that was closed, and whom of the family the decision has reached."""

    alert: Alert
    deliveries: Sequence[Delivery]
    can_undo: bool  # the family is not told yet
    is_before_another: bool  # a later alert is open
    joined: int  # logs that joined since
    asks_where: bool  # it sends the child somewhere, and nobody said that it is at home again
    is_there: bool
    is_missing: bool  # told to come in, and did not


def last_closed(child: Child, standing: Alert | None, now: datetime) -> Closed | None:
    """The child's last one: of this week, or of the day before the alert that is open."""
    since = standing.raised_at - REMEMBERED if standing else now - SHOWN_FOR
    closed = Alert.objects.filter(child=child, resolved_at__gte=since).select_related("resolved_by")
    alert = closed.order_by("-resolved_at").first()
    if alert is None:
        return None
    sent = told_to_come(child, now, for_family=False)
    return Closed(
        alert,
        _deliveries(alert),
        can_be_undone(alert, now),
        is_before_another=standing is not None,
        joined=AlertEvent.objects.filter(joined_after_closing(), alert=alert).count(),
        asks_where=sent == alert,
        is_there=alert.there_at is not None or alert.outcome == Outcome.ADMITTED,
        is_missing=alert.is_missing(now),
    )


def can_be_undone(alert: Alert, now: datetime) -> bool:
    return alert.closed_at <= now < alert.closed_at + UNDO_WITHIN


def _deliveries(alert: Alert) -> list[Delivery]:
    messages = Message.objects.filter(alert=alert, kind=Kind.ANSWER, queued_at=alert.closed_at)
    ordered = messages.select_related("recipient").order_by("recipient")
    return [_delivery(list(of_one)) for _person, of_one in groupby(ordered, key=attrgetter("recipient_id"))]


def _delivery(messages: Sequence[Message]) -> Delivery:
    sent = [message.sent_at for message in messages if message.sent_at]
    opened = [message.opened_at for message in messages if message.opened_at]
    ended = [message.sent_at or message.failed_at or message.dropped_at for message in messages]
    waiting = [message.due_at for message, end in zip(messages, ended, strict=True) if end is None]
    return Delivery(
        name=messages[0].person.name,
        sent_at=min(sent, default=None),
        opened_at=min(opened, default=None),
        due_at=min(waiting, default=None),
        has_failed=not sent and not waiting,
    )


@dataclass(frozen=True)
class Lately:
    """What the staff closed: in the last minutes, the newest first; and what is not over (`logged_since`)."""

    just_closed: Sequence[Alert]
    logged_since: Sequence[Alert]


def closed_lately(team: CareTeam, now: datetime) -> Lately:
    """One query. Not over are those closed with advice within a day that no later alert follows: first who was told
    to come in and did not, then whose logs have joined since, with their number and when the last one came.
    """
    since = Q(events__verb=AlertVerb.JOINED, events__at__gt=F("resolved_at"))
    later = Alert.objects.filter(child=OuterRef("child"), raised_at__gt=OuterRef("resolved_at"))
    closed = Alert.objects.filter(child__care_team=team, resolved_at__gt=now - REMEMBERED)
    counted = closed.exclude(outcome__in=THE_FAMILYS).annotate(
        **{
            "joined": Count("events", filter=since),
            "seen_at": Max("events__at", filter=since),
            "is_last": ~Exists(later),
        }
    )
    is_recent = Q(resolved_at__gte=now - JUST_CLOSED)
    is_not_over = Q(joined__gt=0) | is_missing(now)
    found = counted.filter(is_recent | Q(is_not_over, is_last=True, outcome__in=ADVISING))
    alerts = list(found.select_related("child", "resolved_by").order_by("-resolved_at", "pk")[: 2 * MOST])
    for alert in alerts:
        alert.can_undo, alert.did_not_come = can_be_undone(alert, now), alert.is_missing(now)
    open_ended = [
        one for one in alerts if one.is_last and one.outcome in ADVISING and (one.joined or one.did_not_come)
    ]
    recent = [alert for alert in alerts if alert.closed_at >= now - JUST_CLOSED]
    return Lately(recent[:MOST], sorted(open_ended, key=lambda alert: not alert.did_not_come))


def emergency_before(child: Child, at: datetime) -> Alert | None:
    """One that was closed and began within the day before: the danger may be back, or never have gone."""
    closed = _closed_emergencies([child.pk], at - REMEMBERED).filter(raised_at__lt=at)
    return closed.order_by("-raised_at").first()


def emergencies_before(alerts: Iterable[Alert]) -> Mapping[UUID, Alert]:
    """By alert, as `emergency_before`. One query for all of them."""
    alerts = list(alerts)
    if not alerts:
        return {}
    since = min(alert.raised_at for alert in alerts) - REMEMBERED
    closed = list(_closed_emergencies([alert.child_id for alert in alerts], since).order_by("raised_at"))
    return {
        alert.pk: before
        for alert in alerts
        for before in closed  # the last one wins
        if before.child_id == alert.child_id
        and alert.raised_at - REMEMBERED <= before.raised_at < alert.raised_at
    }


def _closed_emergencies(children: Collection[UUID], since: datetime) -> QuerySet[Alert]:
    emergencies = Alert.objects.filter(child__in=children, urgency=Urgency.EMERGENCY, raised_at__gte=since)
    return emergencies.filter(resolved_at__isnull=False).select_related("resolved_by")

"""A further log of an alert: who made it is asked to call, and then the other parents, as after a first one."""

from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Subquery

from tracker.lib.clock import SKEW
from tracker.messaging import delivery
from tracker.models import AlertEvent, AlertVerb, Assessment, Kind, Membership, Message, Role
from tracker.models.alerts import AT_ANY_HOUR

NUDGE = timedelta(minutes=10)
"""Without a call by then, who logged it is told too."""
THE_OTHERS = timedelta(minutes=15)
"""And then the other parents: when the last level is told of a first log."""
LOOKS_BACK = timedelta(hours=1)
"""An older one is over: by then the call was made, or the next log has come."""


def queue_due(*, now: datetime) -> None:
    """For each urgent log that joined or made an alert worse. Found in the record: a crash loses none."""
    says = Assessment.objects.filter(log=OuterRef("log")).order_by("-pk").values("urgency")[:1]
    asked = Message.objects.filter(kind=Kind.NUDGE, alert=OuterRef("alert"), queued_at=OuterRef("at"))
    lately = {"at__range": (now - LOOKS_BACK, now + SKEW), "log__received_at": F("at")}
    further = AlertEvent.objects.filter(verb__in=(AlertVerb.WORSE, AlertVerb.JOINED), **lately)
    urgent = further.annotate(says=Subquery(says)).filter(~Exists(asked), says__in=AT_ANY_HOUR)
    for event in urgent.select_related("alert", "log"):
        _queue(event)


def _queue(event: AlertEvent) -> None:
    """Counted from the log; the number of its event tells it apart. Twice at once changes nothing."""
    number = AlertEvent.objects.filter(alert=event.alert_id, pk__lte=event.pk).count()
    logged_by = event.log.caregiver_id if event.log else None
    parents = Membership.objects.running().filter(child=event.alert.child_id, role=Role.PARENT)
    others = parents.exclude(user=logged_by).values_list("user_id", flat=True)
    for level, (people, later) in enumerate((([logged_by], NUDGE), (others, THE_OTHERS))):
        delivery.queue(
            alert=event.alert,
            recipients=[person for person in people if person],
            now=event.at,
            kind=Kind.NUDGE,
            level=level,
            round=number,
            later=later,
        )

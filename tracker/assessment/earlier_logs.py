"""A danger that an earlier log told of keeps an answer at "call now": which log that was.

A quiet log that came since must not stand before it on a nurse's page.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from therapies.response import Response
from tracker.assessment.basis import age_when_received
from tracker.models import SymptomLog

NEAR = timedelta(seconds=2)
"""Hours in an answer are fractions: so close is the same moment."""
Moment = tuple[UUID, datetime]
"""A child, and when a log of it was seen."""


def remembered(log: SymptomLog, response: Response) -> list[datetime]:
    """When the logs were seen that this answer remembers, the newest first."""
    hours = {flag["reported_hours_ago"] for flag in response["flags"] if "reported_hours_ago" in flag}
    return [log.observed_at + age_when_received(log) - timedelta(hours=one) for one in sorted(hours)]


def logs_at(moments: Iterable[Moment]) -> dict[Moment, SymptomLog]:
    """The standing logs that were seen then. One query, and none for no moments."""
    asked = list(moments)
    near = Q()
    for child, at in asked:
        near |= Q(child=child, observed_at__range=(at - NEAR, at + NEAR))
    found = list(SymptomLog.objects.standing().filter(near).order_by("received_at", "pk")) if asked else []
    return {
        (child, at): log
        for child, at in asked
        for log in sorted(found, key=lambda log: -abs(log.observed_at - at))  # the nearest wins
        if log.child_id == child and abs(log.observed_at - at) <= NEAR
    }


def of_the_same_moment(log: SymptomLog) -> list[SymptomLog]:
    """The other standing logs that the rules took for one report with this one, the newest first. One query."""
    same = SymptomLog.objects.standing().filter(child=log.child_id, observed_at=log.observed_at)
    return list(same.exclude(pk=log.pk).order_by("-received_at", "pk"))

"""What the care team said last: to a caregiver on the phone, or written down when it closed an alert."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import DateTimeField, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast

from tracker.alerts import queries as alert_queries
from tracker.logs import queries
from tracker.models import Alert, AlertEvent, Assessment, Call, Child, User
from tracker.models.alerts import AT_ANY_HOUR, LOGGED, THE_FAMILYS, in_words, is_untold

AN_ORDER = timedelta(hours=12)
"""So long advice is said as what to do; after that, as what was said then."""
STILL_DUE = timedelta(hours=12)
LATELY = timedelta(days=7)
"""So long advice that no longer holds can be looked up on Today; after that it stands among the days."""


class Advice(NamedTuple):
    """`by`: the caregiver who called, or whoever of the team closed the alert.

    `holds`: it is still what to do. `is_overtaken`: what was seen since says to call.
    """

    at: datetime
    by: str
    is_own: bool
    from_team: bool
    told: str
    look_again_at: datetime | None
    holds: bool = True
    is_overtaken: bool = False
    opened_at: datetime | None = None

    def is_to_be_followed(self, now: datetime) -> bool:
        """What the team decided, while it is said as what to do."""
        return self.from_team and self.holds and now - self.at < AN_ORDER


def last_advice(child: Child, reader: User, now: datetime, last: queries.LogRow | None) -> Advice | None:
    """The newest of both. "Look again" stands until somebody has, or half a day after it was due.

    Advice from before a sign that still says to call no longer holds. Two queries, one where there was none.
    """
    never = Cast(Value(None), DateTimeField())
    calls = Call.objects.filter(child=child, reached=True).values_list(
        *("called_at", "caregiver_id", "caregiver__name", Value(""), "told", "look_again_at", "advice", never)
    )
    closed = Alert.objects.filter(child=child, outcome__gt="").exclude(outcome__in=THE_FAMILYS)
    closed = closed.exclude(is_untold(now))
    wrote = closed.values_list(
        *("resolved_at", "resolved_by_id", "resolved_by__name", "outcome", "resolution_note", never),
        *(Value(""), "decision_opened_at"),
    )
    found = list(calls.union(wrote, all=True).order_by("-called_at")[:1])
    if not found:
        return None
    at, person, name, outcome, words, again, advised, opened_at = found[0]
    danger_seen_at = _danger_seen_at(child, now).first()
    if again and (now > again + STILL_DUE or (last and last.observed_at >= again)):
        again = None
    is_overtaken = danger_seen_at is not None and danger_seen_at > at
    holds = not is_overtaken and (again is not None or now - at < AN_ORDER)
    if not holds and now - at >= LATELY:
        return None
    told = " ".join(filter(None, (_in_words(outcome, holds), in_words(advised, words))))
    again = again if holds else None
    state = {"holds": holds, "is_overtaken": is_overtaken, "opened_at": opened_at}
    return Advice(at, name, person == reader.pk, bool(outcome), told, again, **state)


def _danger_seen_at(child: Child, now: datetime) -> QuerySet:
    """When the newest sign was seen that the open alert tells of and that is as urgent as the alert.

    What joined a closed one says to call all the same.
    """
    standing = Alert.objects.open_to_family(now).filter(child=child)
    since = alert_queries.joined_after_closing() & Q(alert__child=child)
    told = AlertEvent.objects.filter(Q(alert__in=standing, verb__in=LOGGED) | since)
    says = Assessment.objects.filter(log=OuterRef("log")).order_by("-pk").values("urgency")[:1]
    is_danger = Q(says=F("alert__urgency")) | since & Q(says__in=AT_ANY_HOUR)
    told = told.annotate(says=Subquery(says)).filter(is_danger)
    return told.order_by("-pk").values_list("log__observed_at", flat=True)


def _in_words(outcome: str, holds: bool) -> str:
    if not outcome:
        return ""
    return alert_queries.outcome_in_words(outcome) if holds else alert_queries.outcome_afterwards(outcome)

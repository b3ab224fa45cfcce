"""What the care team said last: to a caregiver on the phone, or written down when it closed an alert."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import DateTimeField, Value
from django.db.models.functions import Cast

from tracker import record
from tracker.models import Alert, Call, Child, User
from tracker.models.alerts import THE_FAMILYS, in_words

AN_ORDER = timedelta(hours=12)
"""So long an outcome is said as what to do; after that, as what was decided then."""
STILL_DUE = timedelta(hours=12)


class Advice(NamedTuple):
    """`by`: the caregiver who called, or whoever of the team closed the alert."""

    at: datetime
    by: str
    is_own: bool
    from_team: bool
    told: str
    look_again_at: datetime | None


def last_advice(child: Child, reader: User, now: datetime, last: record.Row | None) -> Advice | None:
    """The newest of both. "Look again" stands until somebody has, or half a day after it was due."""
    calls = Call.objects.filter(child=child, reached=True).values_list(
        "called_at", "caregiver_id", "caregiver__name", Value(""), "told", "look_again_at", "advice"
    )
    closed = Alert.objects.filter(child=child, outcome__gt="").exclude(outcome__in=THE_FAMILYS)
    never = Cast(None, DateTimeField())
    wrote = closed.values_list(
        "resolved_at", "resolved_by_id", "resolved_by__name", "outcome", "resolution_note", never, Value("")
    )
    found = list(calls.union(wrote, all=True).order_by("-called_at")[:1])
    if not found:
        return None
    at, person, name, outcome, words, again, advised = found[0]
    if again and (now > again + STILL_DUE or (last and last.observed_at >= again)):
        again = None
    told = " ".join(filter(None, (_in_words(outcome, now - at), in_words(advised, words))))
    return Advice(at, name, person == reader.pk, bool(outcome), told, again)


def _in_words(outcome: str, age: timedelta) -> str:
    if not outcome:
        return ""
    return record.outcome_in_words(outcome) if age < AN_ORDER else record.outcome_afterwards(outcome)

"""Whether a family without a clinic may say that an alert is over. Only read here: the page and the action ask this."""

from datetime import datetime, timedelta

from django.db.models import Max

from tracker.models import Alert, AlertVerb, Urgency

REMEMBERED = timedelta(hours=24)
"""So long a danger counts that nobody gave advice on: the rules remember it as long."""


def may_be_over(alert: Alert, now: datetime) -> bool:
    """One for today, one that somebody was reached about, or one whose last log is a day old.

    Of a younger one, the safer answer is the call: nobody but the family watches, and a tap may be a slip.
    """
    if alert.urgency == Urgency.TODAY or alert.calls.filter(reached=True).exists():
        return True
    told = alert.events.filter(verb__in=(AlertVerb.RAISED, AlertVerb.JOINED))
    newest = told.aggregate(at=Max("log__received_at"))["at"] or alert.raised_at
    return newest <= now - REMEMBERED

"""Silence is chased: the family is asked, an hour later the other parents; a nurse ends it who has reached them.

The texts are those of every reminder. Quiet hours hold them back: a silent family may be asleep.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from tracker.core.audit import record_audit
from tracker.core.board_mark import redraw
from tracker.core.child_lock import hold
from tracker.core.on_duty import holders
from tracker.core.refused import Refused
from tracker.lib.clock import SKEW
from tracker.messaging.heartbeat_actions import record_heartbeat
from tracker.messaging.reminders import ask_everybody
from tracker.messaging.silence_query import SILENCE, silence_of, silent_among, silent_since
from tracker.models import Cause, Child, Heartbeat, Message, ReminderPlan, Silence, User

log = logging.getLogger(__name__)

MANY = 200
LOOKS_EVERY = timedelta(minutes=5)
EXPIRES = timedelta(hours=12)
"""Longer than quiet hours last: what is held back until the morning is still sent then."""


def chase(*, now: datetime) -> None:
    """Looks for silent families every few minutes: a look at a hundred thousand children takes a tenth of a second."""
    looked = Heartbeat.objects.filter(name="silence", at__gt=now - LOOKS_EVERY, at__lte=now + SKEW)
    if not looked.exists():
        while ask_due(now=now) == MANY:
            continue
        record_heartbeat(name="silence", now=now)


def ask_due(*, now: datetime) -> int:
    """Asks the families that have been silent for a day, and again each day. Twice at once changes nothing."""
    lately = Silence.objects.filter(
        child=OuterRef("pk"), asked_at__gt=now - SILENCE, asked_at__lte=now + SKEW
    )
    children: list[Child] = []
    for silent in silent_among(Child.objects.all(), now):
        children += silent.filter(~Exists(lately)).order_by()[: MANY - len(children)]
    return sum(_try_to_ask(child, now) for child in children)


def _try_to_ask(child: Child, now: datetime) -> bool:
    """One that cannot be asked keeps none of the others waiting."""
    try:
        return _ask(child, now)
    except Exception:
        log.exception("silence_not_asked_about", extra={"child_id": child.pk})
        return False


@transaction.atomic
def _ask(child: Child, now: datetime) -> bool:
    """One family, if nobody else asks it at the same time."""
    silence, _new = Silence.objects.get_or_create(child=child, since=silent_since(child))
    is_due = Q(asked_at=None) | Q(asked_at__lte=now - SILENCE) | Q(asked_at__gt=now + SKEW)
    if not Silence.objects.filter(is_due, pk=silence.pk, reached_at=None).update(asked_at=now):
        return False
    plan = ReminderPlan.objects.filter(child=child).first()
    first = holders([child.pk], now).get(child.pk) or (plan.first_id if plan else None)
    ask_everybody(child=child, cause=Cause.SILENCE, first=first, expires=EXPIRES, now=now)
    return True


@transaction.atomic
def record_reached(*, child: Child, reached_at: datetime, by: User, now: datetime) -> Silence:
    """Somebody of the team has spoken with the family: the silence ends, and counts from then.

    Refused: they have logged meanwhile, or a colleague was faster; a time that is still to come.
    """
    hold(child)
    quiet = silence_of(child, now)
    if quiet is None:
        raise Refused(_("They are not silent any more: they have logged, or a colleague has reached them."))
    if not quiet.since <= reached_at <= now:
        raise Refused(_("Enter a time between their last log and now."))
    silence, _new = Silence.objects.get_or_create(child=child, since=quiet.since)
    reached = {"reached_at": reached_at, "reached_by": by, "recorded_at": now}
    Silence.objects.filter(pk=silence.pk, reached_at=None).update(**reached)
    waiting = Message.objects.waiting().filter(child=child, reminder__cause=Cause.SILENCE)
    waiting.filter(claimed_until=None).update(dropped_at=now, reason="reached")
    redraw(child.care_team_id, now=now)
    record_audit("silence.ended", by=by, now=now, child=child.pk, about=silence.pk)
    silence.refresh_from_db()
    return silence

"""A nurse and an alert: take it, keep it, hand it over, call in vain, close it.

Each is one conditional UPDATE whose row count says who won, with its event in the same transaction. Who comes
too late is told who was faster. The table of moves is tracker/alerts/states.py.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from tracker.alerts import moves
from tracker.alerts.actions import not_anothers, resolve_alert
from tracker.alerts.decisions import ask_to_call
from tracker.alerts.escalation import tell_next_level
from tracker.core.child_lock import lock_child
from tracker.core.refused import Refused
from tracker.lib.hours import time_format
from tracker.lib.present import present
from tracker.lib.text import cleaned
from tracker.models import Alert, AlertVerb, CareTeam, Membership, Outcome, Urgency, User
from tracker.models.alerts import AT_ANY_HOUR
from tracker.models.memberships import TEAM_ROLES

HELD_FOR = timedelta(minutes=15)
OUTCOMES = (
    Outcome.ADVISED,
    Outcome.CLINIC,
    Outcome.EMERGENCY_ROOM,
    Outcome.ADMITTED,
    Outcome.FALSE_ALARM,
)
"""How a nurse may close an alert. Whoever reached nobody has closed nothing."""
OUTCOMES_OF_TODAY = (*OUTCOMES, Outcome.REVIEWED)
"""One that can wait until the day may end without a call: the family reads that nobody has called."""
AGAIN_IN, AGAIN_IN_OF_TODAY = (5, 10, 15), (30, 60, 120)
"""Minutes until a nurse calls a family again that she has not reached."""


def outcomes_of(urgency: str) -> tuple[Outcome, ...]:
    return OUTCOMES if urgency in AT_ANY_HOUR else OUTCOMES_OF_TODAY


def minutes_to_choose(urgency: str) -> tuple[int, ...]:
    return AGAIN_IN if urgency in AT_ANY_HOUR else AGAIN_IN_OF_TODAY


def take_alert(*, alert: Alert, by: User, now: datetime) -> None:
    """Hers for 15 minutes. Again while she holds it: 15 more, and an offer is taken back.

    Refused: a colleague holds it who has not called in vain, or it is closed.
    """
    rules = {
        "take": Q(),
        "keep": Q(taken_by=by),
        "take over": Q(taken_until__lte=now),
        "take on": Q(),
    }
    _move(alert, rules, by, now, **_held_by(by, now + HELD_FOR, now))


def offer_alert(*, alert: Alert, to: User, by: User, now: datetime) -> None:
    """Asks a colleague to take it over. It stays with her until they accept."""
    if to.pk == by.pk or not _works_in(alert.child.care_team, to):
        raise Refused(_("Choose a colleague of your care team."))
    _move(alert, {"offer": Q(taken_by=by, taken_until__gt=now)}, by, now, offered_to=to)


def accept_offer(*, alert: Alert, by: User, now: datetime) -> None:
    """The alert changes hands: 15 minutes from now."""
    _move(alert, {"accept": Q(offered_to=by)}, by, now, **_held_by(by, now + HELD_FOR, now))


def close_alert(
    *,
    alert: Alert,
    outcome: str,
    note: str,
    by: User,
    now: datetime,
    move: str = "close",
    seen: int | None = None,
) -> None:
    """Closes it with an outcome. `seen`: the last event on the page that it is closed from.

    Refused: a colleague holds it, or was faster, a reason is missing, or a worse log has come in since.
    """
    if outcome not in outcomes_of(alert.urgency):
        raise Refused(_("Choose how it ended."))
    if outcome == Outcome.FALSE_ALARM and alert.urgency in AT_ANY_HOUR and not note.strip():
        raise Refused(_("Write why it is a false alarm. The family reads it."))
    with transaction.atomic():
        lock_child(alert.child)
        worse = alert.events.filter(verb=AlertVerb.WORSE, pk__gt=seen) if seen is not None else None
        if worse is not None and worse.exists():
            raise Refused(_("A worse log has come in since you opened this page. Look at it first."))
        if not resolve_alert(alert=alert, outcome=outcome, note=note, by=by, now=now, move=move):
            raise Refused(who_won(alert))


def record_not_reached(*, alert: Alert, again_in: int, note: str, by: User, now: datetime) -> None:
    """She called the family in vain: nothing ends. It stays hers until she tries again, then it lapses.

    The family is asked to call, the next level is told at once, and any colleague may take it over.
    """
    if again_in not in minutes_to_choose(alert.urgency):
        raise Refused(_("Choose when you try again."))
    again_at = now + timedelta(minutes=again_in)
    tried = _held_by(by, again_at, now) | {"tried_at": now, "try_again_at": again_at}
    with transaction.atomic():
        lock_child(alert.child)
        _move(alert, {"not reached": not_anothers(by, now)}, by, now, cleaned(note).strip(), **tried)
        alert.refresh_from_db()
        ask_to_call(alert=alert, now=now)
        tell_next_level(alert=alert, now=now)


def close_together(
    *, care_team: CareTeam, alerts: Iterable[UUID], outcome: str, by: User, now: datetime
) -> tuple[int, int]:
    """Closes those of the alerts that can wait until the day and that nobody holds: how many, and how many not."""
    asked = set(alerts)
    if not asked:
        raise Refused(_("Choose at least one."))
    if outcome not in OUTCOMES_OF_TODAY:
        raise Refused(_("Choose how they ended. Each family reads it."))
    can_wait = Alert.objects.open().filter(
        pk__in=asked, child__care_team=care_team, urgency=Urgency.TODAY, taken_by=None
    )
    closed = 0
    for alert in can_wait.select_related("child"):
        try:
            close_alert(alert=alert, outcome=outcome, note="", by=by, now=now, move="close together")
        except Refused:
            continue
        closed += 1
    return closed, len(asked) - closed


def _held_by(by: User, until: datetime, now: datetime) -> dict[str, Any]:
    due = {"escalates_at": until, "escalation_set_at": now}
    return {
        "taken_by": by,
        "taken_until": until,
        "offered_to": None,
        "try_again_at": None,
        "worse_at": None,
        **due,
    }


@transaction.atomic
def _move(
    alert: Alert, rules: Mapping[str, Q], by: User, now: datetime, note: str = "", **changes: Any
) -> None:
    if not moves.move(alert.pk, rules, changes, now=now, by=by, note=note):
        raise Refused(who_won(alert))


def _works_in(team: CareTeam, person: User) -> bool:
    return Membership.objects.running().filter(user=person, care_team=team, role__in=TEAM_ROLES).exists()


def who_won(alert: Alert) -> str:
    """What has become of it, in a sentence for whoever came too late."""
    now_is = Alert.objects.select_related("taken_by", "resolved_by").get(pk=alert.pk)
    if now_is.taken_in_by_id:
        return _("A worse log came in. It has an alert of its own now: take that one.")
    if now_is.resolved_at:
        told = {"name": now_is.closed_by.name or _("A colleague"), "time": _clock(now_is.resolved_at)}
        return _("%(name)s closed this at %(time)s.") % told
    if now_is.taken_by:
        in_vain_at = now_is.tried_at if now_is.try_again_at else None
        taken = in_vain_at or present(now_is.taken_until) - HELD_FOR
        told = {"name": now_is.taken_by.name or _("A colleague"), "time": _clock(taken)}
        return _("%(name)s took this at %(time)s.") % told
    return _("Nobody holds this any more. Take it again.")


def _clock(at: datetime) -> str:
    return time_format(timezone.localtime(at), "H:i")

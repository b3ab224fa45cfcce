"""A family that no team watches says that its alert is over."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from tracker.alerts.actions import resolve_alert
from tracker.assessment.assess import REMEMBERED
from tracker.core.board_mark import mark_boards
from tracker.core.child_lock import lock_child
from tracker.core.refused import Refused
from tracker.models import Alert, Outcome, Urgency, User
from tracker.models.alerts import LOGGED


@transaction.atomic
def end_own_alert(*, alert: Alert, note: str, by: User, now: datetime) -> None:
    """It is over, though nobody said what to do. No advice: a danger of the last day stays remembered.

    Refused: a team watches and closes it, it is too young, or somebody was faster.
    """
    lock_child(alert.child)
    team = alert.child.care_team
    if not team.kept_by_family:
        raise Refused(_("Your care team closes this. Call them."))
    if not may_be_over(alert, now):
        raise Refused(_("Not yet. This is less than a day old, and nobody has told you what to do. Call."))
    if not resolve_alert(alert=alert, outcome=Outcome.FAMILY_OVER, note=note, by=by, now=now, move="end"):
        raise Refused(_("This is closed already."))
    mark_boards(team.pk, now=now)


def may_be_over(alert: Alert, now: datetime) -> bool:
    """One for today, one that somebody was reached about, or one whose last log is a day old.

    Of a younger one, the safer answer is the call: nobody but the family watches, and a tap may be a slip.
    """
    if alert.urgency == Urgency.TODAY or alert.calls.filter(reached=True).exists():
        return True
    told = alert.events.filter(verb__in=LOGGED)
    newest = told.aggregate(at=Max("log__received_at"))["at"] or alert.raised_at
    return newest <= now - REMEMBERED

"""A family that no team watches says that its alert is over."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tracker.alerts.actions import resolve_alert
from tracker.alerts.family_ending_query import may_be_over
from tracker.core.board_mark import redraw
from tracker.core.child_lock import hold
from tracker.core.refused import Refused
from tracker.models import Alert, Outcome, User


@transaction.atomic
def end_own_alert(*, alert: Alert, note: str, by: User, now: datetime) -> None:
    """It is over, though nobody said what to do. No advice: a danger of the last day stays remembered.

    Refused: a team watches and closes it, it is too young, or somebody was faster.
    """
    hold(alert.child)
    team = alert.child.care_team
    if not team.kept_by_family:
        raise Refused(_("Your care team closes this. Call them."))
    if not may_be_over(alert, now):
        raise Refused(_("Not yet. This is less than a day old, and nobody has told you what to do. Call."))
    if not resolve_alert(alert=alert, outcome=Outcome.FAMILY_OVER, note=note, by=by, now=now):
        raise Refused(_("This is closed already."))
    redraw(team.pk, now=now)

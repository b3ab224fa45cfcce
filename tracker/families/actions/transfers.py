"""A child leaves the care of a clinic's team: to another one that accepts it, or to nobody.

The record hangs on the child and goes along; who works in the team that it left sees nothing any more. Each step is one
conditional UPDATE while the child is locked: of two at once one is told that it was too late, and nothing is half done.
"""

from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from tracker.accounts.team_mails import mail_about_team, tell_leads
from tracker.core.audit import record_audit
from tracker.core.board_mark import mark_boards
from tracker.core.child_lock import LockedChild, lock_child
from tracker.core.refused import Refused
from tracker.families.actions.care_teams import keep_own_numbers, move_to
from tracker.families.actions.ward_stays import record_stay
from tracker.messaging.reminders import ask_everybody
from tracker.models import CareTeam, Cause, Child, Membership, Role, StayKind, Transfer, TransferEnd, User

TOLD_FOR = timedelta(days=1)
"""So long the family is told by a message; Today says it for longer."""


@transaction.atomic
def offer_transfer(*, child: Child, code: str, by: User, now: datetime) -> Transfer:
    """To the team that gave out this code. Refused: no such team, nobody works there, offered already."""
    _lock_in_care_of(child, child.care_team)
    team = CareTeam.objects.filter(join_code="".join(code.split()).upper(), kept_by_family=False).first()
    if team is None:
        raise Refused(_("No ward has this code. Ask the other ward for theirs."))
    if team.pk == child.care_team_id:
        raise Refused(_("This is the code of your own ward. Ask the other ward for theirs."))
    if not Membership.objects.running().filter(care_team=team).exists():
        raise Refused(_("Nobody works in that ward any more. The child stays with you."))
    if Transfer.objects.filter(child=child, ended_at=None).exists():
        raise Refused(_("The child is offered to a ward already. Withdraw that first."))
    offered = {"offered_by": by, "offered_at": now}
    transfer = Transfer.objects.create(child=child, left=child.care_team, joins=team, **offered)
    mark_boards(child.care_team_id, team.pk, now=now)
    record_audit("transfer.offered", by=by, now=now, child=child.pk, about=transfer.pk)
    _tell_of_the_offer(child, team, now)
    return transfer


@transaction.atomic
def accept_transfer(*, transfer: Transfer, by: User, now: datetime) -> Child:
    """The child is the other team's from now on; an alert that is open is told to who works there, at once."""
    child, left = transfer.child, transfer.left
    child.care_team = left
    _lock_in_care_of(child, left)
    _end(transfer, TransferEnd.ACCEPTED, by, now)
    move_to(child, transfer.joins, by, now)
    teams = {"left": left, "joined": transfer.joins}
    record_stay(child=child, kind=StayKind.TRANSFERRED, by=by, now=now, **teams)
    record_audit("care-team.left", by=by, now=now, child=child.pk, about=left.pk)
    record_audit("care-team.joined", by=by, now=now, child=child.pk, about=transfer.joins_id)
    tell_family(child, now)
    return child


@transaction.atomic
def end_transfer(*, transfer: Transfer, outcome: TransferEnd, by: User, now: datetime) -> None:
    """Declined by the one team, or withdrawn by the other. Nothing changes for the child."""
    lock_child(transfer.child)
    _end(transfer, outcome, by, now)
    mark_boards(transfer.left_id, transfer.joins_id, now=now)
    record_audit(f"transfer.{outcome}", by=by, now=now, child=transfer.child_id, about=transfer.pk)


@transaction.atomic
def discharge(*, child: Child, by: User, now: datetime) -> None:
    """The family keeps its numbers itself again. Refused while an alert is open: somebody waits for an answer."""
    left = child.care_team
    if _lock_in_care_of(child, left).alert:
        raise Refused(_("An alert is open. Close it first: the family waits for an answer."))
    keep_own_numbers(child, by, now)
    record_stay(child=child, kind=StayKind.DISCHARGED, by=by, now=now, left=left)
    record_audit("care-team.left", by=by, now=now, child=child.pk, about=left.pk)
    tell_family(child, now)


def _lock_in_care_of(child: Child, team: CareTeam) -> LockedChild:
    held = lock_child(child)
    if team.kept_by_family or not Child.objects.filter(pk=child.pk, care_team=team).exists():
        raise Refused(_("The child is not in the care of this ward any more."))
    return held


def _end(transfer: Transfer, outcome: TransferEnd, by: User, now: datetime) -> None:
    standing = Transfer.objects.filter(pk=transfer.pk, ended_at=None)
    if not standing.update(ended_at=now, ended_by=by, outcome=outcome):
        raise Refused(_("This offer is not open any more. Somebody was faster."))


def _tell_of_the_offer(child: Child, team: CareTeam, now: datetime) -> None:
    """By mail, and neither of which child nor of which ward: the pages say that to who may see it."""
    tell_leads(team, partial(_offered, team), now, but=())
    parents = Membership.objects.running().filter(child=child, role=Role.PARENT).select_related("user")
    for membership in () if child.has_died else parents:
        with override(membership.user.language):
            mail_about_team(membership.user, *_may_change(), now)


def _offered(team: CareTeam) -> tuple[str, str]:
    return _("Nightlight: a child is offered to your ward"), _(
        "Another ward offers a child to yours. Accept or decline it under Team:\n%(address)s"
    ) % {"address": settings.SITE_URL + reverse("transfers", args=[team.pk])}


def _may_change() -> tuple[str, str]:
    return _("Nightlight: your care team may change"), _(
        "Your care team asks another team to take over the care of your child. Until they accept, nothing "
        "changes: call the same number as before. You are told when they have."
    )


def tell_family(child: Child, now: datetime) -> None:
    ask_everybody(child=child, cause=Cause.MOVED, first=None, expires=TOLD_FOR, now=now)

"""Two leads let two wards become one: a lead of the one that ends asks, another of the one that stays says yes.

What then happens is merging.py's. Each step is one conditional UPDATE: of two at once one is told that it was too late.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tracker.core.audit import record_audit
from tracker.core.refused import Refused
from tracker.families.actions.merging import SAME, Merged, merge_care_teams
from tracker.models import Alert, CareTeam, Child, Membership, MergeEnd, Role, TeamMerge, User


@dataclass(frozen=True)
class WhatMoves:
    """What a merge would do, counted now. `differs`: rules or time zones, which have to be the same first."""

    children: int
    staff: int
    alerts: int
    differs: bool


def what_moves(merge: TeamMerge) -> WhatMoves:
    left, joins = merge.left, merge.joins
    children = Child.objects.filter(care_team=left)
    return WhatMoves(
        children.count(),
        Membership.objects.running().filter(care_team=left).count(),
        Alert.objects.open().filter(child__in=children).count(),
        any(getattr(left, name) != getattr(joins, name) for name in SAME),
    )


def open_merges(team: CareTeam, now: datetime) -> tuple[TeamMerge | None, list[TeamMerge]]:
    """What this team asked for, and what others ask it for."""
    standing = TeamMerge.objects.filter(ended_at=None).select_related("left", "joins", "asked_by")
    own = standing.filter(left=team).first()
    offered = [one for one in standing.filter(joins=team).order_by("asked_at") if one.is_open(now)]
    return (own if own and own.is_open(now) else None), offered


@transaction.atomic
def ask_to_merge(*, left: CareTeam, code: str, by: User, now: datetime) -> TeamMerge:
    """Into the team that gave out this code. Refused: no such team, one's own, nobody leads it, asked already."""
    CareTeam.objects.select_for_update(no_key=True).get(pk=left.pk)
    joins = CareTeam.objects.filter(join_code="".join(code.split()).upper(), kept_by_family=False).first()
    if joins is None:
        raise Refused(_("No ward has this code. Ask the other ward for theirs."))
    if joins.pk == left.pk:
        raise Refused(_("This is the code of your own ward. Ask the other ward for theirs."))
    others = Membership.objects.running().filter(care_team=joins, role=Role.LEAD).exclude(user=by)
    if not others.exists():
        raise Refused(_("Nobody else leads that ward: it needs a lead who says yes."))
    standing = TeamMerge.objects.filter(left=left, ended_at=None)
    if any(one.is_open(now) for one in standing):
        raise Refused(_("This was asked already. Take it back first."))
    standing.update(ended_at=now, ended_by=None, outcome=MergeEnd.DECLINED)  # nobody answered in its time
    merge = TeamMerge.objects.create(left=left, joins=joins, asked_by=by, asked_at=now)
    for team in (left, joins):
        record_audit("care-team.merge-asked", by=by, now=now, about=team.pk, joins=str(joins.pk))
    return merge


@transaction.atomic
def accept_merge(*, merge: TeamMerge, by: User, now: datetime) -> Merged:
    """Refused: who asked, what is over, rules or time zones that differ, and who does not lead the one that stays."""
    if by.pk == merge.asked_by_id:
        raise Refused(_("Another lead than the one who asked has to say yes."))
    if not merge.is_open(now) or not _end(merge, MergeEnd.MERGED, by, now):
        raise Refused(_("This is not asked for any more. Their lead can ask again."))
    return merge_care_teams(left=merge.left, joins=merge.joins, by=by, now=now)


@transaction.atomic
def end_merge(*, merge: TeamMerge, outcome: MergeEnd, by: User, now: datetime) -> None:
    """Nothing changes."""
    if _end(merge, outcome, by, now):
        for team in (merge.left_id, merge.joins_id):
            record_audit("care-team.merge-ended", by=by, now=now, about=team)


def _end(merge: TeamMerge, outcome: MergeEnd, by: User, now: datetime) -> bool:
    standing = TeamMerge.objects.filter(pk=merge.pk, ended_at=None)
    return bool(standing.update(ended_at=now, ended_by=by, outcome=outcome))

"""Two leads let two wards become one: a lead of the one that ends asks, another of the one that stays says yes.

What then happens is merging.py's. Each step is one conditional UPDATE: of two at once one is told that it was too late.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from tracker.accounts.team_mails import Words, tell_leads
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
    tell_leads(joins, partial(_their_yes, joins), now, but={by.pk})
    tell_leads(left, partial(_asked_by_colleague, left), now, but={by.pk})
    return merge


@transaction.atomic
def accept_merge(*, merge: TeamMerge, by: User, now: datetime) -> Merged:
    """Refused: who asked, what is over, rules or time zones that differ, and who does not lead the one that stays."""
    if by.pk == merge.asked_by_id:
        raise Refused(_("Another lead than the one who asked has to say yes."))
    if not merge.is_open(now) or not _end(merge, MergeEnd.MERGED, by, now):
        raise Refused(_("This is not asked for any more. Their lead can ask again."))
    _tell_both(merge, _merged, by, now)  # before: afterwards the one has no leads any more
    return merge_care_teams(left=merge.left, joins=merge.joins, by=by, now=now)


@transaction.atomic
def end_merge(*, merge: TeamMerge, outcome: MergeEnd, by: User, now: datetime) -> None:
    """Nothing changes."""
    if _end(merge, outcome, by, now):
        for team in (merge.left_id, merge.joins_id):
            record_audit("care-team.merge-ended", by=by, now=now, about=team)
        _tell_both(merge, _stay, by, now)


def _end(merge: TeamMerge, outcome: MergeEnd, by: User, now: datetime) -> bool:
    standing = TeamMerge.objects.filter(pk=merge.pk, ended_at=None)
    return bool(standing.update(ended_at=now, ended_by=by, outcome=outcome))


def _tell_both(merge: TeamMerge, words: Words, by: User, now: datetime) -> None:
    """Who leads both gets it once."""
    both = (
        Membership.objects.running()
        .filter(care_team=merge.joins, role=Role.LEAD)
        .values_list("user", flat=True)
    )
    tell_leads(merge.joins, words, now, but={by.pk})
    tell_leads(merge.left, words, now, but={by.pk, *both})


def _their_yes(joins: CareTeam) -> tuple[str, str]:
    return _("Nightlight: your yes is needed"), _(
        "Another ward asks to become part of yours: its children, its staff and its open alerts would come to you. "
        "Speak to its lead first. Then say yes or no under Team, Two wards become one:\n%(address)s"
    ) % {"address": _page(joins)}


def _asked_by_colleague(left: CareTeam) -> tuple[str, str]:
    return _("Nightlight: your ward is to become part of another"), _(
        "A lead of your ward has asked another ward to take it over, with its children and its staff. Nothing "
        "changes until a lead there says yes. You can take it back under Team, Two wards become one:\n%(address)s"
    ) % {"address": _page(left)}


def _merged() -> tuple[str, str]:
    return _("Nightlight: two wards are one now"), _(
        "A lead has said yes: two wards are one, and their children and staff are on one board. "
        "Who did it stands under Team, Who changed what:\n%(address)s"
    ) % {"address": settings.SITE_URL + reverse("board")}


def _stay() -> tuple[str, str]:
    return _("Nightlight: both wards stay as they are"), _(
        "That one ward becomes part of the other was declined or taken back. Nothing has changed."
    )


def _page(team: CareTeam) -> str:
    return settings.SITE_URL + reverse("team-merge", args=[team.pk])

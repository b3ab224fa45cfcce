"""Two wards become one: children, staff, open alerts, rota and days away go over, all at once or not at all.

What was done stays with the team that did it: memberships and turns of the past, closings, the audit events. The rules
are not decided by the way: both teams have the same ones first, chosen by their leads, who see what that changes.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tracker.core.audit import record_audit
from tracker.core.board_mark import mark_boards
from tracker.core.child_lock import lock_child
from tracker.core.refused import Refused
from tracker.families.actions.care_teams import move_to
from tracker.families.actions.transfers import tell_family
from tracker.families.actions.ward_stays import record_stay
from tracker.lib.clock import local_date
from tracker.models import (
    Absence,
    CareTeam,
    Child,
    Invitation,
    Membership,
    Place,
    Role,
    Rota,
    SecondStepReset,
    StayKind,
    StepEnd,
    Transfer,
    TransferEnd,
    Turn,
    User,
)
from tracker.models.memberships import TEAM_ROLES

SAME = ("fever_rule", "sensitivity", "time_zone")


@dataclass(frozen=True)
class Merged:
    children: int
    staff: int
    alerts: int


@transaction.atomic
def merge_care_teams(*, left: CareTeam, joins: CareTeam, by: User, now: datetime) -> Merged:
    """`left` is empty afterwards, and nobody joins it any more. `by` leads the one that stays.

    Refused: the rules or the time zones differ, and who does not lead it. Staff come first, so that an alert in the
    hands of one of them stays there; what nobody has is told at once to who is on in the one that stays.
    """
    left, joins = _held(left, joins)
    _check(left, joins, by)
    staff = _move_staff(left, joins, by, now)
    _end_what_is_open(left, by, now)
    _move_rota(left, joins, now)
    children = list(Child.objects.filter(care_team=left).select_related("care_team").order_by("pk"))
    alerts = sum(_move_child(child, left, joins, by, now) for child in children)
    CareTeam.objects.filter(pk=left.pk).update(join_code=None, changed_at=now)
    mark_boards(left.pk, joins.pk, now=now)
    done = Merged(len(children), staff, alerts)
    for team in (left, joins):
        record_audit(
            "care-team.merged", by=by, now=now, about=team.pk, left=str(left.pk), joins=str(joins.pk)
        )
    return done


def _held(*teams: CareTeam) -> list[CareTeam]:
    """In one order, whoever merges what into what at the same time."""
    ids = [team.pk for team in teams]
    rows = CareTeam.objects.select_for_update(no_key=True).filter(pk__in=ids, kept_by_family=False)
    held = {team.pk: team for team in rows.order_by("pk")}
    if len(held) != len(teams):
        raise Refused(_("Name two different clinics."))
    return [held[pk] for pk in ids]


def _check(left: CareTeam, joins: CareTeam, by: User) -> None:
    leads = Membership.objects.running().filter(user=by, care_team=joins, role=Role.LEAD)
    if not leads.exists():
        raise Refused(_("Only a lead of the team that stays can answer for this."))
    if any(getattr(left, name) != getattr(joins, name) for name in SAME):
        raise Refused(
            _(
                "The two teams have different rules or time zones. Let their leads choose the same ones first: "
                "the page Rules shows what that changes."
            )
        )


def _move_staff(left: CareTeam, joins: CareTeam, by: User, now: datetime) -> int:
    """Who is in both keeps the higher role. The memberships of before have ended, and stay on record."""
    running = Membership.objects.filter(care_team=left, ended_at=None, role__in=TEAM_ROLES)
    people = list(running.select_for_update(of=("self",)).order_by("begun_at"))
    running.update(ended_at=now, ended_by=by)
    there = {one.user_id: one for one in Membership.objects.filter(care_team=joins, ended_at=None)}
    for one in people:
        standing = there.get(one.user_id)
        if standing and (standing.role == Role.LEAD or one.role == Role.NURSE):
            continue
        if standing:
            Membership.objects.filter(pk=standing.pk).update(ended_at=now, ended_by=by)
        order = standing.call_order if standing else one.call_order
        Membership.objects.create(
            user_id=one.user_id, care_team=joins, role=one.role, call_order=order, begun_at=now
        )
    return len(people)


def _end_what_is_open(left: CareTeam, by: User, now: datetime) -> None:
    """Links into it, a second step that is asked about, and children that others offered to it: those stay there."""
    links = Invitation.objects.filter(care_team=left, accepted_at=None, revoked_at=None)
    links.update(revoked_at=now, revoked_by=by, address="")
    asked = SecondStepReset.objects.filter(care_team=left, ended_at=None)
    asked.update(ended_at=now, ended_by=None, outcome=StepEnd.DECLINED)
    for offer in Transfer.objects.filter(joins=left, ended_at=None).select_related("child").order_by("child"):
        lock_child(offer.child)
        standing = Transfer.objects.filter(pk=offer.pk, ended_at=None)
        standing.update(ended_at=now, ended_by=by, outcome=TransferEnd.DECLINED)
        mark_boards(offer.left_id, now=now)


def _move_rota(left: CareTeam, joins: CareTeam, now: datetime) -> None:
    """The turns from today on. Where somebody has that place already, both are told first: nobody is told less."""
    today = local_date(now, joins.zone)
    if (own := Rota.objects.filter(care_team=left).first()) and not Rota.objects.filter(
        care_team=joins
    ).exists():
        begins = {"day_from": own.day_from, "night_from": own.night_from}
        Rota.objects.create(care_team=joins, version=1, looks_at=now, **begins)
    coming = Turn.objects.filter(day__gte=today)
    taken = set(coming.filter(care_team=joins).values_list("day", "part", "place"))
    here = set(coming.filter(care_team=joins, place=Place.HERE).values_list("day", "part", "person"))
    for turn in coming.filter(care_team=left).order_by("place"):
        if turn.place == Place.HERE or (turn.day, turn.part, turn.place) in taken:
            if (turn.day, turn.part, turn.person_id) in here:
                continue
            turn.place = Place.HERE
            here.add((turn.day, turn.part, turn.person_id))
        Turn.objects.filter(pk=turn.pk).update(care_team=joins, place=turn.place)
    Absence.objects.filter(care_team=left, until_day__gte=today).update(care_team=joins)


def _move_child(child: Child, left: CareTeam, joins: CareTeam, by: User, now: datetime) -> bool:
    """Whether an alert of it is open."""
    held = lock_child(child)
    move_to(child, joins, by, now)
    record_stay(child=child, kind=StayKind.TRANSFERRED, by=by, now=now, left=left, joined=joins)
    record_audit("care-team.joined", by=by, now=now, child=child.pk, about=joins.pk)
    tell_family(child, now)
    return held.alert is not None

"""Who works in a team, who is invited, and whose second step somebody asks to reset."""

from datetime import datetime

from tracker.models import CareTeam, Invitation, Membership, SecondStepReset
from tracker.models.memberships import TEAM_ROLES
from tracker.models.second_steps import ASKED_FOR


def memberships_of(team: CareTeam) -> list[Membership]:
    """The staff in the order in which they are called."""
    found = Membership.objects.filter(care_team=team, ended_at=None, role__in=TEAM_ROLES)
    return list(found.select_related("user").order_by("call_order", "begun_at"))


def open_invitations(team: CareTeam, now: datetime) -> list[Invitation]:
    found = Invitation.objects.filter(care_team=team, accepted_at=None, revoked_at=None, expires_at__gt=now)
    return list(found.select_related("invited_by").order_by("-invited_at"))


def second_steps_asked(team: CareTeam, now: datetime) -> list[SecondStepReset]:
    found = SecondStepReset.objects.filter(care_team=team, ended_at=None, asked_at__gt=now - ASKED_FOR)
    return list(found.select_related("person", "asked_by").order_by("asked_at"))

"""Who belongs to a child's family or to a care team: invited by a link, for one role, once."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from tracker.accounts.addresses import reads_mail_to
from tracker.alerts.escalation import follow
from tracker.core.audit import record_audit
from tracker.core.child_lock import lock_child
from tracker.core.refused import Refused
from tracker.models import CareTeam, Child, Invitation, Membership, Role, User
from tracker.models.memberships import digest_of

OPEN_FOR = timedelta(hours=72)
_TOKEN_BYTES = 32
_MORE_THAN: dict[str, tuple[Role, ...]] = {Role.PARENT: (Role.HELPER,), Role.LEAD: (Role.NURSE,)}


NO_CALLBACK = {"callback_number": "", "callback_confirmed_at": None, "callback_order": None}
"""Whoever is of the family no more is not called back: their number goes."""


@transaction.atomic
def invite(
    *,
    child: Child | None = None,
    care_team: CareTeam | None = None,
    role: str,
    address: str = "",
    by: User,
    now: datetime,
) -> tuple[Invitation, str]:
    """An invitation to a child's family or to a care team, and its token, which is not kept anywhere.

    `address`: whoever reads mail to it may accept, and nobody else. A family hands its links on as it likes.
    """
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    invitation = Invitation.objects.create(
        token_digest=digest_of(token),
        child=child,
        care_team=care_team,
        role=role,
        address=address,
        invited_by=by,
        invited_at=now,
        expires_at=now + OPEN_FOR,
    )
    _audit("invitation.made", invitation, by, now)
    return invitation, token


@transaction.atomic
def accept_invitation(*, invitation: Invitation, by: User, now: datetime) -> Membership:
    """The membership. Who has that role or more leaves the link unused. Refused: used, revoked, or another's."""
    _hold(invitation)
    if why := not_for(invitation, by):
        raise Refused(why)
    around = {"child": invitation.child, "care_team": invitation.care_team}
    standing = Membership.objects.filter(user=by, ended_at=None, **around).first()
    if standing and standing.role not in _MORE_THAN.get(invitation.role, ()):
        return standing
    claimed = Invitation.objects.filter(
        pk=invitation.pk, accepted_at=None, revoked_at=None, expires_at__gt=now
    ).update(accepted_at=now, accepted_by=by, address="")
    if not claimed:
        raise Refused(_("This link does not work any more. Ask for a new one."))
    if standing:
        Membership.objects.filter(pk=standing.pk).update(ended_at=now, ended_by=by)
    membership = Membership.objects.create(user=by, role=invitation.role, begun_at=now, **around)
    _tell_others(invitation, now)
    _audit("invitation.accepted", invitation, by, now)
    return membership


def not_for(invitation: Invitation, person: User) -> str:
    """Why this person cannot accept it, in words; "" if they can. The address itself is shown to nobody."""
    if not invitation.address or reads_mail_to(person, invitation.address):
        return ""
    if person.email.lower() == invitation.address.lower():
        return _("Show first that this address is yours: sign out, and sign in with a code by e-mail.")
    return _(
        "This invitation was made for another e-mail address. Sign in with that one, or ask for a new link."
    )


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, by: User, now: datetime) -> bool:
    """The link does not work any more. False where it was used, or revoked before."""
    revoked = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).update(
        revoked_at=now, revoked_by=by, address=""
    )
    if revoked:
        _audit("invitation.revoked", invitation, by, now)
    return revoked == 1


@transaction.atomic
def end_membership(*, membership: Membership, by: User, now: datetime) -> None:
    """Ends it at once, and with it the links that this person gave out.

    Refused: a child keeps one parent, a care team one lead.
    """
    _hold(membership)
    running = Membership.objects.filter(child=membership.child, care_team=membership.care_team, ended_at=None)
    others = running.exclude(pk=membership.pk)
    if membership.role == Role.PARENT and not others.filter(role=Role.PARENT).exists():
        raise Refused(_("A child needs one parent here. Invite another one first."))
    if membership.role == Role.LEAD and not others.filter(role=Role.LEAD).exists():
        raise Refused(_("A care team needs one lead. Invite another one first."))
    if running.filter(pk=membership.pk).update(ended_at=now, ended_by=by, **NO_CALLBACK):
        Invitation.objects.filter(
            child=membership.child,
            care_team=membership.care_team,
            invited_by=membership.user_id,
            accepted_at=None,
            revoked_at=None,
        ).update(revoked_at=now, revoked_by=by, address="")
        _tell_others(membership, now)
        _audit("membership.ended", membership, by, now)


def _tell_others(row: Invitation | Membership, now: datetime) -> None:
    """Open alerts are told to who is there now."""
    if row.child_id:
        follow(now=now, child=row.child_id)
    else:
        follow(now=now, child__care_team=row.care_team_id)


def _hold(row: Invitation | Membership) -> None:
    """Two at once: two parents who remove each other, one person with two links."""
    if row.child:
        lock_child(row.child)
    elif row.care_team_id:
        CareTeam.objects.select_for_update(no_key=True).get(pk=row.care_team_id)


def _audit(verb: str, row: Invitation | Membership, by: User, now: datetime) -> None:
    record_audit(verb, by=by, now=now, child=row.child_id, about=row.pk, role=row.role)

"""Family: who may see and log, inviting, ending. What changes it asks once more who it is."""

from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tracker.core.access import access_child, access_invitation, access_membership, invitation_for, may
from tracker.core.pages import AuthedRequest, page_context
from tracker.core.reauthentication import asks_again
from tracker.core.redirects import LOOK_AGAIN, see_other
from tracker.core.refused import Refused
from tracker.families.actions.memberships import end_membership, invite, revoke_invitation
from tracker.families.forms.invitation import InviteForm
from tracker.lib.qr import qr_svg
from tracker.models import Child, Invitation, Membership, User

# Who signs in anew on being asked comes back with GET: to the page of the buttons.
get_or_post = require_http_methods(["GET", "HEAD", "POST"])
TOKEN = "invited"  # in the session from the POST to the page after it: the link is shown once


@require_safe
def family(request: AuthedRequest, child_id: UUID) -> HttpResponse:
    child = access_child(request.user, child_id, to="log")
    return shown(request, child, InviteForm())


@get_or_post
def make_invitation(request: AuthedRequest, child_id: UUID) -> HttpResponse:
    """A link for one person and one role."""
    child = access_child(request.user, child_id, to="manage")
    return _make_invitation(request, child) if request.method == "POST" else see_other("family", child.pk)


@asks_again
def _make_invitation(request: AuthedRequest, child: Child) -> HttpResponse:
    form = InviteForm(request.POST)
    if not form.is_valid():
        return shown(request, child, form, LOOK_AGAIN)
    role = form.cleaned_data["role"]
    _invitation, token = invite(child=child, role=role, by=request.user, now=timezone.now())
    request.session[TOKEN] = token
    return see_other("family", child.pk)


@get_or_post
def revoke(request: AuthedRequest, invitation_id: UUID) -> HttpResponse:
    """The link that was given out does not work any more."""
    invitation = access_invitation(request.user, invitation_id, to="manage")
    if request.method == "POST":
        return _revoke(request, invitation)
    return see_other("family", invitation.child_id)


@asks_again
def _revoke(request: AuthedRequest, invitation: Invitation) -> HttpResponse:
    if revoke_invitation(invitation=invitation, by=request.user, now=timezone.now()):
        messages.success(request, _("The link does not work any more."))
    else:
        messages.error(request, _("Somebody has used this link already. Remove the person instead."))
    return see_other("family", invitation.child_id)


@get_or_post
def end(request: AuthedRequest, membership_id: UUID) -> HttpResponse:
    """Somebody is removed, or leaves."""
    if request.method != "POST":
        return see_other("family", access_membership(request.user, membership_id, to="log").child_id)
    leaves = "leave" in request.POST
    return _end(request, access_membership(request.user, membership_id, to="leave" if leaves else "manage"))


@asks_again
def _end(request: AuthedRequest, membership: Membership) -> HttpResponse:
    try:
        end_membership(membership=membership, by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return see_other("family", membership.child_id)
    if membership.user_id == request.user.pk:
        messages.success(request, _("You have left. You see nothing of this child any more."))
        return see_other("home")
    messages.success(request, _("Removed. They see nothing any more, from now on."))
    return see_other("family", membership.child_id)


def shown(request: AuthedRequest, child: Child, form: InviteForm, status: int = 200) -> HttpResponse:
    now, may_manage = timezone.now(), may([child.family_role], "manage")
    context = page_context(request, child, now) | {
        "members": members(child, request.user),
        "may_manage": may_manage,
        "form": form,
        "invitation": just_made(request, now) if may_manage else None,
        "open_invitations": open_invitations(child, now) if may_manage else [],
    }
    return render(request, "tracker/families/family.html", context, status=status)


def members(child: Child, you: User) -> list[Any]:
    """Parents first, then who joined first."""
    running = child.memberships.filter(ended_at=None).select_related("user").order_by("-role", "begun_at")
    return [
        SimpleNamespace(
            pk=one.pk,
            name=str(one.user),
            role_name=capfirst(one.get_role_display()),
            is_you=one.user_id == you.pk,
            since=one.begun_at,
        )
        for one in running
    ]


def open_invitations(child: Child, now: datetime) -> list[Any]:
    waiting = child.invitations.filter(accepted_at=None, revoked_at=None, expires_at__gt=now)
    return [
        SimpleNamespace(
            pk=one.pk,
            role_name=capfirst(one.get_role_display()),
            expires_at=one.expires_at,
            by=str(one.invited_by),
        )
        for one in waiting.select_related("invited_by").order_by("-invited_at")
    ]


def just_made(request: AuthedRequest, now: datetime) -> Any:
    """The link and its picture, once."""
    token = request.session.pop(TOKEN, None)
    if token is None:
        return None
    invitation = invitation_for(token, at=now)
    url = settings.SITE_URL + reverse("invitation", args=[token])
    return SimpleNamespace(
        url=url,
        qr=qr_svg(url, _("QR code of the link below")),
        role_name=capfirst(invitation.get_role_display()),
        expires_at=invitation.expires_at,
    )

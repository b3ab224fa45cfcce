"""An invitation, on the phone of who got the link."""

from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.utils import timezone
from django.utils.text import capfirst
from django.views.decorators.http import require_http_methods

from tracker.core.access import invitation_for
from tracker.core.redirects import see_other
from tracker.core.refused import Refused
from tracker.families.actions.begin import accept
from tracker.families.actions.memberships import not_for
from tracker.families.forms.invitation import MEANS, NameForm
from tracker.models import Invitation, Role


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What it is for, and the way in: who has no account comes back here after making one."""
    now = timezone.now()
    try:
        found = invitation_for(token, at=now)
    except Http404:
        return render(request, "tracker/families/invitation.html", {"invitation": None}, status=404)
    timezone.activate(found.around.zone)
    form = name_form(request)
    if request.method != "POST" or not request.user.is_authenticated or (form and not form.is_valid()):
        return shown(request, found, form)
    if not_for(found, request.user):
        return shown(request, found, form)
    try:
        accept(
            invitation=found, name=form.cleaned_data["your_name"] if form else "", by=request.user, now=now
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return see_other("home")
    return see_other("today", found.child_id) if found.child_id else see_other("home")


def name_form(request: HttpRequest) -> NameForm | None:
    if not request.user.is_authenticated or request.user.name:
        return None
    return NameForm(request.POST if request.method == "POST" else None)


def shown(request: HttpRequest, found: Invitation, form: NameForm | None) -> HttpResponse:
    back = urlencode({"next": request.path})
    context: dict[str, Any] = {
        "invitation": SimpleNamespace(
            role_name=capfirst(found.get_role_display()),
            role_means=MEANS[Role(found.role)],
            by=found.invited_by.name,
            ward=found.care_team.name if found.care_team else "",
            expires_at=found.expires_at,
        ),
        "not_yours": not_for(found, request.user) if request.user.is_authenticated else "",
        "form": form,
        "signed_in": request.user.is_authenticated,
        "signup_url": f"{resolve_url('account_signup')}?{back}",
        "login_url": f"{resolve_url('account_login')}?{back}",
    }
    return render(request, "tracker/families/invitation.html", context)

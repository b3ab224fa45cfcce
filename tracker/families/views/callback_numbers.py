"""Where the care team calls this family back."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tracker.core.access import access_child, access_membership, may
from tracker.core.pages import AuthedRequest, page_context
from tracker.core.redirects import LOOK_AGAIN, see_other
from tracker.families.actions.callback_numbers import call_back_first, confirm_callback, set_callback
from tracker.families.forms.callback_number import CallbackForm
from tracker.families.queries.callback_numbers import fill_callbacks, own_membership
from tracker.lib import time_zones
from tracker.models import Child


@require_http_methods(["GET", "HEAD", "POST"])
def callback(request: AuthedRequest, child_id: UUID) -> HttpResponse:
    """One's own number, and the order: forms told apart by their button."""
    child, now = access_child(request.user, child_id, to="log"), timezone.now()
    if request.method != "POST":
        return _shown(request, child, now)
    act = {"right": _confirm, "none": _remove, "first": _order}.get(request.POST.get("save", ""), _set)
    return act(request, child, now)


def _set(request: AuthedRequest, child: Child, now: datetime) -> HttpResponse:
    form = CallbackForm(request.POST, country=_country(request, child))
    if not form.is_valid():
        return _shown(request, child, now, form)
    own = own_membership(child, request.user)
    set_callback(membership=own, number=form.cleaned_data["number"], by=request.user, now=now)
    return see_other("callback", child.pk)


def _confirm(request: AuthedRequest, child: Child, now: datetime) -> HttpResponse:
    own, number = own_membership(child, request.user), request.POST.get("number", "")
    if confirm_callback(membership=own, number=number, by=request.user, now=now):
        messages.success(request, _("Saved. Your care team calls you there."))
    else:
        messages.warning(request, _("Another number was typed in since. Check it once more."))
    return see_other("callback", child.pk)


def _remove(request: AuthedRequest, child: Child, now: datetime) -> HttpResponse:
    set_callback(membership=own_membership(child, request.user), number="", by=request.user, now=now)
    messages.success(request, _("Your care team has no number of yours now."))
    return see_other("callback", child.pk)


def _order(request: AuthedRequest, child: Child, now: datetime) -> HttpResponse:
    if not may([child.family_role], "manage"):
        raise PermissionDenied
    first = access_membership(request.user, request.POST.get("member", ""), to="manage")
    call_back_first(child=child, membership=first, by=request.user, now=now)
    return see_other("callback", child.pk)


def _country(request: AuthedRequest, child: Child) -> str:
    return (
        time_zones.country_of(request.user.time_zone)
        or time_zones.country_of(child.time_zone)
        or child.country
    )


def _shown(
    request: AuthedRequest, child: Child, now: datetime, form: CallbackForm | None = None
) -> HttpResponse:
    own = own_membership(child, request.user)
    fill_callbacks([child])
    context = page_context(request, child, now) | {
        "own": own,
        "form": form or CallbackForm(country=_country(request, child)),
        "callbacks": [one for one in child.callbacks if one.membership_id],
        "may_order": may([child.family_role], "manage"),
    }
    status = LOOK_AGAIN if form else 200
    return render(request, "tracker/families/callback.html", context, status=status)

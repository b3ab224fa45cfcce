"""Taking everything along, and deleting everything. Each asks once more who it is, after it asked whose it is."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tracker.accounts.erasure import children_left_alone, erase_child, erase_person
from tracker.accounts.export import archive
from tracker.core.access import access_child
from tracker.core.audit import record_audit
from tracker.core.pages import AuthedRequest, page_context
from tracker.core.reauthentication import asks_again
from tracker.core.refused import Refused
from tracker.models import Child

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@get_or_post
def export(request: AuthedRequest, child_id: UUID) -> HttpResponse | StreamingHttpResponse:
    """What the archive holds, and the button that brings it."""
    return _export(request, access_child(request.user, child_id, to="manage"))


@asks_again
def _export(request: AuthedRequest, child: Child) -> HttpResponse | StreamingHttpResponse:
    now = timezone.now()
    if request.method != "POST":
        return render(request, "tracker/accounts/export.html", page_context(request, child, now))
    record_audit("child.exported", by=request.user, now=now, child=child.pk)
    headers = {
        "Content-Disposition": 'attachment; filename="nightlight.zip"',
        "Content-Encoding": "identity",  # it is compressed already
    }
    return StreamingHttpResponse(archive(child), content_type="application/zip", headers=headers)


@get_or_post
def erase(request: AuthedRequest, child_id: UUID) -> HttpResponse:
    """What goes and what stays; the button deletes, once the box is ticked."""
    return _erase(request, access_child(request.user, child_id, to="manage"))


@asks_again
def _erase(request: AuthedRequest, child: Child) -> HttpResponse:
    now, is_sure = timezone.now(), "sure" in request.POST
    if request.method == "POST" and is_sure:
        erase_child(child=child, by=request.user, now=now)
        messages.success(request, _("Everything about this child is deleted."))
        return redirect("home")
    family = child.memberships.filter(ended_at=None).count()
    context = {"not_sure": request.method == "POST", "others": family - 1}
    return render(request, "tracker/accounts/erase.html", page_context(request, child, now) | context)


@get_or_post
@asks_again
def erase_account(request: AuthedRequest) -> HttpResponse:
    """The login and what hangs on it."""
    refusal = ""
    if request.method == "POST" and "sure" in request.POST:
        try:
            erase_person(user=request.user, now=timezone.now())
        except Refused as error:
            refusal = str(error)
        else:
            logout(request)
            return redirect("home")
    context = {
        "not_sure": request.method == "POST" and not refusal,
        "refusal": refusal,
        "children_that_go": children_left_alone(request.user),
    }
    return render(request, "tracker/accounts/erase_account.html", context)

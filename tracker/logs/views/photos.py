"""Photos beside a log: added after the answer, looked at by the family and the team. No software judges one."""

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from tracker.core.access import access_log, access_photo, may
from tracker.core.pages import AuthedRequest, page_context
from tracker.core.redirects import LOOK_AGAIN, see_other
from tracker.core.refused import Refused
from tracker.lib.in_progress import InProgress
from tracker.logs.actions.photos import add_photo
from tracker.logs.forms.photo import PhotoForm
from tracker.logs.photos import photos_of
from tracker.logs.views.common import may_log
from tracker.models import SymptomLog

AT_ONCE = InProgress(1, waiting=2, waits=5)
"""One picture is drawn anew at a time, in half a second and 300 MB at most: threads and memory are for logs."""
BUSY = gettext_lazy("Many photos come in at this moment. Wait a minute, then send it again.")
HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Disposition": 'inline; filename="photo.jpg"',
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


@require_http_methods(["GET", "HEAD", "POST"])
def photos(request: AuthedRequest, log_id: UUID) -> HttpResponse:
    """The photos beside a log and the earlier ones; adds one, which changes nothing else."""
    verb = "log" if request.method == "POST" else "see"
    log, now = access_log(request.user, log_id, to=verb), timezone.now()
    if request.method != "POST":
        return _page(request, log, PhotoForm(), now)
    if not AT_ONCE.begin():
        return _page(request, log, PhotoForm(), now, status=503, refused=str(BUSY))
    try:
        return _added(request, log, PhotoForm(request.POST, request.FILES), now)
    finally:
        AT_ONCE.end()


@require_safe
def photo(request: AuthedRequest, photo_id: UUID) -> HttpResponse:
    """The picture itself. Whoever may see the log's answer may see it; who of the staff did is on record."""
    found = access_photo(request.user, photo_id, to="see")
    return HttpResponse(bytes(found.jpeg), content_type="image/jpeg", headers=HEADERS)


def _added(request: AuthedRequest, log: SymptomLog, form: PhotoForm, now: datetime) -> HttpResponse:
    if not form.is_valid():
        return _page(request, log, form, now, status=LOOK_AGAIN)
    told = {"kind": form.cleaned_data["kind"], "picture": form.cleaned_data["photo"]}
    try:
        add_photo(log=log, client_uuid=form.form_number, by=request.user, now=now, **told)
    except Refused as refused:
        return _page(request, log, form, now, status=LOOK_AGAIN, refused=str(refused))
    return see_other("photos", log.pk)


def _page(
    request: AuthedRequest,
    log: SymptomLog,
    form: PhotoForm,
    now: datetime,
    *,
    status: int = 200,
    refused: str = "",
) -> HttpResponse:
    sees_all = may((log.family_role, log.staff_role), "history")
    context = {
        **page_context(request, log.child, now),
        "log": log,
        "form": form,
        "refused": refused,
        "may_log": may_log(log),
        "beside": photos_of(log.child, only=None if sees_all else log),
    }
    return render(request, "tracker/logs/photos.html", context, status=status)

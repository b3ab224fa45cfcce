"""The lock of a ward's computer: closed by hand, opened in a window of its own, so that what was typed stays."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from tracker.core.pages import AuthedRequest
from tracker.core.redirects import see_other
from tracker.core.staff_session import StaffLocked


@require_POST
def staff_lock(request: AuthedRequest) -> HttpResponse:
    """Locks at once. Who has no session of the staff loses nothing by it."""
    if session := getattr(request, "staff_session", None):
        session.lock()
    return see_other("board")


@require_POST
def staff_active(request: AuthedRequest) -> HttpResponse:
    """Somebody is there: the middleware notes it, unless the session is locked already (204 and 403)."""
    session = getattr(request, "staff_session", None)
    return HttpResponse(status=403 if session and session.is_locked else 204)


@require_safe
def staff_unlock(request: AuthedRequest) -> HttpResponse:
    """Asks who it is, and then says to go back to the window that waits."""
    session = getattr(request, "staff_session", None)
    if session and (session.is_locked or session.ends_soon):
        raise StaffLocked
    return render(request, "tracker/clinic/unlocked.html")

"""What the requests of the staff pass through: their session's lock and end, and the record of what they looked at."""

import logging
from collections.abc import Callable
from typing import Any
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from tracker.core.audit import record_read
from tracker.core.pages import is_authed
from tracker.core.reads import collected
from tracker.core.staff_session import StaffSession, is_poll
from tracker.site.views.errors import without_login

log = logging.getLogger(__name__)
Next = Callable[[HttpRequest], HttpResponse]


class StaffSessions:
    """Gives the staff's requests their session's state, ends it with the shift, and notes that somebody is there."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        session = getattr(request, "staff_session", None)
        if session and request.user.is_authenticated and not is_poll(request):
            session.keep(response)
        return response

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., HttpResponse], view_args: Any, view_kwargs: Any
    ) -> HttpResponse | None:
        if not getattr(view_func, "login_required", True) or not is_authed(request):
            return None
        if not getattr(request.user, "is_care_staff", False):
            return None
        session = request.staff_session = request.user.staff_session = StaffSession(request)
        if not request.user.is_family:
            _let_it_end(request, session)
        if session.is_over and not request.user.is_family:
            logout(request)
            del request.staff_session
            if request.method == "POST":
                return without_login(request, view_func, view_kwargs)
            return _sent_to(reverse(settings.LOGIN_URL), request)
        if session.is_locked and request.resolver_match and request.resolver_match.namespace == "admin":
            methods = get_adapter().get_reauthentication_methods(request.user)
            return _sent_to(methods[0]["url"] if methods else reverse(settings.LOGIN_URL), request)
        return None


def _let_it_end(request: HttpRequest, session: StaffSession) -> None:
    """In the database too, where a poll looks that asks for nothing else (tracker/clinic/queries/board_version.py)."""
    if request.session.get("_session_expiry") != session.ends_at.isoformat():
        request.session.set_expiry(session.ends_at)


class StaffReads:
    """Writes down what access.py noted, once the page is made. A page opens even where that cannot be written."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with collected() as reads:
            response = self.get_response(request)
        for (verb, about), who in reads.items():
            _write_down(verb, about, who)
        return response


def _write_down(verb: str, about: UUID, who: UUID) -> None:
    try:
        record_read(verb, about, by=who, now=timezone.now())
    except DatabaseError:
        log.warning("read_not_recorded", extra={"verb": verb, "about": about, "person": who})
        _say_so()


def _say_so() -> None:
    """For /health/duty, in a file: the database may be what does not work."""
    try:
        settings.READS_NOT_RECORDED.touch(mode=0o600)
    except OSError:
        log.warning("reads_not_recorded_not_noted")


def _sent_to(place: str, request: HttpRequest) -> HttpResponse:
    return redirect(f"{place}?{urlencode({REDIRECT_FIELD_NAME: request.get_full_path()})}")

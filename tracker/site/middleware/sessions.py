"""Sessions and the database behind every page: neither lets somebody wait who reads an answer."""

import logging
from collections.abc import Callable
from contextlib import nullcontext

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from tracker.lib.database import page_waiting, unavailable, waiting_at_most

log = logging.getLogger(__name__)
Next = Callable[[HttpRequest], HttpResponse]


class DatabaseWaiting:
    """No page waits longer for the database than somebody waits for the answer to a fever (tracker/lib/database.py)."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with page_waiting():
            return self.get_response(request)


class Sessions(SessionMiddleware):
    """Every day of use renews the 90 days, with one write a day instead of one a page.

    That write is never waited for, and where it fails the page is shown all the same: Django's own makes 400 of it.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        page_changed_it = request.session.modified
        if response.status_code < 500:
            renew(request.session)
        try:
            with nullcontext() if page_changed_it else waiting_at_most(0):
                return super().process_response(request, response)
        except (SessionInterrupted, DatabaseError):
            if not page_changed_it or request.method in ("GET", "HEAD"):
                log.warning("session_not_saved")
                return response
            if refused := unavailable():
                raise refused from refused.__cause__  # 503, and what was typed comes back
            raise


def renew(session: SessionBase) -> None:
    today = timezone.now().date().isoformat()
    if session.accessed and SESSION_KEY in session and session.get("renewed_on") != today:
        session["renewed_on"] = today

"""What every request passes through, whoever it is from."""

import logging
import time
import uuid
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers

from config.json_logs import context
from tracker.lib.database import page_waiting, unavailable, waiting_at_most
from tracker.logs.views.late_forms import not_before_second_factor
from tracker.models.people import zone_called
from tracker.site.views.errors import not_allowed, without_login

log = logging.getLogger(__name__)
Next = Callable[[HttpRequest], HttpResponse]


class RequestLog:
    """One line a request: the route's pattern instead of its path, no query, no address, no browser."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        request_id = uuid.uuid4().hex
        token = context.set({"request_id": request_id})
        try:
            response = self.get_response(request)
            log.info("request", extra=about(request, response, began))
        finally:
            context.reset(token)
        response["X-Request-ID"] = request_id
        return response


def about(request: HttpRequest, response: HttpResponse, began: float) -> dict[str, object]:
    match = request.resolver_match
    person = getattr(
        request, "_cached_user", None
    )  # only when the page has asked who it is: no query for a log line
    return {
        "method": request.method,
        "route": match.route if match else None,
        "status": response.status_code,
        "milliseconds": round((time.perf_counter() - began) * 1000, 1),
        **({"person": person.pk} if person and person.is_authenticated else {}),
    }


class PrivatePages:
    """No cache keeps a page, and no page asks for the telephone's sensors."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"
        )
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response


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


class LoginRequired(LoginRequiredMiddleware):
    """Django's own asks the database who it is before it looks whether the page is open to all."""

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., HttpResponse], view_args: Any, view_kwargs: Any
    ) -> HttpResponse | None:
        if not getattr(view_func, "login_required", True):
            return None
        if hasattr(view_func, "at_once") and (answer := view_func.at_once(request, **view_kwargs)):
            return answer  # it has looked by itself, in the same breath, who is asking
        if request.method == "POST" and not request.user.is_authenticated:
            return without_login(request, view_func, view_kwargs)
        return super().process_view(request, view_func, view_args, view_kwargs)


class SecondFactor:
    """Who works for a care team or runs the site sets up a second factor first. What a parent logs always passes.

    The person knows whether one is missing: tracker/core/second_factor.py.
    """

    PASSES = frozenset(
        {"home", "theme", "today", "log-new", "logs", "log-nothing-new", "log-neuro", "log-kept"}
        | {"log", "answer", "log-correct", "log-mistake", "log-confirm", "called", "forms-kept"}
        | {"check", "days", "card", "demo-codes"}
    )
    SIGNING_IN = ("account_", "mfa_", "usersessions_")

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., HttpResponse], *_: Any
    ) -> HttpResponse | None:
        if not getattr(view_func, "login_required", True):
            return None
        name = request.resolver_match.view_name or ""
        if not getattr(request.user, "lacks_second_factor", False) or name in self.PASSES:
            return None
        if name.startswith(self.SIGNING_IN):
            return None
        return not_before_second_factor(request) if request.method == "POST" else redirect("mfa_index")


class NoEmptyPage:
    """An address that only takes what a form sends answers a look at it with a page, which has the number to call."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or response.content:
            return response
        page = not_allowed(request)
        page["Allow"] = response["Allow"]
        return page


class PersonsPlace:
    """The person's language and time zone, for the length of the request. A page of a child takes the family's zone."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = translation.get_language()
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()
            translation.activate(language or settings.LANGUAGE_CODE)

    def process_view(self, request: HttpRequest, view_func: Callable[..., HttpResponse], *_: Any) -> None:
        if not getattr(view_func, "login_required", True) or not request.user.is_authenticated:
            return  # an open page asks nobody who it is
        if request.user.language in dict(settings.LANGUAGES):
            translation.activate(request.user.language)
        timezone.activate(zone_called(request.user.time_zone))

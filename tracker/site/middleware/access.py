"""Who may come in: the login, and the second factor of staff. What may be seen is decided in core/access.py."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from tracker.logs.views.late_forms import not_before_second_factor
from tracker.site.views.errors import without_login

Next = Callable[[HttpRequest], HttpResponse]


class LoginRequired(LoginRequiredMiddleware):
    """Django's own asks the database who it is before it looks whether the page is open to all."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: Any,
        view_kwargs: Any,
    ) -> HttpResponseBase | None:
        if not getattr(view_func, "login_required", True):
            return None
        if request.method == "POST" and not request.user.is_authenticated:
            return without_login(request, view_func, view_kwargs)
        return super().process_view(request, view_func, view_args, view_kwargs)


class SecondFactor:
    """Who works for a care team or runs the site sets up a second factor first. What a parent logs always passes.

    The person knows whether one is missing: tracker/core/second_factor.py.
    """

    PASSES = frozenset(
        {"home", "theme", "today", "log-new", "logs", "log-nothing-new", "log-neuro", "log-kept"}
        | {
            "log",
            "answer",
            "log-correct",
            "log-mistake",
            "log-confirm",
            "called",
            "forms-kept",
            "photos",
            "photo",
        }
        | {"check", "days", "card", "demo-codes", "pocket", "unsent"}
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
        name = request.resolver_match.view_name if request.resolver_match else ""
        if not getattr(request.user, "lacks_second_factor", False) or name in self.PASSES:
            return None
        if name.startswith(self.SIGNING_IN):
            return None
        return not_before_second_factor(request) if request.method == "POST" else redirect("mfa_index")

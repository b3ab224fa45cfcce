"""A form that the database refused: the numbers as far as they can be read, and the same form again at one tap.

A view whose form tells the rules something says with `@tells_the_rules` what; then their answer stands above.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils import timezone

from tracker.core.access import access_child, access_log
from tracker.core.pages import is_authed, page_context
from tracker.lib.plain_pages import plain_page
from tracker.logs.views.late import answered_unsaved, emergency_first, sent_again
from tracker.models import Child

View = Callable[..., HttpResponse]
Told = tuple[Mapping[str, Any], datetime]  # a report of the contract, and when it was seen
OWN_PAGES = ("account_", "mfa_", "usersessions_", "admin:")
"""Of a library, with passwords and codes: nothing that was typed there is put into a page again."""


def tells_the_rules(read: Callable[..., Told | None]) -> Callable[[View], View]:
    """`read(request, child, **kwargs of the address)` gives what a form of this view tells."""

    def mark(view: View) -> View:
        view.told = read  # type: ignore[attr-defined]
        return view

    return mark


def not_written(request: HttpRequest, status: int) -> HttpResponse:
    """As the site looks, with the numbers of the child whose page it was. Reads the database."""
    context = _around(request) | {"action": request.get_full_path(), "typed": typed_again(request)}
    return render(request, "tracker/logs/not_written.html", context, status=status)


def not_even_read(request: HttpRequest, status: int) -> HttpResponse:
    """The ambulance, and the number on the card."""
    context = {"action": request.get_full_path(), "typed": typed_again(request)}
    context["csrf_token"] = get_token(request)
    return plain_page(request, "503.html", status, context)


def typed_again(request: HttpRequest) -> list[tuple[str, str]]:
    """Names and values of the form, to be sent as they are."""
    match = request.resolver_match
    if request.method != "POST" or match is None or match.view_name.startswith(OWN_PAGES):
        return []
    return sent_again(request)["typed"]


def _around(request: HttpRequest) -> dict[str, Any]:
    """Whose page it was, and what the rules answer to what was sent."""
    now, match = timezone.now(), request.resolver_match
    child = _child_of(request, match.kwargs if match else {})
    if child is None or not is_authed(request):
        return {}
    context = page_context(request, child, now)
    read = getattr(match.func, "told", None) if match and request.method == "POST" else None
    told: Told | None = read(request, child, **match.kwargs) if read and match else None
    if told:
        report, at = told
        answer = answered_unsaved(child, report, at, now)
        context |= emergency_first(answer, bool(context.get("is_emergency")))
    return context


def _child_of(request: HttpRequest, which: Mapping[str, UUID]) -> Child | None:
    log_id, child_id = which.get("log_id"), which.get("child_id")
    if not (log_id or child_id):
        return None
    if not is_authed(request):
        raise Http404
    if log_id:
        return access_log(request.user, log_id, to="see").child
    return access_child(request.user, child_id, to="see")

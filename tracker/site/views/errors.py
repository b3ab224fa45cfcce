"""Error pages: from their templates, and where even that fails, plain. Each shows a number to call."""

import logging
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext as _

from tracker.lib.database import can_read, is_unavailable
from tracker.lib.plain_pages import plain_page
from tracker.logs.views.late import without_database
from tracker.logs.views.late_forms import late as late_form
from tracker.logs.views.late_forms import not_done
from tracker.logs.views.not_written import not_even_read, not_written

logger = logging.getLogger(__name__)
PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title></head>
<body><main>
<h1>{title}</h1>
<p>{text}</p>
<p><strong>{call}</strong></p>
<p>{emergency} <a href="tel:112">112</a> / <a href="tel:911">911</a></p>
</main></body>
</html>
"""


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return drawn(request, "400.html", 400, _("We could not read this"), _("Go back and send it once more."))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return drawn(request, "403.html", 403, _("Your role cannot do this"), _("Ask a parent of the child."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return drawn(request, "404.html", 404, _("This page is not here"), _("The link may be old."))


def not_allowed(request: HttpRequest) -> HttpResponse:
    """An address that only a form is sent to, opened by hand or from the bar."""
    text = _("Nothing was changed. Go back to the page before.")
    return drawn(request, "405.html", 405, _("Nothing to see at this address"), text)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that lay open too long. A log is answered all the same."""
    match = request.resolver_match
    if match and (late := late_view(match.func)):
        return late(request, **match.kwargs)
    text = _("The page was open for a long time, so this was not saved. Load it again.")
    return drawn(request, "403_csrf.html", 403, _("Please send it again"), text)


def late_view(view: Any) -> Callable[..., HttpResponse] | None:
    """What answers a form of this view without a login or with a stale token: a log at once, others when it is back."""
    return partial(late_form, view=view) if hasattr(view, "rule") else getattr(view, "late", None)


def without_login(request: HttpRequest, view: Any, which: dict[str, Any]) -> HttpResponse:
    """To a form whose session has ended. A redirect would end at an address that takes no GET, and nobody would say
    what became of it.
    """
    late = late_view(view)
    return late(request, **which) if late else not_done(request)


def server_error(request: HttpRequest) -> HttpResponse:
    """With what is left of database and session, which may be what broke. A log is answered by the rules."""
    error = sys.exc_info()[1]
    is_down = isinstance(error, OperationalError | InterfaceError) or is_unavailable(error)
    status = 503 if is_down else 500
    for page in _pages_for(request, is_down):
        try:
            return page(request, status)
        except Exception:
            logger.exception("an error page failed")
    return plain(_("Something broke on our side"), _("What you sent may not be saved."), status)


def _pages_for(request: HttpRequest, is_down: bool) -> list[Callable[[HttpRequest, int], HttpResponse]]:
    """The best first: each needs less than the one before."""
    match = request.resolver_match
    refused = getattr(match.func, "refused", None) if match and request.method == "POST" else None
    if refused and is_down and can_read():
        return [refused, without_database]
    if refused:
        return [without_database]
    if is_down:
        return [not_written, not_even_read] if can_read() else [not_even_read]
    return [_bare]


def _bare(request: HttpRequest, status: int) -> HttpResponse:
    return plain_page(request, f"{status}.html", status)


def drawn(request: HttpRequest, template: str, status: int, title: str, text: str) -> HttpResponse:
    """The page as the site looks; where that fails, its words alone."""
    try:
        return HttpResponse(render_to_string(template, request=request), status=status)
    except Exception:
        logger.exception("an error page failed")
    return plain(title, text, status)


def plain(title: str, text: str, status: int) -> HttpResponse:
    call, emergency = _("Worried? Call the number on your card."), _("Emergency:")
    return HttpResponse(
        format_html(PAGE, title=title, text=text, call=call, emergency=emergency), status=status
    )

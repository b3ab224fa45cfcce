"""Pages for when little works (templates/_plain.html): no database, no session, no context processors."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

NOTHING: Mapping[str, Any] = {}


def plain_page(
    request: HttpRequest, template: str, status: int, context: Mapping[str, Any] = NOTHING
) -> HttpResponse:
    """In the look that was chosen: a white page at night blinds."""
    look = {"chosen_look": request.COOKIES.get("theme", "")}
    return HttpResponse(render_to_string(template, {**context, **look}), status=status)

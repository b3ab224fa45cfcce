"""Where a page sends on to."""

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url

LOOK_AGAIN = 422  # the form comes back with what was typed


def see_other(to: Any, *args: Any) -> HttpResponse:
    """After a POST: the browser asks for the next page with GET, and going back sends nothing again."""
    response = HttpResponseRedirect(resolve_url(to, *args))
    response.status_code = 303
    return response

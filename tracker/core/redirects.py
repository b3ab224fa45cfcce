"""Where a page sends on to."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

LOOK_AGAIN = 422  # the form comes back with what was typed


def see_other(to: Any, *args: Any) -> HttpResponse:
    """After a POST: the browser asks for the next page with GET, and going back sends nothing again."""
    response = HttpResponseRedirect(resolve_url(to, *args))
    response.status_code = 303
    return response


def back(request: HttpRequest) -> HttpResponse:
    """To the page whose address a small form carries along as `next`; never to another site."""
    there = request.POST.get("next", "/")
    is_ours = url_has_allowed_host_and_scheme(there, {request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(there if is_ours else "/")  # redirect() would take a word for a route
    response.status_code = 303
    return response

"""The light on the screen. Kept in a cookie, which says nothing about anybody."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from tracker.templatetags.nightlight import THEMES

A_YEAR = 365 * 24 * 3600


@login_not_required
@csrf_exempt
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keeps the look and goes back. Anybody may change it: nothing depends on it."""
    wanted, there = request.POST.get("theme", ""), request.POST.get("next", "/")
    is_ours = url_has_allowed_host_and_scheme(there, {request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(there if is_ours else "/")  # redirect() would take a word for a route
    response.status_code = 303
    if wanted in THEMES:
        response.set_cookie(
            "theme", wanted, max_age=A_YEAR, httponly=True, samesite="Lax", secure=request.is_secure()
        )
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response

"""The light on the screen. Kept in a cookie, which says nothing about anybody."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from tracker.core.redirects import back
from tracker.templatetags.nightlight import THEMES

A_YEAR = 365 * 24 * 3600


@login_not_required
@csrf_exempt
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keeps the look and goes back. Anybody may change it: nothing depends on it."""
    wanted, response = request.POST.get("theme", ""), back(request)
    if wanted in THEMES:
        response.set_cookie(
            "theme", wanted, max_age=A_YEAR, httponly=True, samesite="Lax", secure=request.is_secure()
        )
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response

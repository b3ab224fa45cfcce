"""What the hospital says about itself, and what machines ask of every site. Open to all, without the database."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tracker.lib import legal_pages

GOOD_FOR = timedelta(days=180)  # the standard wants less than a year (RFC 9116)
OPEN_TO_SEARCH = ("/$", "/check/", "/how/", "/legal/", "/static/")


@login_not_required
@require_safe
def legal(request: HttpRequest, page: str) -> HttpResponse:
    blocks = legal_pages.page(page)
    if blocks is None:
        raise Http404
    return render(
        request,
        "tracker/site/legal.html",
        {"title": legal_pages.TITLES[page], "blocks": blocks, "page": page},
    )


@login_not_required
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a hole, where the hospital has named somebody."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    until = (timezone.now() + GOOD_FOR).replace(hour=0, minute=0, second=0, microsecond=0)
    return _lines(
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {until:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
        f"Canonical: {settings.SITE_URL}{reverse('security')}",
    )


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What anybody may read may be found. An invitation or a card, whose address is its key, never."""
    return _lines("User-agent: *", *(f"Allow: {place}" for place in OPEN_TO_SEARCH), "Disallow: /")


def _lines(*lines: str) -> HttpResponse:
    return HttpResponse("\n".join((*lines, "")), content_type="text/plain; charset=utf-8")

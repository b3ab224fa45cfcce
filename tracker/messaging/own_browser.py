"""Which of a person's browsers that are pushed to is this one.

In a signed cookie of its own: the session is another one after each login, and a browser tells its endpoint to scripts
alone. It opens nothing.
"""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from tracker.models import ContactPoint

COOKIE = "__Host-pushed" if settings.HTTPS else "pushed"
KNOWN_FOR = 365 * 24 * 3600  # seconds


def remember_own_browser(response: HttpResponse, point: ContactPoint) -> None:
    response.set_signed_cookie(
        COOKIE,
        point.pk.hex,
        salt=COOKIE,
        max_age=KNOWN_FOR,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def own_browser(request: HttpRequest) -> UUID | None:
    """The contact point of this browser, whoever's it is."""
    known = request.get_signed_cookie(COOKIE, default="", salt=COOKIE, max_age=KNOWN_FOR)
    return UUID(known) if known else None

"""What every page says or speaks: its language and time zone, what was lost, and never an empty answer."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.sessions.backends.base import SessionBase
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from tracker.families import wizard
from tracker.lib import hours
from tracker.lib.language import keep
from tracker.lib.session_serializer import LOST
from tracker.logs import unsaved
from tracker.models.users import zone_named
from tracker.site.views.errors import not_allowed

TYPED = {unsaved.KEY, wizard.KEY}

Next = Callable[[HttpRequest], HttpResponse]


class NoEmptyPage:
    """An address that only takes what a form sends answers a look at it with a page, which has the number to call."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or response.content:
            return response
        page = not_allowed(request)
        page["Allow"] = response["Allow"]
        return page


class PersonsPlace:
    """The person's language, time zone and clock, for the length of the request. A page of a child takes the family's
    zone. An open page has the clock of the browser's region.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = translation.get_language()
        hours.activate(hours.clock_of_region(_region(request)))
        try:
            return self._kept(request, self.get_response(request))
        finally:
            timezone.deactivate()
            hours.activate(hours.TWENTY_FOUR)
            translation.activate(language or settings.LANGUAGE_CODE)

    def process_view(self, request: HttpRequest, view_func: Callable[..., HttpResponse], *_: Any) -> None:
        if not getattr(view_func, "login_required", True) or not request.user.is_authenticated:
            return  # an open page asks nobody who it is
        if request.user.language in dict(settings.LANGUAGES):
            translation.activate(request.user.language)
            request.spoken = request.user.language  # type: ignore[attr-defined]
        timezone.activate(zone_named(request.user.time_zone))
        hours.activate(hours.clock_of(request.user))

    def _kept(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """What knows nobody, an error page or the way out, goes on in the language of who was there last."""
        spoken, name = getattr(request, "spoken", ""), settings.LANGUAGE_COOKIE_NAME
        if spoken and request.COOKIES.get(name) != spoken and name not in response.cookies:
            keep(response, spoken, is_secure=request.is_secure())
        return response


def _region(request: HttpRequest) -> str:
    """Of the browser's first language: "US" of "en-US,en;q=0.9"."""
    return request.headers.get("Accept-Language", "").split(",")[0].split(";")[0].partition("-")[2].strip()


class LostDrafts:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: object) -> None:
        """After LoginRequired, which has read the session."""
        if TYPED & set(_lost(request.session)):
            messages.error(request, _("What you typed before is lost. It was not saved. Type it again."))


def _lost(session: SessionBase) -> list[str]:
    """Of a session that was read already: a page that needs neither session nor database must not wait for them."""
    try:
        return session.pop(LOST, []) if session.accessed else []
    except DatabaseError:
        return []

"""Says once, on whichever page comes next, that what somebody typed and had not saved cannot be opened any more."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.sessions.backends.base import SessionBase
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from tracker.families import wizard as beginning
from tracker.lib.session_serializer import LOST
from tracker.logs import unsaved as draft

TYPED = {draft.KEY, beginning.KEY}


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

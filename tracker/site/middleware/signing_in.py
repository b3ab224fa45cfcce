"""How many passwords and codes this process looks at at once.

A password costs a third of a second of a processor, whoever sends it and whether it is right, and each try is counted
in the database: fifty at a time held a parent's log back. The limit lies around the addresses of the account library
and not in its adapter: signing up, a new password, a code and the second step each come by a method of their own, or
by none, and what the library adds later is inside too.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.http import urlencode

from tracker.accounts.rate_limits import is_known_browser
from tracker.lib.in_progress import InProgress
from tracker.lib.plain_pages import plain_page

Next = Callable[[HttpRequest], HttpResponse]

STRANGERS = InProgress(2, waiting=2, waits=1.0)
KNOWN = InProgress(2, waiting=2, waits=1.0)
"""Apart, for who is signed in or has been in this browser: no crowd of strangers keeps a nurse's board locked.

Both together hold eight of the sixteen threads at most; half of these work.
"""
OF_THE_LIBRARY = ("account_", "mfa_")
FREE = frozenset({"account_logout"})


class SigningInTurns:
    """Whoever gets no turn reads whom to call. Nothing was looked at, counted or written."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            return self.get_response(request)
        finally:
            if turns := getattr(request, "turns", None):
                turns.end()

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponse | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        if request.method != "POST" or not name.startswith(OF_THE_LIBRARY) or name in FREE:
            return None
        turns = KNOWN if is_known_browser(request) or request.user.is_authenticated else STRANGERS
        if not turns.begin():
            return busy(request)
        request.turns = turns  # type: ignore[attr-defined]
        return None


def busy(request: HttpRequest) -> HttpResponse:
    """The same page again by a link: what was typed there is put into no page."""
    after = request.POST.get("next", "")
    query = f"?{urlencode({'next': after})}" if after else ""
    context = {"again": f"{request.path}{query}"}
    page = plain_page(request, "account/busy.html", 503, context)
    page["Retry-After"] = "5"
    return page

"""The rules asked by somebody whom nobody knows: /check, and a log that nobody can say whose it was."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from tracker.lib.in_progress import InProgress
from tracker.lib.plain_pages import plain_page
from tracker.logs import unsaved

AT_ONCE = InProgress(4)
"""Of the sixteen threads of a process, for all of them together. The others are for parents who are known."""


def busy(request: HttpRequest) -> HttpResponse:
    """Whom to call, and the same form again: without the rules, the database or the page around."""
    typed = [
        (name, value) for name, values in request.POST.lists() for value in values if name != unsaved.SENT_AT
    ]
    if typed:
        typed.append((unsaved.SENT_AT, unsaved.signed_time(unsaved.sent_at(request.POST, timezone.now()))))
    context = {"typed": typed, "action": request.get_full_path()}
    page = plain_page(request, "tracker/logs/busy.html", 503, context)
    page["Retry-After"] = "5"
    return page

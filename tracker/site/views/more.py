"""More: all numbers, and the way to the pages that are seldom needed."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tracker.core.access import access_child, may
from tracker.core.pages import AuthedRequest, all_numbers, page_context
from tracker.logs.self_report import is_old_enough


@require_safe
def more(request: AuthedRequest, child_id: str) -> HttpResponse:
    child, now = access_child(request.user, child_id, to="log"), timezone.now()
    context = {
        "asks_child": is_old_enough(child, now),
        "may_manage": may([child.family_role], "manage"),
        "numbers": all_numbers(child.care_team, child),
    }
    return render(request, "tracker/site/more.html", page_context(request, child, now) | context)

"""The first page: for who is new, and the way on for who is not."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from tracker.core.access import children_of
from tracker.models import Membership


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The welcome page; signed in, Today of the newest child, the nurse's board, or the beginning."""
    if not request.user.is_authenticated:
        return render(request, "tracker/site/home.html", {"demo": settings.DEMO})
    if child := children_of(request.user).order_by("-begun_at").first():
        return redirect("today", child.pk)
    works = Membership.objects.filter(user=request.user, care_team__isnull=False, ended_at=None)
    return redirect("board" if works.exists() else "begin")

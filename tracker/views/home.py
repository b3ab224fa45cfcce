"""The first page: for who is new, and the way on for who is not."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from tracker.access import children_of
from tracker.models import Membership, User


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The welcome page; signed in, Today of the newest child, the nurse's board, or the beginning."""
    if not request.user.is_authenticated:
        return render(request, "tracker/public/home.html", {"demo": settings.DEMO})
    if child := children_of(request.user).order_by("-begun_at").first():
        return redirect("today", child.pk)
    return redirect(board(request.user) or reverse("begin"))


def board(user: User) -> str | None:
    """Where a nurse works."""
    if not Membership.objects.filter(user=user, care_team__isnull=False, ended_at=None).exists():
        return None
    try:
        return reverse("board")
    except NoReverseMatch:
        return None

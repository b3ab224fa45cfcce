"""The demo only: the codes that the app of each nurse would show."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tracker.site.demo.second_factors import PERIOD, seeded_codes


@login_not_required
@require_safe
def demo_codes(request: HttpRequest) -> HttpResponse:
    if not settings.DEMO:
        raise Http404
    now = timezone.now()
    left = PERIOD - int(now.timestamp()) % PERIOD
    return render(request, "tracker/site/demo_codes.html", {"codes": seeded_codes(now), "seconds_left": left})

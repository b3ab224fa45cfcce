"""For Prometheus, by token."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe

from tracker.site.metrics import metrics as found
from tracker.site.metrics import text


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Not there for who has no token, and for nobody where METRICS_TOKEN is not set."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not settings.METRICS_TOKEN or not constant_time_compare(token, settings.METRICS_TOKEN):
        raise Http404
    return HttpResponse(text(found(timezone.now())), content_type="text/plain; version=0.0.4; charset=utf-8")

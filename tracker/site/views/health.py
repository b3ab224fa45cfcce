"""For machines that watch the site. None of them says anything about a family."""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tracker.messaging.heartbeats import can_write, is_on_duty, reads_are_recorded, seconds_since_heartbeats


@login_not_required
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """This process answers."""
    return JsonResponse({"live": True})


@login_not_required
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Pages can be served: the database, and nothing else, since no answer to a parent needs more."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"ready": False}, status=503)
    return JsonResponse({"ready": True})


@login_not_required
@require_safe
def duty(request: HttpRequest) -> HttpResponse:
    """Seconds since each part behind the pages showed that it works; 503 when one is late, or nothing can be written.

    worker: of the alerts. canary: a message that takes the way of an alert, each minute, to nobody.
    reads_recorded: no look of a nurse went unrecorded in the last hour; the log says which did.
    """
    now = timezone.now()
    try:
        ages = seconds_since_heartbeats(now)
    except DatabaseError:
        return JsonResponse({"on_duty": False, "can_write": False}, status=503)
    is_written, recorded = can_write(now=now), reads_are_recorded(now)
    on_duty = is_written and recorded and all(is_on_duty(name, age) for name, age in ages.items())
    seconds = {name: None if age is None else round(age, 1) for name, age in ages.items()}
    told = {"on_duty": on_duty, "can_write": is_written, "seconds": seconds, "reads_recorded": recorded}
    return JsonResponse(told, status=200 if on_duty else 503)

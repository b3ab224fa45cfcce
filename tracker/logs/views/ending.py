"""How an alert ended, of a family that no team watches: what they said to do, or that it is over."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tracker.alerts import queries as alert_queries
from tracker.alerts.family_ending import end_own_alert, may_be_over
from tracker.core.access import access_alert
from tracker.core.pages import AuthedRequest, page_context
from tracker.core.redirects import LOOK_AGAIN, see_other
from tracker.core.refused import Refused
from tracker.logs.forms.call import OverForm
from tracker.models import Alert, Urgency


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: AuthedRequest, alert_id: UUID) -> HttpResponse:
    """Asks how it ended. One that is closed, or that a team watches, has its answer to look at."""
    alert, now = access_alert(request.user, alert_id, to="log"), timezone.now()
    if not alert.is_open or not alert.child.care_team.kept_by_family:
        return see_other("answer", alert.log_id)
    form = OverForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _is_ended(request, alert, form, now):
        messages.success(request, _("Written down. Worse again? Log it and call."))
        return see_other("today", alert.child_id)
    return _page(request, alert, form, now)


def _is_ended(request: AuthedRequest, alert: Alert, form: OverForm, now: datetime) -> bool:
    try:
        end_own_alert(alert=alert, note=form.cleaned_data["note"], by=request.user, now=now)
    except Refused as refused:
        form.add_error(None, str(refused))
        return False
    return True


def _page(request: AuthedRequest, alert: Alert, form: OverForm, now: datetime) -> HttpResponse:
    standing = alert_queries.open_alert(alert.child, now) or alert
    context = page_context(request, alert.child, now) | {
        "form": form,
        "alert": standing,
        "log_pk": getattr(standing, "newest_log", None) or standing.log_id,
        "seen_at": getattr(standing, "seen_at", None) or standing.raised_at,
        "is_emergency": alert.urgency == Urgency.EMERGENCY,
        "may_be_over": may_be_over(alert, now),
    }
    return render(request, "tracker/logs/end.html", context, status=LOOK_AGAIN if form.errors else 200)

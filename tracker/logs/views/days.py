"""Days: the temperature curve, the signs by day and every log, two weeks at a time."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from therapies.schedule import PUMP_ON
from tracker.assessment.courses import labels_of
from tracker.core.access import access_child, may
from tracker.core.pages import AuthedRequest, labels_text, page_context
from tracker.logs import queries
from tracker.logs.charts import curve_of, heat_map_of
from tracker.logs.queries import LogRow
from tracker.models import Child, SymptomLog

SHOWN = timedelta(days=13)  # and the last day itself
MOST = 300  # logs on a page; who has more in two weeks sees fewer days


@require_GET
def days(request: AuthedRequest, child_id: UUID) -> HttpResponse:
    """The two weeks that end with ?until=, as pictures or, with ?view=table, as tables."""
    child, now = access_child(request.user, child_id, to="history"), timezone.now()
    around, today = page_context(request, child, now), now.astimezone(child.zone).date()
    last = _day(request.GET.get("until", ""), today)
    first, logs = _stretch(child, last)
    rows = queries.rows_with_what_followed(logs, for_family_at=now)
    counting = [row for row in rows if row.corrected_by is None]
    context = {
        **around,
        "view": "table" if request.GET.get("view") == "table" else "picture",
        "first": first,
        "last": last,
        "earlier": first - timedelta(days=1) if _is_any_before(child, first) else None,
        "later": min(last + SHOWN + timedelta(days=1), today) if last < today else None,
        "unit": child.units,
        "curve": curve_of(child, counting, first, last, now),
        "heat": heat_map_of(child, counting, first, last),
        "timeline": _timeline(child, rows),
        "may_log": may((child.family_role, child.staff_role), "log"),
    }
    return render(request, "tracker/logs/days.html", context)


def _day(text: str, today: date) -> date:
    """The day that was asked for; today where that is none, or one to come."""
    try:
        return max(min(date.fromisoformat(text), today), date(2000, 1, 1))
    except ValueError:
        return today


def _stretch(child: Child, last: date) -> tuple[date, list[SymptomLog]]:
    """The first day shown and its logs, newest first: whole days, unless one day alone has too many."""
    first, end = last - SHOWN, queries.midnight(child, last + timedelta(days=1))
    between = {"observed_at__gte": queries.midnight(child, first), "observed_at__lt": end}
    logs = list(queries.logs_of(child).filter(**between).order_by("-observed_at", "-received_at")[: MOST + 1])
    if len(logs) <= MOST:
        return first, logs
    cut = _local(child, logs[-1].observed_at)
    whole = [log for log in logs if _local(child, log.observed_at) > cut]
    return (cut + timedelta(days=1), whole) if whole else (cut, logs[:MOST])


def _is_any_before(child: Child, day: date) -> bool:
    return SymptomLog.objects.filter(child=child, observed_at__lt=queries.midnight(child, day)).exists()


def _local(child: Child, at: datetime) -> date:
    return at.astimezone(child.zone).date()


def _timeline(child: Child, rows: Iterable[LogRow]) -> list[dict[str, Any]]:
    by_day = groupby(rows, key=lambda row: _local(child, row.observed_at))
    days = [(day, list(of_day)) for day, of_day in by_day]
    return [
        {"day": day, "day_label": _day_of_the_therapy(child, of_day[0].observed_at), "rows": of_day}
        for day, of_day in days
    ]


def _day_of_the_therapy(child: Child, at: datetime) -> str:
    """How long the pump still ran then is no news by now."""
    return labels_text(label for label in labels_of(child, at) if label[0] not in PUMP_ON)

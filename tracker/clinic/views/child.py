"""One child, for the nurse: why the alert, what was logged, what was done; notes, and a text for the chart."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from tracker.alerts import closings, taking
from tracker.assessment.wording import short_age
from tracker.clinic import late_words
from tracker.clinic.actions import nursing
from tracker.clinic.actions.board_look import unit_for
from tracker.clinic.chart_text import chart_text
from tracker.clinic.forms import KnowForm
from tracker.clinic.queries import child as nurse_child
from tracker.clinic.views.board import NOTHING_TYPED, staff_of
from tracker.core.access import access_child
from tracker.core.forms import number_in
from tracker.core.on_duty import on_duty
from tracker.core.pages import AuthedRequest, day_label, earlier_therapies, emergency_number
from tracker.core.redirects import LOOK_AGAIN, see_other
from tracker.core.refused import Refused
from tracker.core.staff_pages import staff_context, team_for
from tracker.families.queries.callback_numbers import fill_callbacks
from tracker.home_care.queries.drill import last_drill
from tracker.logs import unsaved
from tracker.logs.late_rule import Rule, kept_when_late
from tracker.logs.photos import photos_of
from tracker.logs.self_report import is_old_enough
from tracker.messaging.push_checks import families_without
from tracker.messaging.silence import silence_of
from tracker.models import Alert, CareTeam, Child


@require_safe
def review(request: AuthedRequest, child_id: UUID) -> HttpResponse:
    """Everything about one child on one page."""
    return child_page(request, child_id)


def child_page(
    request: AuthedRequest, child_id: UUID, status: int = 200, typed: Mapping[str, str] = NOTHING_TYPED
) -> HttpResponse:
    """`typed`: what was entered to end the alert and refused, and why."""
    child = access_child(request.user, child_id, to="review")
    return _shown(request, child, KnowForm(child=child), typed=typed, status=status)


def _shown(
    request: AuthedRequest,
    child: Child,
    form: KnowForm,
    *,
    typed_note: str = "",
    typed: Mapping[str, str] = NOTHING_TYPED,
    status: int = 200,
) -> HttpResponse:
    """`typed_note`: one that was refused, to be shortened."""
    now = timezone.now()
    context = _around(request, child, now)
    alert, unit = nurse_child.open_alert(child), unit_for(request.user, context["team"])
    context |= {
        **_of_alert(request, child, alert, context["team"], now),
        "form": form,
        "know_form": form,
        "typed": typed,
        "fired": (fired := nurse_child.fired(child, alert, unit)),
        "shown": nurse_child.shown_to_family(fired[0]) if fired else "",
        "lately": nurse_child.lately(child, now),
        "on_duty": on_duty(child, now),
        "days": nurse_child.page_of_days(child, _day(request.GET.get("until", "")), unit, now),
        "notes": nurse_child.notes(child),
        "forms_kept": unsaved.forms_kept(request.session, child, request.user, now),
        "drill": last_drill(child),
        "unit": unit,
        "silence": silence_of(child, now),
        "beside": photos_of(child),
        "phone_entries": nurse_child.phone_entries(child, now),
        "unnotified": families_without([child.pk], now).get(child.pk, []),
    }
    return render(request, "tracker/clinic/child.html", context | {"typed_note": typed_note}, status=status)


def _of_alert(
    request: AuthedRequest, child: Child, alert: Alert | None, team: CareTeam, now: datetime
) -> dict[str, Any]:
    """What is open, whose it is, and how it may end."""
    return {
        "alert": alert,
        "is_mine": alert is not None and alert.taken_by_id == request.user.pk,
        "is_held": alert is not None and alert.taken_until is not None and alert.taken_until > now,
        "is_offered_to_me": alert is not None and alert.offered_to_id == request.user.pk,
        "colleagues": [nurse for nurse in staff_of(team) if nurse != request.user],
        "outcomes": taking.outcomes_of(alert.urgency) if alert else (),
        "again_in": taking.minutes_to_choose(alert.urgency) if alert else (),
        "last_event": str(max((event.pk for event in alert.events.all()), default=0) if alert else 0),
        "closed": closings.last_closed(child, alert, now),
    }


@require_safe
def chart(request: AuthedRequest, child_id: UUID) -> HttpResponse:
    """Plain text for the hospital's own record."""
    now, child = timezone.now(), access_child(request.user, child_id, to="review")
    context = _around(request, child, now)
    alert = nurse_child.open_alert(child)
    unit = unit_for(request.user, context["team"])
    about = (child, context["patient_day"], context["patient_earlier"])
    context["text"] = chart_text(*about, alert, nurse_child.fired(child, alert, unit), unit, now)
    return render(request, "tracker/clinic/chart.html", context)


@kept_when_late(Rule("review", late_words.note))
@require_POST
def note(request: AuthedRequest, child_id: UUID) -> HttpResponse:
    child, now = access_child(request.user, child_id, to="review"), timezone.now()
    text = request.POST.get("text", "")
    try:
        nursing.write_note(
            child=child,
            text=text,
            client_uuid=number_in(request.POST.get("client_uuid", "")),
            written_at=unsaved.sent_at(request.POST, now),
            by=request.user,
            now=now,
        )
    except Refused as refused:
        messages.warning(request, str(refused))
        return _shown(request, child, KnowForm(child=child), typed_note=text, status=LOOK_AGAIN)
    return see_other(reverse("nurse-child", args=[child.pk]) + "#notes")


@kept_when_late(Rule("review", late_words.known_numbers))
@require_POST
def know(request: AuthedRequest, child_id: UUID) -> HttpResponse:
    """The clinic's number of the child, and where to reach the family."""
    child, now = access_child(request.user, child_id, to="review"), timezone.now()
    form = KnowForm(request.POST, child=child)
    if not form.is_valid():
        return _shown(request, child, form, status=LOOK_AGAIN)
    nursing.know_child(child=child, **form.told(), by=request.user, now=now)
    return see_other(reverse("nurse-child", args=[child.pk]) + "#numbers")


def _around(request: AuthedRequest, child: Child, now: Any) -> dict[str, Any]:
    team = team_for(request, child.care_team_id)
    fill_callbacks([child])
    return staff_context(request, team, now) | {
        "patient": child,
        "patient_day": day_label(child, now),
        "patient_earlier": earlier_therapies(child, now),
        "asks_child": is_old_enough(child, now),
        "patient_age": short_age(child.age_months(now)),
        "emergency_number": emergency_number(child),
    }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

"""The pump at home: its clock, and what to do when something is wrong with it."""

import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tracker.assessment.answer_text import instructions
from tracker.assessment.pump import long_pause
from tracker.assessment.wording import vocabulary
from tracker.core.access import access_child, may, of_child
from tracker.core.forms import moment_in, number_in
from tracker.core.pages import AuthedRequest, page_context
from tracker.core.redirects import see_other
from tracker.home_care import late_words
from tracker.home_care.actions.pump import record_change, set_intervals, take_back_change
from tracker.home_care.forms import IntervalForm
from tracker.home_care.queries.pump import hospital_days, line_clock, pump_cycle
from tracker.logs import unsaved
from tracker.logs.actions.record import record_log
from tracker.logs.late_rule import Rule, kept_when_late
from tracker.logs.views.not_written import tells_the_rules
from tracker.models import Child, LineChange, LinePart

CHANGES_SHOWN = 8
PROBLEMS = ("alarm", "leak", "disconnected", "stopped")


@require_safe
def pump(request: AuthedRequest, child_id: uuid.UUID) -> HttpResponse:
    """What is due when, where the cycle is, and which days are hospital days."""
    return _page(request, access_child(request.user, child_id, to="see"))


@kept_when_late(Rule("manage", late_words.line_days))
@require_POST
def pump_intervals(request: AuthedRequest, child_id: uuid.UUID) -> HttpResponse:
    """The days that the clinic gave."""
    child = access_child(request.user, child_id, to="manage")
    form = IntervalForm(request.POST)
    if not form.is_valid():
        return _page(request, child, form)
    set_intervals(child=child, days=form.cleaned_data, by=request.user, now=timezone.now())
    return see_other("pump", child.pk)


@kept_when_late(Rule("manage", late_words.line_changed))
@require_POST
def pump_changed(request: AuthedRequest, child_id: uuid.UUID) -> HttpResponse:
    """A bag, a needle or a dressing was changed."""
    now = timezone.now()
    child = access_child(request.user, child_id, to="manage")
    page_context(request, child, now)
    part = request.POST.get("part")
    try:
        changed_at = moment_in(request.POST, "changed_at", now, unsaved.sent_at(request.POST, now))
    except ValidationError as wrong_time:
        messages.warning(request, wrong_time.message)
        return see_other("pump", child.pk)
    if part in LinePart.values:
        record_change(
            child=child,
            part=part,
            changed_at=changed_at,
            client_uuid=number_in(request.POST.get("client_uuid", "")),
            by=request.user,
            now=now,
        )
    return see_other("pump", child.pk)


@kept_when_late(Rule("manage", late_words.line_taken_back))
@require_POST
def pump_take_back(request: AuthedRequest, child_id: uuid.UUID, change_id: uuid.UUID) -> HttpResponse:
    """It was recorded by mistake."""
    child = access_child(request.user, child_id, to="manage")
    change = of_child(LineChange.objects.all(), child, change_id)
    take_back_change(change=change, by=request.user, now=timezone.now())
    return see_other("pump", child.pk)


def _problem_told(
    request: AuthedRequest, child: Child, **_which: uuid.UUID
) -> tuple[dict[str, Any], datetime] | None:
    problem = request.POST.get("pump")
    return ({"pump": problem}, timezone.now()) if problem in PROBLEMS else None


@kept_when_late(Rule("log", late_words.pump_problem, late_words.signs_of_pump))
@tells_the_rules(_problem_told)
@require_http_methods(["GET", "HEAD", "POST"])
def pump_problem(request: AuthedRequest, child_id: uuid.UUID) -> HttpResponse:
    """Call now, and don't touch the settings. What happened can be logged with one more tap."""
    now = timezone.now()
    child = access_child(request.user, child_id, to="log" if request.method == "POST" else "see")
    problem = request.POST.get("pump")
    if problem in PROBLEMS:
        recorded = record_log(
            child=child,
            caregiver=request.user,
            answers={"pump": problem},
            observed_at=unsaved.sent_at(request.POST, now),
            client_uuid=number_in(request.POST.get("client_uuid", "")),
            now=now,
        )
        return see_other("answer", recorded.log.pk)
    context = page_context(request, child, now) | {
        "instructions": instructions(child.course.therapy) if child.course else [],
        "problems": _problems(),
        "number": uuid.uuid4(),
        "may_log": may((child.family_role, child.staff_role), "log"),
    }
    return render(request, "tracker/home_care/pump_problem.html", context)


def _problems() -> list[tuple[str, str]]:
    known = vocabulary()
    choices = known.observations["pump"].choices if known else ()
    return [(choice.code, choice.name) for choice in choices if choice.code in PROBLEMS]


def _page(request: AuthedRequest, child: Child, form: IntervalForm | None = None) -> HttpResponse:
    now = timezone.now()
    cycle = pump_cycle(child, now)
    days, sources = hospital_days(child, cycle)
    clock = line_clock(child, now)
    changes = child.line_changes.select_related("recorded_by").order_by("-changed_at")
    context: dict[str, Any] = page_context(request, child, now) | {
        "cycle": cycle,
        "long_pause": long_pause(child, now),
        "hospital_days": days,
        "schedule_sources": sources,
        "clock": [(one, uuid.uuid4()) for one in clock],
        "changes": changes[:CHANGES_SHOWN],
        "form": form or IntervalForm(initial={one.part.value: one.days for one in clock}),
        "may_manage": may((child.family_role,), "manage"),
    }
    return render(request, "tracker/home_care/pump.html", context, status=200 if form is None else 422)

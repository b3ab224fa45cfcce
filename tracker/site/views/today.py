"""Today: where the child is, what was logged last, what the team said, what to do now."""

from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from tracker.alerts import queries as alert_queries
from tracker.alerts.arrivals import told_to_come
from tracker.assessment import answer_text
from tracker.assessment.follow_up import is_of_danger
from tracker.core.access import access_child, may
from tracker.core.pages import AuthedRequest, day_label, earlier_therapies, page_context
from tracker.families.queries.ward_stays import care_changed
from tracker.families.views.course_questions import course_questions, says_pump_stopped
from tracker.families.views.stop import stopped_page
from tracker.logs import queries, unsaved
from tracker.logs.advice import last_advice
from tracker.logs.views.answer import open_answer
from tracker.logs.views.common import asks_neuro
from tracker.messaging.push_checks import notifications_of
from tracker.models import Child
from tracker.models.alerts import AT_ANY_HOUR
from tracker.site.phone.entries import refused_lately
from tracker.site.queries import around_today
from tracker.site.views.family_tonight import own_today


@require_GET
def today(request: AuthedRequest, child_id: UUID) -> HttpResponse:
    """The child's first page; asked for by followed.js, its parts, where they have changed."""
    child, now = access_child(request.user, child_id, to="see"), timezone.now()
    beside, part = around_today(child, now), request.headers.get("X-Part") == "today"
    if part and request.headers.get("If-None-Match") == beside.version:
        return HttpResponseNotModified()
    around, last = page_context(request, child, now), queries.last_log(child)
    standing = open_answer(alert_queries.open_alert(child, now), child, now)
    if child.has_died and standing is None:
        return stopped_page(request, child, around)
    if says_pump_stopped(last):
        around["day_label"] = day_label(child, now, pump_stopped=True)
    question, advice = _open_question(last), last_advice(child, request.user, now, last)
    context = {
        **around,
        **own_today(child, beside, now),
        **_of_the_child(child, last, advice, now),
        "care_changed": care_changed(child, now) if beside.stays else None,
        "version": beside.version,
        "refused_entries": refused_lately(child, now) if around["has_refused"] else [],
        **({} if standing else notifications_of(request.user, now)),
        "last": last,
        "advice": advice,
        "open_question": question,
        "danger_first": bool(question and question.is_danger)
        and not (standing and standing.urgency in AT_ANY_HOUR),
        "open_answer": standing,
        "forms_kept": unsaved.forms_kept(request.session, child, request.user, now),
        "decision": advice if advice and not standing and advice.is_to_be_followed(now) else None,
        "is_kept": unsaved.kept(request.session, child, now) is not None,
    }
    return render(request, f"tracker/site/{'_today_parts' if part else 'today'}.html", context)


def _of_the_child(
    child: Child, last: queries.LogRow | None, advice: object | None, now: datetime
) -> dict[str, Any]:
    """The course, the week and where the child is; what this person may do."""
    return {
        # advice is the newest closing, or newer
        "told_to_come": told_to_come(child, now) if advice else None,
        "neuro": asks_neuro(child, now),
        "week": queries.week(child, now),
        "course_questions": course_questions(child, now, last),
        "earlier": earlier_therapies(child, now),
        "may_manage": may((child.family_role,), "manage"),
        "may_log": may((child.family_role, child.staff_role), "log"),
        "on_a_ward": child.is_admitted,
        "paused": child.get_paused_reason_display() if child.paused_at else "",
    }


def _open_question(last: queries.LogRow | None) -> Any:
    """What the last log's answer asks, until a reply or a newer log; nothing where it says to call anyway, and not
    what a "no" precedes.
    """
    if last is None or last.urgency in AT_ANY_HOUR:
        return None
    asked = [one for one in queries.asked_back(last) if not one.get("negated")]
    if not asked:
        return None
    first = min(asked, key=lambda one: not is_of_danger(one))
    message = answer_text.asked_in_words(first)
    return SimpleNamespace(log_pk=last.pk, is_danger=is_of_danger(first), message=message)

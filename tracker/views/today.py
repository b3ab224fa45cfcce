"""Today: where the child is, what was logged last, what the team said, what to do now."""

from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tracker import draft, record, speaking, telling
from tracker.access import access_child, may
from tracker.advice import last_advice
from tracker.ending import REMEMBERED
from tracker.models import Child, Urgency
from tracker.models.alerts import AT_ANY_HOUR
from tracker.views.asking import asks_neuro
from tracker.views.frame import frame
from tracker.views.own_today import own_today


@require_GET
def today(request: HttpRequest, child_id: UUID) -> HttpResponse:
    """The child's first page."""
    child, now = access_child(request.user, child_id, to="see"), timezone.now()
    last, open_answer = record.last_log(child), _open_answer(child, now)
    question = _open_question(last)
    context = {
        **frame(request, child, now),
        **own_today(child, now),
        "last": last,
        "advice": last_advice(child, request.user, now, last),
        "open_question": question,
        "danger_first": bool(question and question.is_danger)
        and not (open_answer and open_answer.urgency in AT_ANY_HOUR),
        "open_answer": open_answer,
        "is_emergency": bool(open_answer) and open_answer.urgency == Urgency.EMERGENCY,
        "is_kept": draft.kept(request.session, child, now) is not None,
        "neuro": asks_neuro(child),
        "week": record.week(child, now),
        "may_log": may((child.family_role, child.staff_role), "log"),
        "paused": child.get_paused_reason_display() if child.paused_at else "",
    }
    return render(request, "tracker/caregiver/today.html", context)


def _open_answer(child: Child, now: datetime) -> Any:
    """The answer that still says to call, with its age: one that nobody has ended must not look like tonight's."""
    alert = record.open_alert(child)
    if alert is None:
        return None
    seen_at = alert.seen_at or alert.raised_at
    return SimpleNamespace(
        log_pk=alert.newest_log or alert.log_id,
        urgency=alert.urgency,
        headline=headline(alert.urgency),
        seen_at=seen_at,
        is_old=now - seen_at >= REMEMBERED,
        ends_at=alert.pk if child.care_team.kept_by_family else None,
    )


def _open_question(last: record.Row | None) -> Any:
    """What the last log's answer asks, until a reply or a newer log; nothing where it says to call anyway."""
    if last is None or last.urgency in AT_ANY_HOUR:
        return None
    asked = sorted(record.asked_back(last), key=lambda one: one["field"] != "note")
    if not asked:
        return None
    is_danger = asked[0]["field"] == "note"
    return SimpleNamespace(log_pk=last.pk, is_danger=is_danger, message=telling.asked_in_words(asked[0]))


def headline(urgency: str) -> str:
    """What an open alert says to do."""
    known = speaking.vocabulary()
    return _(known.messages[urgency]) if known else _("Call your care team now")

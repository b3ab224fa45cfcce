"""Handing the phone to the child: five questions alone, then the grown-up's answers beside them."""

import uuid
from contextlib import suppress
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from tracker.core.access import access_child, may
from tracker.core.forms import number_in
from tracker.core.pages import AuthedRequest, page_context
from tracker.core.redirects import see_other
from tracker.core.refused import Refused
from tracker.logs import late_words, unsaved
from tracker.logs.actions.self_report import record_own_answers
from tracker.logs.late_rule import Rule, kept_when_late
from tracker.logs.self_report import (
    ANSWERS,
    FROM_YEARS,
    QUESTIONS,
    is_old_enough,
    pair_of,
    pairs_of,
    signs_in,
)
from tracker.logs.views.not_written import tells_the_rules
from tracker.models import Child

PAIRS_SHOWN = 5


@require_safe
def handed(request: AuthedRequest, child_id: uuid.UUID) -> HttpResponse:
    """What it is, and what was answered lately, side by side."""
    now = timezone.now()
    child = access_child(request.user, child_id, to="see")
    context = page_context(request, child, now) | {
        "pairs": pairs_of(child, PAIRS_SHOWN),
        "is_old_enough": is_old_enough(child, now),
        "from_years": FROM_YEARS,
        "may_log": may((child.family_role, child.staff_role), "log"),
    }
    return render(request, "tracker/logs/self_report.html", context)


def _signs_told(
    request: AuthedRequest, child: Child, **_which: uuid.UUID
) -> tuple[dict[str, object], datetime] | None:
    signs = signs_in({one.key: request.POST.get(one.key, "") for one in QUESTIONS})
    return ({"symptoms": signs}, timezone.now()) if signs else None


@tells_the_rules(_signs_told)
@kept_when_late(Rule("log", late_words.own_answers, late_words.signs_of_own_answers))
@require_http_methods(["GET", "HEAD", "POST"])
def handed_ask(request: AuthedRequest, child_id: uuid.UUID) -> HttpResponse:
    """The child's own page: five questions, large."""
    now = timezone.now()
    child = access_child(request.user, child_id, to="log")
    if request.method == "POST":
        pair = number_in(request.POST.get("pair", ""))
        with suppress(Refused):  # then the answers that stand are shown
            _save(request, child, pair, now, by_child=True)
        return see_other("handed-pair", child.pk, pair)
    return render(request, "tracker/logs/self_report_ask.html", _asked(request, child, now, uuid.uuid4()))


@tells_the_rules(_signs_told)
@kept_when_late(Rule("log", late_words.own_answers, late_words.signs_of_own_answers))
@require_http_methods(["GET", "HEAD", "POST"])
def handed_pair(request: AuthedRequest, child_id: uuid.UUID, pair_id: uuid.UUID) -> HttpResponse:
    """ "Give the phone back", then the grown-up's own answers, then both side by side."""
    now = timezone.now()
    child = access_child(request.user, child_id, to="log")
    pair = pair_of(child, pair_id)
    if pair is None:
        raise Http404
    if request.method == "POST":
        try:
            _save(request, child, pair_id, now, by_child=False)
        except Refused as refused:
            messages.warning(request, str(refused))
        return see_other("handed-pair", child.pk, pair_id)
    context = _asked(request, child, now, pair_id) | {
        "pair": pair,
        "assessment": pair.child.log.assessment,
    }
    if pair.adult:
        return render(request, "tracker/logs/self_report_both.html", context)
    is_back = request.GET.get("back") == "yes"
    return render(request, f"tracker/logs/self_report_{'adult' if is_back else 'thanks'}.html", context)


def _save(request: AuthedRequest, child: Child, pair: uuid.UUID, now: datetime, *, by_child: bool) -> None:
    record_own_answers(
        child=child,
        caregiver=request.user,
        pair=pair,
        by_child=by_child,
        answers={one.key: request.POST.get(one.key, "") for one in QUESTIONS},
        client_uuid=number_in(request.POST.get("client_uuid", "")),
        answered_at=unsaved.sent_at(request.POST, now),
        now=now,
    )


def _asked(request: AuthedRequest, child: Child, now: datetime, pair: uuid.UUID) -> dict[str, object]:
    return page_context(request, child, now) | {
        "questions": QUESTIONS,
        "answers": ANSWERS,
        "pair_id": pair,
        "number": uuid.uuid4(),
    }

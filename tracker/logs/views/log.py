"""Logging what a caregiver sees: the forms, saving, one log, correcting it."""

from datetime import datetime
from operator import itemgetter
from typing import Any
from uuid import UUID, uuid5

from django.db import DatabaseError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tracker.alerts import queries as alert_queries
from tracker.assessment import wording
from tracker.assessment.answer_text import answer_in_words
from tracker.assessment.fever_medicine import fever_medicine_since
from tracker.assessment.follow_up import REPLIES, confirmed
from tracker.assessment.phone_script import ScriptFacts
from tracker.core.access import access_child, access_log
from tracker.core.pages import AuthedRequest, page_context
from tracker.logs import late_words, queries, unsaved
from tracker.logs.actions.record import Recorded, correct_log, record_log
from tracker.logs.forms.log import LogForm, initial_from
from tracker.logs.late_rule import Rule, kept_when_late
from tracker.logs.views.common import LOOK_AGAIN, log_form, may_log, therapies_of
from tracker.logs.views.late import answered_late, not_saved
from tracker.logs.views.not_written import tells_the_rules
from tracker.models import Child, LogKind, SymptomLog

TEMPLATES: dict[str, str] = {
    LogKind.FULL: "tracker/logs/log.html",
    LogKind.NOTHING_NEW: "tracker/logs/nothing_new.html",
    LogKind.NEURO: "tracker/logs/neuro.html",
}


@require_GET
def log_new(request: AuthedRequest, child_id: UUID) -> HttpResponse:
    """The whole form."""
    return _asked(request, child_id, LogKind.FULL)


@answered_late(LogKind.FULL)
@require_http_methods(["GET", "HEAD", "POST"])
def logs(request: AuthedRequest, child_id: UUID) -> HttpResponse:
    """Saves what the whole form says, and leads to the answer. Opened again after a complaint, it is the form."""
    answer = _saved if request.method == "POST" else _asked
    return answer(request, child_id, LogKind.FULL)


@answered_late(LogKind.NOTHING_NEW)
@require_http_methods(["GET", "HEAD", "POST"])
def log_nothing_new(request: AuthedRequest, child_id: UUID) -> HttpResponse:
    """For when no sign is new: the temperature, and done."""
    answer = _saved if request.method == "POST" else _asked
    return answer(request, child_id, LogKind.NOTHING_NEW)


@answered_late(LogKind.NEURO)
@require_http_methods(["GET", "HEAD", "POST"])
def log_neuro(request: AuthedRequest, child_id: UUID) -> HttpResponse:
    """Thinking and talking, beside the child's own first day."""
    answer = _saved if request.method == "POST" else _asked
    return answer(request, child_id, LogKind.NEURO)


@require_GET
def log(request: AuthedRequest, log_id: UUID) -> HttpResponse:
    """One log: what was entered, what was done, why it said what it said."""
    seen, now = access_log(request.user, log_id, to="see"), timezone.now()
    (row,) = queries.rows_with_what_followed(
        list(queries.logs_of(seen.child).filter(pk=seen.pk)), for_family_at=now
    )
    assessments = list(seen.assessments.order_by("-pk")[:20])
    newest = assessments[0]
    told = ScriptFacts(row.report, therapies_of(newest.basis, seen.child))
    context = {
        **page_context(request, seen.child, now),
        "row": row,
        "told": [*((_("Signs"), words) for words in row.about_all), *wording.entered(row.report)],
        "answer": answer_in_words(newest.response, told),
        "assessments": assessments,
        "may_correct": may_log(seen),
    }
    return render(request, "tracker/logs/log_detail.html", context)


@answered_late(LogKind.FULL)
@require_http_methods(["GET", "HEAD", "POST"])
def log_correct(request: AuthedRequest, log_id: UUID) -> HttpResponse:
    """A correction stands in for a log, which stays in the record."""
    first, now = access_log(request.user, log_id, to="log"), timezone.now()
    newest = queries.newest_of(first)
    if newest.pk != first.pk and request.method != "POST":
        return redirect("log-correct", newest.pk)
    form = _correction(newest, unsaved.sent_at(request.POST, now), request.POST or None)
    if not form.is_valid():
        if form.is_bound:
            return not_saved(request, newest.child, form, status=LOOK_AGAIN)
        return _correcting(request, newest, form, now)
    try:
        recorded = _corrected(request, newest, form.answers(), form.observed_at, form.form_number, now)
    except DatabaseError:
        return not_saved(request, newest.child, form, status=503, broken=True)
    unsaved.drop(request.session, request.POST.get("client_uuid", ""))
    return _answer(recorded)


def _confirmed(request: AuthedRequest, child: Child, log_id: UUID) -> tuple[dict[str, Any], datetime] | None:
    """What a reply makes of the log that was asked about."""
    newest = queries.newest_of(access_log(request.user, log_id, to="log"))
    answers = confirmed(queries.told_in(newest), _reply(request))
    return (answers, newest.observed_at) if answers is not None else None


def _reply(request: AuthedRequest) -> dict[str, str]:
    return {key: request.POST.get(key, "") for key in REPLIES}


@kept_when_late(Rule("log", late_words.mistake))
@require_POST
def log_mistake(request: AuthedRequest, log_id: UUID) -> HttpResponse:
    """ "Logged by mistake": a correction without answers."""
    first, now = access_log(request.user, log_id, to="log"), timezone.now()
    newest = queries.newest_of(first)
    number = uuid5(first.pk, "logged by mistake")
    return _answer(_corrected(request, newest, {}, newest.observed_at, number, now))


@kept_when_late(Rule("log", late_words.reply, late_words.signs_of_reply))
@tells_the_rules(_confirmed)
@require_POST
def log_confirm(request: AuthedRequest, log_id: UUID) -> HttpResponse:
    """A reply to what the answer page asked: a correction, saved at one tap."""
    asked, now = access_log(request.user, log_id, to="log"), timezone.now()
    newest = queries.newest_of(asked)
    reply = _reply(request)
    answers = confirmed(queries.told_in(newest), reply)
    if answers is None:
        return redirect("log-correct", newest.pk)
    number = uuid5(asked.pk, f"{reply}")
    return _answer(_corrected(request, newest, answers, newest.observed_at, number, now))


# ------------------------------------------------------------ asking and saving


def _asked(request: AuthedRequest, child_id: UUID, kind: LogKind) -> HttpResponse:
    child, now = access_child(request.user, child_id, to="log"), timezone.now()
    return _form_page(request, child, log_form(child, now, kind), now)


def _saved(request: AuthedRequest, child_id: UUID, kind: LogKind) -> HttpResponse:
    child, now = access_child(request.user, child_id, to="log"), timezone.now()
    form = log_form(child, unsaved.sent_at(request.POST, now), kind, request.POST)
    if not form.is_valid():
        return not_saved(request, child, form, status=LOOK_AGAIN)
    try:
        recorded = _save(request, child, form, now)
    except DatabaseError:
        return not_saved(request, child, form, status=503, broken=True)
    unsaved.drop(request.session, request.POST.get("client_uuid", ""))
    return _answer(recorded)


def _save(request: AuthedRequest, child: Child, form: LogForm, now: datetime) -> Recorded:
    """The log, once, however often the form is sent."""
    recorded = record_log(
        child=child,
        caregiver=request.user,
        answers=form.answers(),
        observed_at=form.observed_at,
        client_uuid=form.form_number,
        now=now,
        kind=form.asking.kind,
    )
    return _kept(recorded, request, form.answers(), form.observed_at, now)


def _corrected(
    request: AuthedRequest,
    log: SymptomLog,
    answers: dict[str, Any],
    observed_at: datetime,
    number: UUID,
    now: datetime,
) -> Recorded:
    recorded = correct_log(
        log=log,
        caregiver=request.user,
        answers=answers,
        observed_at=observed_at,
        client_uuid=number,
        now=now,
    )
    return _kept(recorded, request, answers, observed_at, now)


def _kept(
    recorded: Recorded, request: AuthedRequest, answers: dict[str, Any], observed_at: datetime, now: datetime
) -> Recorded:
    """Answers that came under the number of an earlier form correct it: nothing that was typed is dropped."""
    if not recorded.differs:
        return recorded
    said = repr(sorted(answers.items(), key=itemgetter(0)))
    return correct_log(
        log=queries.newest_of(recorded.log),
        caregiver=request.user,
        answers=answers,
        observed_at=observed_at,
        client_uuid=uuid5(recorded.log.client_uuid, said),
        now=now,
    )


def _answer(recorded: Recorded) -> HttpResponse:
    response = redirect("answer", recorded.log.pk)
    response.status_code = 303
    return response


def _form_page(request: AuthedRequest, child: Child, form: LogForm, now: datetime) -> HttpResponse:
    context = {
        **page_context(request, child, now),
        "form": form,
        "form_of": unsaved.form_of(child, request.user),
        "fever_medicine": fever_medicine_since(child, now),
    }
    return render(request, TEMPLATES[form.asking.kind], context)


# ------------------------------------------------------------ correcting


def _correction(log: SymptomLog, now: datetime, data: Any) -> LogForm:
    initial = initial_from(queries.told_in(log), log.observed_at, log.child.zone)
    initial["client_uuid"] = uuid5(log.pk, "correction")
    return log_form(log.child, now, LogKind.FULL, data, corrects=True, initial=initial)


def _correcting(request: AuthedRequest, log: SymptomLog, form: LogForm, now: datetime) -> HttpResponse:
    context = {
        **page_context(request, log.child, now),
        "form": form,
        "form_of": unsaved.form_of(log.child, request.user),
        "log": log,
        "alert_stays": alert_queries.became_of(log, now) is not None,
    }
    return render(request, "tracker/logs/correct.html", context)

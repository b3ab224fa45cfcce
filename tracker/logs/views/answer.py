"""The answer to a log, and "I have called"."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET, require_http_methods

from therapies.note_questions import FIELD as NOTE
from therapies.note_questions import asks_of_danger
from therapies.notes.words import is_in_another_script, is_in_arabic
from therapies.response import Response
from tracker.alerts import queries as alert_queries
from tracker.alerts.arrivals import told_to_come
from tracker.alerts.closings import emergency_before
from tracker.alerts.queries import Became
from tracker.assessment import answer_text, phone_script, wording
from tracker.assessment.assess import REMEMBERED
from tracker.assessment.basis import MEDICINE, age_when_received
from tracker.assessment.courses import has_begun
from tracker.assessment.earlier_logs import remembered
from tracker.assessment.fever_medicine import fever_medicine_since, said_on_the_phone
from tracker.assessment.follow_up import is_of_danger, questions
from tracker.assessment.phone_script import ScriptFacts
from tracker.assessment.wording import Report
from tracker.core.access import access_log
from tracker.core.pages import (
    AuthedRequest,
    day_label,
    earlier_therapies,
    emergency_number,
    in_emergency,
    number_to_call,
    page_context,
    second_numbers,
)
from tracker.logs import late_words, queries, unsaved
from tracker.logs.actions.calls import record_call
from tracker.logs.forms.call import CalledForm
from tracker.logs.late_rule import Rule, kept_when_late
from tracker.logs.team_words import team_words
from tracker.logs.views.common import LOOK_AGAIN, may_log, therapies_of
from tracker.models import Alert, Assessment, Call, Child, DoseGiven, SymptomLog, Urgency
from tracker.models.alerts import AT_ANY_HOUR
from tracker.models.logs import is_worse

UNCONFIRMED_AFTER = timedelta(minutes=5)
NUDGE_AFTER = timedelta(minutes=10)
NUDGE_UNTIL = timedelta(hours=24)
HOUR = timedelta(hours=1)


@require_GET
def answer(request: AuthedRequest, log_id: UUID) -> HttpResponse:
    """What to do, whom to call, what to say and why; asked for by followed.js, only what became of it."""
    log, now = access_log(request.user, log_id, to="see"), timezone.now()
    if request.headers.get("X-Part") == "followed":
        return _followed(request, log, now)
    return _page(request, log, CalledForm(now=now, zone=log.child.zone), now)


@kept_when_late(Rule("log", late_words.call))
@require_http_methods(["GET", "HEAD", "POST"])
def called(request: AuthedRequest, log_id: UUID) -> HttpResponse:
    """Keeps when they called and what they were told. Opened again after a complaint, it leads to the answer."""
    log, now = access_log(request.user, log_id, to="log"), timezone.now()
    if request.method != "POST":
        return redirect("answer", log.pk)
    form = CalledForm(request.POST, now=unsaved.sent_at(request.POST, now), zone=log.child.zone)
    if not form.is_valid():
        return _page(request, log, form, now)
    record_call(child=log.child, caregiver=request.user, now=now, **form.as_recorded())
    response = redirect(reverse("answer", args=[log.pk]) + "#called")
    response.status_code = 303
    return response


def _page(request: AuthedRequest, log: SymptomLog, form: CalledForm, now: datetime) -> HttpResponse:
    around = page_context(request, log.child, now)
    assessment, report = log.assessment, queries.told_in(log)
    nothing_new = queries.says_nothing_new(log, report)
    report |= assessment.basis.get("recorded", {})  # what the rules were told beside it
    if report.get("pump") == "stopped":
        around["day_label"] = day_label(log.child, now, pump_stopped=True)
    if given := _fever_medicine(log, assessment):
        report |= MEDICINE
    told = _facts(assessment, report, around["day_label"], now, nothing_new=nothing_new)
    said = answer_text.answer_in_words(assessment.response, told)
    standing = _standing(log, said, now)  # before the answer is put in words: it changes the headline
    context = around | answer_context(said, told, in_emergency=around["is_emergency"])
    context |= _what_followed(log, said["urgency"], now)
    context |= {
        "standing": standing,
        "told_to_come": _told_to_come(log, context["became"], now),
        "log": log,
        "called_form": form,
        "may_log": may_log(log),
        "emergency_before": _emergency_before(log, said["urgency"], standing),
        "corrected_by": log.corrections.first(),
        "fever_medicine": given,
        "fever_rule": answer_text.fever_rule(assessment.basis, log.child.care_team.name),
    }
    context["what_to_say"][-1:-1] = said_on_the_phone(given)  # before the question that ends the script
    context["team_words"] = team_words(said, told, log.child, now, lambda: said_on_the_phone(given))
    status = LOOK_AGAIN if form.is_bound else 200
    return render(request, "tracker/logs/answer.html", context, status=status)


def _facts(
    assessment: Assessment, report: dict[str, Any], label: str, now: datetime, *, nothing_new: bool
) -> ScriptFacts:
    """What the script says of this log. `label`: of the therapy's day."""
    log = assessment.log
    return ScriptFacts(
        report=report,
        therapies=therapies_of(assessment.basis, log.child),
        age_years=log.child.age_years(now),
        age_months=log.child.age_months(now),
        nothing_new=nothing_new,
        day_label=label,
        seen_at=log.observed_at,
        now=now,
        earlier=_earlier(log, assessment.response),
        has_begun=has_begun(log.child, now),
        earlier_therapies=earlier_therapies(log.child, now),
    )


def _fever_medicine(log: SymptomLog, assessment: Assessment) -> DoseGiven | None:
    """Asked for where the rules were told of one: a dose that is written down later has the log judged again."""
    basis = assessment.basis
    asked = not basis or MEDICINE.keys() <= basis.get("recorded", {}).keys()
    return fever_medicine_since(log.child, log.observed_at) if asked else None


def _told_to_come(log: SymptomLog, became: Became | None, now: datetime) -> Alert | None:
    """Asked where a log may have joined what was closed; while its own alert is open, a nurse is told of that."""
    if became is not None and became.alert.is_open:
        return None
    return told_to_come(log.child, now)


def _earlier(log: SymptomLog, response: Response) -> list[tuple[float, Report]]:
    """What the logs said that the answer remembers. A log that came a day late counts from when it came."""
    age = age_when_received(log) / HOUR
    told = queries.told_at(log.child, remembered(log, response))
    beside = queries.told_beside(log) if response["flags"] else []  # what it says may be theirs
    return [(0.0, said) for said in beside] + [
        ((log.observed_at - at) / HOUR + age, said) for at, said in told
    ]


def answer_context(said: Response, told: ScriptFacts, *, in_emergency: bool = False) -> dict[str, Any]:
    """What every answer shows, with a login or without.

    A danger that stands only in the note is asked about beside the number, unless the answer says to call anyway.
    """
    asked = questions(said)
    dangers = [one for one in asked if one["is_danger"] and said["urgency"] not in AT_ANY_HOUR]
    others = [one for one in said["needs_confirmation"] if not (dangers and is_of_danger(one))]
    note = told.report.get("note") or ""
    return {
        "answer": {**said, "needs_confirmation": others, "unanswered": _unanswered(said, told)},
        "dangers": dangers,
        "carried_over": phone_script.carried_over(said, told),
        "summary": phone_script.summary(told),
        "what_to_say": phone_script.what_to_say(told, said["flags"], said["urgency"]),
        "first_aid": answer_text.first_aid(said),
        "instructions": answer_text.instructions(told.therapies[0], said) if told.therapies else [],
        "is_emergency": in_emergency or said["urgency"] == "emergency",
        "questions": [one for one in asked if one not in dangers],
        "note_unread": is_in_another_script(note),
        "note_read_by_draft": is_in_arabic(note),
        "is_note_unanswered": NOTE in said["could_not_check"],
        "asks_first": said["urgency"] == "note" and any(one["field"] != NOTE for one in asked),
    }


def _unanswered(said: Response, told: ScriptFacts) -> list[str]:
    """ "Nothing new" is an answer about the signs. The rules still take them as not known, never as absent."""
    return [code for code in said["unanswered"] if not (told.nothing_new and code == "symptoms")]


def _followed(request: AuthedRequest, log: SymptomLog, now: datetime) -> HttpResponse:
    """The parts of the page that change while it is open. What it says to do is not among them."""
    timezone.activate(log.child.zone)
    urgency = log.assessment.urgency
    context = _what_followed(log, urgency, now)
    context |= {
        "log": log,
        "call": number_to_call(log.child.care_team, now),
        "emergency_number": emergency_number(log.child),
        "is_emergency": urgency == Urgency.EMERGENCY or _is_in_emergency(log, context["became"], now),
    }
    return render(request, "tracker/logs/_followed.html", context)


def _is_in_emergency(log: SymptomLog, became: Became | None, now: datetime) -> bool:
    """A child has one open alert: where it is this log's, no more is asked."""
    if became is not None and became.alert.is_open:
        return became.alert.urgency == Urgency.EMERGENCY
    return in_emergency(log.child, now)


def _standing(log: SymptomLog, said: Response, now: datetime) -> Any:
    """An open alert that asks for more than this answer, from another log. The headline says so."""
    told = said["urgency"]  # nothing asks for more than an emergency
    standing = alert_queries.open_alert(log.child, now, worse_than=told) if told != "emergency" else None
    if standing and not is_worse(standing.urgency, than=said["urgency"]):
        standing = None
    if standing and said["urgency"] == "note":
        said["headline"] = gettext_noop("Saved. An earlier log still says to call.")
    elif standing and said["urgency"] == "today":
        said["headline"] = gettext_noop("Call now: an earlier log still says so")
    elif said["urgency"] == "note" and _is_about_a_number(said):
        said["headline"] = gettext_noop("Saved. One question is open.")
    return open_answer(standing, log.child, now)


def _is_about_a_number(said: Response) -> bool:
    """What is asked is no danger of the note, which has a headline of its own, and nothing that a "no" precedes."""
    asked = said["needs_confirmation"]
    return any(one["field"] != NOTE for one in asked) and not asks_of_danger(asked)


def open_answer(alert: Alert | None, child: Child, now: datetime) -> Any:
    """What an open alert says to do, with its age: one that nobody has ended must not look like tonight's."""
    if alert is None:
        return None
    seen_at, held = alert.seen_at or alert.raised_at, alert_queries.in_hand(alert, now)
    return SimpleNamespace(
        log_pk=alert.newest_log or alert.log_id,
        urgency=alert.urgency,
        headline=_headline(alert.urgency),
        seen_at=seen_at,
        is_old=now - seen_at >= REMEMBERED,
        not_reached_at=alert.tried_at,
        taken_by=held.taken_by if held else "",
        taken_at=held.taken_at if held else None,
        ends_at=alert.pk if child.care_team.kept_by_family else None,
    )


def _headline(urgency: str) -> str:
    known = wording.vocabulary()
    return _(known.messages[urgency]) if known else _("Call your care team now")


def _emergency_before(log: SymptomLog, urgency: str, standing: Any) -> Became | None:
    """One that was closed in the day before this log, where the page does not call an ambulance already."""
    if Urgency.EMERGENCY in (urgency, standing and standing.urgency):
        return None
    before = emergency_before(log.child, log.received_at)
    return alert_queries.became(before) if before else None


def _what_followed(log: SymptomLog, urgency: str, now: datetime) -> dict[str, Any]:
    """Calls, and what became of the alert."""
    calls, became = queries.calls_since(log), alert_queries.became_of(log, now)
    joined = became is not None and became.joined_at is not None and not log.child.care_team.kept_by_family
    return {
        "calls": calls,
        "became": became,
        "joined": joined and urgency in AT_ANY_HOUR,
        "known_since": became.known_since if joined and became else None,
        "is_held": became is not None and became.is_in_hand(now),
        "not_reached_at": _not_reached(became, calls),
        "nobody_confirmed": _is_unconfirmed(log, became, calls, now),
        "call_is_missing": _is_call_missing(log, urgency, became, calls, now),
        "is_urgent": urgency in AT_ANY_HOUR,
        "nobody_answered": _is_unanswered(urgency, became, calls),
        "second_numbers": second_numbers(log.child.care_team, log.child),
    }


def _not_reached(became: Became | None, calls: Sequence[Call]) -> datetime | None:
    """When the team called in vain, until the family has reached it since."""
    tried_at = became.not_reached_at if became else None
    if tried_at and any(call.reached and call.recorded_at >= tried_at for call in calls):
        return None
    return tried_at


def _is_unconfirmed(log: SymptomLog, became: Became | None, calls: Sequence[Call], now: datetime) -> bool:
    """An urgent alert that nobody of a clinic's team has taken in time, and no call has reached."""
    if became is None or log.child.care_team.kept_by_family or not became.alert.is_open:
        return False
    is_late = now - became.alert.raised_at >= UNCONFIRMED_AFTER
    is_urgent = became.alert.urgency in AT_ANY_HOUR
    return is_urgent and is_late and not became.is_held(now) and not any(call.reached for call in calls)


def _is_unanswered(urgency: str, became: Became | None, calls: Sequence[Call]) -> bool:
    """The last call that was written down reached nobody, and nothing has been decided since."""
    is_open = became is None or became.waits
    return urgency != Urgency.NOTE and is_open and bool(calls) and not calls[-1].reached


def _is_call_missing(
    log: SymptomLog, urgency: str, became: Became | None, calls: Sequence[Call], now: datetime
) -> bool:
    """Ten minutes after an urgent answer, or after a call that nobody answered, no call has reached the team."""
    if urgency not in AT_ANY_HOUR or any(call.reached for call in calls):
        return False
    if became is not None and became.is_answer:
        return False
    since = max([log.received_at, *(call.recorded_at for call in calls)])
    return NUDGE_AFTER <= now - since < NUDGE_UNTIL

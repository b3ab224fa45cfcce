"""A log that comes after the session has ended, with a stale CSRF token, with a slip, or while the database fails.

It is assessed, the numbers stand beside the answer, and nothing that was typed is lost.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET

from therapies.response import Response
from tracker.alerts import queries as alert_queries
from tracker.assessment.answer_text import answer_in_words
from tracker.assessment.assess import assess_alone, assess_unsaved
from tracker.assessment.courses import has_begun
from tracker.assessment.phone_script import ScriptFacts
from tracker.assessment.wording import vocabulary
from tracker.core.access import access_child, access_event, access_log
from tracker.core.pages import (
    AuthedRequest,
    day_label,
    earlier_therapies,
    emergency_number,
    in_emergency,
    is_authed,
    number_to_call,
    page_context,
)
from tracker.lib import hours
from tracker.lib.plain_pages import plain_page
from tracker.lib.present import present
from tracker.lib.text import typed
from tracker.logs import unsaved
from tracker.logs.forms.log import NOTE_AT_MOST, Asking, LogForm
from tracker.logs.team_words import team_words
from tracker.logs.unsaved import Draft
from tracker.logs.views.answer import answer_context
from tracker.logs.views.busy import AT_ONCE, busy
from tracker.logs.views.common import log_form
from tracker.models import Child, LogKind, Urgency, User

View = Callable[..., HttpResponse]


def answered_late(kind: str) -> Callable[[View], View]:
    """Marks a view whose POST is answered even without a login or with a stale CSRF token."""

    def mark(view: View) -> View:
        view.late = lambda request, **which: late(request, view, kind, **which)  # type: ignore[attr-defined]
        view.refused = lambda request, status: refused(request, status, kind)  # type: ignore[attr-defined]
        return view

    return mark


def late(request: HttpRequest, view: View, kind: str, **which: UUID) -> HttpResponse:
    """The answer to a form that came too late, by what is still known about whose it was."""
    owner = unsaved.owner_of(request.POST)
    if is_authed(request):
        child = child_of(request.user, which)
        if owner and (owner.child_id, owner.person_id) == (child.pk, request.user.pk):
            return view(request, **which)  # our own form, given to this person: as good as a CSRF token
        return not_saved(request, child, log_form(child, timezone.now(), kind, request.POST), status=403)
    theirs = child_of_owner(owner, which)
    if theirs is None or owner is None:
        return _nobodys(request, kind)
    now = timezone.now()
    seen = unsaved.with_time(request.POST, theirs.zone, unsaved.sent_at(request.POST, now))
    keep(request, Draft(theirs.pk, owner.person_id, request.path, kind, seen, now))
    form = log_form(theirs, now, kind, request.POST)
    return render(request, "tracker/logs/late.html", _late(theirs, form, now), status=403)


def refused(request: HttpRequest, status: int, kind: str) -> HttpResponse:
    """The answer to a form that the database reads for and does not save: with the child's numbers."""
    which, now = present(request.resolver_match).kwargs, timezone.now()
    if is_authed(request):
        child = child_of(request.user, which)
        form = log_form(child, unsaved.sent_at(request.POST, now), kind, request.POST)
        return not_saved(request, child, form, status=status, broken=True)
    theirs = child_of_owner(unsaved.owner_of(request.POST), which)
    if theirs is None:
        return without_database(request, status)
    form = log_form(theirs, unsaved.sent_at(request.POST, now), kind, request.POST)
    context = {"form": form, "form_of": request.POST[unsaved.FIELD], "action": request.path, "broken": True}
    return render(request, "tracker/logs/not_saved.html", _late(theirs, form, now) | context, status=status)


def keep(request: HttpRequest, late_form: Draft) -> None:
    """In a session of nobody, which lasts a day."""
    unsaved.keep(request.session, late_form)
    request.session.set_expiry(int(unsaved.KEPT_FOR.total_seconds()))


@require_GET
def log_kept(request: AuthedRequest, child_id: UUID) -> HttpResponse:
    """After the login: the log that waits, filled in, to be saved at one tap."""
    child, now = access_child(request.user, child_id, to="log"), timezone.now()
    waiting = unsaved.kept(request.session, child, now)
    if waiting is None:
        return redirect("today", child.pk)
    form = log_form(child, now, waiting.kind, waiting.typed)
    return not_saved(request, child, form, action=waiting.path, status=200, sent_at=waiting.sent_at)


def not_saved(
    request: AuthedRequest,
    child: Child,
    form: LogForm,
    *,
    status: int,
    action: str = "",
    broken: bool = False,
    sent_at: datetime | None = None,
) -> HttpResponse:
    """The answer to a log that is not saved, above the form with everything that was typed and its time.

    `broken`: the database failed, and may fail again while this page is made. `sent_at`: it waited since then.
    """
    now = timezone.now()
    around = _framed(request, child, now)
    form.is_valid()
    if isinstance(form.data, QueryDict):
        form.data = unsaved.with_time(form.data, child.zone, form.asking.now)
    context = {
        **around,
        **emergency_first(_answered(child, form, now, with_history=True), around["is_emergency"]),
        "form": form,
        "action": action or request.path,
        "form_of": unsaved.form_of(child, request.user),
        "broken": broken,
        "sent_at": sent_at,
    }
    return render(request, "tracker/logs/not_saved.html", context, status=status)


def without_database(request: HttpRequest, status: int) -> HttpResponse:
    """For the error page: the worst case from the rules alone, and a form that sends the same again."""
    form = LogForm(request.POST, asking=Asking(now=timezone.now(), zone=timezone.get_default_timezone()))
    context = _worst_case(form) | sent_again(request)
    return plain_page(request, "tracker/logs/not_saved_nobodys.html", status, context)


def sent_again(request: HttpRequest) -> dict[str, Any]:
    """For a page that sends the same again, with the time of the first sending. Asks the database nothing."""
    at = unsaved.sent_at(request.POST, timezone.now())
    whose = [(unsaved.FIELD, request.POST.get(unsaved.FIELD, "")), (unsaved.SENT_AT, unsaved.signed_time(at))]
    return {
        "action": request.path,
        "typed": [*unsaved.fields_of(request.POST), *whose],
        "csrf_token": get_token(request),
    }


# ------------------------------------------------------------ whose it was


def child_of(person: User, which: dict[str, UUID], *, to: str = "log") -> Child:
    """The child that a form is about, by what stands in its address. Raises like `access_child`."""
    if log_id := which.get("log_id"):
        return access_log(person, log_id, to=to).child
    if event_id := which.get("event_id"):
        return access_event(person, event_id, to=to).course.child
    return access_child(person, which["child_id"], to=to)


def child_of_owner(owner: unsaved.Owner | None, which: dict[str, UUID], *, to: str = "log") -> Child | None:
    """The child, if the person of the form may still do this. Speaks that person's language from here on."""
    person = User.objects.filter(pk=owner.person_id, is_active=True).first() if owner else None
    if owner is None or person is None:
        return None
    try:
        child = child_of(person, which, to=to)
    except (Http404, PermissionDenied):
        return None
    if child.pk != owner.child_id:
        return None
    if person.language in dict(settings.LANGUAGES):
        translation.activate(person.language)
    hours.activate(hours.clock_of(person))
    return child


# ------------------------------------------------------------ the answer


def _late(child: Child, form: LogForm, now: datetime) -> dict[str, Any]:
    around = signed_out(child, now, back="log-kept")
    return {**around, **emergency_first(_answered(child, form, now), around["is_emergency"])}


def signed_out(child: Child, now: datetime, *, back: str) -> dict[str, Any]:
    """For who is not logged in: the numbers and the way back; no name, no history."""
    timezone.activate(child.zone)
    return {
        "call": number_to_call(child.care_team, now),
        "emergency_number": emergency_number(child),
        "is_emergency": in_emergency(child, now),
        "login": f"{reverse(settings.LOGIN_URL)}?next={reverse(back, args=[child.pk])}",
    }


def _answered(child: Child, form: LogForm, now: datetime, *, with_history: bool = False) -> dict[str, Any]:
    answers, is_nothing_new = answers_of(form), form.asking.kind == LogKind.NOTHING_NEW
    return answered_unsaved(
        child, answers, form.observed_at, now, with_history=with_history, nothing_new=is_nothing_new
    )


def answered_unsaved(
    child: Child,
    answers: Mapping[str, Any] | None,
    at: datetime,
    now: datetime,
    *,
    with_history: bool = True,
    nothing_new: bool = False,
) -> dict[str, Any]:
    """What the answer page shows, of a report that is not saved. The history is for who may see it."""
    therapies = [child.course.therapy] if child.course else []
    response = assess_unsaved(child, answers, at, with_history=with_history)
    told = ScriptFacts(
        dict(answers or {}),
        therapies,
        child.age_years(now),
        child.age_months(now),
        nothing_new=nothing_new,
        **_where_it_stands(child, now),
    )
    return _context(response, told, _earlier(child, now) if with_history else None, child, now)


def _context(
    response: Response,
    told: ScriptFacts,
    earlier: str | None = None,
    child: Child | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """As on the answer page. A note is no more than that, and says what is known of earlier logs."""
    said = answer_in_words(response, told)
    if said["urgency"] == "note":
        said["headline"] = earlier or gettext_noop("Not saved yet. Earlier logs were not looked at.")
    words: dict[str, Any] = {"questions": [], "team_words": team_words(said, told, child, now)}
    return answer_context(said, told) | words | {"not_saved": Urgency.TODAY}


def emergency_first(answer: dict[str, Any], in_emergency: bool) -> dict[str, Any]:
    """While an emergency is open, a milder answer dials the ambulance first too."""
    return answer | {"is_emergency": in_emergency or answer["is_emergency"]}


def _earlier(child: Child, now: datetime) -> str | None:
    """What an answer that is only a note says of an alert that is open."""
    try:
        is_open = alert_queries.open_alert(child, now) is not None
    except DatabaseError:
        return None
    standing, none = (
        gettext_noop("Not saved yet. An earlier log still says to call."),
        gettext_noop("Not saved yet."),
    )
    return standing if is_open else none


def _where_it_stands(child: Child, now: datetime) -> dict[str, Any]:
    """The day of the therapy and the earlier ones; nothing of them where the database fails."""
    try:
        return {
            "day_label": day_label(child, now),
            "has_begun": has_begun(child, now),
            "earlier_therapies": earlier_therapies(child, now),
        }
    except DatabaseError:
        return {}


@AT_ONCE.else_(busy)
def _nobodys(request: HttpRequest, kind: str) -> HttpResponse:
    """Nobody knows whose form it was: the worst case, and the form again, for after a login in another window.

    It costs what /check costs and anybody can send it, so it shares that limit. A form that says whose it is does not.
    """
    now = timezone.now()
    asking = Asking(now=now, zone=timezone.get_default_timezone(), kind=kind, neuro=True, pump=True)
    form = LogForm(request.POST, asking=asking)
    context = _worst_case(form) | {
        "form": form,
        "action": request.path,
        "login": f"{reverse(settings.LOGIN_URL)}?next=/",
    }
    return render(request, "tracker/logs/not_saved.html", context, status=403)


def _worst_case(form: LogForm) -> dict[str, Any]:
    """What was sent, asked with every therapy and nothing else known."""
    answers = answers_of(form)
    response = assess_alone(every_therapy(), {}, answers)
    told = ScriptFacts(answers or {}, nothing_new=form.asking.kind == LogKind.NOTHING_NEW)
    return _context(response, told)


def every_therapy() -> list[str]:
    known = vocabulary()
    return list(known.therapies) if known else []


def answers_of(form: LogForm) -> dict[str, Any] | None:
    """What was answered, even where a time cannot be or a note is too long; None where a field that counts
    cannot be read.
    """
    form.is_valid()
    try:
        answers = form.answers()
    except KeyError:
        return None
    note = typed(form.data.get("note", ""))[:NOTE_AT_MOST] if "note" in form.errors else ""
    return answers | {"note": note} if note else answers


def _framed(request: AuthedRequest, child: Child, now: datetime) -> dict[str, Any]:
    """The frame; without its queries where the database fails."""
    try:
        return page_context(request, child, now)
    except DatabaseError:
        timezone.activate(child.zone)
        return {
            "child": child,
            "call": number_to_call(child.care_team, now),
            "emergency_number": emergency_number(child),
            "is_emergency": False,  # nobody can look: the answer to what was sent may still say so
        }

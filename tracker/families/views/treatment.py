"""Treatment: what was given, what changed, what is planned. The day labels and the rules follow at once."""

from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from therapies.catalogue import load
from tracker.assessment.courses import labels_of
from tracker.assessment.pump import long_pause
from tracker.core.access import access_child, access_event
from tracker.core.pages import AuthedRequest, earlier_therapies, label_text, page_context
from tracker.core.redirects import LOOK_AGAIN, see_other
from tracker.families import late_words
from tracker.families.actions.treatment import record_event, record_stop, start_course, withdraw_event
from tracker.families.forms.dates import Clock, DatesForm
from tracker.families.forms.treatment import (
    DATES,
    STOPS,
    THERAPY,
    WORDS,
    ChangeForm,
    NewTherapyForm,
    changes_for,
    is_stopped,
)
from tracker.families.views.course_questions import course_questions
from tracker.logs.late_rule import Rule, kept_when_late
from tracker.logs.late_words import Words, said_in
from tracker.models import Child, EventKind, SymptomLog, TreatmentEvent


def change_in_words(child: Child, typed: QueryDict, at: datetime, **_which: UUID) -> Words:
    """A change that waits for the login."""
    change = typed.get("kind")
    form = form_for(change, child, at, typed)
    if form is None:
        return Words(_("Treatment"), [])
    title = capfirst(_(form.therapy.name)) if isinstance(form, DatesForm) else WORDS.get(change or "", "")
    return Words(str(title or _("Treatment")), said_in(form))


@kept_when_late(Rule("manage", change_in_words))
@require_http_methods(["GET", "HEAD", "POST"])
def treatment(request: AuthedRequest, child_id: UUID) -> HttpResponse:
    """What stands, and one change at a time."""
    child, now = access_child(request.user, child_id, to="manage"), timezone.now()
    if request.method == "POST":
        return changed(request, child, now)
    change = request.GET.get("change")
    form = form_for(change, child, now)
    return shown(request, child, now, change if form else None, form)


@kept_when_late(Rule("manage", late_words.event_taken_back))
@require_POST
def withdraw(request: AuthedRequest, event_id: UUID) -> HttpResponse:
    """It did not happen like that."""
    event = access_event(request.user, event_id, to="manage")
    withdraw_event(event=event, by=request.user, now=timezone.now())
    messages.success(request, _("Taken back. The day and what is watched for have followed."))
    return see_other("treatment", event.course.child_id)


def changed(request: AuthedRequest, child: Child, now: datetime) -> HttpResponse:
    """Saves the change, or shows again what was typed."""
    change = request.POST.get("kind")
    form = form_for(change, child, now, request.POST)
    if form is None or request.POST.get("standing", standing(child)) != standing(
        child
    ):  # another parent has changed it meanwhile, and this no longer fits
        messages.error(request, _("This no longer fits what is recorded. Look at it again."))
        return see_other("treatment", child.pk)
    if not form.is_valid():
        return shown(request, child, now, change, form, LOOK_AGAIN)
    if isinstance(form, NewTherapyForm):
        dates = dates_form(child, now, form.cleaned_data["therapy"])
        return shown(request, child, now, DATES, dates)
    if isinstance(form, DatesForm):
        therapy = request.POST["therapy"]
        start_course(child=child, therapy=therapy, events=form.events(), by=request.user, now=now)
    elif form.change in STOPS:
        if log := stopped(child, form, request, now):
            return see_other("answer", log.pk)
    else:
        record_change(child, form, request, now)
    messages.success(request, _("Saved. The day and what is watched for have followed."))
    return see_other("treatment", child.pk)


def stopped(child: Child, form: ChangeForm, request: AuthedRequest, now: datetime) -> SymptomLog | None:
    """A stop of the pump, or whether the one that stands was planned; the log, where the answer is to call."""
    course, stop = child.running_course, form.event()
    events = course.events.select_related("course__child")
    standing = events.filter(kind=EventKind.STOP, withdrawn_at=None, at=stop.at).first()
    unclear = standing if form.change == "planned" else None
    return record_stop(course=course, event=stop, by=request.user, now=now, instead_of=unclear)


def record_change(child: Child, form: ChangeForm, request: AuthedRequest, now: datetime) -> None:
    """One event; a corrected day takes the place of the one that stood."""
    course, wrong = child.running_course, None
    if form.change == "moved":
        standing = course.events.filter(kind=EventKind.INFUSION, withdrawn_at=None)
        wrong = standing.select_related("course__child").order_by("-at").first()
    record_event(course=course, event=form.event(), by=request.user, now=now, instead_of=wrong)


def form_for(
    change: str | None, child: Child, now: datetime, data: Any = None
) -> DatesForm | NewTherapyForm | ChangeForm | None:
    """The form of a change that fits what is recorded; None for any other."""
    clock = Clock(now, child.zone, child.birth_month)
    if change == DATES and data is not None:
        first = NewTherapyForm(data, age_years=child.age_years(now))
        return dates_form(child, now, first.cleaned_data["therapy"], data) if first.is_valid() else None
    is_again = change == "stop" and is_stopped(child.course, now)  # sent twice: it is stopped by now
    if change is None or (change not in dict(changes_for(child.course, now)) and not is_again):
        return None
    if change == THERAPY:
        return NewTherapyForm(data, age_years=child.age_years(now))
    return ChangeForm(data, change=change, course=child.running_course, clock=clock)


def dates_form(child: Child, now: datetime, therapy: str, data: Any = None) -> DatesForm:
    """The dates of a course that begins, with the therapy that was chosen on the screen before."""
    form = DatesForm(data, therapy=therapy, clock=Clock(now, child.zone, child.birth_month))
    for name, value in (("kind", DATES), ("therapy", therapy), ("standing", standing(child))):
        form.fields[name] = forms.CharField(widget=forms.HiddenInput, initial=value, required=False)
    return form


def standing(child: Child) -> str:
    """Which course runs: a form that was sent twice begins one course."""
    return str(child.course.pk) if child.course else ""


def shown(
    request: AuthedRequest, child: Child, now: datetime, change: str | None, form: Any, status: int = 200
) -> HttpResponse:
    course = child.course
    context = page_context(request, child, now) | {
        "therapy": load().therapies[course.therapy] if course else None,
        "labels": [label_text(label) for label in labels_of(child, now)],
        "earlier": earlier_therapies(child, now),
        "long_pause": long_pause(child, now),
        "changes": changes_for(course, now),
        "change": change,
        "change_words": capfirst(_(form.therapy.name)) if change == DATES else WORDS.get(change or "", ""),
        "form": form,
        "events": events_of(child),
        "course_questions": course_questions(child, now),
        "may_manage": True,
    }
    return render(request, "tracker/families/treatment.html", context, status=status)


def events_of(child: Child) -> list[Any]:
    """Of the course that runs, newest first."""
    if child.course is None:
        return []
    events = child.course.events.select_related("recorded_by").order_by("-at", "-recorded_at")
    return [
        SimpleNamespace(
            pk=event.pk,
            words=words_of(event),
            at=event.until or event.at,
            by=str(event.recorded_by),
            withdrawn_at=event.withdrawn_at,
        )
        for event in events
    ]


def words_of(event: TreatmentEvent) -> str:
    kind = event.get_kind_display()
    return _("%(what)s, cycle %(cycle)d") % {"what": kind, "cycle": event.cycle} if event.cycle else kind

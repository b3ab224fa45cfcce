"""Settings of the child and the family, the numbers to call, the clinic; the pause."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tracker.core.access import access_child
from tracker.core.pages import AuthedRequest, emergency_number, page_context
from tracker.core.reauthentication import asks_again
from tracker.core.redirects import LOOK_AGAIN, see_other
from tracker.families.actions.begin import change_settings
from tracker.families.actions.care_teams import change_numbers, join_care_team, leave_care_team
from tracker.families.actions.children import pause, resume
from tracker.families.actions.ward_stays import still_there
from tracker.families.forms.settings import (
    ClinicForm,
    KeptNumbersForm,
    PauseForm,
    SettingsForm,
    kept,
    standing,
)
from tracker.families.numbers import Numbers
from tracker.lib.hours import clock_of
from tracker.models import Child


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: AuthedRequest, child_id: UUID) -> HttpResponse:
    """Three forms, told apart by their button."""
    child, now = access_child(request.user, child_id, to="manage"), timezone.now()
    if request.method != "POST":
        return shown(request, child, now)
    save = {"child": save_child, "numbers": save_numbers, "clinic": join, "leave": leave}
    return save.get(request.POST.get("save", ""), save_child)(request, child, now)


def save_child(request: AuthedRequest, child: Child, now: datetime) -> HttpResponse:
    initial, number = {"clock": clock_of(request.user)}, shown_number(child)
    form = SettingsForm(request.POST, initial=initial, child=child, shown_number=number, now=now)
    if not form.is_valid():
        return shown(request, child, now, form=form)
    change_settings(child=child, about=form.about(), about_by=form.about_oneself(), by=request.user, now=now)
    return saved(request, child)


def save_numbers(request: AuthedRequest, child: Child, now: datetime) -> HttpResponse:
    if not child.care_team.kept_by_family:
        return shown(request, child, now)
    form = KeptNumbersForm(request.POST, initial=kept(child.care_team))
    if not form.is_valid():
        return shown(request, child, now, numbers_form=form)
    told = form.cleaned_data
    language = told["language"] or child.care_team.language
    numbers = Numbers(**form.numbers(), time_zone=told["clinic_zone"], language=language)
    change_numbers(care_team=child.care_team, numbers=numbers, by=request.user, now=now)
    return saved(request, child)


def join(request: AuthedRequest, child: Child, now: datetime) -> HttpResponse:
    """The clinic's team takes over, by the code that it gave: from now on its nurses see the child."""
    form = ClinicForm(request.POST)
    if not form.is_valid():
        return shown(request, child, now, clinic_form=form)
    return _join(request, child, now, form.cleaned_data["code"].join_code)


@asks_again
def _join(request: AuthedRequest, child: Child, now: datetime, code: str) -> HttpResponse:
    join_care_team(child=child, code=code, by=request.user, now=now)
    return saved(request, child)


@asks_again
def leave(request: AuthedRequest, child: Child, now: datetime) -> HttpResponse:
    """The family keeps its numbers itself again, first those of the clinic."""
    leave_care_team(child=child, by=request.user, now=now)
    return saved(request, child)


def shown_number(child: Child) -> str:
    """What brings an ambulance here, as the form shows it; empty where the country is not known."""
    number = emergency_number(child)
    return number.kept if number else ""


def saved(request: AuthedRequest, child: Child) -> HttpResponse:
    messages.success(request, _("Saved."))
    return see_other("settings", child.pk)


def shown(request: AuthedRequest, child: Child, now: datetime, **tried: Any) -> HttpResponse:
    """The page; `tried` is the form that needs another look."""
    number = shown_number(child)
    stands = standing(child, request.user, number)
    forms: dict[str, Any] = {"form": SettingsForm(initial=stands, child=child, shown_number=number, now=now)}
    if child.care_team.kept_by_family:
        forms["numbers_form"] = KeptNumbersForm(initial=kept(child.care_team))
        forms["clinic_form"] = ClinicForm()
    context = page_context(request, child, now) | forms | tried
    return render(request, "tracker/families/settings.html", context, status=LOOK_AGAIN if tried else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def pause_or_stop(request: AuthedRequest, child_id: UUID) -> HttpResponse:
    """No reminder until they go on. A reason, and nothing more, is asked."""
    child, now = access_child(request.user, child_id, to="manage"), timezone.now()
    if child.has_died:
        return see_other("stop", child.pk)
    if request.method == "POST" and "resume" in request.POST:
        resume(child=child, by=request.user, now=now)
        messages.success(request, _("On again."))
        return see_other("today", child.pk)
    if request.method == "POST" and "still_there" in request.POST:
        still_there(child=child, by=request.user, now=now)
        messages.success(request, _("Thank you. We ask again tomorrow."))
        return see_other("today", child.pk)
    form = PauseForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        pause(child=child, reason=form.cleaned_data["reason"], by=request.user, now=now)
        return see_other("pause", child.pk)
    paused = child.get_paused_reason_display() if child.paused_at else ""
    context = {"form": form, "paused": paused, "on_a_ward": child.is_admitted}
    status = LOOK_AGAIN if form.is_bound else 200
    return render(
        request, "tracker/families/pause.html", page_context(request, child, now) | context, status=status
    )

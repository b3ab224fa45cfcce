"""The beginning: five screens, then Today. The draft lives in the session until the child is there."""

from collections.abc import Mapping
from dataclasses import asdict
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from tracker.core.access import children_of
from tracker.core.forms import PageForm
from tracker.core.pages import AuthedRequest, is_authed, number_to_call
from tracker.core.redirects import LOOK_AGAIN, see_other
from tracker.families import wizard
from tracker.families.actions.begin import UNKNOWN_ZONE
from tracker.families.actions.begin import begin as begin_action
from tracker.families.numbers import Numbers
from tracker.families.wizard import STEPS, Draft
from tracker.lib import telephone
from tracker.lib.present import present
from tracker.models import CareTeam, Child

KEPT_AT_MOST = 500  # characters of one answer
SKIPPED_WITH_A_BUTTON = ("child", "dates")


@login_not_required
@require_safe
def begin(request: HttpRequest) -> HttpResponse:
    """On to the screen where it was left. Who has no account makes one first."""
    if not is_authed(request):
        return redirect_to_login(request.path, resolve_url("account_signup"))
    return redirect("begin-step", draft_of(request).to_do())


@require_http_methods(["GET", "HEAD", "POST"])
def begin_step(request: AuthedRequest, step: str) -> HttpResponse:
    """One screen."""
    if step not in STEPS:
        raise Http404
    draft = draft_of(request)
    if step == "dates" and draft.therapy is None:
        return see_other("begin-step", "therapy")
    if request.method != "POST":
        return shown(request, step, draft, draft.form(step))
    return answered(request, step, draft)


def answered(request: AuthedRequest, step: str, draft: Draft) -> HttpResponse:
    """Keeps what was typed, right or wrong, and goes where the button says."""
    if begun := begun_already(request, step):
        return see_other("today", begun.pk)
    go, form = request.POST.get("go", "next"), draft.form(step, request.POST)
    draft.typed[step] = {name: request.POST.get(name, "")[:KEPT_AT_MOST] for name in form.fields}
    if go == "skip" and step in SKIPPED_WITH_A_BUTTON:
        del draft.typed[step]
    draft.keep(request.session)
    if go == "back" and step != STEPS[0]:
        return see_other("begin-step", STEPS[STEPS.index(step) - 1])
    if go != "skip" and not form.is_valid():
        return shown(request, step, draft, form, LOOK_AGAIN)
    if step != STEPS[-1]:
        return see_other("begin-step", STEPS[STEPS.index(step) + 1])
    return finished(request, draft)


def finished(request: AuthedRequest, draft: Draft) -> HttpResponse:
    """The child is there, or the screen that stands in the way."""
    if step := draft.to_look_at():
        return see_other("begin-step", step)
    dates, start = draft.form("dates"), draft.form("start")
    child = begin_action(
        child_id=UUID(draft.child_id),
        about=draft.about_child(),
        numbers=numbers_of(draft),
        clinic=draft.told("numbers").get("code"),
        therapy=present(draft.therapy),  # else it would be to look at
        events=dates.events() if dates.is_valid() else [],
        about_by=about_oneself(request, draft),
        remind_at=start.times() if start.is_valid() else [],
        by=request.user,
        now=draft.now,
    )
    del request.session[wizard.KEY]
    return see_other("today", child.pk)


def numbers_of(draft: Draft) -> Numbers | None:
    """Of the family's own; none where the clinic's come with its code."""
    form = draft.form("numbers")
    if not form.is_valid() or not (form.cleaned_data["day_number"] or form.cleaned_data["night_number"]):
        return None
    return Numbers(**form.numbers(), time_zone=draft.zone)


def about_oneself(request: AuthedRequest, draft: Draft) -> Mapping[str, str]:
    """The name, where it was asked; the clock, once."""
    told = {"language": get_language()}
    if name := draft.told("child").get("your_name"):
        told["name"] = name
    if request.user.time_zone == UNKNOWN_ZONE:
        told["time_zone"] = draft.zone
    return told


def begun_already(request: AuthedRequest, step: str) -> Child | None:
    """The child of a form that was sent twice: the first time has taken the draft away."""
    if step != STEPS[-1] or wizard.KEY in request.session:
        return None
    sent = request.POST.get("child_id")
    return next((child for child in children_of(request.user) if str(child.pk) == sent), None)


def draft_of(request: AuthedRequest) -> Draft:
    languages = request.META.get("HTTP_ACCEPT_LANGUAGE", "").split(",")[0].split(";")[0]
    region = languages.partition("-")[2].upper()
    return Draft.of(
        request.session,
        now=timezone.now(),
        asks_name=not request.user.name,
        region=region if len(region) == 2 else "",
    )


def shown(request: AuthedRequest, step: str, draft: Draft, form: PageForm, status: int = 200) -> HttpResponse:
    number, numbers = STEPS.index(step) + 1, numbers_of(draft)
    return render(
        request,
        f"tracker/families/begin/{number}.html",
        {
            "step": number,
            "form": form,
            "child_id": draft.child_id,
            "may_go_back": number > 1,
            "may_skip": step in SKIPPED_WITH_A_BUTTON,
            "call": number_to_call(CareTeam(**asdict(numbers)), draft.now) if numbers else None,
            "emergency_number": telephone.of(draft.told("numbers").get("emergency_number", "")),
        },
        status=status,
    )

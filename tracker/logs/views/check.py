"""/check: anybody, without a login. The answer is in the POST itself; no cookie is set and nothing is kept.

A change of the language sends the form along: it comes back as it was typed. Only the language is kept, in a cookie.
"""

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.forms.utils import ErrorDict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tracker.assessment.answer_text import answer_in_words
from tracker.assessment.assess import assess_alone
from tracker.assessment.phone_script import ScriptFacts
from tracker.core.forms import PageForm
from tracker.lib.language import keep
from tracker.logs.forms.check import AboutForm
from tracker.logs.forms.log import Asking, LogForm
from tracker.logs.team_words import team_words
from tracker.logs.views.answer import answer_context
from tracker.logs.views.busy import AT_ONCE, busy
from tracker.logs.views.common import LOOK_AGAIN
from tracker.logs.views.late import answers_of, every_therapy
from tracker.models import Urgency


@login_not_required
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@AT_ONCE.else_(busy)
def check(request: HttpRequest) -> HttpResponse:
    """Therapy, what you see, the answer."""
    wanted = request.POST.get("language", "")
    if wanted not in dict(settings.LANGUAGES):
        return _page(request)
    translation.activate(wanted)
    response = _page(request, is_typing="answered" not in request.POST)
    keep(response, wanted, is_secure=request.is_secure())
    return response


def _page(request: HttpRequest, *, is_typing: bool = False) -> HttpResponse:
    """`is_typing`: nobody has asked for an answer yet, so nothing is complained of either."""
    sent = request.POST if request.method == "POST" else None
    about = AboutForm(sent, adult="adult" in request.GET)
    asking = Asking(now=timezone.now(), zone=ZoneInfo("UTC"), kind="check", neuro=True, pump=True)
    form = LogForm(sent, asking=asking)
    context: dict[str, Any] = {"about": about, "form": form, "log": None, "here": "check", "typed_in": "log"}
    if sent is None or is_typing:
        _leave_unread(about, form)
        return render(request, "tracker/logs/check.html", context)
    context |= _answered(about, form)
    status = 200 if about.chosen and form.is_valid() else LOOK_AGAIN
    return render(request, "tracker/logs/check.html", context, status=status)


def _leave_unread(*forms: PageForm) -> None:
    """Their fields show what was typed, as it was typed."""
    for form in forms:
        vars(form).update(_errors=ErrorDict(), cleaned_data={})


def _answered(about: AboutForm, form: LogForm) -> dict[str, Any]:
    """Without a therapy the worst of all: what is urgent for any does not wait for the choice. A note would wait."""
    answers, chosen = answers_of(form), [about.chosen] if about.chosen else []
    response = assess_alone(chosen or every_therapy(), about.context(), answers)
    if not chosen and response["urgency"] == "note":
        return {}
    told = ScriptFacts(answers or {}, chosen, about.years, about.cleaned_data.get("age_months"))
    said = answer_in_words(response, told)
    words: dict[str, Any] = {"questions": [], "team_words": team_words(said, told)}
    return answer_context(said, told) | words | {"not_saved": Urgency.NOTE}

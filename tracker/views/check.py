"""/check: anybody, without a login. The answer is in the POST itself; no cookie is set and nothing is kept."""

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tracker.assessing import assess_alone
from tracker.checking import AboutForm
from tracker.forms import Asking, LogForm
from tracker.telling import Told, answer_in_words
from tracker.views.answer import answer_context
from tracker.views.asking import LOOK_AGAIN


@login_not_required
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Therapy, what you see, the answer."""
    sent = request.POST if request.method == "POST" else None
    about = AboutForm(sent, adult="adult" in request.GET)
    asking = Asking(now=timezone.now(), zone=ZoneInfo("UTC"), kind="check", neuro=True, pump=True)
    form = LogForm(sent, asking=asking)
    context: dict[str, Any] = {"about": about, "form": form, "log": None, "here": "check"}
    if sent is None:
        return render(request, "tracker/public/check.html", context)
    if not (about.chosen and form.is_valid()):
        return render(request, "tracker/public/check.html", context, status=LOOK_AGAIN)
    context |= _answered(about, form)
    return render(request, "tracker/public/check.html", context)


def _answered(about: AboutForm, form: LogForm) -> dict[str, Any]:
    answers = form.answers()
    response = assess_alone([about.chosen], about.context(), answers)
    told = Told(answers, [about.chosen], about.cleaned_data.get("age_years"))
    return answer_context(answer_in_words(response, told), told) | {"questions": []}

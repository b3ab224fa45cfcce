"""To take along: questions kept between visits, what the team said, the summary as a paper and as a table."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from tracker.core.access import access_child, may, of_child
from tracker.core.forms import number_in
from tracker.core.pages import AuthedRequest, day_label, page_context
from tracker.core.redirects import LOOK_AGAIN, see_other
from tracker.core.refused import Refused
from tracker.home_care import late_words
from tracker.home_care.actions.questions import answer_question, ask_question, withdraw_question
from tracker.home_care.documents.card import earlier_given, therapy_given
from tracker.home_care.documents.pdf import can_draw
from tracker.home_care.documents.summary import PERIODS, Summary, open_questions, summary_of, told_to
from tracker.home_care.documents.summary_pdf import summary_csv, summary_pdf
from tracker.home_care.forms import QuestionForm
from tracker.home_care.views.card import paper
from tracker.logs.late_rule import Rule, kept_when_late
from tracker.models import Child, Question

USUAL = 14


@require_safe
def summary(request: AuthedRequest, child_id: uuid.UUID) -> HttpResponse:
    """The questions, what was told, and the papers."""
    return _page(request, access_child(request.user, child_id, to="history"), QuestionForm())


def _page(
    request: AuthedRequest, child: Child, form: QuestionForm, *, status: int = 200, **typed: Any
) -> HttpResponse:
    """`typed`: an answer that was too long, and the question that it is about."""
    context = page_context(request, child, timezone.now()) | {
        "questions": open_questions(child),
        "told": told_to(child),
        "lacks_letters": not can_draw(child.nickname),
        "periods": PERIODS,
        "days": _days(request),
        "form": form,
        "may_manage": may((child.family_role,), "manage"),
    }
    return render(request, "tracker/home_care/summary.html", context | typed, status=status)


@require_safe
def summary_paper(request: AuthedRequest, child_id: uuid.UUID) -> HttpResponse:
    """The summary as an accessible PDF."""
    child, found = _found(request, child_id)
    label = day_label(child, found.made_at)
    given = therapy_given(child, found.made_at)
    earlier = earlier_given(child, found.made_at, child.course)
    pdf = summary_pdf(found, therapy=given, earlier=earlier, day_label=label)
    return paper(pdf, "visit-summary.pdf")


@require_safe
def summary_table(request: AuthedRequest, child_id: uuid.UUID) -> HttpResponse:
    """The logs as a table for a spreadsheet."""
    _child, found = _found(request, child_id)
    answer = HttpResponse(summary_csv(found), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="logs.csv"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@kept_when_late(Rule("manage", late_words.question))
@require_POST
def question_new(request: AuthedRequest, child_id: uuid.UUID) -> HttpResponse:
    """A question, kept until the next visit."""
    child, form = access_child(request.user, child_id, to="manage"), QuestionForm(request.POST)
    if not form.is_valid():
        return _page(request, child, form, status=LOOK_AGAIN)
    ask_question(
        child=child,
        text=form.cleaned_data["text"],
        client_uuid=number_in(request.POST.get("client_uuid", "")),
        by=request.user,
        now=timezone.now(),
    )
    return see_other("summary", child.pk)


@kept_when_late(Rule("manage", late_words.question_answered))
@require_POST
def question_answer(request: AuthedRequest, child_id: uuid.UUID, question_id: uuid.UUID) -> HttpResponse:
    """What they said; or it need not be asked any more."""
    now = timezone.now()
    child = access_child(request.user, child_id, to="manage")
    question = of_child(Question.objects.all(), child, question_id)
    if request.POST.get("withdraw") == "yes":
        withdraw_question(question=question, by=request.user, now=now)
    else:
        answer = request.POST.get("answer", "")
        try:
            answer_question(question=question, answer=answer, by=request.user, now=now)
        except Refused as refused:
            messages.warning(request, str(refused))
            return _page(
                request, child, QuestionForm(), status=LOOK_AGAIN, typed_answer=answer, answered=question
            )
    return see_other("summary", child.pk)


def _found(request: AuthedRequest, child_id: uuid.UUID) -> tuple[Child, Summary]:
    now = timezone.now()
    child = access_child(request.user, child_id, to="history")
    timezone.activate(child.zone)
    return child, summary_of(child, _days(request), now)


def _days(request: AuthedRequest) -> int:
    """One of the periods; any other number is the usual one."""
    asked = request.GET.get("days", "")
    return int(asked) if asked in map(str, PERIODS) else USUAL

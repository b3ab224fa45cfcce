"""Questions for the next visit: asked, answered, withdrawn. None is ever lost."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tracker.actions import Refused
from tracker.answers import cleaned
from tracker.models import Child, Question, User

LONGEST = 2000


@transaction.atomic
def ask_question(*, child: Child, text: str, by: User, now: datetime) -> Question:
    """Kept until it is answered. Refused: nothing was typed."""
    text = cleaned(text).strip()[:LONGEST]
    if not text:
        raise Refused(_("Type the question first."))
    standing = Question.objects.filter(child=child, text=text, answered_at=None, withdrawn_at=None).first()
    return standing or Question.objects.create(child=child, text=text, asked_by=by, asked_at=now)


@transaction.atomic
def answer_question(*, question: Question, answer: str, by: User, now: datetime) -> bool:
    """What they said. False where somebody wrote it down before."""
    open_ones = Question.objects.filter(pk=question.pk, answered_at=None, withdrawn_at=None)
    return open_ones.update(answer=cleaned(answer).strip()[:LONGEST], answered_by=by, answered_at=now) == 1


@transaction.atomic
def withdraw_question(*, question: Question, by: User, now: datetime) -> bool:
    """It need not be asked any more. The row stays."""
    open_ones = Question.objects.filter(pk=question.pk, withdrawn_at=None)
    return open_ones.update(withdrawn_by=by, withdrawn_at=now) == 1

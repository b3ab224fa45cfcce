"""Questions for the next visit: asked, answered, withdrawn. None is ever lost."""

from datetime import datetime
from uuid import UUID, uuid4, uuid5

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from tracker.core.refused import Refused, within
from tracker.lib.text import typed
from tracker.models import Child, Question, User

LONGEST = 2000


@transaction.atomic
def ask_question(
    *, child: Child, text: str, by: User, now: datetime, client_uuid: UUID | None = None
) -> Question:
    """Kept until it is answered. A double tap gives the first. Refused: nothing was typed, or too much."""
    text = within(LONGEST, typed(text))
    if not text:
        raise Refused(_("Type the question first."))
    key = uuid5(child.pk, f"question {client_uuid or uuid4()} {text}")
    is_open = Q(text=text, answered_at=None, withdrawn_at=None)
    if standing := Question.objects.filter(Q(pk=key) | is_open, child=child).first():
        return standing
    question, _new = Question.objects.get_or_create(
        pk=key, defaults={"child": child, "text": text, "asked_by": by, "asked_at": now}
    )
    return question


@transaction.atomic
def answer_question(*, question: Question, answer: str, by: User, now: datetime) -> bool:
    """What they said. False where somebody wrote it down before."""
    said = within(LONGEST, typed(answer))
    open_ones = Question.objects.filter(pk=question.pk, answered_at=None, withdrawn_at=None)
    return open_ones.update(answer=said, answered_by=by, answered_at=now) == 1


@transaction.atomic
def withdraw_question(*, question: Question, by: User, now: datetime) -> bool:
    """It need not be asked any more. The row stays."""
    open_ones = Question.objects.filter(pk=question.pk, withdrawn_at=None)
    return open_ones.update(withdrawn_by=by, withdrawn_at=now) == 1

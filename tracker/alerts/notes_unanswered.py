"""Nobody answered in time what a note means that may mean danger: the log calls for an alert."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from tracker.alerts.reassessing import keep_assessments
from tracker.assessment.assess import check_around
from tracker.assessment.past_logs import WINDOW
from tracker.core.child_lock import lock_child
from tracker.models import Assessment, SymptomLog
from tracker.models.logs import not_corrected

log = logging.getLogger(__name__)
AT_ONCE = 100


def call_for_notes(*, now: datetime) -> int:
    """Asks the rules again about the logs whose time to answer is over; how many. Twice at once changes nothing."""
    due = _due(now).select_related("log__child__care_team", "log__caregiver")[:AT_ONCE]
    return sum(_try_to_call(assessment.log, now) for assessment in due)


def _due(now: datetime) -> QuerySet[Assessment]:
    """Of each log the assessment that counts, unless a reply or another correction stands in for the log.

    The rows that a window of days holds are few: only a note that may mean danger has a time.
    """
    newer = Assessment.objects.filter(log=OuterRef("log"), pk__gt=OuterRef("pk"))
    waiting = Assessment.objects.filter(note_due_at__gt=now - WINDOW, note_due_at__lte=now)
    return waiting.filter(~Exists(newer), not_corrected("log")).order_by("note_due_at")


def _try_to_call(asked: SymptomLog, now: datetime) -> bool:
    """One that fails keeps none of the others waiting, and is tried again."""
    try:
        return _call(asked, now)
    except Exception:
        log.exception("note_not_called_for", extra={"log_id": asked.pk})
        return False


@transaction.atomic
def _call(asked: SymptomLog, now: datetime) -> bool:
    """Once: under the child's lock it is still due, or somebody was faster.

    An assessment is append-only, so the claim is the newer one that is made here.
    """
    held = lock_child(asked.child)
    if not _due(now).filter(log=asked.pk).exists():
        return False
    around = check_around(asked.child, held.courses, {asked.observed_at}, now)
    checked = [found for found in around if found.log_id == asked.pk]
    keep_assessments(checked, asked.child, held, by=asked.caregiver, now=now)
    return bool(checked)

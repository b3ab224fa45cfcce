"""The child's own answers and the grown-up's to the same questions: each a log of its own for the rules."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from tracker.core.child_lock import lock_child
from tracker.core.refused import Refused
from tracker.logs.actions.record import Recorded, record_log
from tracker.logs.self_report import ANSWERS, QUESTIONS, UNSURE, Pair, moment_of, pair_of, report_of
from tracker.models import Child, OwnAnswers, User

_KNOWN = {answer for answer, _words in ANSWERS}


def record_own_answers(
    *,
    child: Child,
    caregiver: User,
    pair: UUID,
    by_child: bool,
    answers: Mapping[str, str],
    client_uuid: UUID,
    now: datetime,
    answered_at: datetime | None = None,
) -> Recorded:
    """Both logs of a pair stand at one moment, so the rules read them as one report, each sign at its worst.

    A double tap gives the first. Refused: the grown-up's without the child's, or a second one.
    """
    told = {one.key: answers.get(one.key, UNSURE) for one in QUESTIONS}
    told = {key: answer if answer in _KNOWN else UNSURE for key, answer in told.items()}
    with transaction.atomic():
        lock_child(child)
        standing = pair_of(child, pair)
        if _is_answered(standing, by_child, client_uuid):
            raise Refused(_("These questions are answered already, or not begun."))
        recorded = record_log(
            child=child,
            caregiver=caregiver,
            answers=_report(child, told, by_child),
            observed_at=standing.child.log.observed_at if standing else moment_of(child, answered_at or now),
            client_uuid=client_uuid,
            now=now,
        )
        if recorded.created:
            OwnAnswers.objects.create(
                child=child, pair=pair, log=recorded.log, by_child=by_child, answers=told, at=now
            )
    return recorded


def _is_answered(standing: Pair | None, by_child: bool, client_uuid: UUID) -> bool:
    """Somebody else did, or nobody has asked the child yet. The same form again is a double tap."""
    if by_child:
        return standing is not None and standing.child.log.client_uuid != client_uuid
    if standing is None:
        return True
    return standing.adult is not None and standing.adult.log.client_uuid != client_uuid


def _report(child: Child, told: Mapping[str, str], by_child: bool) -> dict[str, object]:
    said = _("%(name)s answered five questions alone.") % {"name": child.nickname}
    return ({"note": said} if by_child else {}) | report_of(told)

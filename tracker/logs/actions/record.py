"""Recording what a caregiver saw: saved, assessed and, where needed, an alert raised, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError, transaction
from django.utils.translation import get_language

from tracker.alerts.reassessing import keep_assessments
from tracker.assessment.answers import Answer, rows_of
from tracker.assessment.assess import check_around, could_not_check
from tracker.assessment.follow_up import with_earlier_denials
from tracker.core.child_lock import lock_child
from tracker.lib.database import is_unavailable
from tracker.logs.queries import told_in
from tracker.models import Assessment, Child, LogKind, Observation, SymptomLog, User


@dataclass(frozen=True)
class Recorded:
    """A log and the assessment that counts. `created` is False where the form had been sent before.

    `differs`: it came with other answers this time, which are not kept. Offer them as a correction.
    """

    log: SymptomLog
    assessment: Assessment
    created: bool = True
    differs: bool = False


def record_log(
    *,
    child: Child,
    caregiver: User,
    answers: Mapping[str, Any],
    observed_at: datetime,
    client_uuid: UUID,
    now: datetime,
    kind: str = LogKind.FULL,
) -> Recorded:
    """One log. `answers`: a report of the contract without `hours_ago`; `raw`, by code, what can't be read.

    A double tap gives the first log. Whatever the rules do, it is saved: if they fail, it is `now`.
    """
    log = _log(child, caregiver, answers, observed_at, client_uuid, now, kind)
    return _submit(log, rows_of(answers))


def correct_log(
    *,
    log: SymptomLog,
    caregiver: User,
    answers: Mapping[str, Any],
    observed_at: datetime,
    client_uuid: UUID,
    now: datetime,
) -> Recorded:
    """A new log that stands in for `log`, which stays; so does an alert that it raised.

    No form asks about a note: what was answered about the same words stays answered.
    """
    answers = with_earlier_denials(answers, told_in(log))
    correction = _log(log.child, caregiver, answers, observed_at, client_uuid, now, log.kind)
    correction.corrects = log
    return _submit(correction, rows_of(answers))


def _log(
    child: Child,
    caregiver: User,
    answers: Mapping[str, Any],
    observed_at: datetime,
    client_uuid: UUID,
    now: datetime,
    kind: str,
) -> SymptomLog:
    return SymptomLog(
        child=child,
        caregiver=caregiver,
        client_uuid=client_uuid,
        kind=kind,
        observed_at=_moment(observed_at, child, now),
        observed_zone=child.time_zone,
        received_at=now,
        language=get_language() or "",
        signs_asked=answers.get("symptoms") is not None,
    )


def _moment(observed_at: datetime, child: Child, now: datetime) -> datetime:
    """To the second. One without a zone is the family's; one that no calendar has is now."""
    try:
        local = observed_at if observed_at.tzinfo else observed_at.replace(tzinfo=child.zone)
        return local.astimezone(UTC).replace(microsecond=0)
    except OverflowError:
        return now


def _submit(log: SymptomLog, rows: Sequence[Answer]) -> Recorded:
    """Saves with what the rules say; if the database refuses that, without.

    Not where it is held or full: a second try that gets through would call for a log that the rules can judge.
    """
    for ask_the_rules in (True, False):
        try:
            with transaction.atomic():
                return _save(log, rows, ask_the_rules=ask_the_rules)
        except DatabaseError as error:
            if before := _sent_before(log, rows):
                return before
            failed = error
            if is_unavailable(error):
                break
    raise failed


def _save(log: SymptomLog, rows: Sequence[Answer], *, ask_the_rules: bool) -> Recorded:
    held = lock_child(log.child)
    log.save(force_insert=True)
    Observation.objects.bulk_create(
        Observation(log=log, child_id=log.child_id, observed_at=log.observed_at, **row._asdict())
        for row in rows
    )
    moments = {log.observed_at, log.corrects.observed_at if log.corrects else log.observed_at}
    checked = check_around(log.child, held.courses, moments, log.received_at) if ask_the_rules else []
    if log.pk not in {found.log_id for found in checked}:
        checked.append(could_not_check(log.pk))
    made = keep_assessments(checked, log.child, held, by=log.caregiver, now=log.received_at)
    Child.objects.filter(pk=log.child_id).update(last_log_at=log.received_at)
    return Recorded(log, made[log.pk])


def _sent_before(log: SymptomLog, rows: Sequence[Answer]) -> Recorded | None:
    """The log that the same form gave already. What was said of its note since is no part of the form."""
    first = SymptomLog.objects.filter(child=log.child, client_uuid=log.client_uuid).first()
    if first is None:
        return None
    kept = {Answer(*row) for row in first.observations.values_list(*Answer._fields)}
    differs = {row for row in kept ^ set(rows) if row.code != "not_meant"}
    return Recorded(first, first.assessment, created=False, differs=bool(differs))

"""Recording what a caregiver saw: saved, assessed and, where needed, an alert raised, in one transaction."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.utils.translation import get_language

from tracker.alerts.episodes import Episode
from tracker.alerts.reassessing import alarming, episode_of, keep_assessments
from tracker.assessment.answers import Answer, rows_of
from tracker.assessment.assess import Checked, check_around, check_new, could_not_check
from tracker.assessment.follow_up import with_earlier_denials
from tracker.assessment.past_logs import Unsaved, beside_a_new_log
from tracker.core.child_lock import LockedChild, claim_child, lock_child, look_at_child, renew_alert
from tracker.lib.database import is_unavailable
from tracker.logs.queries import told_in
from tracker.models import Assessment, Child, LogKind, Observation, SymptomLog, User

TRIES = 3
"""So often a log is judged before anybody is kept out."""


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
    """One without a zone is the family's; one that no calendar has is now."""
    try:
        local = observed_at if observed_at.tzinfo else observed_at.replace(tzinfo=child.zone)
        return local.astimezone(UTC)
    except OverflowError:
        return now


def _submit(log: SymptomLog, rows: Sequence[Answer]) -> Recorded:
    """Saves with what the rules say; if the database refuses that, without.

    Not where it is held or full: a second try that gets through would call for a log that the rules can judge.
    """
    for save in (_save_judged, _save_unjudged):
        try:
            return save(log, rows)
        except DatabaseError as error:
            if before := _sent_before(log, rows):
                return before
            failed = error
            if is_unavailable(error):
                break
    raise failed


def _save_judged(log: SymptomLog, rows: Sequence[Answer]) -> Recorded:
    """The rules are asked before anybody is kept out, and what they said is written if nobody wrote meanwhile.

    Where somebody does again and again, they are asked with the lock; and of a correction, which changes what others
    were asked with.
    """
    for _ in range(0 if log.corrects else TRIES):
        if recorded := _save_as_judged_before(log, rows):
            return recorded
    with transaction.atomic():
        held = lock_child(log.child, last_log_at=log.received_at)
        _insert(log, rows)
        moments = {log.observed_at, log.corrects.observed_at if log.corrects else log.observed_at}
        checked = check_around(log.child, held.courses, moments, log.received_at)
        return _keep(log, checked, held)


def _save_as_judged_before(log: SymptomLog, rows: Sequence[Answer]) -> Recorded | None:
    with _reading():
        seen = look_at_child(log.child, beside_a_new_log(log.observed_at))
        new = Unsaved(log, rows, seen.beside)
        checked = check_new(log.child, seen.courses, new, log.received_at)
        episode = episode_of(checked, log.child, seen, new)
    with transaction.atomic():
        if not claim_child(log.child, seen, last_log_at=log.received_at):
            return None
        _insert(log, rows)
        # who has an alert in hand may change without a lock; that there is one may not
        held = renew_alert(log.child, seen) if seen.alert and alarming(checked) else seen
        return _keep(log, checked, held, episode)


def _save_unjudged(log: SymptomLog, rows: Sequence[Answer]) -> Recorded:
    with transaction.atomic():
        held = lock_child(log.child, last_log_at=log.received_at)
        _insert(log, rows)
        return _keep(log, [], held)


def _reading() -> AbstractContextManager[Any]:
    """What is refused to it, inside of a transaction, leaves that as it was. Outside it begins none: SQLite would keep
    every writer out.
    """
    return transaction.atomic() if connection.in_atomic_block else nullcontext()


def _insert(log: SymptomLog, rows: Sequence[Answer]) -> None:
    log.save(force_insert=True)
    Observation.objects.bulk_create(
        Observation(log=log, child_id=log.child_id, observed_at=log.observed_at, **row._asdict())
        for row in rows
    )


def _keep(
    log: SymptomLog, checked: list[Checked], held: LockedChild, episode: Episode | None = None
) -> Recorded:
    if log.pk not in {found.log_id for found in checked}:
        checked = [*checked, could_not_check(log.pk)]
    made = keep_assessments(checked, log.child, held, by=log.caregiver, now=log.received_at, episode=episode)
    return Recorded(log, made[log.pk])


def _sent_before(log: SymptomLog, rows: Sequence[Answer]) -> Recorded | None:
    """The log that the same form gave already. What was said of its note since is no part of the form."""
    first = SymptomLog.objects.filter(child=log.child, client_uuid=log.client_uuid).first()
    if first is None:
        return None
    kept = {Answer(*row) for row in first.observations.values_list(*Answer._fields)}
    differs = {row for row in kept ^ set(rows) if row.code != "not_meant"}
    return Recorded(first, first.assessment, created=False, differs=bool(differs))

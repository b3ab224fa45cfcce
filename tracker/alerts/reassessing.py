"""What the rules say of logs is kept, and an alert is raised where it calls for one."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from therapies.episodes import Log
from tracker.alerts.actions import Finding, raise_alert
from tracker.alerts.episodes import Episode
from tracker.assessment.answers import report_of
from tracker.assessment.assess import Checked, check_around
from tracker.assessment.past_logs import WINDOW, Unsaved
from tracker.core.child_lock import LockedChild, lock_child
from tracker.models import Assessment, Child, Urgency, User


def reassess(*, child: Child, since: datetime, by: User, now: datetime) -> None:
    """Asks the rules again about the logs since then, one window back at most: more is known now."""
    reassess_from(child=child, at=max(since, now - WINDOW), by=by, now=now)


def reassess_from(*, child: Child, at: datetime, by: User, now: datetime) -> None:
    """Asks again about the logs of one window from that moment on, however long ago it was.

    What was done then has only now been written down: each ends as if it had been known at once.
    """
    with transaction.atomic():
        held = lock_child(child)
        if not child.logs.filter(observed_at__gte=at).exists():  # of a child that has only begun, most often
            return
        checked = check_around(child, held.courses, {at}, now)
        keep_assessments(checked, child, held, by=by, now=now)


def keep_assessments(
    checked: Sequence[Checked],
    child: Child,
    held: LockedChild,
    *,
    by: User,
    now: datetime,
    episode: Episode | None = None,
) -> dict[UUID, Assessment]:
    """The assessments, and an alert for those that call for it and did not before."""
    made = [
        Assessment(
            log_id=found.log_id,
            made_at=now,
            urgency=found.urgency,
            response=found.response,
            basis=found.basis,
            knowledge_version=found.response.get("knowledge_version", ""),
            note_due_at=found.note_due_at,
        )
        for found in checked
    ]
    Assessment.objects.bulk_create(made)
    if alarm := alarming(checked):
        findings = [Finding(found.log_id, found.urgency) for found in alarm]
        raise_alert(child=child, held=held, findings=findings, by=by, now=now, episode=episode)
    return {assessment.log_id: assessment for assessment in made}


def episode_of(checked: Sequence[Checked], child: Child, seen: LockedChild, new: Unsaved) -> Episode | None:
    """What decides about an alert, read before the child is claimed: only of a log that comes alone."""
    alarm = alarming(checked)
    if not alarm or len(checked) > 1:
        return None
    log, response = new.log, alarm[0].response
    report = report_of(new.answers, signs_asked=log.signs_asked)[0]
    unsaved = {log.pk: Log(log.observed_at, report, response)}
    episode = Episode(child, seen, [log.pk], log.received_at, unsaved)
    episode.decide(log.pk, alarm[0].urgency)
    return episode


def alarming(checked: Sequence[Checked]) -> list[Checked]:
    """Those that call for an alert and did not before."""
    return [found for found in checked if found.urgency != Urgency.NOTE and found.has_risen]

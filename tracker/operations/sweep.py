"""One sweep: what was left lying is picked up. Running it twice, or two at once, changes nothing."""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial

from tracker.alerts import arrivals, escalation, notes_unanswered, rota_gaps
from tracker.audit import chain
from tracker.home_care.actions import care_reminders
from tracker.lib.task_queue import request_task
from tracker.messaging import at_home, delivery, expiring, heartbeats, push_checks, reminders, silence
from tracker.models import Lane

log = logging.getLogger(__name__)

SECONDS, HEAPS = 10, 10
"""For as long, and with so many heaps of reminders, nightwatch works before it looks at the alerts again."""


def sweep(*, now: datetime, deliver: bool = False) -> bool:
    """Asked for by beat every 15 seconds. nightwatch, with `deliver`, does what workers would be asked for.

    Each step runs even if the one before it failed. Whether all of them went well.
    """
    work = _deliver if deliver else _ask
    steps: list[Callable[[], object]] = [
        partial(notes_unanswered.call_for_notes, now=now),
        partial(escalation.escalate_due, now=now),
        partial(arrivals.ask_due, now=now),
        partial(rota_gaps.tell_due, now=now),
        partial(delivery.queue_canary, now=now),
        partial(work, Lane.ALERTS, now),
        partial(expiring.expire_stale, now=now),
        partial(reminders.put_right, now=now),
        partial(_remind if deliver else _ask_to_remind, now),
        partial(work, Lane.SIGN_IN, now),
        partial(work, Lane.REMINDERS, now),
    ]
    went_well = [_try(step) for step in steps]
    if all(went_well):
        heartbeats.record_heartbeat(name="sweep", now=now)
    _try(partial(chain.seal, now=now))  # without it the record is not proven, and every message still leaves
    return all(went_well)


def _try(step: Callable[[], object]) -> bool:
    try:
        step()
    except Exception:
        log.exception("sweep_step_failed")
        return False
    return True


def _ask(lane: Lane, now: datetime) -> None:
    if delivery.due(lane=lane, now=now):
        request_task(f"tracker.tasks.deliver_{lane}", queue=lane.queue)


def _deliver(lane: Lane, now: datetime) -> None:
    delivery.deliver_due(lane=lane, now=now, seconds=SECONDS)


def _ask_to_remind(now: datetime) -> None:
    """Always: the reminders' lane shows with it that it is alive."""
    request_task("tracker.tasks.remind", queue=Lane.REMINDERS)


def _remind(now: datetime) -> None:
    for _some_hundred in range(HEAPS):
        if not (
            reminders.remind_due(now=now)
            or reminders.numbers_due(now=now)
            or care_reminders.doses_due(now=now)
        ):
            break
    care_reminders.lines_due(now=now)
    silence.chase(now=now)
    at_home.ask_due(now=now)
    push_checks.check_due(now=now, seconds=SECONDS)
    push_checks.tell_lost(now=now)

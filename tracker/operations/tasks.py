"""Thin Celery tasks: each calls one action with the time. All may run twice, late or never."""

import time

from celery import shared_task
from django.utils import timezone

from tracker.alerts import escalation
from tracker.home_care.actions import care_reminders
from tracker.lib.task_queue import request_task
from tracker.messaging import bounces_mailbox, delivery, heartbeats, push_checks, reminders, silence
from tracker.models import Lane
from tracker.operations import retention
from tracker.operations import sweep as sweeping

TURN = 20.0  # seconds, well below a task's time limit


@shared_task(name="tracker.tasks.sweep")
def sweep() -> None:
    """Asked for every 15 seconds by beat. The worker's sign of life comes first, the sweep's own when it is through."""
    heartbeats.record_heartbeat(name="worker", now=timezone.now())
    sweeping.sweep(now=timezone.now())


@shared_task(name="tracker.tasks.retain")
def retain() -> None:
    """Asked for by beat some times a day; whoever is not through in time asks for another turn."""
    began = time.monotonic()
    for _batch in retention.batches(now=timezone.now()):
        if time.monotonic() - began > TURN:
            request_task("tracker.tasks.retain", queue="reminders")
            break


@shared_task(name="tracker.tasks.read_bounces")
def read_bounces() -> None:
    """Asked for by beat every minute."""
    bounces_mailbox.read_mailbox(now=timezone.now())


@shared_task(name="tracker.tasks.check_push")
def check_push() -> None:
    """Asked for by beat every ten minutes: each browser is asked once a week, and silent ones are told of."""
    push_checks.check_due(now=timezone.now(), seconds=TURN)
    push_checks.tell_lost(now=timezone.now())


@shared_task(name="tracker.tasks.deliver_alerts")
def deliver_alerts() -> None:
    """Rung for when an alert is raised: who is to be told, and then the telling."""
    escalation.escalate_due(now=timezone.now())
    delivery.deliver_due(lane=Lane.ALERTS, now=timezone.now())


@shared_task(name="tracker.tasks.deliver_reminders")
def deliver_reminders() -> None:
    delivery.deliver_due(lane=Lane.REMINDERS, now=timezone.now())


@shared_task(name="tracker.tasks.deliver_sign_in")
def deliver_sign_in() -> None:
    """Rung for when somebody asks for a code or a link."""
    delivery.deliver_due(lane=Lane.SIGN_IN, now=timezone.now())


@shared_task(name="tracker.tasks.remind")
def remind() -> None:
    """Reminders whose time has come, some hundred at a time; whoever is not through in time asks for another turn."""
    began = time.monotonic()
    while _remind_some():
        if time.monotonic() - began > TURN:
            request_task("tracker.tasks.remind", queue=Lane.REMINDERS)
            break
    care_reminders.lines_due(now=timezone.now())
    silence.chase(now=timezone.now())
    heartbeats.record_heartbeat(name="reminders", now=timezone.now())


def _remind_some() -> bool:
    now = timezone.now()
    return bool(
        reminders.remind_due(now=now) or reminders.numbers_due(now=now) or care_reminders.doses_due(now=now)
    )

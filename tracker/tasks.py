"""Thin Celery tasks: each calls one action with the time. All may run twice, late or never."""

from celery import shared_task
from django.utils import timezone

from tracker.actions import duty


@shared_task(name="tracker.tasks.sweep")
def sweep() -> None:
    """Asked for every 15 seconds by beat. The worker's sign of life comes first, the sweep's own when it is through."""
    duty.record_heartbeat(name="worker", now=timezone.now())
    duty.record_heartbeat(name="sweep", now=timezone.now())

"""A real worker, in a process of its own, is really asked."""

import os
import signal

import pytest

from tests.support.waiting import wait_until
from tracker.lib import task_queue
from tracker.models import Heartbeat

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_ring_is_heard_and_the_work_is_done(worker):
    task_queue.request_task("tracker.tasks.sweep")
    wait_until(lambda: Heartbeat.objects.filter(name="sweep").exists(), "the sweep")


def test_what_was_asked_while_a_worker_was_frozen_is_done_when_it_wakes(worker):
    os.killpg(worker.pid, signal.SIGSTOP)
    task_queue.request_task("tracker.tasks.sweep", queue="alerts")
    assert not Heartbeat.objects.exists()
    os.killpg(worker.pid, signal.SIGCONT)
    wait_until(lambda: Heartbeat.objects.filter(name="sweep").exists(), "the sweep")

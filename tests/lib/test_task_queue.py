import logging
import socket
import time
from collections.abc import Callable

import pytest
from django.db import transaction
from kombu import Connection

from tracker.lib import task_queue

pytestmark = pytest.mark.django_db(transaction=True)
TASK = "tracker.tasks.sweep"


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def waiting(url: str, queue: str) -> int:
    with Connection(url) as connection:
        return connection.default_channel.client.llen(queue)


@pytest.fixture
def dead_broker(monkeypatch):
    monkeypatch.setattr(task_queue, "doorbell", task_queue.Doorbell())


def test_a_ring_reaches_the_queue_it_names(bell):
    task_queue.ring(TASK, queue="alerts")
    task_queue.ring(TASK, queue="reminders")
    assert (waiting(bell, "alerts"), waiting(bell, "reminders")) == (1, 1)


def test_nothing_rings_before_the_commit_nor_after_a_rollback(bell):
    with transaction.atomic():
        task_queue.ring(TASK)
        assert waiting(bell, "default") == 0
        transaction.set_rollback(True)
    assert waiting(bell, "default") == 0


@pytest.mark.hazard("H12")
def test_a_dead_broker_raises_nothing_and_costs_one_short_try(dead_broker):
    assert seconds(lambda: task_queue.ring(TASK)) < 0.3
    assert seconds(lambda: [task_queue.ring(TASK) for _ in range(100)]) < 0.05


def test_a_broker_that_accepts_and_never_answers_costs_one_short_try(dead_broker, settings):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{deaf.getsockname()[1]}/0"
        assert seconds(lambda: task_queue.ring(TASK)) < 0.6
        assert seconds(lambda: task_queue.ring(TASK)) < 0.05


def test_it_rings_again_after_the_silence(bell, monkeypatch):
    task_queue.doorbell.silent_until = time.monotonic() + 60
    task_queue.ring(TASK)
    assert waiting(bell, "default") == 0
    task_queue.doorbell.silent_until = time.monotonic() - 1
    task_queue.ring(TASK)
    assert waiting(bell, "default") == 1


def test_a_dead_broker_is_in_the_log_once(dead_broker, caplog):
    with caplog.at_level(logging.WARNING):
        for _ in range(5):
            task_queue.ring(TASK)
    assert [record.message for record in caplog.records] == ["doorbell_silent"]

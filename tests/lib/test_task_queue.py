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
    monkeypatch.setattr(task_queue, "client", task_queue.TaskQueue())


def test_a_ring_reaches_the_queue_it_names(task_broker):
    task_queue.request_task(TASK, queue="alerts")
    task_queue.request_task(TASK, queue="reminders")
    assert (waiting(task_broker, "alerts"), waiting(task_broker, "reminders")) == (1, 1)


def test_nothing_rings_before_the_commit_nor_after_a_rollback(task_broker):
    with transaction.atomic():
        task_queue.request_task(TASK)
        assert waiting(task_broker, "default") == 0
        transaction.set_rollback(True)
    assert waiting(task_broker, "default") == 0


@pytest.mark.hazard("H12")
def test_a_dead_broker_raises_nothing_and_costs_one_short_try(dead_broker):
    assert seconds(lambda: task_queue.request_task(TASK)) < 0.3
    assert seconds(lambda: [task_queue.request_task(TASK) for _ in range(100)]) < 0.05


def test_a_broker_that_accepts_and_never_answers_costs_one_short_try(dead_broker, settings):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{deaf.getsockname()[1]}/0"
        assert seconds(lambda: task_queue.request_task(TASK)) < 0.9  # a second try would be over one
        assert seconds(lambda: task_queue.request_task(TASK)) < 0.05


def test_it_rings_again_after_the_silence(task_broker, monkeypatch):
    task_queue.client.silent_until = time.monotonic() + 60
    task_queue.request_task(TASK)
    assert waiting(task_broker, "default") == 0
    task_queue.client.silent_until = time.monotonic() - 1
    task_queue.request_task(TASK)
    assert waiting(task_broker, "default") == 1


def test_a_dead_broker_is_in_the_log_once(dead_broker, caplog):
    with caplog.at_level(logging.WARNING):
        for _ in range(5):
            task_queue.request_task(TASK)
    assert [record.message for record in caplog.records] == ["broker_silent"]

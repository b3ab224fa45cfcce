from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from tracker.actions.duty import record_heartbeat
from tracker.models import Heartbeat
from tracker.tasks import sweep
from tracker.views import health

pytestmark = pytest.mark.django_db


@pytest.fixture
def no_database(monkeypatch):
    def refuse(*_: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(health.connection, "cursor", refuse)


def test_live_needs_no_database(client, no_database):
    assert client.get("/health/live").status_code == 200


def test_ready_asks_the_database_and_nothing_else(client, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert client.get("/health/ready").json() == {"ready": True}


def test_ready_says_so_without_a_database(client, no_database):
    assert client.get("/health/ready").status_code == 503


def test_duty_is_late_before_anybody_showed(client):
    answer = client.get("/health/duty")
    assert answer.status_code == 503
    assert answer.json()["seconds"] == {"beat": None, "worker": None, "sweep": None}


def test_everybody_is_on_duty_after_a_tick_and_a_sweep(client, clock):
    record_heartbeat(name="beat", now=timezone.now())
    sweep()
    clock.shift(4)
    answer = client.get("/health/duty")
    assert (answer.status_code, answer.json()["seconds"]) == (200, {"beat": 4.0, "worker": 4.0, "sweep": 4.0})


def test_duty_is_late_a_minute_after_the_beat_fell_silent(client, clock):
    record_heartbeat(name="beat", now=timezone.now() - timedelta(seconds=60))
    sweep()
    assert client.get("/health/duty").status_code == 200
    clock.shift(1)
    assert client.get("/health/duty").status_code == 503


def test_a_heartbeat_is_one_row_however_often_it_beats():
    for _ in range(3):
        sweep()
    assert Heartbeat.objects.count() == 2


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/health/duty"])
def test_health_sets_no_cookie_and_takes_no_post(client, path):
    assert not client.get(path).cookies
    assert client.post(path).status_code == 405

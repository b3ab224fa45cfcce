from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from tests.support.holding import held
from tracker.management.commands import nightwatch
from tracker.messaging import heartbeats
from tracker.messaging.heartbeats import LIMITS, record_heartbeat
from tracker.models import Heartbeat
from tracker.operations.tasks import deliver_alerts, remind, sweep
from tracker.site.views import health

pytestmark = pytest.mark.django_db


@pytest.fixture
def no_database(monkeypatch):
    def refuse(*_: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(health.connection, "cursor", refuse)


def everybody_works() -> None:
    sweep()
    deliver_alerts()
    remind()
    nightwatch.look()


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
    assert answer.json()["seconds"] == dict.fromkeys(LIMITS)


def test_everybody_is_on_duty_after_a_tick_and_a_sweep(client, clock):
    record_heartbeat(name="beat", now=timezone.now())
    everybody_works()
    clock.shift(4)
    answer = client.get("/health/duty")
    assert answer.status_code == 200
    assert {age for name, age in answer.json()["seconds"].items() if name != "canary"} == {4.0}


@pytest.mark.hazard("H13")
def test_duty_is_late_a_minute_after_the_beat_fell_silent(client, clock):
    everybody_works()
    record_heartbeat(name="beat", now=timezone.now() - timedelta(seconds=60))
    assert client.get("/health/duty").status_code == 200
    clock.shift(1)
    assert client.get("/health/duty").status_code == 503


def test_a_heartbeat_is_one_row_however_often_it_beats():
    for _ in range(3):
        sweep()
    assert sorted(Heartbeat.objects.values_list("name", flat=True)) == ["sweep", "worker"]


@pytest.mark.hazard("H13")
def test_duty_is_late_when_no_canary_comes_through(client, clock):
    """Workers, beat and sweep all show that they live, and yet no message goes out."""
    everybody_works()
    clock.shift(151)
    for name in ("beat", "worker", "reminders", "sweep", "nightwatch"):
        record_heartbeat(name=name, now=timezone.now())
    assert client.get("/health/duty").status_code == 503


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/health/duty"])
def test_health_sets_no_cookie_and_takes_no_post(client, path):
    assert not client.get(path).cookies
    assert client.post(path).status_code == 405


@pytest.mark.hazard("H13")
@pytest.mark.django_db(transaction=True)
def test_duty_says_that_nothing_can_be_written_while_ready_does_not(client, monkeypatch):
    """A load balancer must not take away the pages, which are read as ever."""
    monkeypatch.setattr(heartbeats, "_last_try", [])
    monkeypatch.setattr("tracker.lib.database.PAGE_WAITS", 0.05)
    for name in LIMITS:
        record_heartbeat(name=name, now=timezone.now())
    with held():
        assert client.get("/health/ready").status_code == 200
        answer = client.get("/health/duty")
    assert answer.status_code == 503
    assert (answer.json()["on_duty"], answer.json()["can_write"]) == (False, False)
    monkeypatch.setattr(heartbeats, "_last_try", [])
    assert client.get("/health/duty").json()["can_write"] is True


def test_duty_writes_no_more_than_once_in_five_seconds(client, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(heartbeats, "_last_try", [])
    client.get("/health/duty")
    with django_assert_num_queries(1):
        client.get("/health/duty")
    (tried_at, _written), *_ = heartbeats._last_try
    monkeypatch.setattr(heartbeats, "_last_try", [(tried_at - heartbeats.ASK_AGAIN, True)])
    Heartbeat.objects.all().delete()
    client.get("/health/duty")
    assert Heartbeat.objects.filter(name="page").exists()

"""What Prometheus reads is counted from rows, costs the same for any number of families, and names none of them."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.support.fixtures_infra import BASE
from tests.support.personas import NOW
from tracker.alerts.escalation import escalate_due
from tracker.alerts.taking import take_alert
from tracker.logs.actions.record import Recorded
from tracker.messaging.heartbeats import record_heartbeat
from tracker.models import Alert, Channel, ContactPoint, Message, User

pytestmark = pytest.mark.django_db
TOKEN = "a token of the house"


@pytest.fixture
def read(client: Client, settings: Any) -> Callable[[], str]:
    settings.METRICS_TOKEN = TOKEN

    def read() -> str:
        page = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
        assert page.status_code == 200
        return page.content.decode()

    return read


@pytest.mark.parametrize(
    ("kept", "sent"), [("", ""), ("", "Bearer "), (TOKEN, ""), (TOKEN, "Bearer another")]
)
def test_are_not_there_without_the_token(client: Client, settings: Any, kept: str, sent: str) -> None:
    settings.METRICS_TOKEN = kept
    assert client.get("/metrics", headers={"authorization": sent}).status_code == 404


def test_tell_of_a_night_that_goes_wrong(
    read: Callable[[], str], log: Callable[..., Recorded], nurse: User, ward_child: Any, clock_at_now: Any
) -> None:
    record_heartbeat(name="beat", now=NOW)
    log(temperature=38.6)
    escalate_due(now=NOW)
    ContactPoint.objects.create(
        person=nurse, channel=Channel.SMS, address="+15550100", begun_at=NOW, dead_at=NOW
    )
    quiet = read()
    assert 'nightlight_heartbeat_age_seconds{part="beat"} 0' in quiet
    assert 'nightlight_alerts_open{urgency="now"} 1' in quiet
    assert 'nightlight_alerts_unacknowledged{urgency="now"} 0' in quiet
    assert 'nightlight_ways_dead{channel="sms"} 1' in quiet
    assert "nightlight_logs_last_hour 1" in quiet
    clock_at_now.shift(timedelta(minutes=16))
    loud = read()
    assert 'nightlight_alerts_unacknowledged{urgency="now"} 1' in loud
    assert 'nightlight_escalations_overdue{urgency="now"} 1' in loud
    assert "nightlight_oldest_undelivered_alert_seconds 960" in loud
    number = Message.objects.filter(kind="alert").count()
    assert f'nightlight_messages_overdue{{kind="alert",channel="email"}} {number}' in loud
    take_alert(alert=Alert.objects.get(), by=nurse, now=timezone.now())
    assert 'nightlight_alerts_unacknowledged{urgency="now"} 0' in read()


def test_cost_seven_queries_and_name_nobody(
    read: Callable[[], str], log: Callable[..., Recorded], ward_child: Any, django_assert_num_queries: Any
) -> None:
    log(temperature=38.6)
    escalate_due(now=NOW)
    with django_assert_num_queries(7):
        page = read()
    labels = {label for found in re.findall(r"\{(.*?)\}", page) for label in re.findall(r"(\w+)=", found)}
    assert labels <= {"part", "kind", "channel", "urgency"}
    assert str(ward_child.pk) not in page
    for line in page.splitlines():
        assert re.fullmatch(r"# (HELP|TYPE) \w+ .+|nightlight_\w+(\{[^}]+\})? -?[\d.e+]+", line), line


def test_rules_and_dashboard_ask_for_what_there_is(read: Callable[[], str]) -> None:
    there = set(re.findall(r"# TYPE (\w+)", read()))
    rules = (BASE / "deploy/watching/alerts.yaml").read_text()
    dashboard = (BASE / "deploy/watching/dashboard.json").read_text()
    json.loads(dashboard)
    asked = set(re.findall(r"nightlight_\w+", rules + dashboard))
    assert asked == there

"""A log that joined: its screen says that nobody was rung for it, still asks for a call, and where they are."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.support.pages import FEVER, Phone, text
from tracker.alerts.taking import close_alert, take_alert
from tracker.models import Alert, Child, SymptomLog, User

pytestmark = pytest.mark.usefixtures("night")
RANG_NOBODY = "Nobody was called again for this log. Call."


@pytest.fixture
def sent_in(phone: Phone, ward_child: Child, nurse: User, night) -> Alert:
    """A fever, taken by a nurse at 02:14 and closed: go to the emergency room. An hour ago."""
    phone.send(ward_child, **FEVER)
    alert, now = Alert.objects.get(), timezone.now()
    take_alert(alert=alert, by=nurse, now=now)
    close_alert(
        alert=alert, outcome="emergency-room", note="Bring the card", by=nurse, now=now + timedelta(seconds=5)
    )
    night.shift(3600)
    return alert


def answer(phone: Phone) -> str:
    log = SymptomLog.objects.latest("received_at")
    return text(phone.get(reverse("answer", args=[log.pk])))


def test_its_screen_says_since_when_the_team_knows(phone: Phone, sent_in: Alert, ward_child: Child) -> None:
    assert RANG_NOBODY not in answer(phone)
    phone.send(ward_child, **FEVER)
    said = answer(phone)
    assert f"Your team knows of this since 02:14. {RANG_NOBODY}" in said
    assert "What the team wrote" not in said


def test_it_asks_whether_anybody_called_like_the_first(
    phone: Phone, sent_in: Alert, ward_child: Child, night
) -> None:
    phone.send(ward_child, **FEVER)
    night.shift(10 * 60)
    assert "No call is written down yet. Call now." in answer(phone)


def test_today_still_says_to_call(phone: Phone, sent_in: Alert, ward_child: Child) -> None:
    phone.send(ward_child, **FEVER)
    today = text(phone.get(reverse("today", args=[ward_child.pk])))
    assert "Open what to say and whom to call" in today


def test_one_tap_says_that_they_are_there_and_one_that_they_are_home(
    phone: Phone, sent_in: Alert, ward_child: Child
) -> None:
    phone.send(ward_child, **FEVER)
    assert "We are there" in answer(phone)
    place = reverse("where", args=[ward_child.pk])
    assert "At home again" in text(phone.post(place, {"where": "there"}, follow=True))
    log = SymptomLog.objects.latest("received_at").pk
    there = phone.post(place, {"where": "home", "log": log})
    assert there.url == reverse("answer", args=[log])
    assert "At home again" not in answer(phone)
    assert list(sent_in.events.order_by("-pk").values_list("verb", flat=True)[:2]) == ["home", "there"]

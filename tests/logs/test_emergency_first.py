"""While an emergency is open, whatever page says to call dials the ambulance first, then the care team."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.support.pages import Phone, text
from tests.support.personas import NOW, child_of
from tracker.alerts.actions import resolve_alert
from tracker.home_care.actions.card import make_card_link
from tracker.logs.actions.calls import record_call
from tracker.models import Alert, Child, Outcome, User
from tracker.models.alerts import UNDO_WITHIN

pytestmark = pytest.mark.django_db
TEAM, AMBULANCE = "tel:5550142", "tel:911"
PAGES = (
    *(
        "today",
        "days",
        "more",
        "family",
        "reminders",
        "treatment",
        "settings",
        "pause",
        "export",
        "card",
        "doses",
    ),
    *(
        "duty",
        "pump",
        "pump-problem",
        "summary",
        "drill",
        "handed",
        "log-new",
        "log-nothing-new",
        "log-neuro",
    ),
)


@pytest.fixture(autouse=True)
def at_night(clock: Any) -> None:
    clock.move_to(NOW)


@pytest.fixture
def seizure(child: Child, log: Callable[..., Any]) -> Alert:
    """The emergency of an hour ago."""
    Child.objects.filter(pk=child.pk).update(country="US")
    log(temperature=36.8, seizure=None, hours_ago=1)
    return Alert.objects.open().get(urgency="emergency")


def dialled(html: str) -> list[str]:
    return re.findall(r'href="(tel:[^"]*)"', html)


def bar_of(page: HttpResponse) -> list[str]:
    return dialled(page.content.decode().partition('class="call-bar"')[2])


def parts_that_call(page: HttpResponse) -> list[list[str]]:
    """What each card, list and bar of a page dials, in its order."""
    html = page.content.decode()
    found = [dialled(part) for part in re.split(r"<(?:section|ul|div class=\"alert)", html)]
    return [part for part in found if TEAM in part]


@pytest.mark.hazard("H22")
@pytest.mark.parametrize("name", PAGES)
def test_each_page_of_the_child(phone: Phone, child: Child, seizure: Alert, name: str) -> None:
    page = phone.get(reverse(name, args=[child.pk]))
    if page.status_code == 302:
        pytest.fail(f"{name} leads elsewhere")
    assert bar_of(page) == [AMBULANCE, TEAM]
    if name != "reminders":  # where each number is called once, by day, to see that it is right
        assert {part[0] for part in parts_that_call(page)} == {AMBULANCE}


@pytest.mark.hazard("H22")
@pytest.mark.parametrize("name", ["reach", "mfa_index", "account_logout", "check"])
def test_each_page_of_no_child(phone: Phone, child: Child, seizure: Alert, name: str) -> None:
    assert bar_of(phone.get(reverse(name)))[:2] == [AMBULANCE, TEAM]


@pytest.mark.hazard("H22")
def test_a_page_that_is_not_there(phone: Phone, child: Child, seizure: Alert) -> None:
    assert bar_of(phone.get("/nowhere/"))[:2] == [AMBULANCE, TEAM]


@pytest.mark.hazard("H22")
def test_of_two_children_the_one_in_an_emergency_counts(
    phone: Phone, child: Child, seizure: Alert, mother: User
) -> None:
    Child.objects.filter(pk=child_of(mother, "Mila").pk).update(country="DE")
    assert bar_of(phone.get(reverse("reach"))) == [AMBULANCE, TEAM]


@pytest.mark.hazard("H22")
def test_the_answer_to_a_milder_log(phone: Phone, child: Child, seizure: Alert, clock: Any) -> None:
    clock.shift(26 * 3600)
    page = phone.send(child, temperature="36.8")
    assert "Call emergency services now" in text(page)
    assert {part[0] for part in parts_that_call(page)} == {AMBULANCE}


@pytest.mark.hazard("H22")
def test_the_answer_to_who_was_signed_out(client: Client, phone: Phone, child: Child, seizure: Alert) -> None:
    form = phone.get(reverse("log-new", args=[child.pk])).context["form_of"]
    late = Client().post(reverse("logs", args=[child.pk]), {"form_of": form, "temperature": "36.8"})
    assert late.status_code == 403
    assert {tuple(part[:2]) for part in parts_that_call(late)} == {(AMBULANCE, TEAM)}


@pytest.mark.hazard("H22")
def test_the_card_that_an_emergency_room_opens(child: Child, seizure: Alert, mother: User) -> None:
    _link, token = make_card_link(child=child, by=mother, now=NOW)
    page = Client().get(reverse("card-open", args=[token]))
    assert {part[0] for part in parts_that_call(page)} == {AMBULANCE}


@pytest.mark.hazard("H22")
def test_once_it_is_closed_the_team_comes_first_again(
    phone: Phone, child: Child, seizure: Alert, mother: User
) -> None:
    assert resolve_alert(alert=seizure, outcome=Outcome.ADMITTED, note="", by=mother, now=NOW - UNDO_WITHIN)
    assert bar_of(phone.get(reverse("today", args=[child.pk]))) == [TEAM]
    assert bar_of(phone.get(reverse("reach")))[0] == TEAM


@pytest.fixture
def in_vain(child: Child, mother: User) -> Callable[..., Any]:
    """They called, and nobody answered."""

    def call(**told: Any) -> Any:
        at = told.pop("now", NOW)
        told = {"client_uuid": uuid4(), "called_at": at, "reached": False} | told
        return record_call(child=child, caregiver=mother, now=at, **told)

    return call


def after_the_call(phone: Phone, alert: Alert) -> str:
    page = phone.get(reverse("answer", args=[alert.log_id])).content.decode()
    return page.partition('data-part="calls"')[2].partition("<details")[0]


@pytest.mark.hazard("H22")
def test_who_reached_nobody_is_offered_the_second_line_and_the_ambulance(
    phone: Phone, child: Child, log: Callable[..., Any], in_vain: Callable[..., Any]
) -> None:
    child.care_team.second_number, child.home_care_number = "+1 202 555 0188", "(202) 555-0177 x9"
    child.care_team.save()
    Child.objects.filter(pk=child.pk).update(country="US", home_care_number="+1 202 555 0177 ext 9")
    log(temperature=38.9)
    alert = Alert.objects.open().get()
    assert dialled(after_the_call(phone, alert)) == []
    in_vain()
    offered = after_the_call(phone, alert)
    assert dialled(offered) == ["tel:+12025550188", "tel:+12025550177", AMBULANCE]
    assert "Nobody answered. Call this number now." in offered
    assert "ext. 9" in offered
    in_vain(reached=True, told="Come in", now=NOW + timedelta(minutes=1))
    assert "Nobody answered" not in after_the_call(phone, alert).partition("nobody answered")[0]


@pytest.mark.hazard("H22")
def test_in_an_emergency_the_ambulance_comes_before_the_second_line(
    phone: Phone, child: Child, seizure: Alert, in_vain: Callable[..., Any]
) -> None:
    child.care_team.second_number = "+1 202 555 0188"
    child.care_team.save()
    in_vain()
    assert dialled(after_the_call(phone, seizure)) == [AMBULANCE, "tel:+12025550188"]


@pytest.mark.hazard("H22")
def test_without_a_second_line_the_number_is_called_again(
    phone: Phone, child: Child, log: Callable[..., Any], in_vain: Callable[..., Any]
) -> None:
    Child.objects.filter(pk=child.pk).update(country="US")
    log(temperature=38.9)
    in_vain()
    assert dialled(after_the_call(phone, Alert.objects.open().get())) == [TEAM, AMBULANCE]


@pytest.mark.hazard("H22")
def test_all_numbers_stand_on_more_and_on_the_card(phone: Phone, child: Child) -> None:
    Child.objects.filter(pk=child.pk).update(home_care_number="+1 202 555 0177")
    for name in ("more", "card"):
        page = phone.get(reverse(name, args=[child.pk])).content.decode()
        assert "tel:+12025550177" in page
        assert "if nobody answers" in page

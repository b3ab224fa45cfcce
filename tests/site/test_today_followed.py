"""Today stays true while it is open: what changed is asked for, cheaply, and nothing else is drawn again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.support.pages import FEVER, Phone, text
from tracker.alerts.taking import take_alert
from tracker.families.actions.children import pause
from tracker.logs.actions.calls import record_call
from tracker.logs.actions.record import Recorded
from tracker.models import (
    Alert,
    AlertEvent,
    AlertVerb,
    Child,
    DoseGiven,
    Medicine,
    PauseReason,
    User,
)

pytestmark = pytest.mark.usefixtures("night")
Log = Callable[..., Recorded]


def asked(phone: Phone, child: Child, version: str = "") -> Any:
    headers = {"X-Part": "today"} | ({"If-None-Match": version} if version else {})
    return phone.get(reverse("today", args=[child.pk]), headers=headers)


def version_of(page: Any) -> str:
    return str(page.context["version"])


def give(child: Child, by: User) -> DoseGiven:
    now = timezone.now()
    medicine = Medicine.objects.create(
        child=child, name="Paracetamol", dose="5 ml", begun_at=now, begun_by=by
    )
    return DoseGiven.objects.create(
        child=child,
        medicine=medicine,
        client_uuid=uuid4(),
        name=medicine.name,
        dose=medicine.dose,
        lowers_fever=True,
        given_at=now - timedelta(minutes=5),
        given_by=by,
        recorded_at=now,
    )


def test_what_has_not_changed_costs_one_query_beside_the_access_and_writes_nothing(
    phone: Phone, child: Child, log: Log
) -> None:
    log(temperature=38.6)
    version = version_of(phone.get(reverse("today", args=[child.pk])))
    asked(phone, child, version)
    with CaptureQueriesContext(connection) as queries:
        page = asked(phone, child, version)
    assert (page.status_code, page.content) == (304, b"")
    assert len(queries) <= 4
    assert all(one["sql"].lstrip("( ").startswith("SELECT") for one in queries.captured_queries)


def test_what_the_other_parent_does_is_another_version(
    phone: Phone, ward_child: Child, mother: User, nurse: User, night: Any
) -> None:
    def given() -> None:
        give(ward_child, mother)

    def taken_back() -> None:
        DoseGiven.objects.update(taken_back_at=timezone.now(), taken_back_by=mother)

    def taken() -> None:
        take_alert(alert=Alert.objects.get(), by=nurse, now=timezone.now())

    def logged() -> None:
        phone.send(ward_child, **FEVER)

    def paused() -> None:
        pause(child=ward_child, reason=PauseReason.NOT_NEEDED, by=mother, now=timezone.now())

    def joined() -> None:
        """An event of an alert that took no lock."""
        AlertEvent.objects.create(alert=Alert.objects.get(), verb=AlertVerb.TOLD, at=timezone.now())

    for change in (logged, taken, joined, given, taken_back, paused):
        before = version_of(phone.get(reverse("today", args=[ward_child.pk])))
        change()
        page = asked(phone, ward_child, before)
        assert page.status_code == 200, change.__name__
        assert version_of(page) != before
        assert asked(phone, ward_child, version_of(page)).status_code == 304


def test_a_call_without_an_alert_is_another_version(phone: Phone, child: Child, mother: User) -> None:
    """The child's own version alone has grown."""
    before, now = version_of(phone.get(reverse("today", args=[child.pk]))), timezone.now()
    record_call(child=child, caregiver=mother, client_uuid=uuid4(), called_at=now, reached=False, now=now)
    assert version_of(asked(phone, child, before)) != before


def test_the_parts_say_who_took_it_and_what_was_given(
    phone: Phone, ward_child: Child, mother: User, nurse: User
) -> None:
    phone.send(ward_child, **FEVER)
    assert "took this at" not in text(asked(phone, ward_child))
    take_alert(alert=Alert.objects.get(), by=nurse, now=timezone.now())
    give(ward_child, mother)
    for page in (asked(phone, ward_child), phone.get(reverse("today", args=[ward_child.pk]))):
        said = text(page)
        assert f"{nurse.name} took this at" in said
        assert "No call yet? Call." in said
        assert "Paracetamol , 5 ml. Given at" in said
    assert "<html" not in asked(phone, ward_child).content.decode()


def test_each_part_of_the_page_is_among_those_that_are_asked_for(phone: Phone, child: Child) -> None:
    def parts(page: Any) -> list[str]:
        return sorted(set(part.partition('"')[0] for part in page.content.decode().split('data-part="')[1:]))

    whole, some = phone.get(reverse("today", args=[child.pk])), asked(phone, child)
    assert parts(whole) == parts(some)
    assert "call" in parts(some), "the number for this hour changes too"


def test_a_stranger_is_told_nothing(client: Any, child: Child, nurse: User) -> None:
    client.force_login(nurse)
    assert client.get(reverse("today", args=[child.pk]), headers={"X-Part": "today"}).status_code == 404

"""Who looked at a child is on record, once per person, child and quarter of an hour; and no page can forget it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from tests.support.access_world import Route, World, routes, signed_in
from tests.support.personas import NOW
from tests.test_access_matrix import address
from tracker.core.audit import record_read
from tracker.core.reads import CHILD_READ, TEAM_READ
from tracker.messaging.heartbeats import reads_are_recorded
from tracker.models import AuditEvent, CareTeam, Child, User
from tracker.site.middleware import staff as middleware

OPENED_BY_ROLE = ("nurse", "lead")
OF_A_CHILD = {"child_id", "log_id", "alert_id", "event_id"}


def reads(verb: str = CHILD_READ) -> list[tuple[Any, Any]]:
    place = "child" if verb == CHILD_READ else "about"
    return list(AuditEvent.objects.filter(verb=verb).order_by("pk").values_list("who", place))


def read(child: Child, by: User, now: datetime = NOW) -> None:
    record_read(CHILD_READ, child.pk, by=by.pk, now=now)


def test_a_read_is_on_record(nurse: User, ward_child: Child) -> None:
    read(ward_child, nurse)
    assert reads() == [(nurse.pk, ward_child.pk)]


def test_the_next_page_within_a_quarter_of_an_hour_costs_one_query_and_no_row(
    nurse: User, ward_child: Child, django_assert_num_queries: Any
) -> None:
    read(ward_child, nurse)
    with django_assert_num_queries(1):
        read(ward_child, nurse, NOW + timedelta(minutes=14, seconds=59))
    assert len(reads()) == 1


def test_after_a_quarter_of_an_hour_it_counts_again(nurse: User, ward_child: Child) -> None:
    for minutes in (0, 15, 29, 30):
        read(ward_child, nurse, NOW + timedelta(minutes=minutes))
    assert len(reads()) == 3


def test_each_person_and_each_child_counts_on_its_own(
    nurse: User, lead: User, ward_child: Child, stranger: User
) -> None:
    mila = Child.objects.get(nickname="Mila")
    for by, child in ((nurse, ward_child), (lead, ward_child), (nurse, mila)):
        read(child, by)
    assert reads() == [(nurse.pk, ward_child.pk), (lead.pk, ward_child.pk), (nurse.pk, mila.pk)]


@pytest.mark.hazard("H31")
@pytest.mark.parametrize("kind", OPENED_BY_ROLE)
def test_every_page_of_a_child_that_the_staff_can_open_is_on_record(kind: str, world: World) -> None:
    """The routes are found, not listed: a new page that reads a child without access.py is caught here."""
    opened = {route.name: recorded(route, kind, world) for route in routes() if is_about_a_child(route)}
    shown = {name: events for name, events in opened.items() if events is not None}
    assert len(shown) >= 15
    assert not [name for name, events in shown.items() if events != [(world.people[kind].pk, world.child.pk)]]


def is_about_a_child(route: Route) -> bool:
    return bool(OF_A_CHILD.intersection(route.arguments))


def recorded(route: Route, kind: str, world: World) -> list[tuple[Any, Any]] | None:
    """The reads that opening the page leaves; None where it is not opened. Whatever it did is taken back."""
    where = address(route, world)
    with transaction.atomic():
        is_open = signed_in(world, kind).get(where).status_code == 200
        found = reads()
        transaction.set_rollback(True)
    return found if is_open else None


def test_the_family_is_not_watched(world: World) -> None:
    for kind in ("parent", "helper"):
        signed_in(world, kind).get(reverse("today", args=[world.child.pk]))
    assert reads() == []


def test_the_board_is_on_record_once_a_team(client: Client, nurse: User, care_team: CareTeam) -> None:
    client.force_login(nurse)
    for _time in range(2):
        client.get(reverse("team-board", args=[care_team.pk]))
        client.get(reverse("team-handover", args=[care_team.pk]))
    assert reads(TEAM_READ) == [(nurse.pk, care_team.pk)]


def test_a_refused_page_leaves_no_read(client: Client, nurse: User, ward_child: Child) -> None:
    client.force_login(nurse)
    assert client.get(reverse("settings", args=[ward_child.pk])).status_code == 403
    assert reads() == []


@pytest.fixture
def nothing_can_be_written(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> None:
    settings.READS_NOT_RECORDED = tmp_path / "reads"

    def refuses(*_about: Any, **_told: Any) -> None:
        raise DatabaseError("the disk is full")

    monkeypatch.setattr(middleware, "record_read", refuses)


@pytest.mark.hazard("H31")
def test_a_look_that_cannot_be_written_down_opens_the_page_and_is_told(
    nothing_can_be_written: None, client: Client, nurse: User, ward_child: Child, caplog: Any
) -> None:
    client.force_login(nurse)
    assert client.get(reverse("nurse-child", args=[ward_child.pk])).status_code == 200
    missed = [entry for entry in caplog.records if entry.getMessage() == "read_not_recorded"]
    assert {(entry.verb, entry.about, entry.person) for entry in missed} == {
        (CHILD_READ, ward_child.pk, nurse.pk),
        (TEAM_READ, ward_child.care_team_id, nurse.pk),
    }
    health = client.get(reverse("health_duty"))
    assert health.status_code == 503
    assert health.json()["reads_recorded"] is False


def test_after_an_hour_the_machine_is_well_again(settings: Any, tmp_path: Any) -> None:
    settings.READS_NOT_RECORDED = tmp_path / "reads"
    assert reads_are_recorded(NOW)
    settings.READS_NOT_RECORDED.touch()
    missed_at = datetime.fromtimestamp(settings.READS_NOT_RECORDED.stat().st_mtime, UTC)
    assert not reads_are_recorded(missed_at + timedelta(minutes=59))
    assert reads_are_recorded(missed_at + timedelta(hours=1))

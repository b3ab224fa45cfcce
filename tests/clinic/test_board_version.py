"""The line that open boards ask for: it changes with what they show, costs little, and ends with the right to it."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.support.personas import NOW, answers, child_of, join, person
from therapies.schedule import Event
from tracker.accounts.erasure import erase_child
from tracker.alerts.taking import HELD_FOR, accept_offer, close_alert, offer_alert, take_alert
from tracker.clinic.actions.nursing import know_child
from tracker.clinic.queries import board_version
from tracker.families.actions.care_teams import join_care_team, leave_care_team
from tracker.families.actions.children import pause, resume, update_child
from tracker.families.actions.memberships import end_membership
from tracker.families.actions.treatment import end_course, record_event, start_course, withdraw_event
from tracker.logs.actions.calls import record_call
from tracker.logs.actions.record import Recorded, record_log
from tracker.messaging.heartbeats import LIMITS, is_on_duty, record_heartbeat, seconds_since_heartbeats
from tracker.models import Alert, AlertEvent, AlertVerb, CareTeam, Child, Heartbeat, Membership, Role, User

Log = Callable[..., Recorded]
Told = dict[str, Any]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_at_now")]


@pytest.fixture
def at_desk(client: Client, nurse: User) -> Client:
    client.force_login(nurse)
    for name in LIMITS:
        record_heartbeat(name=name, now=NOW)
    return client


def asked(client: Client, team: CareTeam) -> str:
    response = client.get(reverse("board-version", args=[team.pk]))
    assert response.status_code == 200
    return response.content.decode()


def drawn(client: Client, team: CareTeam) -> tuple[str, str]:
    """What the board shows, and the version that stands in it."""
    response = client.get(reverse("team-board", args=[team.pk]), headers={"X-Part": "board"})
    page = response.content.decode()
    version = re.search(r'data-version="(.*?)"', page)[1]
    tokens = re.compile(r'data-version=".*?"|<input type="hidden" name="csrfmiddlewaretoken".*?>')
    return tokens.sub("", page), version


def whatever_happens(child: Child, mother: User, nurse: User, colleague: User) -> Iterator[tuple[str, Any]]:
    """Every kind of thing that a board shows, one after the other."""

    def saw(**seen: Any) -> Callable[[Told], Any]:
        told = {"child": child, "caregiver": mother, "answers": answers(**seen), "client_uuid": uuid4()}
        return lambda at: record_log(**told, observed_at=at["now"], **at)

    def call(at: Told) -> Any:
        told = {"called_at": at["now"], "reached": True, "told": "Come", "client_uuid": uuid4()}
        record_call(child=child, caregiver=mother, **told, **at)

    def the_alert() -> Alert:
        return Alert.objects.open().select_related("child__care_team").get()

    def dose(at: Told) -> Any:
        record_event(course=child.course, event=Event("infusion", NOW - timedelta(days=2)), by=mother, **at)

    def undo(at: Told) -> Any:
        withdraw_event(event=child.course.events.order_by("-at").first(), by=mother, **at)

    def begin(at: Told) -> Any:
        start = Event("start", NOW - timedelta(days=1), cycle=1)
        start_course(child=child, therapy="blinatumomab", events=[start], by=mother, **at)

    yield "a log", saw(temperature=36.8)
    yield "a call with no alert open", call
    yield "an alert", saw(temperature=38.4)
    yield "a log that joins it", saw(temperature=38.6)
    yield "one that is worse", saw(seizure=None)
    yield "a call", call
    yield "taken", lambda at: take_alert(alert=the_alert(), by=nurse, **at)
    yield "offered", lambda at: offer_alert(alert=the_alert(), to=colleague, by=nurse, **at)
    yield "handed over", lambda at: accept_offer(alert=the_alert(), by=colleague, **at)
    yield "closed", lambda at: close_alert(alert=the_alert(), outcome="admitted", note="", by=colleague, **at)
    yield "a name", lambda at: update_child(child=child, about={"nickname": "Jo"}, by=mother, **at)
    yield "a pause", lambda at: pause(child=child, reason="hospital", by=mother, **at)
    yield "its end", lambda at: resume(child=child, by=mother, **at)
    yield "cells", dose
    yield "taken back", undo
    yield "a course", begin
    yield "the end of a course", lambda at: end_course(course=child.course, by=mother, **at)
    yield "gone", lambda at: leave_care_team(child=child, by=mother, **at)


@pytest.mark.hazard("H26")
def test_it_changes_with_everything_that_a_board_shows(
    at_desk: Client, care_team: CareTeam, ward_child: Child, mother: User, nurse: User, lead: User
) -> None:
    colleague = person("colleague")
    join(colleague, Role.NURSE, care_team=care_team, by=lead)
    beside = Client()
    beside.force_login(colleague)
    before = drawn(at_desk, care_team), drawn(beside, care_team)
    for seconds, (what, do) in enumerate(whatever_happens(ward_child, mother, nurse, colleague), 1):
        do({"now": NOW + timedelta(seconds=seconds)})
        after = drawn(at_desk, care_team), drawn(beside, care_team)
        assert any(one[0] != was[0] for one, was in zip(after, before, strict=True)), (
            f"{what}: a board shows it"
        )
        assert all(one[1] != was[1] for one, was in zip(after, before, strict=True)), f"{what}: each is told"
        assert asked(at_desk, care_team) == after[0][1], f"{what}: and whoever asks gets the same"
        before = after


def test_it_changes_when_a_child_joins_is_known_or_is_erased(
    at_desk: Client, care_team: CareTeam, nurse: User
) -> None:
    parent = person("silent")
    child = child_of(parent, "Silent")
    seen = [drawn(at_desk, care_team)]
    later = [{"now": NOW + timedelta(seconds=seconds)} for seconds in range(1, 6)]
    join_care_team(child=child, code=care_team.join_code, by=parent, **later[0])
    seen.append(drawn(at_desk, care_team))
    know_child(child=child, record_number="", call_back_number="555 0199", by=nurse, **later[1])
    seen.append(drawn(at_desk, care_team))
    leave_care_team(child=child, by=parent, **later[2])
    seen.append(drawn(at_desk, care_team))
    join_care_team(child=child, code=care_team.join_code, by=parent, **later[3])
    seen.append(drawn(at_desk, care_team))
    erase_child(child=child, by=parent, **later[4])
    seen.append(drawn(at_desk, care_team))
    assert len({board for board, _version in seen}) == 3  # without the child, with it, with its number
    assert len({version for _board, version in seen}) == len(seen)


def test_it_changes_when_a_taking_runs_out_and_with_the_clock(
    at_desk: Client, care_team: CareTeam, ward_child: Child, nurse: User, log: Log
) -> None:
    log(temperature=38.4)
    take_alert(alert=Alert.objects.get(), by=nurse, now=NOW)
    until = NOW + HELD_FOR
    for name in LIMITS:
        record_heartbeat(name=name, now=until)
    seen = []
    for moment in (until - timedelta(seconds=1), until, until + timedelta(minutes=5)):
        with time_machine.travel(moment, tick=False):
            seen.append(asked(at_desk, care_team))
    assert len(set(seen)) == 3


def test_it_changes_with_what_began_earlier_and_is_saved_later(
    at_desk: Client, care_team: CareTeam, ward_child: Child, log: Log
) -> None:
    """Two who write at once may be done in another order than they got their numbers and times."""
    other = child_of(person("other"), "Mila")
    join_care_team(child=other, code=care_team.join_code, by=person("somebody"), now=NOW)
    log(temperature=38.4)
    alert = Alert.objects.get()
    AlertEvent.objects.create(pk=1_000_000, alert=alert, verb=AlertVerb.TOLD, at=NOW)
    second = log(temperature=38.5).log
    seen = [asked(at_desk, care_team)]
    Alert.objects.create(child=other, log=second, urgency="now", raised_at=NOW, escalates_at=NOW, pk=uuid4())
    seen.append(asked(at_desk, care_team))
    AlertEvent.objects.create(pk=999_999, alert=Alert.objects.get(child=other), verb=AlertVerb.TOLD, at=NOW)
    seen.append(asked(at_desk, care_team))
    Child.objects.filter(pk=other.pk).update(last_log_at=NOW - timedelta(seconds=1))
    seen.append(asked(at_desk, care_team))
    assert len(set(seen)) == 4


@pytest.mark.hazard("H26")
def test_what_happens_while_a_board_is_drawn_is_asked_for_again(
    at_desk: Client, care_team: CareTeam, ward_child: Child, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tracker.clinic.views import board as nurse

    def read_and_then(*told: Any, **more: Any) -> Any:
        found = board(*told, **more)
        log(temperature=38.4)
        return found

    board = nurse.board
    monkeypatch.setattr(nurse, "board", read_and_then)
    page, version = drawn(at_desk, care_team)
    assert "0 open alerts" in page
    assert asked(at_desk, care_team) != version


def test_its_first_part_moves_with_what_calls_for_somebody_and_with_nothing_else(
    at_desk: Client, care_team: CareTeam, ward_child: Child, log: Log
) -> None:
    """board.js draws at once for the first part, and takes its time for the rest."""
    before = asked(at_desk, care_team).split()
    log(temperature=36.8)
    quiet = asked(at_desk, care_team).split()
    assert (quiet[0] == before[0], quiet[1] == before[1], len(quiet)) == (True, False, 2)
    log(temperature=38.4)
    urgent = asked(at_desk, care_team).split()
    assert urgent[0] != quiet[0]
    with time_machine.travel(NOW + timedelta(minutes=3), tick=False):
        assert asked(at_desk, care_team).split()[0] != urgent[0]  # the machine is late


def test_it_does_not_change_for_another_team(at_desk: Client, care_team: CareTeam, log: Log) -> None:
    before = asked(at_desk, care_team)
    log(temperature=38.4)  # of a child who is not of the ward
    assert asked(at_desk, care_team) == before


@pytest.mark.hazard("H13")
@pytest.mark.parametrize("name", LIMITS)
@pytest.mark.parametrize("age", [-61, -60, 60, 61, 150, 151, None])
def test_it_knows_who_is_late_as_well_as_the_board(care_team: CareTeam, name: str, age: int | None) -> None:
    for one in LIMITS:
        record_heartbeat(name=one, now=NOW)
    fine = board_version.version(care_team, NOW)
    assert not fine.is_late
    Heartbeat.objects.filter(name=name).delete()
    if age is not None:
        record_heartbeat(name=name, now=NOW - timedelta(seconds=age))
    ages = seconds_since_heartbeats(NOW)
    found, is_late = board_version.version(care_team, NOW), not all(map(is_on_duty, ages, ages.values()))
    assert (found.is_late, found != fine) == (is_late, is_late)


def test_asking_is_four_queries(at_desk: Client, care_team: CareTeam, ward_child: Child, log: Log) -> None:
    log(temperature=38.4)
    asked(at_desk, care_team)  # the first of a day renews the session
    with CaptureQueriesContext(connection) as queries:
        asked(at_desk, care_team)
    assert len(queries) == 4  # the session, the person, whether they may, and the line


class TestTheRightToIt:
    """It ends at once with whatever gave it: the poll takes the way of every page."""

    def status(self, client: Client, team: CareTeam) -> tuple[int, str]:
        response = client.get(reverse("board-version", args=[team.pk]))
        return response.status_code, response.headers.get("Location", "").partition("?")[0]

    def test_ends_with_the_membership(
        self, at_desk: Client, care_team: CareTeam, nurse: User, lead: User
    ) -> None:
        end_membership(membership=Membership.objects.get(user=nurse), by=lead, now=NOW)
        assert self.status(at_desk, care_team)[0] == 404

    def test_ends_with_the_second_factor(self, at_desk: Client, care_team: CareTeam, nurse: User) -> None:
        Authenticator.objects.filter(user=nurse).exclude(type="recovery_codes").delete()
        assert self.status(at_desk, care_team) == (302, reverse("mfa_index"))

    def test_ends_with_the_session(self, at_desk: Client, care_team: CareTeam) -> None:
        Session.objects.all().delete()
        assert self.status(at_desk, care_team) == (302, reverse("account_login"))

    def test_ends_when_the_session_has_run_out(self, at_desk: Client, care_team: CareTeam) -> None:
        Session.objects.update(expire_date=NOW)
        assert self.status(at_desk, care_team) == (302, reverse("account_login"))

    def test_ends_with_another_password(self, at_desk: Client, care_team: CareTeam, nurse: User) -> None:
        nurse.set_password("moon-over-maple-and-birch")
        nurse.save()
        assert self.status(at_desk, care_team) == (302, reverse("account_login"))

    def test_ends_with_the_person(self, at_desk: Client, care_team: CareTeam, nurse: User) -> None:
        User.objects.filter(pk=nurse.pk).update(is_active=False)
        assert self.status(at_desk, care_team) == (302, reverse("account_login"))

    def test_is_not_of_another_team(
        self, client: Client, care_team: CareTeam, nurse_of_another_team: User
    ) -> None:
        client.force_login(nurse_of_another_team)
        assert self.status(client, care_team)[0] == 404

    def test_is_not_of_who_keeps_the_numbers_of_a_child(
        self, client: Client, child: Child, nurse: User
    ) -> None:
        Membership.objects.filter(user=nurse).update(care_team=child.care_team)
        client.force_login(nurse)
        assert self.status(client, child.care_team)[0] == 404

    def test_comes_with_a_session_that_says_nothing(self, client: Client, care_team: CareTeam) -> None:
        client.cookies["session"] = "x" * 32
        assert self.status(client, care_team) == (302, reverse("account_login"))

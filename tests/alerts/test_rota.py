"""The rota orders who is told first, and nothing else depends on it."""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.personas import NOW, join, person
from tracker.alerts import on_shift
from tracker.alerts.escalation import escalate_due
from tracker.alerts.on_shift import On, Shift, in_order, shift_at
from tracker.logs.actions.record import Recorded
from tracker.models import (
    Absence,
    Alert,
    CareTeam,
    Channel,
    Child,
    ContactPoint,
    Membership,
    Message,
    Place,
    Role,
    Rota,
    ShiftPart,
    Turn,
    User,
)

Log = Callable[..., Recorded]
MINUTE = timedelta(minutes=1)
TONIGHT = Shift(date(2026, 11, 19), ShiftPart.NIGHT)  # NOW is Friday, 02:14: the night of Thursday
NAMES = ("Lead", "Nurse", "Second", "Third", "Fourth")


@pytest.fixture
def ward(ward_child: Child, nurse: User, lead: User) -> CareTeam:
    """Maple ward: a lead and four nurses, called in this order."""
    for name in ("second", "third", "fourth"):
        join(person(name), Role.NURSE, care_team=ward_child.care_team, by=lead)
    for order, name in enumerate(("Nurse", "Second", "Third", "Fourth", "Lead"), 1):
        Membership.objects.filter(user__name=name).update(call_order=order)
    return ward_child.care_team


def keep_rota(team: CareTeam, shift: Shift = TONIGHT, **places: str) -> None:
    """keep_rota(team, first="Third", second="Fourth"); `here` said so herself."""
    Rota.objects.get_or_create(care_team=team, defaults={"version": 1, "looks_at": NOW})
    for place, name in places.items():
        put_on(team, name, Place[place.upper()], shift)


def put_on(team: CareTeam, name: str, place: int, shift: Shift = TONIGHT) -> None:
    who = User.objects.get(name=name)
    Turn.objects.create(care_team=team, person=who, day=shift.day, part=shift.part, place=place)


def go_away(team: CareTeam, name: str, first: date = TONIGHT.day, last: date = TONIGHT.day) -> None:
    who = User.objects.get(name=name)
    Absence.objects.create(care_team=team, person=who, from_day=first, until_day=last)


def lose_every_way(name: str) -> None:
    who = User.objects.get(name=name)
    about = {"address": who.email, "begun_at": NOW, "dead_at": NOW}
    ContactPoint.objects.create(person=who, channel=Channel.EMAIL, **about)


def told(after: timedelta) -> set[str]:
    """Who is told at that moment."""
    escalate_due(now=NOW + after)
    new = Message.objects.filter(queued_at=NOW + after, due_at__lte=NOW + after)
    return set(new.values_list("recipient__name", flat=True))


class TestWhoIsOn:
    def test_is_told_first_then_the_second_then_all(self, ward: CareTeam, log: Log) -> None:
        keep_rota(ward, first="Third", second="Fourth")
        log(temperature=38.4)
        assert told(0 * MINUTE) == {"Third"}
        assert told(5 * MINUTE) == {"Third", "Fourth"}
        assert told(15 * MINUTE) == {*NAMES, "Mother"}

    def test_begins_every_round(self, ward: CareTeam, log: Log) -> None:
        keep_rota(ward, first="Third", second="Fourth")
        log(temperature=38.4)
        for minutes in (0, 5, 15):
            told(minutes * MINUTE)
        assert told(30 * MINUTE) == {"Third"}

    def test_without_a_second_all_are_next(self, ward: CareTeam, log: Log) -> None:
        keep_rota(ward, first="Third")
        log(temperature=38.4)
        assert told(0 * MINUTE) == {"Third"}
        assert told(5 * MINUTE) == set(NAMES)

    def test_alone_as_the_second_is_told_at_once(self, ward: CareTeam, log: Log) -> None:
        keep_rota(ward, second="Third")
        log(temperature=38.4)
        assert told(0 * MINUTE) == {"Third"}

    def test_who_said_that_she_is_here_is_told_with_the_first(self, ward: CareTeam, log: Log) -> None:
        keep_rota(ward, first="Third", here="Second")
        log(temperature=38.4)
        assert told(0 * MINUTE) == {"Third", "Second"}

    def test_who_is_here_is_first_in_a_team_without_a_rota(self, ward: CareTeam, log: Log) -> None:
        put_on(ward, "Fourth", Place.HERE)
        log(temperature=38.4)
        assert told(0 * MINUTE) == {"Fourth"}

    def test_who_is_away_is_not_on_and_told_with_all(self, ward: CareTeam, log: Log) -> None:
        keep_rota(ward, first="Third", second="Fourth")
        go_away(ward, "Third")
        log(temperature=38.4)
        assert told(0 * MINUTE) == {"Fourth"}
        assert told(5 * MINUTE) == set(NAMES)

    def test_who_is_here_is_on_whatever_was_said_of_her_absence(self, ward: CareTeam, log: Log) -> None:
        keep_rota(ward, here="Third")
        go_away(ward, "Third")
        log(temperature=38.4)
        assert told(0 * MINUTE) == {"Third"}

    def test_whom_nothing_reaches_is_told_and_not_waited_for(self, ward: CareTeam, log: Log) -> None:
        keep_rota(ward, first="Third", second="Fourth")
        lose_every_way("Third")
        log(temperature=38.4)
        assert told(0 * MINUTE) == {"Third", "Fourth"}

    def test_of_another_team_counts_for_nothing(self, ward: CareTeam, nurse_of_another_team: User) -> None:
        keep_rota(ward, first="Third")
        other = nurse_of_another_team.memberships.get().care_team
        assert other
        assert on_shift.who_is_on(other, NOW) is None

    def test_in_a_team_that_keeps_no_rota_the_on_call_order_holds(self, ward: CareTeam, log: Log) -> None:
        log(temperature=38.4)
        assert told(0 * MINUTE) == {"Nurse"}


class TestNobodyOn:
    """A gap is no silence: all are told at once."""

    @pytest.mark.hazard("H38")
    def test_all_are_told_at_once(self, ward: CareTeam, log: Log) -> None:
        keep_rota(ward)
        log(temperature=38.4)
        assert [told(minutes * MINUTE) for minutes in (0, 5)] == [set(NAMES)] * 2
        assert told(15 * MINUTE) == {*NAMES, "Mother"}

    @pytest.mark.hazard("H38")
    def test_whom_anything_reaches_is_the_same(self, ward: CareTeam, log: Log) -> None:
        keep_rota(ward, first="Third", second="Fourth")
        lose_every_way("Third")
        lose_every_way("Fourth")
        log(temperature=38.4)
        assert told(0 * MINUTE) == set(NAMES)

    @pytest.mark.hazard("H38")
    def test_since_all_of_them_are_away_is_the_same(self, ward: CareTeam, log: Log) -> None:
        keep_rota(ward, first="Third", second="Fourth")
        go_away(ward, "Third")
        go_away(ward, "Fourth")
        log(temperature=38.4)
        assert told(0 * MINUTE) == set(NAMES)

    def test_who_works_here_any_more_is_the_same(self, ward: CareTeam, log: Log, lead: User) -> None:
        keep_rota(ward, first="Third")
        Membership.objects.filter(user__name="Third").update(ended_at=NOW, ended_by=lead)
        log(temperature=38.4)
        assert told(0 * MINUTE) == {*NAMES} - {"Third"}

    @pytest.mark.hazard("H38")
    def test_in_a_rota_that_cannot_be_read_leaves_the_on_call_order(
        self, ward: CareTeam, log: Log, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        keep_rota(ward, first="Third")
        monkeypatch.setattr(on_shift, "on_by_shift", lambda *_of: 1 / 0)
        log(temperature=38.4)
        assert told(0 * MINUTE) == {"Nurse"}


class TestAShiftThatEnds:
    @pytest.mark.hazard("H38")
    def test_puts_nobody_off(self, ward: CareTeam, log: Log) -> None:
        """Others are first at 02:17. The next level is told at its time, them included, and everybody at theirs."""
        Rota.objects.create(care_team=ward, version=1, looks_at=NOW, day_from=time(2, 17))
        put_on(ward, "Third", Place.FIRST)
        put_on(ward, "Fourth", Place.FIRST, Shift(NOW.date(), ShiftPart.DAY))
        put_on(ward, "Second", Place.SECOND, Shift(NOW.date(), ShiftPart.DAY))
        log(temperature=38.4)
        assert told(0 * MINUTE) == {"Third"}
        assert told(5 * MINUTE) == {"Fourth", "Second"}
        assert told(15 * MINUTE) == {*NAMES, "Mother"}
        assert Alert.objects.get().round == 1

    @pytest.mark.parametrize(
        ("at", "shift"),
        [
            (datetime(2026, 11, 20, 6, 59, tzinfo=UTC), TONIGHT),
            (datetime(2026, 11, 20, 7, tzinfo=UTC), Shift(date(2026, 11, 20), ShiftPart.DAY)),
            (datetime(2026, 11, 20, 18, 59, tzinfo=UTC), Shift(date(2026, 11, 20), ShiftPart.DAY)),
            (datetime(2026, 11, 20, 19, tzinfo=UTC), Shift(date(2026, 11, 20), ShiftPart.NIGHT)),
            (datetime(2026, 11, 21, 0, tzinfo=UTC), Shift(date(2026, 11, 20), ShiftPart.NIGHT)),
        ],
    )
    def test_is_where_its_clock_says(self, at: datetime, shift: Shift) -> None:
        team = CareTeam(kept_by_family=False, time_zone="UTC")
        assert shift_at(Rota(), team.zone, at) == shift

    def test_is_by_the_clock_on_the_teams_wall(self) -> None:
        zone = CareTeam(time_zone="Asia/Kathmandu").zone  # 5:45 ahead
        assert shift_at(Rota(), zone, datetime(2026, 11, 20, 1, 14, tzinfo=UTC)).part == ShiftPart.NIGHT
        assert shift_at(Rota(), zone, datetime(2026, 11, 20, 1, 15, tzinfo=UTC)).part == ShiftPart.DAY


def test_a_rota_costs_as_many_queries_however_many_are_on(
    ward: CareTeam, django_assert_num_queries: Any
) -> None:
    keep_rota(ward, first="Third")
    with django_assert_num_queries(2):
        on_shift.who_is_on(ward, NOW)
    keep_rota(ward, second="Fourth", here="Second")
    with django_assert_num_queries(2):
        on_shift.who_is_on(ward, NOW)


PEOPLE = st.sets(st.integers(0, 6))


@given(first=PEOPLE, second=PEOPLE, staff=PEOPLE, dead=PEOPLE, levels=st.integers(1, 5))
def test_an_order_has_all_of_the_staff_and_somebody_reachable_first(
    first: Any, second: Any, staff: Any, dead: Any, levels: int
) -> None:
    order = in_order(On(frozenset(first), frozenset(second)), staff, dead, levels)
    assert len(order) == levels
    assert set().union(*order) == staff
    assert sum(map(len, order)) == len(staff)
    assert order[0] - dead or not staff - dead
    if not (first | second) & staff - dead:
        assert order[0] == staff


class RolledBack(Exception):
    """Ends a walk: the next one begins with the same rows."""


def walk(ward: CareTeam, log: Log, prepare: Callable[[], None]) -> dict[int, set[str]]:
    """Who is told in which minute of an alert that nobody takes."""
    found: dict[int, set[str]] = {}
    try:
        with transaction.atomic():
            prepare()
            log(temperature=38.4)
            found = {minutes: told(minutes * MINUTE) for minutes in (0, 5, 10, 15)}
            raise RolledBack
    except RolledBack:
        return found


WORKERS = ("Nurse", "Second", "Third", "Fourth", "Lead")


@pytest.mark.hazard("H38")
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    places=st.dictionaries(st.sampled_from(WORKERS), st.sampled_from(Place)),
    other_shift=st.booleans(),
    away=st.sets(st.sampled_from(WORKERS)),
    dead=st.sets(st.sampled_from(WORKERS)),
    order=st.dictionaries(st.sampled_from(WORKERS), st.integers(1, 4)),
)
def test_no_rota_leaves_anybody_untold(
    ward: CareTeam,
    log: Log,
    places: Mapping[str, int],
    other_shift: bool,
    away: Collection[str],
    dead: Collection[str],
    order: Mapping[str, int],
) -> None:
    """With nobody on whom anything reaches, all are told in the minute in which the first would be; and by the last
    level's time everybody, as without a rota."""
    shift = Shift(NOW.date(), ShiftPart.DAY) if other_shift else TONIGHT

    def without() -> None:
        for name in WORKERS:
            Membership.objects.filter(user__name=name).update(call_order=order.get(name))
        for name in dead:
            lose_every_way(name)

    def with_rota() -> None:
        without()
        keep_rota(ward)
        taken = set()
        for name, place in places.items():
            if place == Place.HERE or place not in taken:
                taken.add(place)
                put_on(ward, name, place, shift)
        for name in away:
            go_away(ward, name)

    plain, ordered = walk(ward, log, without), walk(ward, log, with_rota)
    said_here = {name for name, place in places.items() if place == Place.HERE}
    reachable_on = set() if other_shift else (set(places) - (set(away) - said_here)) - set(dead)
    assert ordered[0] - set(dead) or set(dead) == set(WORKERS)
    if not reachable_on:
        assert ordered[0] >= set(WORKERS)
        assert ordered[0] & plain[0]
    assert set().union(*ordered.values()) == set().union(*plain.values()) == {*WORKERS, "Mother"}

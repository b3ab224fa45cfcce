"""The pages of a team's rota: weeks, "I am here tonight", days away; and who is told of a shift without anybody on."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.support.personas import NOW
from tracker.alerts.on_shift import Shift, who_is_on
from tracker.alerts.rota_gaps import tell_due
from tracker.families.actions.memberships import end_membership
from tracker.models import (
    Absence,
    AuditEvent,
    CareTeam,
    Kind,
    Membership,
    Message,
    Place,
    Rota,
    ShiftPart,
    Turn,
    User,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_at_now")]
MONDAY = date(2026, 11, 16)  # NOW is Friday the 20th, 02:14
TONIGHT = Shift(date(2026, 11, 19), ShiftPart.NIGHT)
TEN = datetime(2026, 11, 20, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def post(client: Client, name: str, team: CareTeam, query: str = "", **told: Any) -> str:
    response = client.post(reverse(name, args=[team.pk]) + query, told, follow=True)
    return response.content.decode()


def show(client: Client, team: CareTeam, query: str = "") -> str:
    response = client.get(reverse("team-rota", args=[team.pk]) + query)
    assert response.status_code == 200
    return response.content.decode()


def week(
    version: int = 0, first: User | None = None, second: User | None = None, **more: str
) -> dict[str, str]:
    """The form of a week, with the same two people in each of its shifts."""
    told = {"version": str(version), "day_from": "07:00", "night_from": "19:00"}
    for ahead in range(7):
        for part in ShiftPart.values:
            for place, who in ((1, first), (2, second)):
                told[f"{MONDAY + timedelta(days=ahead)}-{part}-{place}"] = str(who.pk) if who else ""
    return told | more


class TestAWeek:
    def test_says_from_then_on_who_is_told_first(
        self, lead: User, nurse: User, second: User, care_team: CareTeam
    ) -> None:
        page = post(as_(lead), "team-rota-week", care_team, **week(first=nurse, second=second))
        assert "Saved." in page
        assert "Nobody is on:" not in page
        on = who_is_on(care_team, NOW)
        assert on
        assert (on.first, on.second) == ({nurse.pk}, {second.pk})
        assert "Second" in show(as_(nurse), care_team)
        assert AuditEvent.objects.filter(verb="rota.changed", about=care_team.pk, who=lead.pk).exists()

    def test_with_a_gap_is_saved_and_says_who_is_told_then(
        self, lead: User, nurse: User, care_team: CareTeam
    ) -> None:
        empty = {"2026-11-21-night-1": ""}
        page = post(as_(lead), "team-rota-week", care_team, **week(first=nurse) | empty)
        assert "Nobody is on: Sat 21 Nov, night. An alert then is told to all of you at once" in page
        assert Turn.objects.filter(person=nurse).count() == 13
        assert "Nobody: all are told" in show(as_(nurse), care_team)

    def test_names_a_few_of_many_gaps(self, lead: User, care_team: CareTeam) -> None:
        page = post(as_(lead), "team-rota-week", care_team, **week())
        assert " and 3 shifts more" in page

    def test_of_two_leads_at_once_keeps_the_first_and_says_so(
        self, lead: User, nurse: User, second: User, care_team: CareTeam
    ) -> None:
        post(as_(lead), "team-rota-week", care_team, **week(first=nurse))
        page = post(as_(lead), "team-rota-week", care_team, **week(first=second, night_from="21:00"))
        assert "Nothing of yours was saved" in page
        assert set(Turn.objects.values_list("person", flat=True)) == {nurse.pk}
        rota = Rota.objects.get()
        assert (rota.version, rota.night_from.hour) == (1, 19)

    def test_keeps_what_a_nurse_said_of_herself(
        self, lead: User, nurse: User, second: User, care_team: CareTeam
    ) -> None:
        post(as_(second), "team-rota-here", care_team)
        post(as_(lead), "team-rota-week", care_team, **week(first=nurse))
        on = who_is_on(care_team, NOW)
        assert on
        assert on.first == {nurse.pk, second.pk}

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"day_from": "20:00"}, "The night begins after the day."),
            ({"night_from": ""}, "Type both times."),
            ({"day_from": "soon"}, "Type the time like 08:00."),
            ({"2026-11-20-night-1": "nobody-known"}, "Not saved yet"),
            ({"version": "many"}, "Not saved yet"),
        ],
    )
    def test_that_cannot_be_read_changes_nothing(
        self, lead: User, nurse: User, care_team: CareTeam, wrong: dict[str, str], said: str
    ) -> None:
        response = as_(lead).post(reverse("team-rota-week", args=[care_team.pk]), week(first=nurse) | wrong)
        assert response.status_code == 422
        assert said in response.content.decode()
        assert not Rota.objects.exists()

    def test_has_nobody_twice_in_one_shift(self, lead: User, nurse: User, care_team: CareTeam) -> None:
        page = post(as_(lead), "team-rota-week", care_team, **week(first=nurse, second=nurse))
        assert "They are first already." in page
        assert not Turn.objects.exists()

    @pytest.mark.parametrize("asked", ["?week=never", "?week=0001-01-01", "?week=9999-12-31", ""])
    def test_that_is_none_is_this_one(self, lead: User, care_team: CareTeam, asked: str) -> None:
        assert "Week of 16 November 2026" in show(as_(lead), care_team, asked)

    def test_costs_as_many_queries_with_many_in_it(
        self, lead: User, nurse: User, second: User, care_team: CareTeam, django_assert_num_queries: Any
    ) -> None:
        client = as_(lead)
        show(client, care_team)
        with CaptureQueriesContext(connection) as empty:
            show(client, care_team)
        queries = len(empty)  # the next request forgets them
        post(client, "team-rota-week", care_team, **week(first=nurse, second=second))
        post(as_(second), "team-rota-here", care_team)
        away(care_team, second)
        show(client, care_team)
        with django_assert_num_queries(queries):
            show(client, care_team)


def away(team: CareTeam, who: User) -> Absence:
    return Absence.objects.create(care_team=team, person=who, from_day=NOW.date(), until_day=NOW.date())


class TestCopying:
    def test_fills_what_is_empty_in_the_next_week(
        self, lead: User, nurse: User, second: User, care_team: CareTeam
    ) -> None:
        post(as_(lead), "team-rota-week", care_team, **week(first=nurse))
        stands = {"care_team": care_team, "person": second, "part": "night", "place": Place.FIRST}
        Turn.objects.create(day=date(2026, 11, 24), **stands)
        page = post(as_(lead), "team-rota-copy", care_team, week=str(MONDAY), version="1")
        assert "13 places were filled." in page
        next_week = Turn.objects.filter(day__gte=date(2026, 11, 23))
        assert next_week.count() == 14
        assert next_week.get(person=second).day == date(2026, 11, 24)

    def test_leaves_out_who_works_here_no_more(
        self, lead: User, nurse: User, second: User, care_team: CareTeam
    ) -> None:
        post(as_(lead), "team-rota-week", care_team, **week(first=nurse, second=second))
        end_membership(membership=second.memberships.get(), by=lead, now=NOW)
        post(as_(lead), "team-rota-copy", care_team, week=str(MONDAY), version="1")
        assert set(Turn.objects.filter(day__gte=date(2026, 11, 23)).values_list("person", flat=True)) == {
            nurse.pk
        }

    @pytest.mark.parametrize("version", ["0", "2", "", "x", "9999999999999"])
    def test_from_an_old_page_copies_nothing(
        self, lead: User, nurse: User, care_team: CareTeam, version: str
    ) -> None:
        post(as_(lead), "team-rota-week", care_team, **week(first=nurse))
        page = post(as_(lead), "team-rota-copy", care_team, week=str(MONDAY), version=version)
        assert "Nothing of yours was saved" in page
        assert Turn.objects.count() == 14


def test_a_rota_that_is_ended_leaves_the_on_call_order(lead: User, nurse: User, care_team: CareTeam) -> None:
    post(as_(lead), "team-rota-week", care_team, **week(first=nurse))
    assert "Nothing of yours was saved" in post(as_(lead), "team-rota-end", care_team, version="0")
    post(as_(lead), "team-rota-end", care_team, version="1")
    assert who_is_on(care_team, NOW) is None


class TestHereTonight:
    def test_is_said_by_any_nurse_and_taken_back(self, nurse: User, care_team: CareTeam) -> None:
        for _twice in range(2):
            page = post(as_(nurse), "team-rota-here", care_team)
        assert "You have said that you are here tonight." in page
        turn = Turn.objects.get()
        assert (turn.person, turn.day, turn.part, turn.place) == (nurse, *TONIGHT, Place.HERE)
        post(as_(nurse), "team-rota-here", care_team, gone="1")
        assert not Turn.objects.exists()

    def test_by_day_is_of_the_coming_night(self, nurse: User, care_team: CareTeam, clock_at_now: Any) -> None:
        clock_at_now.move_to(TEN)
        post(as_(nurse), "team-rota-here", care_team)
        assert Turn.objects.get().day == TEN.date()


class TestAway:
    def days(self, who: User, first: str = "2026-11-19", last: str = "2026-11-22") -> dict[str, str]:
        return {"person": str(who.pk), "from_day": first, "until_day": last}

    def test_is_noted_by_herself_and_taken_back(self, lead: User, nurse: User, care_team: CareTeam) -> None:
        post(as_(lead), "team-rota-week", care_team, **week(first=nurse))
        page = post(as_(nurse), "team-rota-away", care_team, **self.days(nurse))
        assert "Saved." in page
        assert "Nobody is on: Thu 19 Nov, night" in page
        assert not who_is_on(care_team, NOW)
        noted = Absence.objects.get()
        as_(nurse).post(reverse("team-rota-away-end", args=[care_team.pk, noted.pk]))
        assert who_is_on(care_team, NOW)

    def test_of_a_colleague_is_the_leads(
        self, lead: User, nurse: User, second: User, care_team: CareTeam
    ) -> None:
        response = as_(second).post(reverse("team-rota-away", args=[care_team.pk]), self.days(nurse))
        assert response.status_code == 422
        post(as_(lead), "team-rota-away", care_team, **self.days(nurse))
        noted = Absence.objects.get(person=nurse)
        as_(second).post(reverse("team-rota-away-end", args=[care_team.pk, noted.pk]))
        assert Absence.objects.exists()
        as_(lead).post(reverse("team-rota-away-end", args=[care_team.pk, noted.pk]))
        assert not Absence.objects.exists()

    @pytest.mark.parametrize(
        ("first", "last", "said"),
        [
            ("2026-11-22", "2026-11-21", "The last day is before the first one."),
            ("2026-11-01", "2026-11-02", "These days are over."),
            ("", "2026-11-22", "Not saved yet"),
            ("soon", "later", "Pick the day"),
        ],
    )
    def test_of_days_that_are_none_is_asked_about(
        self, nurse: User, care_team: CareTeam, first: str, last: str, said: str
    ) -> None:
        page = post(as_(nurse), "team-rota-away", care_team, **self.days(nurse, first, last))
        assert said in page
        assert not Absence.objects.exists()


class TestAGapAhead:
    """The lead is told in the daytime before it."""

    def told(self, at: datetime) -> list[str]:
        tell_due(now=at)
        new = Message.objects.filter(kind=Kind.ROTA, queued_at=at)
        return sorted(new.values_list("recipient__name", flat=True))

    def keep(self, team: CareTeam, who: User, *, but: tuple[date, str] | None = None) -> None:
        """Somebody is on in each shift of these weeks."""
        Rota.objects.create(care_team=team, version=1, looks_at=NOW)
        shifts = [(MONDAY + timedelta(days=ahead), part) for ahead in range(21) for part in ShiftPart.values]
        turns = [shift for shift in shifts if shift != but]
        about = {"care_team": team, "person": who, "place": Place.FIRST}
        Turn.objects.bulk_create(Turn(day=day, part=part, **about) for day, part in turns)

    @pytest.mark.hazard("H38")
    def test_is_told_to_the_lead_in_the_daytime_once_a_day(
        self, lead: User, nurse: User, care_team: CareTeam
    ) -> None:
        self.keep(care_team, nurse, but=(date(2026, 11, 21), "night"))
        assert self.told(NOW) == []
        assert self.told(TEN) == ["Lead"]
        assert self.told(TEN + HOUR) == []
        assert self.told(TEN + 20 * HOUR) == []
        assert self.told(TEN + 22 * HOUR) == ["Lead"]
        assert self.told(TEN + 46 * HOUR) == []

    def test_is_none_where_somebody_is_on(self, lead: User, nurse: User, care_team: CareTeam) -> None:
        self.keep(care_team, nurse)
        assert self.told(TEN) == []
        assert Rota.objects.get().looks_at == TEN + HOUR

    @pytest.mark.hazard("H38")
    def test_that_an_absence_makes_is_told_at_once(
        self, lead: User, nurse: User, care_team: CareTeam, clock_at_now: Any
    ) -> None:
        self.keep(care_team, nurse)
        assert self.told(TEN) == []
        clock_at_now.move_to(TEN)
        days = {"person": nurse.pk, "from_day": "2026-11-20", "until_day": "2026-11-20"}
        post(as_(nurse), "team-rota-away", care_team, **days)
        assert self.told(TEN) == ["Lead"]

    def test_comes_once_however_many_look(self, lead: User, nurse: User, care_team: CareTeam) -> None:
        self.keep(care_team, nurse, but=(date(2026, 11, 20), "night"))
        for _look in range(3):
            self.told(TEN)
        assert Message.objects.filter(kind=Kind.ROTA).count() == 1

    def test_is_not_hidden_by_a_clock_that_was_ahead(
        self, lead: User, nurse: User, care_team: CareTeam
    ) -> None:
        self.keep(care_team, nurse, but=(date(2026, 11, 20), "night"))
        Rota.objects.update(looks_at=NOW + timedelta(days=400))
        assert self.told(TEN) == ["Lead"]

    def test_leads_to_the_rota(self, lead: User, nurse: User, care_team: CareTeam) -> None:
        self.keep(care_team, nurse, but=(date(2026, 11, 20), "night"))
        self.told(TEN)
        told = as_(lead).get(reverse("message", args=[Message.objects.get(kind=Kind.ROTA).pk]))
        assert told.headers["Location"] == reverse("team-rota", args=[care_team.pk])

    def test_of_a_team_that_keeps_no_rota_is_told_to_nobody(self, lead: User, nurse: User) -> None:
        assert Membership.objects.filter(user=nurse).exists()
        assert self.told(TEN) == []

"""Children, care teams and their numbers."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from tests.support.personas import DAY_NUMBER, NIGHT_NUMBER, NOW, NUMBERS, child_of, person
from therapies.schedule import Event
from tracker.core.refused import Refused
from tracker.families.actions.care_teams import change_numbers, join_care_team, leave_care_team
from tracker.families.actions.children import begin_child, pause, resume, update_child
from tracker.families.numbers import Numbers
from tracker.lib import emergency_numbers
from tracker.models import AuditEvent, CareTeam, Child, Membership, PauseReason, Role, User

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
WEEK = [MONDAY + timedelta(minutes=minute) for minute in range(7 * 24 * 60)]


def team(**fields: Any) -> CareTeam:
    return CareTeam(
        **{"kept_by_family": True, "day_number": DAY_NUMBER, "night_number": NIGHT_NUMBER} | fields
    )


class TestTheNumberToCall:
    def test_is_the_day_number_in_the_teams_hours_and_the_night_number_else(self) -> None:
        ward = team(time_zone="UTC")
        for at in WEEK:
            in_hours = at.isoweekday() <= 5 and 8 <= at.hour < 17
            assert ward.number_for(at) == (DAY_NUMBER if in_hours else NIGHT_NUMBER, not in_hours, in_hours)

    @pytest.mark.hazard("H22")
    @pytest.mark.parametrize("opens", [time(0), time(8), time(20), time(23, 59)])
    @pytest.mark.parametrize("closes", [time(0), time(8), time(17), time(23, 59)])
    @pytest.mark.parametrize("days", ["", "12345", "67", "1234567"])
    @pytest.mark.parametrize("numbers", [(DAY_NUMBER, ""), ("", NIGHT_NUMBER), (DAY_NUMBER, NIGHT_NUMBER)])
    def test_is_one_number_at_every_minute_of_the_week(
        self, opens: time, closes: time, days: str, numbers: tuple[str, str]
    ) -> None:
        ward = team(
            opens_at=opens, closes_at=closes, open_days=days, day_number=numbers[0], night_number=numbers[1]
        )
        for at in WEEK[:: 7 * 24 * 60 // 503]:
            line = ward.number_for(at)
            assert line.number
            assert line.number == (ward.night_number if line.is_night else ward.day_number)

    def test_with_hours_over_midnight_friday_night_lasts_until_saturday_morning(self) -> None:
        ward = team(opens_at=time(20), closes_at=time(6), open_days="5")
        friday = MONDAY + timedelta(days=4)
        assert not ward.is_open(friday + timedelta(hours=5))
        assert ward.is_open(friday + timedelta(hours=20))
        assert ward.is_open(friday + timedelta(hours=24 + 5, minutes=59))
        assert not ward.is_open(friday + timedelta(hours=24 + 6))

    def test_with_equal_hours_is_open_the_whole_day(self) -> None:
        ward = team(opens_at=time(8), closes_at=time(8), open_days="1234567")
        assert all(ward.is_open(at) for at in WEEK[::7])

    def test_goes_by_the_clock_of_the_team_also_when_that_is_moved(self) -> None:
        ward = team(time_zone="America/New_York", open_days="1234567")
        for day in (date(2026, 3, 8), date(2026, 11, 1), date(2026, 7, 1)):
            opens = datetime.combine(day, time(8), ZoneInfo("America/New_York"))
            assert ward.is_open(opens)
            assert not ward.is_open(opens - timedelta(minutes=1))

    def test_survives_a_time_zone_that_does_not_exist(self) -> None:
        for name in ("Mars/Phobos", "", "../../etc/passwd", "\x00", "Europe"):
            assert team(time_zone=name).number_for(NOW).number == NIGHT_NUMBER

    @pytest.mark.hazard("H22")
    @pytest.mark.django_db
    def test_cannot_be_missing(self) -> None:
        with pytest.raises(IntegrityError, match="care_team_has_a_number"):
            team(day_number="", night_number="", begun_at=NOW, changed_at=NOW).save()


@pytest.mark.parametrize(
    ("born", "at", "years"),
    [
        (None, NOW, None),
        (date(2023, 11, 1), NOW, 2),  # the birthday may still come this month
        (date(2023, 10, 1), NOW, 3),
        (date(2026, 11, 1), NOW, 0),
        (date(2027, 2, 1), NOW, 0),
        (date(2008, 10, 1), NOW, 18),
    ],
)
def test_a_child_is_never_older_than_it_is(born: date | None, at: datetime, years: int | None) -> None:
    assert Child(birth_month=born).age_years(at) == years


def test_the_age_goes_by_the_familys_calendar() -> None:
    child = Child(birth_month=date(2020, 10, 1), time_zone="Pacific/Auckland")
    assert child.age_years(datetime(2026, 10, 31, 10, 59, tzinfo=UTC)) == 5
    assert child.age_years(datetime(2026, 10, 31, 11, 0, tzinfo=UTC)) == 6


class TestBeginning:
    def test_gives_a_child_its_parent_numbers_and_course(self, mother: User) -> None:
        infusion = Event("infusion", NOW - timedelta(days=6))
        child = child_of(mother, "Juno", "tisagenlecleucel", infusion)
        assert child.memberships.get().role == Role.PARENT
        assert child.care_team.kept_by_family
        assert child.care_team.number_for(NOW).number == NIGHT_NUMBER
        assert (child.course.therapy, child.course.begun_at) == ("tisagenlecleucel", infusion.at)
        assert child.course.context_at(NOW) == {"days_since_infusion": 6}

    def test_twice_with_one_form_gives_one_child(self, mother: User) -> None:
        form = {
            "about": {"nickname": "Juno"},
            "numbers": NUMBERS,
            "therapy": "blinatumomab",
            "by": mother,
            "now": NOW,
        }
        given = uuid4()
        assert begin_child(**form, child_id=given) == begin_child(**form, child_id=given)
        assert (Child.objects.count(), CareTeam.objects.count(), Membership.objects.count()) == (1, 1, 1)

    def test_with_the_id_of_another_familys_child_gives_nothing(self, mother: User, stranger: User) -> None:
        other = Child.objects.get()
        with pytest.raises(IntegrityError):
            begin_child(
                about={"nickname": "Juno"},
                numbers=NUMBERS,
                therapy="blinatumomab",
                by=mother,
                now=NOW,
                child_id=other.pk,
            )
        assert not mother.memberships.exists()

    def test_without_a_number_leaves_nothing_behind(self, mother: User) -> None:
        with pytest.raises(IntegrityError):
            begin_child(
                about={"nickname": "Juno"}, numbers=Numbers(), therapy="blinatumomab", by=mother, now=NOW
            )
        assert not Child.objects.exists()

    def test_takes_nothing_that_is_not_about_a_child(self, mother: User) -> None:
        with pytest.raises(TypeError, match="care_team_id"):
            begin_child(
                about={"nickname": "Juno", "care_team_id": uuid4()},
                numbers=NUMBERS,
                therapy="x",
                by=mother,
                now=NOW,
            )


class TestChanging:
    def test_a_child_says_which_fields_and_not_what_they_hold(self, child: Child, mother: User) -> None:
        update_child(
            child=child,
            about={"nickname": "Junebug", "baseline_weight_kg": Decimal("20.4")},
            by=mother,
            now=NOW,
        )
        assert Child.objects.get().nickname == "Junebug"
        audit = AuditEvent.objects.get(verb="child.changed")
        assert (audit.who, audit.child, audit.at) == (mother.pk, child.pk, NOW)
        assert audit.detail == {"fields": ["baseline_weight_kg", "nickname"]}

    def test_numbers_keeps_what_they_were(self, child: Child, mother: User) -> None:
        change_numbers(
            care_team=child.care_team,
            numbers=Numbers(day_number="555 0199", opens_at=time(7)),
            by=mother,
            now=NOW,
        )
        assert CareTeam.objects.get().number_for(NOW).number == "555 0199"
        assert AuditEvent.objects.get(verb="numbers.changed").detail["changed"] == {
            "day_number": [DAY_NUMBER, "555 0199"],
            "night_number": [NIGHT_NUMBER, ""],
            "opens_at": ["08:00:00", "07:00:00"],
        }

    def test_nothing_writes_nothing(self, child: Child, mother: User) -> None:
        change_numbers(care_team=child.care_team, numbers=NUMBERS, by=mother, now=NOW)
        assert not AuditEvent.objects.filter(verb="numbers.changed").exists()

    def test_a_pause_needs_no_reason_beyond_one_tap_and_ends_with_another(
        self, child: Child, mother: User
    ) -> None:
        pause(child=child, reason=PauseReason.NOT_NEEDED, by=mother, now=NOW)
        assert Child.objects.get().paused_at == NOW
        resume(child=child, by=mother, now=NOW)
        resume(child=child, by=mother, now=NOW)
        assert Child.objects.get().paused_at is None
        assert AuditEvent.objects.filter(verb="child.resumed").count() == 1

    @pytest.mark.parametrize("fields", [{"paused_at": NOW}, {"paused_reason": "moved"}, {"units": "K"}])
    def test_a_child_into_what_cannot_be_is_refused(self, child: Child, fields: dict[str, Any]) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Child.objects.update(**fields)


class TestACareTeam:
    def test_is_joined_by_its_code_and_replaces_the_familys_own(
        self, child: Child, care_team: CareTeam, mother: User
    ) -> None:
        typed = f" {care_team.join_code[:4].lower()} {care_team.join_code[4:]}"
        assert join_care_team(child=child, code=typed, by=mother, now=NOW) == care_team
        assert Child.objects.get().care_team == care_team
        assert not CareTeam.objects.filter(kept_by_family=True).exists()

    def test_is_not_joined_by_another_code(self, child: Child, care_team: CareTeam, mother: User) -> None:
        for code in ("", "NOSUCHCODE", "None"):
            with pytest.raises(Refused):
                join_care_team(child=child, code=code, by=mother, now=NOW)
        assert Child.objects.get().care_team.kept_by_family

    def test_is_left_with_its_numbers_so_that_there_is_always_one_to_call(
        self, ward_child: Child, mother: User
    ) -> None:
        own = leave_care_team(child=ward_child, by=mother, now=NOW)
        assert own.kept_by_family
        assert own.number_for(NOW).number == NIGHT_NUMBER
        assert leave_care_team(child=ward_child, by=mother, now=NOW) == own

    def test_of_a_family_has_no_code(self, child: Child) -> None:
        with pytest.raises(IntegrityError, match="only_a_clinic_is_joined"):
            CareTeam.objects.update(join_code="ABC")


@pytest.mark.django_db
def test_an_email_belongs_to_one_person_in_any_case() -> None:
    user = person("mother")
    assert User.objects.get_by_natural_key("MOTHER@example.ORG") == user
    with pytest.raises(IntegrityError):
        User.objects.create_user("Mother@example.org")


@pytest.mark.django_db
def test_a_superuser_can_be_made_by_the_command_line() -> None:
    admin = User.objects.create_superuser("admin@example.org", "a long pass phrase")
    assert admin.is_staff
    assert admin.check_password("a long pass phrase")


@pytest.mark.parametrize(
    ("country", "number"),
    [
        ("DE", "112"),
        ("gb", "999"),
        ("US", "911"),
        ("AU", "000"),
        ("NZ", "111"),
        ("", "112 or 911"),
        ("XX", "112 or 911"),
    ],
)
def test_the_emergency_number_is_that_of_the_country(country: str, number: str) -> None:
    assert emergency_numbers.emergency_number(country) == number
    assert Child(country=country).number_in_an_emergency == number


def test_a_family_may_put_another_emergency_number() -> None:
    assert Child(country="DE", emergency_number="19222").number_in_an_emergency == "19222"

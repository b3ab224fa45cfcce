"""Settings, the clinic's code, the pause, several children."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.support.again import asked_again
from tests.support.personas import NOW, child_of
from tracker.models import CareTeam, Child, User

pytestmark = pytest.mark.django_db
ABOUT = {
    "save": "child",
    "your_name": "Mum",
    "nickname": "Juni",
    "born": "2017-04",
    "colour": "rose",
    "writes": "no",
    "first_sentence": "The moon is my lamp.",
    "weight": "26,4",
    "unit": "F",
    "time_zone": "Europe/Dublin",
    "emergency_number": "999",
}
NUMBERS = {
    "save": "numbers",
    "day_number": "030 1234577",
    "days": "1234567",
    "opens": "07:00",
    "closes": "15:30",
    "night_number": "",
    "clinic_zone": "Europe/Berlin",
}


@pytest.fixture(autouse=True)
def at_night(clock: Any) -> None:
    clock.move_to(NOW)


@pytest.fixture
def as_mother(mother: User) -> Client:
    return asked_again(mother)


def page(child: Child) -> str:
    return reverse("settings", args=[child.pk])


def test_settings_of_the_child_are_kept(as_mother, child, mother):
    assert as_mother.post(page(child), ABOUT).status_code == 303
    child.refresh_from_db()
    mother.refresh_from_db()
    assert (child.nickname, child.birth_month, child.colour, child.writes) == (
        "Juni",
        date(2017, 4, 1),
        "rose",
        False,
    )
    assert (child.units, child.time_zone, child.emergency_number) == ("F", "Europe/Dublin", "999")
    assert (str(child.baseline_weight_kg), child.first_sentence) == ("26.40", "The moon is my lamp.")
    assert mother.name == "Mum"


def test_saving_what_stands_changes_nothing(as_mother, child):
    before = Child.objects.values().get(pk=child.pk)
    form = as_mother.get(page(child)).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields} | {
        "save": "child",
        "emergency_number": "",
    }
    assert as_mother.post(page(child), sent).status_code == 303
    assert Child.objects.values().get(pk=child.pk) == before


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"nickname": " "}, "Type a nickname"),
        ({"weight": "heavy"}, "Type the weight in kg"),
        ({"weight": "500"}, "hardly be a weight"),
        ({"emergency_number": "call"}, "not a telephone number"),
        ({"time_zone": "Mars"}, "Choose a place"),
    ],
)
def test_what_cannot_be_is_said_and_kept(as_mother, child, wrong, said):
    response = as_mother.post(page(child), ABOUT | wrong)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert "The moon is my lamp." in response.content.decode()
    child.refresh_from_db()
    assert child.nickname == "Juno"


def test_a_family_that_travels_gets_the_emergency_number_of_where_it_is(as_mother, child):
    child.time_zone, child.country = "America/Chicago", "US"
    child.save()
    form = as_mother.get(page(child)).context["form"]
    assert form["emergency_number"].value() == "911"
    as_mother.post(page(child), ABOUT | {"emergency_number": "911", "time_zone": "Europe/Berlin"})
    child.refresh_from_db()
    assert (child.country, child.number_in_an_emergency) == ("DE", "112")
    own = {"emergency_number": "19222", "emergency_number_sure": "19222"}
    as_mother.post(page(child), ABOUT | own | {"time_zone": "Europe/Berlin"})
    as_mother.post(page(child), ABOUT | {"emergency_number": "19222", "time_zone": "America/Chicago"})
    child.refresh_from_db()
    assert child.number_in_an_emergency == "19222"


def test_what_the_rules_read_of_the_settings_follows_at_once(as_mother, child, log):
    recorded = log(temperature=36.8).log
    as_mother.post(page(child), ABOUT | {"first_sentence": ""})
    assert recorded.assessments.count() == 2
    as_mother.post(page(child), ABOUT | {"nickname": "June"})
    assert recorded.assessments.count() == 2


def test_the_family_changes_its_own_numbers(as_mother, child):
    assert as_mother.post(page(child), NUMBERS).status_code == 303
    team = CareTeam.objects.get()
    assert (team.day_number, team.night_number, team.open_days) == ("+49 30 1234577", "", "1234567")
    assert team.time_zone == "Europe/Berlin"
    assert "tel:+49301234577" in as_mother.get(page(child)).content.decode()


def test_there_is_always_one_number_to_call(as_mother, child):
    response = as_mother.post(page(child), NUMBERS | {"day_number": ""})
    assert "one number at least" in response.content.decode()
    assert CareTeam.objects.get().day_number == "555 0100"


def test_a_clinics_numbers_are_not_the_familys_to_change(as_mother, ward_child, care_team):
    as_mother.post(page(ward_child), NUMBERS)
    care_team.refresh_from_db()
    assert care_team.day_number == "555 0100"


def test_joining_the_clinic_by_its_code_and_leaving_it_again(as_mother, child, care_team):
    wrong = as_mother.post(page(child), {"save": "clinic", "code": "NOSUCHCODE"})
    assert "No care team has this code" in wrong.content.decode()
    as_mother.post(page(child), {"save": "clinic", "code": care_team.join_code.lower()})
    child.refresh_from_db()
    assert child.care_team == care_team
    assert "Maple ward" in as_mother.get(page(child)).content.decode()
    as_mother.post(page(child), {"save": "leave"})
    child.refresh_from_db()
    assert child.care_team.kept_by_family
    assert child.care_team.night_number == care_team.night_number


def test_a_pause_asks_one_thing_and_goes_on_again(as_mother, child):
    address = reverse("pause", args=[child.pk])
    assert as_mother.post(address, {}).status_code == 422
    as_mother.post(address, {"reason": "not-needed"})
    page = as_mother.get(address).content.decode()
    assert "We don&#x27;t need this any more" in page
    child.refresh_from_db()
    assert child.paused_at == NOW
    as_mother.post(address, {"resume": "yes"})
    child.refresh_from_db()
    assert child.paused_at is None


def test_a_second_child_is_one_tap_away(as_mother, child, mother):
    other = child_of(mother, "Theo", "blinatumomab")
    page = as_mother.get(reverse("more", args=[child.pk])).content.decode()
    assert "Change child" in page
    assert reverse("today", args=[other.pk]) in page
    assert reverse("begin") in page
    assert as_mother.get("/begin/").url == "/begin/child/"

"""From signing up to Today."""

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from tests.support.mails import code_for, mails_to
from tracker.models import CareTeam, Child, ReminderTime, User

pytestmark = pytest.mark.django_db
BERLIN = {"zone_guess": "Europe/Berlin"}
SCREENS: dict[str, dict[str, str]] = {
    "child": {"nickname": "Juno", "born": "2018-05", "colour": "gold", "writes": "yes", **BERLIN},
    "therapy": {"therapy": "tisagenlecleucel"},
    "dates": {"infusion": "2026-03-01"},
    "numbers": {
        "day_number": "+49 30 1234567",
        "opens": "07:30",
        "closes": "16:00",
        "night_number": "+1 202 555 0142",
    },
    "start": {"unit": "C", "time_zone": "Europe/Berlin", "after_saving": "call"},
}


@pytest.fixture
def newcomer(client: Client, clock: Any) -> User:
    user = User.objects.create_user("new@example.org")
    client.force_login(user)
    return user


def send(client: Client, step: str, go: str = "next", **changed: str) -> Any:
    return client.post(f"/begin/{step}/", SCREENS.get(step, {}) | changed | {"go": go})


def begin(client: Client, **changed: dict[str, str]) -> Any:
    """All five screens; gives the last response."""
    for step in SCREENS:
        response = send(client, step, **changed.get(step, {}))
    return response


def test_who_is_new_signs_up_and_comes_to_the_first_screen(client):
    assert client.get("/begin/").url == "/account/signup/?next=/begin/"
    form = {"email": "new@example.org", "password1": "a quiet night", "next": "/begin/"}
    response = client.post("/account/signup/?next=/begin/", form)
    assert response.url == "/begin/"
    assert client.get("/begin/").url == "/begin/child/"
    assert len(mails_to("new@example.org")) == 1  # the address is to be confirmed, and nothing waits for that


def test_an_address_that_has_an_account_is_told_to_sign_in(client, newcomer):
    client.logout()
    response = client.post("/account/signup/", {"email": "New@example.org", "password1": "a quiet night"})
    assert "Sign in with it" in response.content.decode()
    assert User.objects.count() == 1


def test_a_code_by_mail_leads_back_to_where_it_was_begun(client, newcomer):
    client.logout()
    asked = client.post("/account/login/code/?next=/begin/", {"email": "new@example.org"})
    assert client.post(asked.url, {"code": code_for("new@example.org")}).url == "/begin/"


def test_a_draft_survives_signing_in_again(client, newcomer):
    send(client, "child")
    send(client, "therapy")
    client.force_login(newcomer)
    assert client.get("/").url == "/begin/"
    assert client.get("/begin/").url == "/begin/dates/"


def test_five_screens_give_a_child_with_its_numbers_and_day(client, newcomer):
    response = begin(client)
    child = Child.objects.get()
    assert (response.status_code, response.url) == (303, reverse("today", args=[child.pk]))
    assert (child.nickname, child.colour, child.writes, child.units) == ("Juno", "gold", True, "C")
    assert (child.time_zone, child.country, child.number_in_an_emergency) == ("Europe/Berlin", "DE", "112")
    team = child.care_team
    assert (team.day_number, team.night_number, team.time_zone) == (
        "+49 30 1234567",
        "+1 202-555-0142",
        "Europe/Berlin",
    )
    assert team.opens_at.isoformat() == "07:30:00"
    now = datetime(2026, 3, 7, 2, 14, tzinfo=UTC)
    assert child.course.day_labels(now) == [("Day %(day)d after the infusion", {"day": 6})]
    assert client.get("/").url == reverse("today", args=[child.pk])


@pytest.mark.parametrize(("chosen", "times"), [("twice", ["08:00", "19:30"]), ("once", ["19:30"]), ("", [])])
def test_the_last_screen_sets_the_reminders(client, newcomer, chosen, times):
    begin(client, start={"reminders": chosen})
    found = [f"{at:%H:%M}" for at in ReminderTime.objects.order_by("at").values_list("at", flat=True)]
    assert found == times


@pytest.mark.parametrize(
    ("therapy", "writes", "asked"),
    [
        ("tisagenlecleucel", "yes", True),
        ("blinatumomab", "", True),
        ("tisagenlecleucel", "no", False),
        ("inotuzumab-ozogamicin", "yes", False),
    ],
)
def test_the_sentence_to_compare_with_is_asked_where_it_is_compared(client, newcomer, therapy, writes, asked):
    """Before anything has changed, and not only in Settings."""
    changed = {"child": {"writes": writes}, "therapy": {"therapy": therapy}, "dates": {"infusion": ""}}
    for step in list(SCREENS)[:-1]:
        send(client, step, **changed.get(step, {}))
    assert ('name="first_sentence"' in client.get("/begin/start/").content.decode()) is asked
    send(client, "start", first_sentence="The moon is my lamp.")
    assert Child.objects.get().first_sentence == ("The moon is my lamp." if asked else "")


def test_the_likely_clocks_come_before_all_others(client, newcomer):
    send(client, "child", zone_guess="America/Chicago")
    page = client.get("/begin/start/").content.decode()
    likely = page[page.index('<optgroup label="Likely">') :].partition("</optgroup>")[0]
    assert re.findall(r'value="([^"]+)"', likely)[:3] == [
        "America/New_York",
        "America/Chicago",
        "America/Denver",
    ]
    assert likely.count("<option") < 10
    assert 'value="Asia/Tokyo"' in page
    assert page.count(" selected") == 1


def test_the_first_screen_asks_who_is_writing_once(client, newcomer):
    assert "your_name" in client.get("/begin/child/").content.decode()
    begin(client, child={"your_name": "Mum"})
    newcomer.refresh_from_db()
    assert (newcomer.name, newcomer.time_zone) == ("Mum", "Europe/Berlin")
    assert "your_name" not in client.get("/begin/child/").content.decode()


def test_a_double_tap_on_the_last_screen_gives_one_child(client, newcomer):
    page = client.get("/begin/child/")
    child_id = page.context["child_id"]
    first = begin(client)
    # The second tap was under way when the first took the draft away.
    again = send(client, "start", child_id=str(Child.objects.get().pk))
    assert again.url == first.url
    assert Child.objects.count() == 1
    assert child_id


def test_the_last_screen_twice_at_once_gives_one_child(client, newcomer):
    for step in list(SCREENS)[:-1]:
        send(client, step)
    draft = dict(client.session["begin"])
    send(client, "start")
    session = client.session
    session["begin"] = draft
    session.save()
    send(client, "start")
    assert Child.objects.count() == 1


def test_everything_but_therapy_and_number_can_be_skipped(client, newcomer):
    send(client, "child", go="skip")
    send(client, "therapy", therapy="blinatumomab")
    send(client, "dates", go="skip")
    send(client, "numbers")
    response = client.post("/begin/start/", {"go": "next"})
    child = Child.objects.get()
    assert response.url == reverse("today", args=[child.pk])
    assert (child.nickname, child.course.therapy) == ("My child", "blinatumomab")


@pytest.mark.parametrize(
    ("missing", "said"), [("therapy", "Choose the therapy"), ("numbers", "one number at least")]
)
def test_a_therapy_and_a_number_are_needed(client, newcomer, missing, said):
    empty = {name: "" for name in SCREENS[missing]}
    response = send(client, missing, **empty)
    assert response.status_code == 422
    assert said in response.content.decode()
    begin(client, **{missing: empty})
    assert not Child.objects.exists()
    assert client.get("/begin/").status_code == 302


def test_leaping_to_the_last_screen_leads_to_the_first_that_is_needed(client, newcomer):
    assert send(client, "start").url == "/begin/therapy/"


def test_what_was_typed_is_still_there_after_going_back_and_after_a_mistake(client, newcomer):
    send(client, "child", born="2018-13")
    assert "2018-13" in client.get("/begin/child/").content.decode()
    send(client, "child")
    send(client, "therapy")
    response = send(client, "dates", go="back", infusion="2026-02-28")
    assert response.url == "/begin/therapy/"
    assert "2026-02-28" in client.get("/begin/dates/").content.decode()
    assert client.get("/begin/").url == "/begin/numbers/"  # where it was left


@pytest.mark.parametrize(
    ("step", "wrong", "said"),
    [
        ("child", {"nickname": ""}, "Type a nickname"),
        ("child", {"born": "2031-01"}, "still to come"),
        ("child", {"born": "next spring"}, "Type the year and the month"),
        ("dates", {"infusion": "2017-01-01"}, "before your child was born"),
        ("dates", {"infusion": "yesterday"}, "Pick the day"),
        ("numbers", {"day_number": "the ward"}, "not a telephone number"),
        ("numbers", {"opens": "25:00"}, "Type the time like"),
        ("numbers", {"code": "AAAABBBBCC"}, "No care team has this code"),
        ("start", {"after_saving": "wait"}, "Saving calls nobody"),
        ("start", {"time_zone": "Moon/Tranquility"}, "Choose a place from the list"),
    ],
)
def test_what_cannot_be_is_said_plainly(client, newcomer, step, wrong, said):
    send(client, "child")
    send(client, "therapy")
    response = send(client, step, **wrong)
    assert response.status_code == 422
    assert said in response.content.decode()


@pytest.mark.parametrize(
    ("born", "shown"), [("2018-05", False), ("2008-03", False), ("2008-02", True), ("", False)]
)
def test_a_therapy_for_adults_shows_for_adults_only(client, newcomer, born, shown):
    send(client, "child", born=born)
    page = client.get("/begin/therapy/").content.decode()
    assert ("brexucabtagene" in page) is shown


def test_a_therapy_that_no_longer_fits_the_age_is_asked_again(client, newcomer):
    send(client, "child", born="2005-01")
    send(client, "therapy", therapy="brexucabtagene-autoleucel")
    send(client, "child", born="2015-01")
    send(client, "numbers")
    assert send(client, "start").url == "/begin/therapy/"


def test_a_split_dose_has_the_day_of_each_infusion(client, newcomer):
    begin(
        client,
        child={"born": "2000-01"},
        therapy={"therapy": "obecabtagene-autoleucel"},
        dates={"infusion": "2026-02-25", "infusion_2": "2026-03-30"},
    )
    given, planned = Child.objects.get().course.schedule
    assert (given.kind, given.at.date().isoformat()) == ("infusion", "2026-02-25")
    assert (planned.kind, planned.until.date().isoformat()) == ("next", "2026-03-30")


def test_a_pump_has_a_start_and_a_cycle(client, newcomer):
    begin(
        client,
        therapy={"therapy": "blinatumomab"},
        dates={"start": "2026-03-03T09:00", "cycle": "2"},
    )
    (event,) = Child.objects.get().course.events.all()
    assert (event.kind, event.cycle) == ("start", 2)
    assert event.at == datetime(2026, 3, 3, 9, tzinfo=ZoneInfo("Europe/Berlin"))


def test_doses_are_counted_and_one_to_come_is_planned(client, newcomer):
    begin(
        client,
        therapy={"therapy": "inotuzumab-ozogamicin"},
        dates={"dose_1": "2026-02-27T10:00", "dose_2": "2026-03-06T10:00", "dose_3": "2026-03-13T10:00"},
    )
    events = Child.objects.get().course.events.order_by("at")
    assert [event.kind for event in events] == ["dose", "dose", "next"]


def test_a_clinics_code_brings_its_numbers(client, newcomer, care_team: CareTeam):
    code = care_team.join_code.lower()
    begin(client, numbers={"day_number": "", "night_number": "", "code": f" {code[:5]} {code[5:]} "})
    assert Child.objects.get().care_team == care_team
    assert not CareTeam.objects.filter(kept_by_family=True).exists()


def test_american_families_start_with_fahrenheit_and_911(client, newcomer):
    send(client, "child", zone_guess="America/Chicago")
    send(client, "therapy")
    assert 'value="911"' in client.get("/begin/numbers/").content.decode()
    assert client.get("/begin/start/").context["form"]["unit"].value() == "F"


def test_the_emergency_number_is_that_of_the_place_that_was_chosen(client, newcomer):
    """The browser's clock was wrong; what it filled in is nobody's choice."""
    begin(client, numbers={"emergency_number": "112"}, start={"time_zone": "America/Chicago"})
    child = Child.objects.get()
    assert (child.emergency_number, child.number_in_an_emergency) == ("", "911")


def test_an_emergency_number_of_ones_own_is_kept(client, newcomer):
    begin(client, numbers={"emergency_number": "19222", "emergency_number_sure": "19222"})
    assert Child.objects.get().number_in_an_emergency == "19222"


@pytest.mark.parametrize("step", SCREENS)
def test_a_screen_costs_few_queries(client, newcomer, step, django_assert_max_num_queries):
    for done in list(SCREENS)[:-1]:
        send(client, done)
    with django_assert_max_num_queries(15):
        assert client.get(f"/begin/{step}/").status_code == 200


def test_an_old_name_of_a_time_zone_is_understood(client, newcomer):
    begin(client, child={"zone_guess": "Asia/Calcutta"}, start={"time_zone": "Asia/Calcutta"})
    assert Child.objects.get().country == "IN"


def test_a_stranger_to_the_site_sees_the_welcome(client):
    assert "Know when to call" in client.get("/").content.decode()


def test_a_helper_sees_more_without_what_she_may_not_change(client, child, helper):
    client.force_login(helper)
    page = client.get(reverse("more", args=[child.pk])).content.decode()
    assert "tel:5550142" in page
    assert reverse("settings", args=[child.pk]) not in page


def test_a_mother_finds_everything_in_more(client, child, mother):
    client.force_login(mother)
    page = client.get(reverse("more", args=[child.pk])).content.decode()
    assert reverse("settings", args=[child.pk]) in page

"""Today: what was last, what was said, what is open; and what each page costs, however long the history."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.site.test_costs import A_LOG, AT_MOST, asked, remember
from tests.support.pages import FEVER, Phone, links, text
from tests.support.personas import DAY_NUMBER, NIGHT_NUMBER, NOW, NUMBERS, child_of
from tracker.families.actions.care_teams import change_numbers
from tracker.families.actions.children import pause
from tracker.logs.actions.record import Recorded
from tracker.models import Alert, Child, PauseReason, SymptomLog, User

pytestmark = pytest.mark.usefixtures("night")
Log = Callable[..., Recorded]


def today_of(phone: Phone, child: Child) -> Any:
    return phone.get(reverse("today", args=[child.pk]))


def test_the_first_day_has_a_number_and_a_way_to_log(phone: Phone, child: Child) -> None:
    page = today_of(phone, child)
    assert "Nothing logged yet." in text(page)
    assert "Day 6 after the infusion" in text(page)
    assert "tel:5550142" in links(page)
    assert reverse("log-new", args=[child.pk]) in links(page)
    assert reverse("log-neuro", args=[child.pk]) in links(page)


def test_the_last_log_says_how_old_it_is_and_who_wrote_it(phone: Phone, child: Child, log: Log) -> None:
    log(temperature=36.9, fatigue="mild", hours_ago=4)
    said = text(today_of(phone, child))
    assert "4 hours ago , 22:14, by Mother 36.9 °C (98.4 °F) · Tired all over (mild)" in said


def test_an_open_answer_stands_on_top_until_it_is_closed(phone: Phone, ward_child: Child) -> None:
    phone.send(ward_child, **FEVER)
    page = today_of(phone, ward_child)
    assert "Call your care team now" in text(page)
    assert reverse("answer", args=[SymptomLog.objects.get().pk]) in links(page)


def test_the_open_answer_is_the_newest_that_joined_it(phone: Phone, ward_child: Child, night) -> None:
    phone.send(ward_child, **FEVER)
    night.shift(600)
    phone.send(ward_child, temperature="38.9")
    newest = SymptomLog.objects.latest("received_at")
    assert reverse("answer", args=[newest.pk]) in links(today_of(phone, ward_child))


@pytest.mark.hazard("H27")
@pytest.mark.parametrize("first_is", ["loud", "quiet"])
def test_of_two_logs_of_one_moment_the_script_names_the_danger(
    phone: Phone, ward_child: Child, first_is: str
) -> None:
    """They are one report to the rules, so the quiet one is as urgent and says nothing of why."""
    loud, quiet = {"temperature": "38.6"}, {"sign-fatigue": "mild"}
    for typed in (loud, quiet) if first_is == "loud" else (quiet, loud):
        phone.send(ward_child, **typed)
    hot = SymptomLog.objects.get(observations__code="temperature")
    assert {log.observed_at for log in SymptomLog.objects.all()} == {NOW}
    assert reverse("answer", args=[hot.pk]) in links(today_of(phone, ward_child))
    for log in SymptomLog.objects.all():
        script = text(phone.get(reverse("answer", args=[log.pk]))).partition("What to say")[2]
        assert "38.6 °C" in script.partition("Have you called?")[0]


@pytest.mark.hazard("H27")
def test_a_log_that_only_remembers_stands_for_no_alert(phone: Phone, ward_child: Child, night) -> None:
    phone.send(ward_child, temperature="38.6")
    hot = SymptomLog.objects.get()
    night.shift(1)
    later = phone.send(ward_child, temperature="36.8")
    assert SymptomLog.objects.latest("received_at").assessment.urgency == "now"
    assert "Less than an hour ago I logged: 38.6 °C" in text(later)
    assert reverse("answer", args=[hot.pk]) in links(today_of(phone, ward_child))


@pytest.mark.hazard("H27")
def test_a_milder_log_hides_neither_the_open_alert_nor_the_way_to_it(
    phone: Phone, ward_child: Child, night
) -> None:
    phone.send(ward_child, temperature="103", unit="F")
    feverish = SymptomLog.objects.get()
    night.shift(25 * 3600)
    milder = phone.send(ward_child, temperature="36.8", antipyretic_given="no", **{"sign-fatigue": "mild"})
    way = reverse("answer", args=[feverish.pk])
    assert Alert.objects.open().get().urgency == "now"  # not taken in by a milder one: no nurse has closed it
    assert SymptomLog.objects.latest("received_at").assessment.urgency == "today"
    assert way in links(milder)
    said = text(milder)
    assert said.index("The earlier log") < said.index("Call now: an earlier log still says so")
    assert "Call your care team today" not in said
    page = today_of(phone, ward_child)
    assert "Call your care team now" in text(page)
    assert way in links(page)
    assert "The earlier log" not in text(phone.get(way))


def test_the_week_shows_each_day_with_its_worst_and_its_calls(
    phone: Phone, child: Child, log: Log, mother: User
) -> None:
    log(temperature=36.8, hours_ago=24)
    log(temperature=38.6, hours_ago=28)
    phone.send(child, temperature="36.8")
    html = " ".join(today_of(phone, child).content.decode().split())
    assert 'aria-label="Thursday: 1 log, ' in html
    assert "Wednesday: 1 log, Call now" in html
    assert "Monday: nothing logged" in html
    assert "Triangle: call now. Square: noted. Dashed: nothing logged." in html
    assert "Octagon" not in html
    assert "Phone: you called." not in html


def test_an_empty_week_has_no_legend_of_shapes(phone: Phone, child: Child) -> None:
    said = text(today_of(phone, child))
    assert "Nothing logged in these seven days." in said
    assert "Triangle" not in said


def test_a_pause_says_why(phone: Phone, child: Child, mother: User) -> None:
    pause(child=child, reason=PauseReason.MOVED, by=mother, now=timezone.now())
    assert "Paused: Moved to another team. No reminder is sent." in text(today_of(phone, child))


def test_a_therapy_without_a_neuro_check_does_not_offer_it(phone: Phone, mother: User) -> None:
    ines = child_of(mother, "Ines", "inotuzumab-ozogamicin")
    assert reverse("log-neuro", args=[ines.pk]) not in links(today_of(phone, ines))


def test_a_nurse_sees_today_and_no_way_to_log(phone: Phone, ward_child: Child, nurse: User) -> None:
    hers = Phone()
    hers.force_login(nurse)
    assert "Log what you see" not in text(today_of(hers, ward_child))


@pytest.mark.hazard("H04")
def test_several_children_are_one_tap_away(phone: Phone, child: Child, mother: User) -> None:
    theo = child_of(mother, "Theo", "blinatumomab")
    assert reverse("today", args=[theo.pk]) in links(today_of(phone, child))


@pytest.mark.parametrize("page", ["/reach/", "/account/2fa/", "/account/logout/", "/not/here/"])
def test_pages_of_no_child_have_the_number_of_the_readers_own(
    phone: Phone, child: Child, mother: User, page: str
) -> None:
    assert NIGHT_NUMBER in text(phone.get(page))
    theo = child_of(mother, "Theo")
    assert NIGHT_NUMBER in text(phone.get(page))
    change_numbers(
        care_team=theo.care_team, numbers=replace(NUMBERS, night_number="+1 555 0199"), by=mother, now=NOW
    )
    unclear = text(phone.get(page))  # which child it is about, nobody knows
    assert "The number on your card" in unclear
    assert NIGHT_NUMBER not in unclear


@pytest.mark.parametrize(
    ("at", "until"),
    [
        (datetime(2026, 11, 21, 14, 0, tzinfo=UTC), "Open now. The day line opens Monday 08:00."),
        (datetime(2026, 11, 20, 2, 14, tzinfo=UTC), "Open now. The day line opens Friday 08:00."),
        (datetime(2026, 11, 20, 9, 0, tzinfo=UTC), ""),
    ],
    ids=["Saturday", "before they open", "while they are there"],
)
def test_out_of_hours_the_family_is_told_so(
    phone: Phone, ward_child: Child, night, at: datetime, until: str
) -> None:
    night.move_to(at)
    pages = [today_of(phone, ward_child), phone.send(ward_child, **FEVER)]
    number = NIGHT_NUMBER if until else DAY_NUMBER
    for said in map(text, pages):
        assert number in said
        assert (until in said) if until else ("The day line opens" not in said)


def test_one_number_for_all_hours_is_never_said_to_be_closed(
    phone: Phone, child: Child, mother: User
) -> None:
    alone = replace(NUMBERS, day_number=DAY_NUMBER, night_number="")
    change_numbers(care_team=child.care_team, numbers=alone, by=mother, now=NOW)
    assert "The day line opens" not in text(today_of(phone, child))


# ---------------------------------------------------------------- what it costs


def queries_of(ask: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert ask().status_code == 200
    return len(queries)


@pytest.mark.parametrize("logs", [3, 1500])
def test_no_page_costs_more_than_fifteen_queries_however_long_the_history(
    phone: Phone, ward_child: Child, nurse: User, mother: User, logs: int
) -> None:
    remember(ward_child, mother, logs)
    phone.send(ward_child, **FEVER)
    newest = SymptomLog.objects.latest("received_at")
    phone.get(reverse("today", args=[ward_child.pk]))  # the day's first page renews the session
    for route, pk in (
        ("today", ward_child.pk),
        ("log-new", ward_child.pk),
        ("log-nothing-new", ward_child.pk),
        ("log-neuro", ward_child.pk),
        ("answer", newest.pk),
        ("log", newest.pk),
        ("log-correct", newest.pk),
    ):
        url = reverse(route, args=[pk])
        assert queries_of(lambda url=url: phone.get(url)) <= AT_MOST, route


def test_posting_a_log_costs_at_most_thirteen_queries(phone: Phone, ward_child: Child, nurse: User) -> None:
    phone.get(reverse("today", args=[ward_child.pk]))
    form = FEVER | {"client_uuid": str(uuid4()), "sign-seizure": "yes"}
    answer, queries = asked(lambda: phone.post(reverse("logs", args=[ward_child.pk]), form))
    assert answer.status_code == 303
    assert queries <= A_LOG


# ---------------------------------------------------------------- the light on the screen


@pytest.mark.parametrize("look", ["light", "dark", "night"])
def test_the_look_is_kept_for_a_year_without_a_login(client: Any, look: str) -> None:
    answer = client.post(reverse("theme"), {"theme": look, "next": "/how/"})
    assert (answer.status_code, answer["Location"]) == (303, "/how/")
    assert client.cookies["theme"].value == look
    assert f'data-theme="{look}"' in client.get("/how/").content.decode()
    client.post(reverse("theme"), {"theme": "auto"})
    assert "data-theme" not in client.get("/how/").content.decode()


@pytest.mark.parametrize(
    "there", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"]
)
def test_the_look_leads_nowhere_else(client: Any, there: str) -> None:
    assert client.post(reverse("theme"), {"theme": "dark", "next": there})["Location"] == "/"


def test_when_the_page_is_of_a_family_far_away_times_are_theirs(phone: Phone, child: Child, log: Log) -> None:
    Child.objects.filter(pk=child.pk).update(time_zone="America/New_York")
    log(temperature=36.9)
    assert "21:14, by Mother" in text(today_of(phone, child))
    assert timezone.now() - NOW < timedelta(seconds=1)


def test_a_helper_is_shown_no_way_to_the_days_that_she_may_not_see(client, child, mother, helper):
    def ways(person):
        client.force_login(person)
        return client.get(reverse("today", args=[child.pk])).content.decode()

    assert reverse("days", args=[child.pk]) in ways(mother)
    assert reverse("days", args=[child.pk]) not in ways(helper)

"""A family's whole way through a night, on a phone: log, answer, call, look back; with scripts and without."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.support.accessibility import violations
from tests.support.personas import NIGHT_NUMBER
from tracker.home_care.actions.duty import take_baton
from tracker.models import Call, Child, SymptomLog

pytestmark = pytest.mark.django_db(transaction=True)
NARROW = {"width": 320, "height": 640}
DESK = {"width": 1280, "height": 800}


def log_a_fever(page: Page) -> None:
    page.get_by_role("link", name="Log what you see").click()
    page.get_by_label("What does the thermometer say?").fill("38,4")
    page.get_by_text("under the arm", exact=True).click()
    page.locator("summary", has_text="Fever, chills").click()
    page.locator("label.sign-row", has_text="Chills, shaking").click()
    page.locator("label.word[for=chills-moderate]").click()
    page.get_by_label("Anything else").fill("Woke up shivering.")
    page.get_by_role("button", name="Save for Juno").click()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_fever_is_logged_answered_called_about_and_corrected(
    home: Callable[..., Page], scripts: bool
) -> None:
    page = home(java_script_enabled=scripts)
    log_a_fever(page)
    expect(page.get_by_role("heading", name="Call your care team now")).to_be_visible()
    expect(page.locator(".care .reach")).to_have_attribute("href", f"tel:{NIGHT_NUMBER.replace(' ', '')}")
    expect(page.get_by_text("The temperature was 38.4 °C, which is 101.1 °F")).to_be_visible()
    page.get_by_text("I have called", exact=True).click()
    page.locator("label[for$=reached_yes]").click()
    page.get_by_text("Come in, or go to the emergency room").click()
    page.get_by_label("What did they tell you?").fill("Come in now.")
    page.get_by_role("button", name="Save what they told us").click()
    expect(page.locator("#called")).to_contain_text("Come in now.")
    page.get_by_role("link", name="See or correct this log").click()
    page.get_by_role("link", name="Correct this log").click()
    assert page.get_by_label("What does the thermometer say?").input_value() == "38.4"
    page.get_by_label("What does the thermometer say?").fill("38.9")
    page.get_by_role("button", name="Save the correction").click()
    expect(page.locator(".care-summary")).to_contain_text("38.9 °C")
    assert SymptomLog.objects.standing().count() == 1
    assert Call.objects.get().told == "Come in now."


def test_the_example_beside_the_keypad_is_of_the_unit_that_is_chosen(home: Callable[..., Page]) -> None:
    page = home(java_script_enabled=False)
    page.get_by_role("link", name="Log what you see").click()
    for unit, other, example, hidden in (("F", "C", "101.1", "38.4"), ("C", "F", "38.4", "101.1")):
        page.locator(f"label[for=unit-{other}]").click()
        page.locator(f"label[for=unit-{unit}]").click()
        expect(page.get_by_text(f"For example {example}.")).to_be_visible()
        expect(page.get_by_text(f"For example {hidden}.")).to_be_hidden()


def test_an_unchanged_day_takes_three_taps_besides_the_digits(home: Callable[..., Page]) -> None:
    page, taps = home(), 0
    for place in (
        page.get_by_role("link", name="Nothing new"),
        page.get_by_label("What does the thermometer say?"),
    ):
        place.click()
        taps += 1
    page.keyboard.type("36.8")
    page.get_by_role("button", name="Save for Juno").click()
    taps += 1
    expect(page.get_by_role("heading", level=1)).to_contain_text("Nothing documented as urgent")
    assert taps == 3


def test_scripts_comfort_and_break_nothing(home: Callable[..., Page]) -> None:
    page = home()
    page.get_by_role("link", name="Log what you see").click()
    page.get_by_label("What does the thermometer say?").fill("38,4")
    expect(page.locator("[data-echo]")).to_have_text("= 101.1 °F")
    page.get_by_text("°F", exact=True).first.click()
    expect(page.locator("[data-echo]")).to_have_text("")  # no body has 38.4 °F
    page.get_by_text("°C", exact=True).first.click()
    page.locator("summary", has_text="Fever, chills").click()
    page.locator("label.sign-row", has_text="Chills, shaking").click()
    expect(page.locator("#id_signs_fever [data-count]")).to_have_text("1 chosen")
    page.get_by_role("button", name="Night").click()
    assert page.get_by_label("What does the thermometer say?").input_value() == "38,4"


def test_a_session_that_ended_keeps_what_was_typed(home: Callable[..., Page], juno: Child) -> None:
    mother = juno.memberships.get().user
    mother.set_password("a quiet night")
    mother.save()
    page = home(java_script_enabled=False)
    page.get_by_role("link", name="Log what you see").click()
    page.get_by_label("What does the thermometer say?").fill("38,4")
    session = [one for one in page.context.cookies() if one["name"] != settings.SESSION_COOKIE_NAME]
    page.context.clear_cookies()
    page.context.add_cookies(session)
    page.get_by_role("button", name="Save for Juno").click()
    expect(page.get_by_role("heading", name="Call your care team now")).to_be_visible()
    page.get_by_role("link", name="Sign in and save it").click()
    page.locator("input[name=login]").fill(mother.email)
    page.locator("input[name=password]").fill("a quiet night")
    page.locator("input[name=password]").press("Enter")
    page.get_by_role("button", name="Save now").click()
    expect(page.locator(".saved")).to_contain_text("Saved at")
    assert SymptomLog.objects.count() == 1


def test_every_page_is_accessible_and_fits_a_narrow_phone(
    home: Callable[..., Page], juno: Child, live_server: Any
) -> None:
    page = home()
    log_a_fever(page)
    log = SymptomLog.objects.get()
    days = reverse("days", args=[juno.pk])
    places = [
        *(reverse(name, args=[juno.pk]) for name in ("today", "log-new", "log-nothing-new", "log-neuro")),
        *(reverse(name, args=[log.pk]) for name in ("answer", "log", "log-correct")),
        f"{days}?view=picture",
        f"{days}?view=table",
        reverse("check"),
    ]
    for size, theme in ((NARROW, "light"), (DESK, "night")):
        page.set_viewport_size(size)
        page.context.add_cookies([{"name": "theme", "value": theme, "url": live_server.url}])
        for place in places:
            page.goto(place)
            page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
            wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            assert not page.evaluate(wide), place
            height = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({"width": size["width"], "height": max(size["height"], height)})
            assert violations(page) == [], place
            page.set_viewport_size(size)


def test_links_in_a_line_are_as_large_as_a_thumb(home: Callable[..., Page], juno: Child) -> None:
    take_baton(child=juno, instead_of=None, by=juno.memberships.get().user, now=timezone.now())
    page = home()
    log_a_fever(page)
    for place, names in (("today", ("Hand over", "Open this log")), ("days", ("Open",))):
        page.goto(reverse(place, args=[juno.pk]))
        inline = [
            page.locator("main").get_by_role("link", name=re.compile(f"^{name}")).last for name in names
        ]
        for link in (*inline, *page.locator(".safety a").all()):
            box = link.bounding_box()
            assert box
            assert min(box["width"], box["height"]) >= 48, link.inner_text()


def test_anybody_is_answered_at_check(open_page: Callable[..., Page], live_server: Any) -> None:
    page = open_page(java_script_enabled=False, base_url=live_server.url)
    page.goto(reverse("check"))
    page.get_by_label("Which therapy?").select_option("blinatumomab")
    page.locator("summary", has_text="Thinking, talking").click()
    page.locator("label.sign-row", has_text="seizure").first.click()
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Call emergency services now")
    assert page.context.cookies() == []


def test_a_language_is_changed_in_the_middle_of_the_check(
    open_page: Callable[..., Page], live_server: Any
) -> None:
    page = open_page(java_script_enabled=False, base_url=live_server.url)
    page.goto(reverse("check"))
    page.locator("#id_age_years").fill("8")
    page.locator("summary", has_text="Thinking, talking").click()
    page.locator("label.sign-row", has_text="seizure").first.click()
    page.locator(".tongues summary").click()
    page.get_by_role("button", name="العربية").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    assert page.url.endswith(reverse("check"))
    expect(page.locator("#id_age_years")).to_have_value("8")
    assert page.locator("[name=sign-seizure][value=yes]").is_checked()
    page.locator("#id_age_years").press("Enter")
    expect(page.locator(".care h1")).to_contain_text("اتصل")

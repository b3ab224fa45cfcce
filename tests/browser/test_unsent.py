"""A log that cannot be sent: the number to call at once, and everything that was typed, until it is saved."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from tests.support.accessibility import violations
from tests.support.personas import NIGHT_NUMBER
from tests.support.waiting import wait_until
from tracker.logs.actions.record import record_log
from tracker.models import Child, SymptomLog

pytestmark = pytest.mark.django_db(transaction=True)
CALL = f"tel:{NIGHT_NUMBER.replace(' ', '')}"


def type_a_fever(page: Page) -> None:
    page.get_by_label("What does the thermometer say?").fill("38,4")
    page.get_by_text("under the arm", exact=True).click()
    page.locator("summary", has_text="Fever, chills").click()
    page.locator("label.sign-row", has_text="Chills, shaking").click()
    page.locator("label.word[for=chills-moderate]").click()
    page.locator(".worried label").click()
    page.get_by_label("Anything else").fill("Woke up shivering.")


def save(page: Page, button: str = "Save for Juno") -> None:
    page.get_by_role("button", name=button).click()


def expect_it_was_not_sent(page: Page) -> None:
    """The card with the number, above a form that holds all of it."""
    card = page.locator("#unsent")
    expect(card.get_by_role("heading", name="Not sent yet")).to_be_visible()
    expect(card.locator("a.reach")).to_have_attribute("href", CALL)
    expect(page.get_by_label("What does the thermometer say?")).to_have_value("38,4")
    expect(page.locator("[data-echo]")).to_have_text("= 101.1 °F")
    expect(page.locator("#route-armpit")).to_be_checked()
    expect(page.locator("#chills-moderate")).to_be_checked()
    expect(page.locator("label.word[for=chills-moderate]")).to_be_visible()
    expect(page.locator("#id_signs_fever [data-count]")).to_have_text("1 chosen")
    expect(page.locator("[name=worried]")).to_be_checked()
    expect(page.get_by_label("Anything else")).to_have_value("Woke up shivering.")
    expect(page.get_by_text("Saved at")).to_have_count(0)


def expect_kept(page: Page, number: int) -> None:
    """So many logs wait in this window, once its scripts have run."""
    wait_until(lambda: page.evaluate("sessionStorage.length") == number, f"{number} kept")


def expect_one_log(page: Page) -> None:
    """The answer is there, the log once, and nothing of it waits in the window."""
    expect(page.locator(".saved")).to_contain_text("Saved at")
    log = SymptomLog.objects.get()
    told = {one.code: one.severity for one in log.observations.all()}
    assert told["chills"] == "moderate"
    assert {"temperature", "worried", "note"} <= set(told)
    expect_kept(page, 0)


@pytest.mark.hazard("H02")
def test_without_a_network_the_page_stays_and_says_whom_to_call(
    home: Callable[..., Page], juno: Child
) -> None:
    page = home()
    page.goto(reverse("log-new", args=[juno.pk]))
    expect(page.locator("#unsent")).to_be_hidden()
    type_a_fever(page)
    page.context.set_offline(True)
    save(page)
    expect_it_was_not_sent(page)
    expect(page.locator("#unsent")).to_be_focused()
    assert violations(page) == []
    page.context.set_offline(False)
    expect(page.locator("#unsent")).to_be_visible()  # it is sent by a tap, never by itself
    assert SymptomLog.objects.count() == 0
    save(page, "Send again")
    expect_one_log(page)


def fails(*, arrives: bool) -> Callable[[Route], None]:
    """A gateway without an answer: the log came through to the site, or did not."""

    def fail(route: Route) -> None:
        if arrives:
            route.fetch(max_redirects=0)
        route.fulfill(status=502, body="Bad gateway")

    return fail


@pytest.mark.hazard("H02")
@pytest.mark.parametrize("arrives", [False, True], ids=["the log is lost", "only the answer is lost"])
def test_behind_a_dead_server_everything_typed_comes_back(
    home: Callable[..., Page], juno: Child, arrives: bool
) -> None:
    page = home()
    page.goto(reverse("log-new", args=[juno.pk]))
    type_a_fever(page)
    page.route("**/logs/", fails(arrives=arrives))
    save(page)
    expect(page.get_by_text("Bad gateway")).to_be_visible()
    page.unroute("**/logs/")
    assert SymptomLog.objects.count() == int(arrives)
    page.go_back()
    expect_it_was_not_sent(page)
    save(page, "Send again")
    expect_one_log(page)


def test_a_form_sent_again_with_more_is_saved_too(home: Callable[..., Page], juno: Child) -> None:
    """Its answer is that of a correction, and the window forgets it all the same."""
    page = home()
    page.goto(reverse("log-new", args=[juno.pk]))
    type_a_fever(page)
    page.route("**/logs/", fails(arrives=True))
    save(page)
    expect(page.get_by_text("Bad gateway")).to_be_visible()
    page.unroute("**/logs/")
    page.go_back()
    page.get_by_label("Anything else").fill("Woke up shivering. Cold hands.")
    save(page)
    expect(page.locator(".saved")).to_contain_text("Saved at")
    assert SymptomLog.objects.standing().count() == 1
    expect_kept(page, 0)


def test_what_was_typed_long_ago_keeps_its_time(home: Callable[..., Page], juno: Child) -> None:
    juno.time_zone = "America/New_York"
    juno.save()
    page, key = home(), reverse("logs", args=[juno.pk])
    page.goto(reverse("log-new", args=[juno.pk]))
    page.locator("label[for=when-1]").click()
    page.evaluate(
        """([key, at]) => sessionStorage.setItem(key, JSON.stringify({ ...JSON.parse(sessionStorage[key]), at }))""",
        [key, page.evaluate("Date.now() - 3 * 3600000")],
    )
    page.reload()
    expect(page.locator("#when-pick")).to_be_checked()
    shown = page.get_by_label("Day and time").input_value()
    four_hours_ago = (
        "new Date(Date.now() - 4 * 3600000).toLocaleString('sv', { timeZone: 'America/New_York' })"
    )
    assert shown == page.evaluate(four_hours_ago).replace(" ", "T")[:16]


def typed_hours_ago(page: Page, key: str, hours: int) -> None:
    """As if nobody had touched the form since."""
    page.evaluate(
        """([key, hours]) => {
            const draft = JSON.parse(sessionStorage[key]);
            sessionStorage.setItem(key, JSON.stringify({ ...draft, at: draft.at - hours * 3600000 }));
        }""",
        [key, hours],
    )


@pytest.mark.hazard("H18")
def test_what_is_sent_again_on_the_same_page_keeps_the_time_of_typing(
    home: Callable[..., Page], juno: Child
) -> None:
    page, key = home(), reverse("logs", args=[juno.pk])
    page.goto(reverse("log-new", args=[juno.pk]))
    type_a_fever(page)
    page.context.set_offline(True)
    save(page)
    typed_hours_ago(page, key, 3)
    page.context.set_offline(False)
    expect(page.locator("#when-pick")).to_be_checked()
    expect(page.locator(".chips [data-typed]")).to_contain_text("3 hours ago")
    save(page, "Send again")
    expect_one_log(page)
    age = timezone.now() - SymptomLog.objects.get().observed_at
    assert timedelta(hours=2, minutes=55) < age < timedelta(hours=3, minutes=5)


@pytest.mark.hazard("H18")
def test_a_form_that_lay_open_says_its_time_before_anything_else_is_typed(
    home: Callable[..., Page], juno: Child
) -> None:
    page, key = home(), reverse("logs", args=[juno.pk])
    page.goto(reverse("log-new", args=[juno.pk]))
    type_a_fever(page)
    typed_hours_ago(page, key, 3)
    page.get_by_label("Anything else").fill("Now she sleeps.")
    expect(page.locator("#when-pick")).to_be_checked()
    save(page)
    expect(page.locator(".saved")).to_contain_text("Saved at")
    assert timezone.now() - SymptomLog.objects.get().observed_at > timedelta(hours=2, minutes=55)


def test_now_can_be_chosen_again(home: Callable[..., Page], juno: Child) -> None:
    page, key = home(), reverse("logs", args=[juno.pk])
    page.goto(reverse("log-new", args=[juno.pk]))
    type_a_fever(page)
    typed_hours_ago(page, key, 3)
    page.reload()
    expect(page.locator("#unsent")).to_contain_text("You typed it 3 hours ago")
    page.locator("label[for=when-0]").click()
    save(page, "Send again")
    expect_one_log(page)
    assert timezone.now() - SymptomLog.objects.get().observed_at < timedelta(minutes=5)


def test_the_next_digit_replaces_a_number_that_came_back(home: Callable[..., Page], juno: Child) -> None:
    page = home()
    page.goto(reverse("log-new", args=[juno.pk]))
    type_a_fever(page)
    page.reload()
    field = page.get_by_label("What does the thermometer say?")
    expect(field).to_have_value("38,4")
    field.click()
    expect(field).to_be_focused()
    page.wait_for_function("document.activeElement.selectionEnd === 4")
    page.keyboard.type("39.1")
    expect(field).to_have_value("39.1")


@pytest.mark.hazard("H19")
def test_today_says_that_a_log_waits_in_this_window(home: Callable[..., Page], juno: Child) -> None:
    page = home()
    notices = page.locator("[data-draft]:visible")
    expect(notices).to_have_count(0)
    page.goto(reverse("log-nothing-new", args=[juno.pk]))
    page.get_by_label("What does the thermometer say?").fill("37,2")
    typed_hours_ago(page, reverse("log-nothing-new", args=[juno.pk]), 9)
    page.goto(reverse("today", args=[juno.pk]))
    expect(notices).to_have_count(1)
    expect(notices).to_contain_text("A log is not sent yet. You typed it 9 hours ago")
    assert violations(page) == []
    notices.get_by_role("link").click()
    expect(page.get_by_label("What does the thermometer say?")).to_have_value("37,2")


@pytest.mark.hazard("H18")
@pytest.mark.parametrize("hours", [-5, 5], ids=["slow", "fast"])
def test_ages_and_times_go_by_the_servers_clock(home: Callable[..., Page], juno: Child, hours: int) -> None:
    """A phone that was five hours slow made a log of three hours ago "this minute"."""
    mother = juno.memberships.get().user
    record_log(
        child=juno,
        caregiver=mother,
        answers={"temperature": {"value": 37.2, "unit": "C"}},
        observed_at=timezone.now() - timedelta(hours=3, minutes=10),
        client_uuid=uuid4(),
        now=timezone.now(),
    )
    page = home()
    page.clock.install(time=timezone.now() + timedelta(hours=hours))
    page.goto(reverse("today", args=[juno.pk]))
    page.clock.run_for(61_000)
    expect(page.locator("time[data-ago]")).to_have_text("3 hours ago")
    page.goto(reverse("log-new", args=[juno.pk]))
    type_a_fever(page)
    page.clock.fast_forward(6 * 60_000)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#when-pick")).to_be_checked()
    shown = datetime.fromisoformat(page.get_by_label("Day and time").input_value()).replace(tzinfo=juno.zone)
    assert abs(timezone.now() - shown) < timedelta(minutes=5)


@pytest.mark.parametrize("name", ["log-new", "log-nothing-new", "log-neuro"])
def test_enter_in_a_field_sends_nothing(home: Callable[..., Page], juno: Child, name: str) -> None:
    """The keypad's own Enter saved a log without signs."""
    page = home()
    page.goto(reverse(name, args=[juno.pk]))
    for kind in ("text", "radio", "checkbox"):
        for field in page.locator(f"form.log input[type={kind}]:visible").all()[:1]:
            field.press("Enter")
    assert page.url.endswith(reverse(name, args=[juno.pk]))
    assert not SymptomLog.objects.exists()


def test_enter_on_the_keypad_sends_nothing_without_a_script(home: Callable[..., Page], juno: Child) -> None:
    page = home(java_script_enabled=False)
    page.goto(reverse("log-new", args=[juno.pk]))
    page.get_by_label("What does the thermometer say?").press("Enter")
    assert page.url.endswith(reverse("log-new", args=[juno.pk]))
    assert not SymptomLog.objects.exists()


def test_enter_sends_nothing_from_a_form_that_came_back_and_the_focus_is_on_what_is_wrong(
    home: Callable[..., Page], juno: Child
) -> None:
    page = home()
    page.goto(reverse("log-new", args=[juno.pk]))
    type_a_fever(page)
    page.get_by_label("Anything else").fill("x" * 4001)
    save(page)
    expect(page.locator("#not-saved")).to_be_focused()
    expect(page.get_by_role("heading", name="Call your care team now")).to_be_in_viewport()
    page.get_by_label("What does the thermometer say?").press("Enter")
    expect(page.locator("#not-saved")).to_be_visible()
    assert not SymptomLog.objects.exists()


def test_emptying_the_form_begins_a_new_log(home: Callable[..., Page], juno: Child) -> None:
    page, key = home(), reverse("logs", args=[juno.pk])
    page.goto(reverse("log-new", args=[juno.pk]))
    type_a_fever(page)
    before = dict(json.loads(page.evaluate("key => sessionStorage[key]", key))["fields"])["client_uuid"]
    page.reload()
    save(page, "Empty the form")
    expect(page.locator("#unsent")).to_be_hidden()
    assert page.get_by_label("What does the thermometer say?").input_value() == ""
    assert page.locator("[name=client_uuid]").input_value() != before
    page.reload()
    expect(page.locator("#unsent")).to_be_hidden()


@pytest.mark.parametrize("name", ["log-neuro", "log-nothing-new"])
def test_the_other_forms_are_kept_each_apart(home: Callable[..., Page], juno: Child, name: str) -> None:
    page = home()
    page.goto(reverse(name, args=[juno.pk]))
    page.locator(".worried label").click()
    page.goto(reverse("log-new", args=[juno.pk]))
    expect(page.locator("#unsent")).to_be_hidden()
    page.goto(reverse(name, args=[juno.pk]))
    expect(page.locator("#unsent")).to_be_visible()
    expect(page.locator("[name=worried]")).to_be_checked()


def test_signing_out_takes_it_from_the_window(home: Callable[..., Page], juno: Child) -> None:
    page = home()
    page.goto(reverse("log-new", args=[juno.pk]))
    type_a_fever(page)
    expect_kept(page, 1)
    page.goto(reverse("account_logout"))
    page.locator("main form button").click()
    page.wait_for_url("**/")
    expect_kept(page, 0)

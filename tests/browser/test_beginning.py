"""From the welcome to Today on a phone, with scripts and without."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.support.accessibility import violations
from tests.support.fixtures_infra import PHONE
from tracker.models import Child, User

pytestmark = pytest.mark.django_db(transaction=True)


def looked_at(page: Page, heading: str, *, scripts: bool) -> None:
    """The page is there, shows a number to call, is not wider than the phone, and is usable by all."""
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    page.wait_for_load_state()  # the heading may stand there before its style sheet
    assert page.locator(".call-bar a[href^='tel:']").count() >= 1
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    if scripts:  # axe is one itself
        page.set_viewport_size(PHONE | {"height": 2000})  # so long that the bar covers nothing
        assert violations(page) == []
        page.set_viewport_size(PHONE)


def go_on(page: Page, name: str = "Next") -> None:
    page.get_by_role("button", name=name, exact=True).click()


def sign_up(page: Page, address: str, *, scripts: bool) -> None:
    page.goto(address)
    looked_at(page, "Say what you see. Know when to call.", scripts=scripts)
    page.get_by_role("link", name="Begin").click()
    looked_at(page, "Begin", scripts=scripts)
    page.get_by_label("Email").fill("new@example.org")
    page.get_by_label("Password").fill("a quiet night")
    go_on(page, "Go on")


def choose(page: Page, label: str) -> None:
    page.locator("label", has_text=label).click()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_mother_begins_at_night_on_her_phone(open_page, live_server, scripts):
    page = open_page(java_script_enabled=scripts)
    sign_up(page, live_server.url, scripts=scripts)

    looked_at(page, "Your child", scripts=scripts)
    page.get_by_label("Who are you?").fill("Mum")
    page.get_by_label("Nickname").fill("Juno")
    page.get_by_label("Born in").fill("2018-05")
    choose(page, "violet")
    go_on(page)

    looked_at(page, "The therapy", scripts=scripts)
    go_on(page)  # forgotten: it says so and waits
    expect(page.get_by_role("alert")).to_contain_text("Choose the therapy")
    choose(page, "Kymriah")
    go_on(page)

    looked_at(page, "When was it given?", scripts=scripts)
    page.get_by_label("Day of the infusion").fill((datetime.now(UTC).date() - timedelta(days=3)).isoformat())
    go_on(page)

    looked_at(page, "Whom to call", scripts=scripts)
    page.get_by_label("By day").fill("+49 30 1234500")
    page.get_by_label("At all other hours").fill("+49 30 1234542")
    if not scripts:
        page.get_by_label("Emergency number where you are").fill("112")
    expect(page.get_by_label("Emergency number where you are")).to_have_value("112")
    go_on(page)

    looked_at(page, "Before you start", scripts=scripts)
    if not scripts:
        page.get_by_label("Your clock is that of").select_option("Europe/Berlin")
    choose(page, "I call")
    go_on(page, "Open Today")

    child = Child.objects.get()
    expect(page).to_have_url(f"{live_server.url}{reverse('today', args=[child.pk])}")
    assert (child.nickname, child.colour, child.time_zone) == ("Juno", "violet", "Europe/Berlin")
    assert child.care_team.night_number == "+49 30 1234542"
    assert User.objects.get().name == "Mum"

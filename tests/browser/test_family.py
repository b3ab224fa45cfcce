"""Every page around the log on a real phone: usable by all, never wider than the screen, a number to call on each."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.support.accessibility import violations
from tracker.models import Child, User

pytestmark = pytest.mark.django_db(transaction=True)
NARROW = {"width": 320, "height": 2500}  # so long that the bar covers nothing
PASSWORD = "a quiet night"
WORDLESS = (
    "/account/login/",
    "/account/signup/",
    "/account/login/code/",
    "/account/password/reset/",
    "/outbox/",
    "/",
)


@pytest.fixture
def mother_signed_in(page: Page, live_server, mother: User) -> Page:
    mother.set_password(PASSWORD)
    mother.save()
    EmailAddress.objects.create(user=mother, email=mother.email, primary=True)
    page.goto(f"{live_server.url}/account/login/")
    page.get_by_label("Email").fill(mother.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(re.compile("/children/|/begin/"))
    return page


def faults(page: Page) -> list[str]:
    """What is wrong with the page that is shown, folded out."""
    page.set_viewport_size(NARROW | {"height": 4000})  # so long that the bar covers nothing
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    found = violations(page)
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append("wider than the phone")
    if not page.locator(".call-bar a[href^='tel:']").count():
        found.append("no number to call")
    return [f"{page.url}: {fault}" for fault in found]


def test_a_mothers_pages(mother_signed_in: Page, live_server, child: Child, settings):
    page, found = mother_signed_in, []
    settings.SITE_URL = live_server.url
    of_child = [reverse(name, args=[child.pk]) for name in ("more", "treatment", "settings", "pause")]
    changes = [
        reverse("treatment", args=[child.pk]) + f"?change={change}"
        for change in ("moved", "transplant", "therapy")
    ]
    for address in [*of_child, *changes, "/account/email/", "/account/logout/"]:
        page.goto(live_server.url + address)
        found += faults(page)
    page.goto(live_server.url + reverse("family", args=[child.pk]))
    page.locator("label", has_text="Helper").click()
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("Link", exact=True).input_value()
    found += faults(page)
    page.goto(link)
    found += faults(page)
    page.goto(live_server.url + reverse("pause", args=[child.pk]))
    page.locator("label", has_text="In hospital").click()
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("heading", name="Are you at home again?").wait_for()
    found += faults(page)
    page.context.clear_cookies()
    page.goto(link)
    expect(page.get_by_role("heading", name="Mother invites you")).to_be_visible()
    assert found + faults(page) == []


def test_the_pages_for_who_is_not_signed_in(page: Page, live_server, settings):
    settings.DEMO, found = True, []
    for address in WORDLESS:
        page.goto(live_server.url + address)
        found += faults(page)
    assert found == []

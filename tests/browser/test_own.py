"""The family's own pages in two hands: two parents, and an emergency room that nobody gave a login."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from tests.support.accessibility import violations
from tests.support.personas import NOW
from tracker.core.on_duty import on_duty
from tracker.home_care.actions.doses import add_medicine
from tracker.lib.qr import qr_svg
from tracker.models import DoseGiven

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def phone(open_page, live_server, settings):
    """A phone on which somebody is signed in; nobody, without a name."""
    settings.SITE_URL = live_server.url

    def phone(user=None):
        page = open_page()
        if user is not None:
            client = Client()
            client.force_login(user)
            session = client.cookies["session"].value
            page.context.add_cookies([{"name": "session", "value": session, "url": live_server.url}])
        return page

    return phone


def go(page, live_server, name, *args):
    page.goto(live_server.url + reverse(name, args=args))


def test_two_parents_collide_on_a_dose(phone, live_server, child, mother, father, clock_at_now):
    label = {
        "name": "Ondansetron",
        "dose": "4 mg",
        "as_needed": True,
        "times": [],
        "days": "",
        "gap_hours": 8,
        "lowers_fever": False,
    }
    add_medicine(child=child, label=label, by=mother, now=NOW)
    hers, his = phone(mother), phone(father)
    for page in (hers, his):
        go(page, live_server, "doses", child.pk)
    hers.get_by_role("button", name="Given now").click()
    expect(hers.get_by_text("Given at 02:14 by Mother")).to_be_visible()
    clock_at_now.shift(timedelta(minutes=4))
    his.get_by_role("button", name="Given now").click()
    expect(his.get_by_role("heading", name="Mother gave it at 02:14, 4 minutes ago.")).to_be_visible()
    assert violations(his) == []
    his.get_by_role("link", name="Do not give it again").click()
    expect(his.get_by_text("Given at 02:14 by Mother")).to_be_visible()
    assert DoseGiven.objects.count() == 1


def test_two_parents_hand_over_the_baton(phone, live_server, child, mother, father, clock_at_now):
    hers, his = phone(mother), phone(father)
    go(hers, live_server, "duty", child.pk)
    hers.get_by_role("button", name="I am on duty").click()
    hers.get_by_role("button", name="Ask Father").click()
    expect(hers.get_by_text("Until it is accepted, Mother stays on duty.")).to_be_visible()
    assert violations(hers) == []
    go(his, live_server, "duty", child.pk)
    expect(his.get_by_role("heading", name="Mother asks you to take over")).to_be_visible()
    assert violations(his) == []
    his.get_by_role("button", name="I accept").click()
    expect(his.get_by_text("You are on duty")).to_be_visible()
    hers.reload()
    expect(hers.get_by_text("Father is on duty", exact=True)).to_be_visible()
    assert on_duty(child, NOW + timedelta(minutes=1)) == father


@pytest.mark.parametrize("route", ["pump", "pump-problem", "summary", "medicine-new", "drill", "handed-ask"])
def test_the_family_s_own_pages_are_accessible_and_fit_a_narrow_phone(
    phone, live_server, child, mother, father, clock_at_now, route
):
    page = phone(mother)
    page.set_viewport_size({"width": 360, "height": 3000})  # nothing lies under the bar with the number
    go(page, live_server, route, child.pk)
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 600})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_an_emergency_room_scans_the_card_until_its_hour_is_over(
    phone, live_server, child, mother, clock_at_now
):
    family, stranger = phone(mother), phone()
    go(family, live_server, "card", child.pk)
    family.get_by_role("button", name="Show a code to scan").click()
    url = family.get_by_label("Or type this address").input_value()
    label = "Code that opens the emergency card"
    drawn = family.get_by_role("img", name=label).locator("path").get_attribute("d")
    assert f'd="{drawn}"' in qr_svg(url, label)
    assert violations(family) == []
    stranger.goto(url)
    expect(stranger.get_by_role("heading", name="Juno, 8 years")).to_be_visible()
    assert violations(stranger) == []
    assert stranger.context.cookies() == []
    clock_at_now.shift(timedelta(hours=1))
    stranger.reload()
    expect(stranger.get_by_role("heading", name="This code no longer works")).to_be_visible()
    assert "Juno" not in stranger.content()
    assert violations(stranger) == []

"""A telephone without a connection: the page says so, keeps the number and what was typed, and sends when it can."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.support.accessibility import violations
from tests.support.personas import NIGHT_NUMBER, child_of, person
from tracker.models import SymptomLog

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.hazard("H02")
def test_a_log_without_a_connection_stays_on_the_page_beside_the_number(
    open_page: Callable[..., Page], live_server: Any
) -> None:
    juno, client = child_of(person("mother")), Client()
    client.force_login(juno.memberships.get().user)
    page = open_page(base_url=live_server.url)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
    )
    page.goto(reverse("log-new", args=[juno.pk]))
    temperature, said = (
        page.get_by_label("What does the thermometer say?"),
        page.get_by_text("No connection."),
    )
    expect(said).to_be_hidden()
    temperature.fill("38.4")
    page.context.set_offline(True)
    expect(said).to_be_visible()
    page.get_by_role("button", name="Save for Juno").click()
    expect(temperature).to_have_value("38.4")
    expect(page.locator(".call-bar")).to_contain_text(NIGHT_NUMBER)
    expect(page.locator(".call-bar")).to_be_in_viewport()
    assert violations(page) == []
    assert not SymptomLog.objects.exists()
    page.context.set_offline(False)
    expect(said).to_be_hidden()
    page.get_by_role("button", name="Save for Juno").click()
    expect(page.get_by_role("heading", name="Call your care team now")).to_be_visible()
    assert SymptomLog.objects.count() == 1

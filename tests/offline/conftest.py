"""The mother's phone, with the site's service worker, behind a network that can break."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from tests.offline.network import Network, network
from tests.support.personas import child_of, person
from tracker.models import Child, User

Phone = Callable[..., Page]


@pytest.fixture
def juno(transactional_db: None) -> Child:
    return child_of(person("mother"))


@pytest.fixture
def net(live_server: Any) -> Iterator[Network]:
    with network(live_server.url) as carrier:
        yield carrier


@pytest.fixture
def phone(open_page: Callable[..., Page], net: Network) -> Phone:
    """A page of a phone on which this person is signed in, and which has kept what it needs."""

    def phone(user: User, at: str = "/", init: str = "", **options: Any) -> Page:
        page = open_page(base_url=net.url, service_workers="allow", **options)
        if init:
            page.context.add_init_script(init)
        sign_in(page, user, net.url)
        page.goto(at)
        ready(page)
        return page

    return phone


def sign_in(page: Page, user: User, url: str) -> None:
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])


def ready(page: Page) -> None:
    """Its worker stands by, and the pages of its children are kept."""
    expect(page.locator("html")).to_have_attribute("data-offline-ready", "yes")
    assert page.evaluate("navigator.serviceWorker.ready.then((it) => Boolean(it.active))")

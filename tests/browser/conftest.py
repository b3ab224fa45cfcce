"""The mother's phone at home."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page

from tests.support.personas import child_of, person
from tracker.models import Child


@pytest.fixture
def juno(transactional_db: None) -> Child:
    return child_of(person("mother"))


@pytest.fixture
def home(juno: Child, open_page: Callable[..., Page], live_server: Any) -> Callable[..., Page]:
    """The mother's phone, signed in, on Today: `home(java_script_enabled=False)`."""

    def home(**options: Any) -> Page:
        client = Client()
        client.force_login(juno.memberships.get().user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        page = open_page(base_url=live_server.url, **options)
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
        )
        page.goto(reverse("today", args=[juno.pk]))
        return page

    return home

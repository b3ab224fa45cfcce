"""A passkey from the first page to the next sign-in, with an authenticator that the browser plays."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.accessibility import violations
from tests.support.personas import person
from tracker.models import User

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "a quiet night"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def mother(db: None) -> User:
    mother = person("mother")
    mother.set_password(PASSWORD)
    mother.save()
    return mother


def test_a_passkey_is_added_and_signs_in(page: Page, live_server: object, mother: User) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    page.goto(f"{live_server.url}/account/login/")
    page.locator("[name=login]").fill(mother.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()

    page.goto(f"{live_server.url}/account/2fa/")
    assert violations(page) == []
    page.get_by_role("link", name="Add a passkey").click()
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    assert violations(page) == []
    page.get_by_role("button", name="Add it").click()
    page.wait_for_url("**/recovery-codes/**")
    assert violations(page) == []
    page.goto(f"{live_server.url}/account/2fa/webauthn/reauthenticate/?next=/account/email/")
    assert violations(page) == []
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda url: "/reauthenticate" not in url)
    page.goto(f"{live_server.url}/account/2fa/webauthn/")
    expect(page.get_by_role("link", name="Rename")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="Remove").click()
    assert violations(page) == []
    page.goto(f"{live_server.url}/account/2fa/totp/activate/")
    assert violations(page) == []
    page.goto(f"{live_server.url}/account/sessions/")
    assert violations(page) == []

    page.goto(f"{live_server.url}/account/logout/")
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{live_server.url}/account/login/")
    page.locator("[name=login]").fill(mother.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/2fa/authenticate/**")
    assert violations(page) == []
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda url: "/authenticate" not in url)

    page.goto(f"{live_server.url}/account/logout/")
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{live_server.url}/account/login/")
    page.get_by_role("button", name="passkey").click()
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto(f"{live_server.url}/account/sessions/")
    expect(page.get_by_text("this device")).to_be_visible()

"""Notifications that a browser has ended are noticed by the next page and renewed.

The push service of the browser cannot be reached from here: its answer is ours, what follows is the browser's.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.offline.conftest import Phone, ready, sign_in
from tests.offline.network import Network
from tests.support.sinks import Browser as Receiver
from tracker.management.commands.setup import make_push_key
from tracker.messaging.channels import push
from tracker.messaging.contact_points import PATIENCE
from tracker.models import Child, ContactPoint

pytestmark = pytest.mark.django_db(transaction=True)
ALLOWED = "https://web.push.apple.com"
# What this browser is notified by; localStorage stands for the browser's own memory, which may forget.
STUB = """
globalThis.asked = 0;
const told = () => localStorage.living && {
  endpoint: localStorage.living,
  toJSON: () => ({ endpoint: localStorage.living, keys: KEYS }),
  unsubscribe: async () => { delete localStorage.living; return true; } };
PushManager.prototype.getSubscription = async () => told() || null;
PushManager.prototype.subscribe = async ({ applicationServerKey: key, userVisibleOnly }) => {
  if (localStorage.refuses) throw new DOMException("no", "NotAllowedError");
  if (key.length !== 65 || !userVisibleOnly) throw new Error("wrong key");
  globalThis.asked += 1;
  localStorage.made = Number(localStorage.made ?? 0) + 1;
  localStorage.living = `ORIGIN/${localStorage.made}`;
  return told();
};
Object.defineProperty(Notification, "permission", { get: () => localStorage.refuses ? "denied" : "granted" });
Notification.requestPermission = async () => Notification.permission;
"""

# The same in the worker, which has no such memory; then the event that a browser sends it.
CHANGE = """async (told) => {
  let living = null;
  const made = { endpoint: told.endpoint, toJSON: () => told, unsubscribe: async () => true };
  PushManager.prototype.getSubscription = async () => living;
  PushManager.prototype.subscribe = async () => (living = made);
  Object.defineProperty(Notification, "permission", { configurable: true, get: () => told.permission });
  const event = new Event("pushsubscriptionchange");
  let work = null;
  event.waitUntil = (promise) => { work = promise; };
  self.dispatchEvent(event);
  await work;
}"""
NEW = {"endpoint": f"{ALLOWED}/new", "keys": Receiver().keys, "permission": "granted"}


@pytest.fixture
def signed(settings: Any, tmp_path: Any) -> Iterator[None]:
    push._key.cache_clear()
    settings.PUSH_KEY_FILE = tmp_path / "push_key.pem"
    make_push_key(settings.PUSH_KEY_FILE)
    settings.PUSH_HOSTS = ["web.push.apple.com"]
    settings.PUSH_LEAVES_THE_HOUSE = True
    yield
    push._key.cache_clear()


@pytest.fixture
def subscribed(phone: Phone, juno: Child, signed: None) -> Page:
    """The mother's phone, with notifications turned on by its button."""
    keys = repr(Receiver().keys)
    init = STUB.replace("KEYS", keys).replace("ORIGIN", ALLOWED)
    page = phone(juno.memberships.get().user, init=init)
    page.goto(reverse("reach"))
    page.get_by_role("button", name="Turn notifications on here").click()
    page.get_by_text("This phone gets notifications now").wait_for()
    ready(page)
    assert ContactPoint.objects.get().address == f"{ALLOWED}/1"
    return page


def look(page: Page, juno: Child) -> None:
    page.goto(reverse("today", args=[juno.pk]))
    ready(page)


@pytest.mark.hazard("H14")
def test_every_page_compares_what_lives_with_what_is_on_record_and_renews_it(
    subscribed: Page, juno: Child
) -> None:
    page, lost = subscribed, subscribed.locator("[data-push-lost]")
    look(page, juno)
    look(page, juno)
    assert page.evaluate("asked") == 0
    assert ContactPoint.objects.get().address == f"{ALLOWED}/1"
    for change in ("delete localStorage.living", f"localStorage.living = '{ALLOWED}/other'"):
        before = ContactPoint.objects.get()
        page.evaluate(f"void ({change})")
        look(page, juno)
        after = ContactPoint.objects.get()
        assert (after.address != before.address, page.evaluate("asked")) == (True, 1), change
        assert after.address == page.evaluate("localStorage.living")
        expect(lost).to_be_hidden()
    silent = timezone.now() - 2 * PATIENCE
    ContactPoint.objects.update(unheard_since=silent)  # it lives, and nothing arrives
    page.evaluate("store.get('pocket').then((it) => store.set('pocket', { ...it, now: 0 }))")
    look(page, juno)
    assert ContactPoint.objects.get().unheard_since is None
    page.evaluate("void (localStorage.refuses = 'yes', delete localStorage.living)")
    for _page in range(2):
        look(page, juno)
        expect(lost).to_be_visible()


def change(page: Page, **told: Any) -> None:
    page.context.service_workers[0].evaluate(CHANGE, NEW | told)


@pytest.mark.hazard("H14")
def test_the_worker_renews_what_the_browser_ended_and_tells_the_site(subscribed: Page, juno: Child) -> None:
    before = ContactPoint.objects.get()
    change(subscribed)
    after = ContactPoint.objects.get()
    assert (after.address, after.person) == (NEW["endpoint"], before.person)
    assert not subscribed.evaluate("store.get('ended')")


@pytest.mark.hazard("H14")
def test_what_the_worker_cannot_renew_the_next_page_renews_or_says(
    subscribed: Page, juno: Child, net: Network
) -> None:
    page, lost = subscribed, subscribed.locator("[data-push-lost]")
    look(page, juno)  # its pocket is fresh: nothing but the worker's word makes the next page ask the site
    net.state = "down"
    change(page)
    assert page.evaluate("store.get('ended')")
    net.state = "up"
    look(page, juno)
    assert not page.evaluate("store.get('ended')")
    expect(lost).to_be_hidden()
    page.evaluate("void (localStorage.refuses = 'yes', delete localStorage.living)")
    change(page, permission="denied")
    look(page, juno)
    assert page.evaluate("store.get('ended')")
    expect(lost).to_be_visible()


@pytest.mark.hazard("H14")
def test_the_worker_renews_nothing_for_somebody_who_has_signed_out(
    subscribed: Page, juno: Child, net: Network
) -> None:
    before = ContactPoint.objects.get().address
    subscribed.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    change(subscribed)
    assert ContactPoint.objects.get().address == before
    assert subscribed.evaluate("store.get('ended')")
    sign_in(subscribed, juno.memberships.get().user, net.url)
    subscribed.evaluate("void (delete localStorage.living)")
    look(subscribed, juno)
    assert ContactPoint.objects.get().address == f"{ALLOWED}/2"
    assert not subscribed.evaluate("store.get('ended')")

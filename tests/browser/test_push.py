"""An alert and a reminder on a real telephone's screen: subscribed by a tap, encrypted, delivered, shown, opened."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, CDPSession, Page

from tests.support.accessibility import violations
from tests.support.fixtures_infra import CLOCK, PHONE, chromium, flags, seconds_ahead
from tests.support.personas import answers, child_of
from tests.support.push_service import PushService, push_service
from tests.support.sinks import Browser as Receiver
from tests.support.sinks import Gateway, gateway
from tests.support.waiting import wait_until
from tracker.logs.actions.record import record_log
from tracker.management.commands.setup import make_push_key
from tracker.messaging.channels import push
from tracker.messaging.reminders import look_again
from tracker.messaging.views import contact_points as views
from tracker.models import Child, ContactPoint, User
from tracker.operations import sweep

pytestmark = pytest.mark.django_db(transaction=True)
# The browser's own push service cannot be reached from here: its answer is ours, what follows is the browser's.
SUBSCRIBE = """(told) => {
  PushManager.prototype.getSubscription = async () => null;
  PushManager.prototype.subscribe = async (options) => {
    if (options.applicationServerKey.length !== 65 || !options.userVisibleOnly) throw new Error("wrong key");
    return { toJSON: () => told };
  };
}"""
SHOWN = """async () => {
  const registration = await navigator.serviceWorker.ready;
  return (await registration.getNotifications()).map(({ title, tag, data }) => [title, tag, data.url]);
}"""


@pytest.fixture
def service(settings: Any, tmp_path: Any) -> Iterator[Gateway]:
    push._key.cache_clear()
    settings.PUSH_KEY_FILE = tmp_path / "push_key.pem"
    make_push_key(settings.PUSH_KEY_FILE)
    settings.PUSH_LEAVES_THE_HOUSE = True
    with gateway() as found:
        settings.PUSH_HOSTS = [found.origin]
        yield found
    push._key.cache_clear()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """In the whole Chromium: the light one shows no notification."""
    started = browser.browser_type.launch(executable_path=chromium(), args=flags())
    context = started.new_context(viewport=PHONE, locale="en-US", timezone_id="Europe/Berlin")
    context.add_init_script(CLOCK % round(seconds_ahead() * 1000))
    yield context.new_page()
    started.close()


@pytest.fixture
def telephone(page: Page, live_server: Any, father: User) -> Page:
    """The father's, signed in, with notifications allowed."""
    client = Client()
    client.force_login(father)
    name = django_settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    page.context.grant_permissions(["notifications"], origin=live_server.url)
    return page


def registration_of(session: CDPSession, page: Page, site: str) -> str:
    """The one of this site: a browser tells of those of former pages, too."""
    found: list[dict[str, Any]] = []
    session.on("ServiceWorker.workerRegistrationUpdated", lambda told: found.extend(told["registrations"]))
    session.send("ServiceWorker.enable")

    def ours() -> list[str]:
        return [str(one["registrationId"]) for one in found if one["scopeURL"].startswith(site)]

    while not ours():  # the page's own patience ends it
        page.wait_for_timeout(50)
    return ours()[-1]


def test_an_alert_and_a_reminder_arrive(
    telephone: Page, live_server: Any, service: Gateway, child: Child, mother: User, father: User
) -> None:
    keys = Receiver()
    told = {"endpoint": f"{service.origin}/father", "keys": keys.keys}
    telephone.goto(live_server.url + reverse("reach"))
    telephone.evaluate(SUBSCRIBE, told)
    telephone.get_by_role("button", name="Turn notifications on here").click()
    telephone.get_by_text("This phone gets notifications now").wait_for()
    assert ContactPoint.objects.get().person == father

    now = timezone.now()
    seen = {"answers": answers(temperature=39.0), "observed_at": now, "now": now}
    logged = record_log(child=child, caregiver=mother, client_uuid=uuid4(), **seen)
    look_again(child=child_of(father, "Mila"), at=now, by=father, now=now)
    sweep.sweep(now=now, deliver=True)
    wait_until(lambda: len(service.asked) == 2, "both pushes")

    session = telephone.context.new_cdp_session(telephone)
    registration = registration_of(session, telephone, live_server.url)
    for _try in range(20):  # a worker that is about to sleep may miss one; a second one takes its place
        for _path, _headers, body in service.asked:
            told = {"origin": live_server.url, "registrationId": registration, "data": keys.decrypt(body)}
            session.send("ServiceWorker.deliverPushMessage", told)
        telephone.wait_for_timeout(500)
        if len(telephone.evaluate(SHOWN)) == 2:
            break
    shown = {title: url for title, _tag, url in telephone.evaluate(SHOWN)}
    assert set(shown) == {"Nightlight: urgent, open now", "Nightlight: time for a log"}
    telephone.goto(live_server.url + shown["Nightlight: urgent, open now"])
    assert telephone.url == live_server.url + reverse("answer", args=[logged.log.pk])
    assert telephone.goto(live_server.url + shown["Nightlight: time for a log"]).ok
    assert telephone.url.endswith("/logs/new/")


def test_the_worker_says_that_one_came_and_the_next_page_what_it_could_not_say(
    telephone: Page,
    live_server: Any,
    service: Gateway,
    child: Child,
    father: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    telephone.goto(live_server.url + reverse("reach"))
    telephone.evaluate(SUBSCRIBE, {"endpoint": f"{service.origin}/father", "keys": Receiver().keys})
    telephone.get_by_role("button", name="Turn notifications on here").click()
    telephone.get_by_text("This phone gets notifications now").wait_for()
    session = telephone.context.new_cdp_session(telephone)
    registration = registration_of(session, telephone, live_server.url)

    def deliver_until(seen: Callable[[], bool]) -> None:
        data = push.check_payload(ContactPoint.objects.get())
        told = {"origin": live_server.url, "registrationId": registration, "data": data}
        for _try in range(20):
            session.send("ServiceWorker.deliverPushMessage", told)
            telephone.wait_for_timeout(500)
            if seen():
                return
        raise AssertionError

    def is_received() -> bool:
        return ContactPoint.objects.get().received_at is not None

    deliver_until(is_received)
    ContactPoint.objects.update(received_at=None)
    with monkeypatch.context() as broken:
        broken.setattr(views, "note_received", lambda **_: 1 / 0)
        deliver_until(lambda: bool(telephone.evaluate("store.get('receipt')")))
    telephone.evaluate("store.set('pocket', null)")
    telephone.goto(live_server.url + reverse("today", args=[child_of(father, "Mila").pk]))
    wait_until(is_received, "the receipt, by the page")


@pytest.fixture
def subscribing(
    browser: Browser, live_server: Any, service: Gateway, monkeypatch: Any, tmp_path: Path, settings: Any
) -> Iterator[tuple[Page, PushService]]:
    """A browser that subscribes by itself, at a push service that can be reached from here.

    What our site posts to Google's host is turned to the gateway: there the outside world begins.
    """
    settings.PUSH_HOSTS = ["jmt17.google.com", "fcm.googleapis.com"]

    class Turned(requests.adapters.HTTPAdapter):
        def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
            request.url = service.origin + request.path_url
            return super().send(request, *args, **kwargs)

    session = push._session
    monkeypatch.setattr(push, "_session", lambda: session_with(session(), Turned()))
    with push_service(tmp_path) as outside:
        context = browser.browser_type.launch_persistent_context(
            tmp_path / "profile",
            executable_path=chromium(),
            args=["--headless=new", *flags(), *outside.flags],
            ignore_default_args=["--disable-background-networking"],
            viewport=PHONE,
        )
        context.grant_permissions(["notifications"], origin=live_server.url)
        yield context.new_page(), outside
        context.close()


def session_with(session: requests.Session, adapter: requests.adapters.HTTPAdapter) -> requests.Session:
    session.mount("https://", adapter)
    return session


def signed_in(page: Page, live_server: Any, person: User) -> None:
    client = Client()
    client.force_login(person)
    name = django_settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])


def test_a_browser_subscribes_decrypts_and_ends_it(
    subscribing: tuple[Page, PushService],
    live_server: Any,
    service: Gateway,
    child: Child,
    mother: User,
    father: User,
) -> None:
    page, outside = subscribing
    signed_in(page, live_server, father)
    page.goto(live_server.url + reverse("reach"))
    page.get_by_role("button", name="Turn notifications on here").click()
    page.get_by_text("This phone gets notifications now").wait_for()
    assert ContactPoint.objects.get().person == father
    assert outside.subscribed["sender"].rstrip("=") == push.public_key()

    now = timezone.now()
    record_log(
        child=child,
        caregiver=mother,
        client_uuid=uuid4(),
        answers=answers(temperature=39.0),
        observed_at=now,
        now=now,
    )
    sweep.sweep(now=now, deliver=True)
    wait_until(lambda: len(service.asked) == 1, "the push")
    wait_until(lambda: outside.lines, "the browser to listen")
    for _try in range(60):
        outside.push(service.asked[0][2])
        page.wait_for_timeout(250)
        if page.evaluate(SHOWN):
            break
    ((title, _tag, _url),) = page.evaluate(SHOWN)
    assert title == "Nightlight: urgent, open now"

    page.goto(live_server.url + reverse("account_logout"))
    page.get_by_label("No more notifications here").check()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(lambda url: "logout" not in url)
    assert not ContactPoint.objects.exists()
    gone = "async () => !(await (await navigator.serviceWorker.ready).pushManager.getSubscription())"
    assert page.evaluate(gone)


@pytest.mark.parametrize("look", [{}, {"color_scheme": "dark"}])
def test_the_pages_can_be_used_by_all(
    open_page: Any, live_server: Any, service: Gateway, child: Child, mother: User, look: dict[str, str]
) -> None:
    client = Client()
    client.force_login(mother)
    page = open_page(**look)
    name = django_settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    page.set_viewport_size({"width": 320, "height": 2600})
    for where in (reverse("reach"), reverse("reminders", args=[child.pk])):
        page.goto(live_server.url + where)
        assert violations(page) == []
        assert not page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        )
        assert page.locator(".call-bar a[href^='tel:']").count()

"""The phone without a network, in the real browser: it opens, it keeps, it sends; and every way in which that can fail.

One phone goes through many troubles in a test: starting a browser costs more than any of them.
"""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.offline.conftest import Phone, ready, sign_in
from tests.offline.network import Network
from tests.support.accessibility import violations
from tests.support.personas import NIGHT_NUMBER, child_of, person
from tests.support.waiting import wait_until
from tracker.home_care.actions.doses import add_medicine
from tracker.models import Call, Child, DoseGiven, PhoneEntry, SymptomLog, User
from tracker.site.phone.kit import kit_version
from tracker.site.views import phone as views

pytestmark = pytest.mark.django_db(transaction=True)
CALL = f"tel:{NIGHT_NUMBER.replace(' ', '')}"
ROWS = "store.rows()"
ALL_THAT_IS_KEPT = """async () => {
  const cache = await caches.open("kept");
  const pages = await Promise.all((await cache.keys()).map(async (one) => (await cache.match(one)).text()));
  return pages.join();
}"""
A_DAY_AHEAD = """
const Right = Date;
globalThis.Date = class extends Right {
  constructor(...parts) { if (parts.length) super(...parts); else super(Right.now() + 86400000); }
  static now() { return Right.now() + 86400000; }
};
"""
SAME = (".care h1", ".care .reach", ".care-summary", ".say", ".until", ".badge")
"""What the phone says alone as the site's page does."""
KEPT = {
    "{}": "Juno",
    "{}logs/new/": "How is Juno now?",
    "{}logs/nothing-new/": "Nothing new",
    "{}card/": "Juno, 8 years",
    "{}doses/": "Medicines",
    "/log/": "How is Juno now?",
}


def type_a_fever(page: Page, temperature: str = "38,4") -> None:
    page.get_by_label("What does the thermometer say?").fill(temperature)
    page.locator("summary", has_text="Fever, chills").click()
    page.locator("label.sign-row", has_text="Chills, shaking").click()
    page.locator("label.word[for=chills-moderate]").click()


def log_alone(page: Page, juno: Child, temperature: str = "38,4") -> None:
    page.goto(reverse("log-new", args=[juno.pk]))
    ready(page)
    type_a_fever(page, temperature)
    page.get_by_role("button", name="Save for Juno").click()
    expect(page.locator(".alone a.reach").first).to_have_attribute("href", CALL)
    expect(page.get_by_text("Kept on this phone at")).to_be_visible()


def send(page: Page) -> None:
    """Once nobody else is sending."""
    page.evaluate("navigator.locks.request('unsent', () => {}).then(sendUnsent).catch(() => {})")


def is_sent(page: Page) -> None:
    expect(page.locator("[data-unsent]")).to_be_hidden()
    assert page.evaluate(ROWS) == []


def shown(page: Page) -> dict[str, list[str]]:
    main = page.locator(".columns")
    return {part: main.locator(part).first.inner_text().split() for part in SAME}


def mother_of(juno: Child) -> User:
    return juno.memberships.get().user


TIMED = """() => {
  const seen = new Promise((resolve) => document.addEventListener("submit", () => {
    const from = performance.now();
    const isThere = () => document.querySelector(".alone .care");
    const look = () => requestAnimationFrame((at) => (isThere() ? resolve(at - from) : look()));
    look();
  }, { capture: true, once: true }));
  globalThis.timed = () => seen;
}"""


@pytest.mark.hazard("H35")
def test_from_its_icon_without_a_network_a_fever_is_answered_at_once_and_sent_later(
    phone: Phone, net: Network, ward_child: Child, mother: User, nurse: User
) -> None:
    """On a processor six times slower. Once it is back, the board has one log, with both times."""
    context = phone(mother).context
    context.pages[0].close()
    net.state = "down"
    context.set_offline(True)
    page = context.new_page()
    page.goto(net.url + "/")  # the icon
    page.get_by_role("link", name="Log", exact=True).click()
    ready(page)
    type_a_fever(page)
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 6})
    took = []
    for _try in range(3):
        page.evaluate(TIMED)
        page.get_by_role("button", name="Save for Juno").click()
        took.append(page.evaluate("timed()"))
        expect(page.get_by_role("heading", name="Call your care team now")).to_be_visible()
        expect(page.get_by_text("Kept on this phone at")).to_be_visible()
        page.get_by_role("button", name="Change what you entered").click()
    assert min(took) <= 500, took
    page.get_by_role("button", name="Save for Juno").click()
    expect(page.locator(".alone a.reach")).to_have_attribute("href", CALL)
    alone = shown(page)
    expect(page.locator("[data-unsent]")).to_contain_text("1 log not sent yet")
    assert violations(page) == []
    net.state = "up"
    context.set_offline(False)
    is_sent(page)
    log, kept = SymptomLog.objects.get(), PhoneEntry.objects.get()
    assert (kept.urgency, kept.log, log.assessment.urgency) == ("now", log, "now")
    page.goto(reverse("answer", args=[log.pk]))
    on_line = shown(page)
    for part in SAME:
        assert on_line[part] == alone[part], part
    desk = Client()
    desk.force_login(nurse)
    text = desk.get(reverse("board"), follow=True).content.decode()
    assert "written without a network, came at" in text


@pytest.mark.hazard("H36")
def test_whatever_answers_in_the_sites_place_nothing_is_lost_and_nothing_doubled(
    phone: Phone, net: Network, juno: Child
) -> None:
    """A log waits through a hotel's page, refusals and errors of a gateway, and an answer that was lost."""
    page = phone(mother_of(juno))
    page.context.set_offline(True)
    log_alone(page, juno)
    net.only = "/unsent/"
    page.context.set_offline(False)
    for trouble in ("down", "hotel", 401, 403, 413, 500, "lost"):
        net.state, before = trouble, len(net.asked)
        send(page)
        assert "POST /unsent/" in net.asked[before:] or trouble == "down"
        expect(page.locator("[data-unsent]")).to_contain_text("1 log not sent yet")
        assert len(page.evaluate(ROWS)) == 1
    assert SymptomLog.objects.count() == 1  # the answer to that one was lost
    net.state = "up"
    send(page)
    is_sent(page)
    assert (SymptomLog.objects.count(), PhoneEntry.objects.count()) == (1, 1)


SEAL = """async ({ key, public: site, number, own, text }) => {
  const { seal } = await import("/static/tracker/offline/seal.js");
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const { d, ...open } = own;
  const privateKey = await crypto.subtle.importKey("jwk", own, curve, false, ["deriveBits"]);
  const publicKey = await crypto.subtle.importKey("jwk", open, curve, true, []);
  return seal({ id: key, key: site }, number, JSON.parse(text), { privateKey, publicKey });
}"""


@pytest.mark.hazard("H37")
def test_what_is_kept_opens_with_its_age_and_goes_with_its_person(
    phone: Phone, net: Network, juno: Child
) -> None:
    """Pages, the shortcut and the numbers; then somebody else signs in. What is sealed waits for its author."""
    vector = json.loads((Path(__file__).parent / "vector.json").read_text())
    page = phone(mother_of(juno))
    assert page.evaluate(SEAL, vector) == vector["envelope"]
    other = person("stranger")
    child_of(other, "Mila")
    net.state = "down"
    for path, said in KEPT.items():
        page.goto(path.format(reverse("today", args=[juno.pk])))
        expect(page.locator("[data-offline]")).to_contain_text("This page is as it was")
        expect(page.get_by_role("heading", name=said).first).to_be_visible()
        expect(page.locator(f".call-bar a[href='{CALL}']")).to_be_visible()
        assert violations(page) == []
    page.goto("/call/")
    expect(page.locator("[data-whom] [data-number]")).to_have_attribute("href", CALL)
    page.goto("/how/")  # not kept: her child's page stands in for it
    expect(page.get_by_role("heading", name=KEPT["{}"]).first).to_be_visible()
    page.context.set_offline(True)
    log_alone(page, juno)
    net.state = "up"
    page.context.set_offline(False)
    net.only, net.state = "/unsent/", "down"
    page.goto(reverse("account_logout"))
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(lambda url: "logout" not in url)
    assert page.evaluate(ALL_THAT_IS_KEPT) == ""
    net.state = "up"
    sign_in(page, other, net.url)
    page.goto("/")
    expect(page.get_by_text("Mila").first).to_be_visible()
    ready(page)
    send(page)
    assert page.evaluate("store.get('pocket').then((it) => it.children.map((one) => one.name))") == ["Mila"]
    assert not page.evaluate("store.get('history')")
    assert "Juno" not in page.evaluate(ALL_THAT_IS_KEPT)
    assert len(page.evaluate(ROWS)) == 1
    expect(page.locator("[data-unsent]")).to_contain_text("1 log not sent yet")
    assert not SymptomLog.objects.exists()
    sign_in(page, mother_of(juno), net.url)
    page.reload()
    ready(page)
    send(page)
    is_sent(page)
    assert SymptomLog.objects.get().caregiver == mother_of(juno)


@pytest.mark.hazard("H35")
def test_a_browser_that_never_signed_in_gets_the_open_check(
    open_page: Callable[..., Page], net: Network
) -> None:
    page = open_page(base_url=net.url, service_workers="allow")
    page.goto("/")
    ready(page)
    net.state = "down"
    page.goto("/children/anything/")
    expect(page.get_by_label("Which therapy?")).to_be_visible()
    assert violations(page) == []


BROKEN = {
    "refused": "void (indexedDB.open = () => { throw new DOMException('no', 'SecurityError') })",
    "full": "void (IDBObjectStore.prototype.put = () => { throw new DOMException('no', 'QuotaExceededError') })",
}
KILLED = """() => {
const transaction = IDBDatabase.prototype.transaction;
IDBDatabase.prototype.transaction = function (...of) {
  IDBDatabase.prototype.transaction = transaction;
  throw new DOMException("The database connection is closing.", "InvalidStateError");
};
}"""
MENDED = """Promise.all([
  store.set("latest", 0),
  store.get("pocket").then((it) => store.set("pocket", { ...it, now: serverNow() })),
])"""
DAMAGE = {
    "older than a week": "store.get('pocket').then((it) => store.set('pocket', { ...it, now: it.now - 8 * 86400000 }))",
    "clock was put back": "store.set('latest', Date.now() + 3600000)",
    "not here, or damaged": """(async () => {
      for (const name of await caches.keys()) for (const { url } of await (await caches.open(name)).keys()) {
        if (url.includes("/kit/")) await (await caches.open(name)).put(url, new Response('{"rules": {}}'));
      }
    })()""",
}


@pytest.mark.hazard("H36")
def test_a_phone_that_cannot_keep_it_says_so_and_one_that_must_not_judge_says_to_call(
    phone: Phone, juno: Child
) -> None:
    page = phone(mother_of(juno))
    page.context.set_offline(True)
    for number, trouble in enumerate(BROKEN.values()):
        page.goto(reverse("log-new", args=[juno.pk]))
        ready(page)
        if not number:
            type_a_fever(page)  # the next form has it still
        page.evaluate(trouble)
        page.get_by_role("button", name="Save for Juno").click()
        expect(page.get_by_role("heading", name="Call your care team now")).to_be_visible()
        expect(page.locator(".alone a.reach")).to_have_attribute("href", CALL)
        expect(page.get_by_text("This phone could not keep it.")).to_be_visible()
        expect(page.get_by_label("What does the thermometer say?")).to_have_value("38,4")
    page.goto(reverse("log-new", args=[juno.pk]))
    ready(page)
    page.evaluate(KILLED)
    page.get_by_role("button", name="Save for Juno").click()
    expect(page.get_by_text("Kept on this phone at")).to_be_visible()
    for said, damage in DAMAGE.items():
        page.goto(reverse("log-new", args=[juno.pk]))
        ready(page)
        page.evaluate(damage)
        page.reload()
        ready(page)
        page.get_by_label("What does the thermometer say?").fill("36.8")
        page.get_by_role("button", name="Save for Juno").click()
        expect(page.get_by_role("heading", name="We could not check this")).to_be_visible()
        expect(page.locator(".alone .care")).to_contain_text(said)
        expect(page.locator(".alone a.reach")).to_have_attribute("href", CALL)
        page.evaluate(MENDED)
    page.evaluate("new Promise((done) => { indexedDB.deleteDatabase('nightlight').onsuccess = done })")
    page.goto(reverse("today", args=[juno.pk]))
    expect(page.locator("[data-unsent]")).to_contain_text("This phone has lost entries that were not sent.")


@pytest.mark.hazard("H36")
def test_calls_and_doses_without_a_network_are_known_to_the_next_answer_and_recorded_later(
    phone: Phone, juno: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a phone whose clock is a day ahead; and a new version comes in once no form is open."""
    label = {
        "name": "Paracetamol",
        "dose": "5 ml",
        "as_needed": True,
        "times": [],
        "days": "",
        "gap_hours": 6,
    }
    at = timezone.now()
    Child.objects.filter(pk=juno.pk).update(birth_month=(at - timedelta(days=160)).date().replace(day=1))
    add_medicine(child=juno, label=label | {"lowers_fever": True}, by=mother_of(juno), now=at)
    page = phone(mother_of(juno), init=A_DAY_AHEAD)
    page.context.set_offline(True)
    page.goto(reverse("doses", args=[juno.pk]))
    ready(page)
    page.get_by_role("button", name="Given now").click()
    expect(page.get_by_text("Kept on this phone, not sent yet.")).to_be_visible()
    log_alone(page, juno)
    expect(page.locator(".say")).to_contain_text("Paracetamol was given at")
    expect(page.locator(".say")).to_contain_text(re.compile(r"My child is [45] months old"))
    page.locator("summary", has_text="I have called").click()
    page.locator("#called label", has_text="Yes").click()
    page.locator("#called label", has_text="Stay home and watch").click()
    page.get_by_role("button", name="Save what they told us").click()
    expect(page.locator("#called [role=status]")).to_contain_text("Kept on this phone at")
    page.goto(reverse("log-nothing-new", args=[juno.pk]))
    ready(page)
    page.get_by_label("What does the thermometer say?").fill("36.8")
    page.get_by_role("button", name="Save").click()
    expect(
        page.get_by_role("heading", name="Nothing urgent is documented")
    ).to_be_visible()  # they were advised
    expect(page.locator(".alone .badge")).to_have_text("Not sent yet")
    expect(page.locator(".care-summary")).to_contain_text("nothing new")
    expect(page.get_by_text("You did not tell us:")).not_to_be_visible()
    expect(page.locator("[data-unsent]")).to_contain_text("4 entries not sent yet")
    text = views.worker_text(kit_version())
    newer = text.replace("VERSION", "VERSION = 1, NEWER", 1)
    newer = newer.replace("self.skipWaiting()", "(caches.open('let in'), self.skipWaiting())")
    monkeypatch.setattr(views, "worker_text", lambda _kit: newer)
    page.context.set_offline(False)
    is_sent(page)
    logs = SymptomLog.objects.order_by("received_at")
    assert [abs(log.observed_at - at) < timedelta(minutes=10) for log in logs] == [True, True]
    assert Call.objects.get().advice == "stay-home"
    assert DoseGiven.objects.get().given_by == mother_of(juno)
    ahead = [kept.phone_at - kept.entered_at for kept in PhoneEntry.objects.all()]
    assert all(abs(one - timedelta(days=1)) < timedelta(minutes=1) for one in ahead)
    page.evaluate("navigator.serviceWorker.getRegistration().then((it) => it.update())")
    waits = "navigator.serviceWorker.getRegistration().then((it) => Boolean(it.waiting))"
    wait_until(lambda: page.evaluate(waits), "the new version")
    page.reload()  # a form
    ready(page)
    assert not is_let_in(page)
    page.goto(reverse("today", args=[juno.pk]))
    wait_until(lambda: is_let_in(page), "the new version to be let in")


def is_let_in(page: Page) -> bool:
    """Whether the new worker has asked to take over. When it does is the browser's: once the old one has been idle."""
    return bool(page.evaluate("caches.has('let in')"))

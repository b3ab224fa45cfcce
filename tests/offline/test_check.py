"""/check/ without a network, in a browser that has never signed in: the phone answers by itself, as the site does."""

from collections.abc import Callable

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from tests.offline.conftest import ready
from tests.offline.network import Network
from tests.support.accessibility import violations
from tests.support.waiting import wait_until
from tracker.models import Child

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = """async () => {
  const name = (await caches.keys()).filter((one) => one.startsWith("shell-")).at(-1);
  const shown = async (path) => (await caches.match(path, { cacheName: name }))?.text() ?? "";
  const pages = await Promise.all(["/call/", "/check/"].map(shown));
  return [...new Set(pages.map((text) => text.match(/<html lang="(\\w+)"/)?.[1]))].join();
}"""
SAME = (".care h1", ".care .reach-card", ".until")


def fill(page: Page, temperature: str, therapy: str = "blinatumomab") -> None:
    page.get_by_label("Which therapy?").select_option(therapy)
    page.get_by_label("Age in years").fill("8")
    page.get_by_label("What does the thermometer say?").fill(temperature)


def unknown_phone(open_page: Callable[..., Page], net: Network, language: str = "en") -> Page:
    """A browser that never signed in, at the check, with all that it needs to go on alone."""
    page = open_page(base_url=net.url, service_workers="allow")
    page.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": net.url}])
    page.set_default_timeout(20_000)
    page.goto("/check/")
    ready(page)
    return page


def ask(page: Page) -> None:
    page.locator(".save-bar button").click()


def shown(page: Page) -> dict[str, list[str]]:
    return {part: page.locator(f".columns {part}").first.inner_text().split() for part in SAME}


@pytest.mark.hazard("H35")
def test_a_browser_that_never_signed_in_is_answered_without_a_network(
    open_page: Callable[..., Page], net: Network
) -> None:
    page = unknown_phone(open_page, net)
    fill(page, "38,4")
    ask(page)
    on_line = shown(page)
    page.context.set_offline(True)
    net.state = "down"
    page.goto("/check/")
    ready(page)
    fill(page, "38,4")
    ask(page)
    expect(page.get_by_text("It checked this alone, with the rules that it keeps.")).to_be_visible()
    assert shown(page) == on_line
    expect(page.locator(".alone .care")).to_contain_text("Call the number on your card.")
    expect(page.get_by_text("Nothing was saved. This does not call anyone.")).to_be_visible()
    assert page.evaluate("store.rows()") == []
    assert violations(page) == []
    page.get_by_role("button", name="Change what you entered").click()
    fill(page, "36.8")
    ask(page)
    expect(page.get_by_role("heading", name="Nothing urgent is documented")).to_be_visible()


@pytest.mark.hazard("H35")
def test_without_a_therapy_it_is_the_worst_of_all_and_an_emergency_shows_the_ambulance(
    open_page: Callable[..., Page], net: Network
) -> None:
    """On line to the browser, and yet nobody answers: what was typed is judged, and kept nowhere."""
    page = unknown_phone(open_page, net)
    net.state = "down"
    fill(page, "36.8", therapy="")
    ask(page)
    expect(page.locator("#which")).to_have_text("Choose the therapy.")
    expect(page.get_by_label("What does the thermometer say?")).to_have_value("36.8")
    page.evaluate("document.querySelector('[name=sign-seizure][value=yes]').checked = true")
    ask(page)
    expect(page.locator(".alone .care a.reach").first).to_have_attribute("href", "tel:112")
    expect(page.get_by_text("This is the most urgent answer of all therapies.")).to_be_visible()
    assert page.evaluate("sessionStorage.length") == 0
    page.evaluate("store.set('met', serverNow() - 8 * 86400000)")
    page.goto("/check/")
    ready(page)
    fill(page, "36.8")
    page.context.set_offline(True)
    ask(page)
    expect(page.get_by_role("heading", name="We could not check this")).to_be_visible()
    expect(page.locator(".alone .care")).to_contain_text("older than a week")


@pytest.mark.hazard("H35")
def test_the_knowledge_is_kept_in_the_persons_language_and_renewed_when_it_changes(
    phone: Callable[..., Page], net: Network, juno: Child
) -> None:
    mother = juno.memberships.get().user
    page = phone(mother)
    languages = """async () => {
      const cache = await caches.open("kit");
      const found = await Promise.all((await cache.keys()).map(async (one) => (await cache.match(one)).json()));
      return found.map(({ language }) => language);
    }"""
    assert page.evaluate(languages) == ["en"]
    mother.language = "es"
    mother.save()
    page.goto(f"/children/{juno.pk}/")
    ready(page)
    assert page.evaluate(languages) == ["es"]
    wait_until(lambda: page.evaluate(PAGES) == "es", "the worker's own pages")
    page.context.set_offline(True)
    page.goto(f"/children/{juno.pk}/logs/new/")
    ready(page)
    assert page.locator("html").get_attribute("lang") == "es"
    page.locator("[name=temperature]").fill("38,4")
    page.locator(".save-bar button").click()
    expect(page.locator(".alone .care h1")).to_contain_text("Llame")


BESIDE = """() => ({
  pictures: [...document.querySelectorAll(".columns .hint use")].map((one) => one.getAttribute("href").split("#")[1]),
  told: document.querySelector(".columns .hint:has(.tag)").textContent.replace(/\\s+/g, " ").trim(),
  isolates: document.querySelector(".columns .care-summary").textContent.match(/[\u2066\u2069]/g)?.join(""),
  draft: [...document.querySelectorAll(".draft p")].find((one) => one.checkVisibility())?.textContent,
})"""
"""What stands beside the answer: pictures of signs in its reasons, a reading in its order, the notice of a draft."""


@pytest.mark.hazard("H35")
@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_answer_alone_has_the_pictures_and_the_notice_of_a_draft_that_the_sites_has(
    open_page: Callable[..., Page], net: Network, language: str
) -> None:
    page = unknown_phone(open_page, net, language)
    assert page.locator("html").get_attribute("lang") == language

    def answered() -> dict[str, list[str] | str]:
        page.locator("[name=therapy]").select_option("blinatumomab")
        page.locator("[name=temperature]").fill("36.8")
        page.evaluate("document.querySelector('[name=sign-seizure][value=yes]').checked = true")
        ask(page)
        page.locator(".columns .care").wait_for()
        return page.evaluate(BESIDE)

    on_line = answered()
    page.context.set_offline(True)
    net.state = "down"
    page.goto("/check/")
    ready(page)
    assert answered() == on_line
    page.locator(".columns.alone").wait_for()
    assert "seizure" in on_line["pictures"]
    assert bool(on_line["isolates"]) == (language == "ar")  # 36.8 °C keeps its order
    assert bool(on_line["draft"]) == (language != "en")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert violations(page) == []


@pytest.mark.hazard("H35")
def test_the_check_for_an_adult_stays_one_for_an_adult(open_page: Callable[..., Page], net: Network) -> None:
    page = unknown_phone(open_page, net)
    therapies = page.locator("[name=therapy]")
    page.goto("/check/?adult")
    on_line = therapies.inner_text()
    page.goto("/check/")
    assert therapies.inner_text() != on_line
    ready(page)
    page.context.set_offline(True)
    net.state = "down"
    page.goto("/check/?adult")
    ready(page)
    assert therapies.inner_text() == on_line
    expect(page.locator('[href="?adult"]')).to_have_count(0)
    therapies.select_option("obecabtagene-autoleucel")
    page.get_by_label("What does the thermometer say?").fill("38.4")
    ask(page)
    expect(page.locator(".alone .care h1")).to_have_text("Call your care team now")
    expect(page.locator(".alone .say")).to_contain_text("obecabtagene")
    page.goto("/check/")
    ready(page)
    assert therapies.inner_text() != on_line


@pytest.mark.hazard("H35")
def test_what_was_typed_for_an_adult_is_judged_for_one_when_nobody_answers(
    open_page: Callable[..., Page], net: Network
) -> None:
    page = unknown_phone(open_page, net)
    page.goto("/check/?adult")
    ready(page)
    net.state = "down"
    page.locator("[name=therapy]").select_option("obecabtagene-autoleucel")
    page.get_by_label("What does the thermometer say?").fill("38.4")
    ask(page)
    expect(page.locator(".alone .say")).to_contain_text("obecabtagene")
    expect(page.locator("[name=therapy]")).to_have_value("obecabtagene-autoleucel")

"""How each figure of the pages is taken: the walks of a thumb, bytes on the wire, findings of axe, reading grades."""

import re
import statistics
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from django.urls import Resolver404, resolve
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser import gallery
from tests.site.test_kit_bytes import LIMIT, SCRIPTS, address, sent
from tests.support import reading, reading_other
from tests.support.accessibility import violations
from tests.support.fixtures_infra import PHONE
from tests.support.measured import OVER, UNDER, Figure
from tests.support.thumb import Thumb
from therapies.catalogue import load
from tracker.site.demo.second_factors import code
from tracker.site.demo.story import PASSWORD, TOTP_SECRET, read_families

DESK = {"width": 1280, "height": 800}
TALL = {"width": 360, "height": 6000}  # a phone on which the bar at the bottom covers nothing
PARENT, LEAD = "mum@juno.example", "lead@maple.example"
NURSES = ("anna@maple.example", "ben@maple.example")  # of whom each signs in once: a code is taken once
PATIENCE = 60_000  # milliseconds
LOG_PAGE = 50_000  # bytes, wanted
LOOKS = {"light": ("light", ""), "dark": ("dark", ""), "night": ("light", "night")}
LOOK = "look => look ? document.documentElement.dataset.theme = look : delete document.documentElement.dataset.theme"
OPEN = "document.querySelectorAll('details').forEach(one => { one.open = true })"
ENOUGH = 15  # words: the grade of less says nothing
NO_PAGES = {"account_logout"}
FOR_LATER = re.compile(r"/static/tracker/(?:offline|rules)/|/kit/")  # what answers without a network


# ---------------------------------------------------------------- who looks


@contextmanager
def somebody(browser: Browser, site: str, language: str, **options: Any) -> Iterator[BrowserContext]:
    """A fresh profile whose browser wishes for the language."""
    usual = {
        "viewport": PHONE,
        "has_touch": True,
        "timezone_id": "America/New_York",
        "reduced_motion": "reduce",
    }
    wish = {"locale": language, "base_url": site, "service_workers": "block"}
    context = browser.new_context(**{**usual, **wish, **options})
    context.set_default_timeout(PATIENCE)
    try:
        yield context
    finally:
        context.close()


def signed_in(context: BrowserContext, email: str, language: str) -> Page:
    """On the first page that they see, in their language from now on."""
    page = context.new_page()
    page.goto("/account/login/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(lambda url: "/account/login/" not in url)
    if "/2fa/" in page.url:
        page.locator("input[name=code]").fill(code(TOTP_SECRET, datetime.now(UTC)))
        page.locator("input[name=code]").press("Enter")
        page.wait_for_url(lambda url: "/2fa/" not in url)
    context.request.post("/language/", form={"language": language, "next": "/"})
    page.goto("/")
    assert page.locator("html").get_attribute("lang") == language
    return page


# ---------------------------------------------------------------- a thumb


def thumbs(browser: Browser, site: str, language: str) -> Iterator[Figure]:
    """Four ways through the pages, each from the page that is open to the headline that answers."""
    with somebody(browser, site, language) as context:
        yield from told("Unchanged day, from Today to the answer", unchanged_day(context, language), 3, 15)
    with somebody(browser, site, language) as context:
        yield from told("Full log, from Today to the answer", full_log(context, language), None, 45)
    with somebody(browser, site, language) as context:
        yield from told("/check/, from the first visit to the answer", check(context, language), None, 30)
    with somebody(browser, site, language, viewport=DESK, has_touch=False) as context:
        clicks = outcome(context, language).effort.taps
        yield Figure("Nurse, from the alert to its outcome: clicks", clicks, "", 2)


def told(what: str, thumb: Thumb, taps: int | None, seconds: float) -> Iterator[Figure]:
    yield Figure(f"{what}: taps", thumb.effort.taps, "", taps)
    yield Figure(f"{what}: time by the model", round(thumb.effort.seconds, 1), "s", seconds)


def unchanged_day(context: BrowserContext, language: str) -> Thumb:
    """Nothing new, the temperature, save."""
    thumb = Thumb(signed_in(context, PARENT, language), language)
    thumb.tap(thumb.page.locator("a.btn[href$='/nothing-new/']"))
    thumb.read(thumb.page.locator("h1"))
    thumb.tap(thumb.page.locator("[name=temperature]"))
    thumb.type("36.8")
    return answered(thumb, "note")


def full_log(context: BrowserContext, language: str) -> Thumb:
    """The worst day of the demo's Juno: a fever, two signs, the thinking check. Its note is not typed."""
    worst = next(one["worst_day"] for one in read_families() if one["worst_day"]["by"] == PARENT)
    thumb = Thumb(signed_in(context, PARENT, language), language)
    thumb.tap(thumb.page.locator("main a.btn-lamp"))
    thumb.read(thumb.page.locator("h1"))
    for name, value in worst["fields"].items():
        if name != "note":
            thumb.enter(name, value)
    return answered(thumb, worst["urgency"])


def answered(thumb: Thumb, urgency: str) -> Thumb:
    thumb.tap(thumb.page.locator("button[form=log].btn-lamp"))
    thumb.read(thumb.page.locator(f".care-{urgency} h1"))
    return thumb


def check(context: BrowserContext, language: str) -> Thumb:
    """A child of eight on blinatumomab with a seizure, and nobody has an account."""
    thumb = Thumb(context.new_page(), language)
    thumb.page.goto("/check/")
    thumb.read(thumb.page.locator("h1"))
    thumb.choose(thumb.page.locator("[name=therapy]"), "blinatumomab")
    thumb.tap(thumb.page.locator("[name=age_years]"))
    thumb.type("8")
    thumb.enter("sign-seizure", "yes")
    return answered(thumb, "emergency")


def outcome(context: BrowserContext, language: str) -> Thumb:
    """Of the first alert on the board: take it, and say how it ended."""
    thumb = Thumb(signed_in(context, NURSES[0], language), language)
    thumb.tap(thumb.page.locator("[id^=take-]").first)
    thumb.tap(thumb.page.locator("button[name=outcome]").first)
    thumb.page.locator("#ending").wait_for(state="detached")
    return thumb


# ---------------------------------------------------------------- pages


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if tag == "a" and name == "href" and value]


def pages(context: BrowserContext, start: str) -> dict[str, tuple[str, str]]:
    """Each page that links lead to, one a route: its name, its address, its text. Nothing is changed by a link."""
    waiting, known, found = [start], {start}, {}
    while waiting:
        where = waiting.pop(0)
        name = name_of(where)
        if not name or name in found or name in NO_PAGES:
            continue
        answer = context.request.get(where)
        if answer.status == 200 and answer.headers["content-type"].startswith("text/html"):
            found[name] = (where, answer.text())
            new = [one for one in links(answer.text()) if one not in known]
            known.update(new)
            waiting += new
    return found


def links(html: str) -> list[str]:
    parser = _Links()
    parser.feed(html)
    split = [urlsplit(one) for one in parser.found]
    return [one.path for one in split if one.path.startswith("/") and not one.netloc]


def name_of(path: str) -> str:
    """Of the route; empty where none leads there."""
    try:
        return resolve(path).url_name or ""
    except Resolver404:
        return ""


# ---------------------------------------------------------------- bytes


def sizes(browser: Browser, site: str, language: str) -> Iterator[Figure]:
    """What comes over the wire, headings and all, packed as the site sends it."""
    with somebody(browser, site, language) as context:
        yield from visits(context.new_page(), "/check/", "/check/")
    with somebody(browser, site, language) as context:
        page = signed_in(context, PARENT, language)
        found = pages(context, urlsplit(page.url).path)
        for name, what in (("today", "Today"), ("log-new", "Log"), ("answer", "Answer")):
            yield from visits(page, found[name][0], what, LOG_PAGE if name == "log-new" else None)
    with somebody(browser, site, language, viewport=DESK) as context:
        page = signed_in(context, NURSES[1], language)
        yield from visits(page, urlsplit(page.url).path, "Board")
    yield Figure("What answers without a network", round(kit(site, language) / 1000, 1), "kB", LIMIT / 1000)


def visits(page: Page, where: str, what: str, most: float | None = None) -> Iterator[Figure]:
    """The first with nothing kept, and the second; without what is fetched for later, which is a figure of its own."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.clearBrowserCache")
    asked: dict[str, str] = {}
    counted: list[float] = []
    session.on(
        "Network.requestWillBeSent", lambda told: asked.update({told["requestId"]: told["request"]["url"]})
    )
    session.on(
        "Network.loadingFinished",
        lambda told: FOR_LATER.search(asked[told["requestId"]]) or counted.append(told["encodedDataLength"]),
    )
    for visit, wanted in (("first", most), ("second", None)):
        page.goto(where, wait_until="networkidle")
        yield Figure(f"{what}, {visit} visit", round(sum(counted) / 1000, 1), "kB", wanted and wanted / 1000)
        counted.clear()
    session.detach()


def kit(site: str, language: str) -> int:
    """The knowledge in one language, the scripts and the worker, as tests/site/test_kit_bytes.py counts them."""
    return sum(sent_by(site + path) for path in (address(language), "/sw.js")) + sum(map(sent, SCRIPTS))


def sent_by(where: str) -> int:
    with urlopen(Request(where, headers={"Accept-Encoding": "br"})) as answer:
        assert answer.headers["Content-Encoding"] == "br"
        return len(answer.read())


# ---------------------------------------------------------------- axe


def axe(browser: Browser, site: str, language: str) -> Iterator[Figure]:
    """The samples in every state, and the real pages of a parent and of a lead, each in three looks."""
    with somebody(browser, site, language, viewport=TALL) as context, gallery.served() as samples:
        page = context.new_page()
        places = [f"{samples}/state/{name}/?language={language}" for name in gallery.STATES]
        yield from findings("samples of every state", page, places)
    for email, whose in ((PARENT, "real pages of a family"), (LEAD, "real pages of the staff")):
        with somebody(browser, site, language, viewport=TALL) as context:
            page = signed_in(context, email, language)
            places = [where for where, _html in pages(context, urlsplit(page.url).path).values()]
            yield from findings(whose, page, places)


def findings(what: str, page: Page, places: list[str]) -> Iterator[Figure]:
    """Where one is found, it is said on stderr, too."""
    found = [f"{where} {look}: {one}" for where in places for look, one in looked_at(page, where)]
    for one in found:
        print(one[:300], file=sys.stderr)
    yield Figure(f"axe, {what}: views (pages in {len(LOOKS)} looks)", len(places) * len(LOOKS))
    yield Figure(f"axe, {what}: findings", len(found), "", 0)


def looked_at(page: Page, where: str) -> Iterator[tuple[str, str]]:
    page.emulate_media(color_scheme="light")
    page.goto(where)
    page.evaluate(OPEN)
    for look, (scheme, theme) in LOOKS.items():
        page.emulate_media(color_scheme=scheme)
        page.evaluate(LOOK, theme)
        yield from ((look, one) for one in violations(page))


# ---------------------------------------------------------------- reading


def grades(browser: Browser, site: str, language: str) -> Iterator[Figure]:
    """Of the real pages of a parent, and of the samples of every state."""
    with somebody(browser, site, language) as context:
        page = signed_in(context, PARENT, language)
        html = {where: text for where, text in pages(context, urlsplit(page.url).path).values()}
    with gallery.served() as samples:
        for name in gallery.STATES:
            place = f"{samples}/state/{name}/?language={language}"
            html[name] = urlopen(place).read().decode()
    texts = {where: reading.parts(one)["page"] for where, one in html.items()}
    yield from GRADES[language](texts)


def english(texts: dict[str, str]) -> Iterator[Figure]:
    terms = (*reading.TERMS, *(word for one in load().therapies for word in one.split("-")))
    read = {where: reading.read(text, terms) for where, text in texts.items()}
    values = {where: one.grade for where, one in read.items() if one.words >= ENOUGH}
    yield from ends("Reading, Flesch-Kincaid grade", values, worst=max, most=6)


def spanish(texts: dict[str, str]) -> Iterator[Figure]:
    read = {where: reading_other.spanish(text) for where, text in texts.items()}
    values = {where: reading_other.ease(one) for where, one in read.items() if one.words >= ENOUGH}
    yield from ends("Reading, ease by Fernández Huerta", values, worst=min, least=70)


def arabic(texts: dict[str, str]) -> Iterator[Figure]:
    counted = {where: reading_other.words_a_sentence(text) for where, text in texts.items()}
    values = {where: words / n for where, (words, n) in counted.items() if words >= ENOUGH}
    yield from ends("Reading, words a sentence (no formula is agreed upon)", values, worst=max)


def ends(
    what: str,
    values: dict[str, float],
    worst: Callable[[Iterable[float]], float],
    most: float | None = None,
    least: float | None = None,
) -> Iterator[Figure]:
    figures = {where: Figure(where, round(value, 1), "", most, least) for where, value in values.items()}
    beyond = [one for one in figures.values() if one.verdict in (OVER, UNDER)]
    print(*(f"{what}: {one.value} {one.what}" for one in beyond), sep="\n", file=sys.stderr)
    yield Figure(f"{what}: median of {len(values)} pages", round(statistics.median(values.values()), 1))
    yield Figure(f"{what}: worst page", round(worst(values.values()), 1), "", most, least)
    if most is not None or least is not None:
        yield Figure(f"{what}: pages beyond what is wanted", len(beyond), "", 0)


GRADES = {"en": english, "es": spanish, "ar": arabic}
KINDS = {"thumb": thumbs, "bytes": sizes, "grades": grades, "axe": axe}

"""Each page in each state, in a real browser: readable, usable by all, never without a number to call."""

import re
from collections import Counter
from collections.abc import Iterator
from urllib.request import urlopen

import html5lib
import pytest
from django.template.loader import get_template
from playwright.sync_api import Page, expect

from tests.browser import gallery
from tests.support.accessibility import violations
from tests.support.effort import tries

DESK = {"width": 1280, "height": 800}
NARROW = {"width": 320, "height": 640}
CALLED = re.compile(r'href="tel:(\+?[0-9*#]+)"')
MAIN_STATES = [
    "today",
    "log-filled",
    "answer-emergency",
    "answer-now-called",
    "answer-today",
    "answer-note",
    "days",
    "days-table",
    "family-invited",
    "check-now",
    "call",
    "login-wrong",
    "500",
]


# In the browser the main ones and every sixth of the others; as text, all of them.
OTHERS = [name for name in gallery.STATES if name not in MAIN_STATES]
SEEN = [*MAIN_STATES, *OTHERS[:: tries(6, 1)]]


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with gallery.served() as address:
        yield address


def show(page: Page, site: str, name: str) -> Page:
    answer = page.goto(f"{site}/state/{name}/")
    assert answer is not None
    assert answer.status == 200
    return page


def opened(page: Page) -> Page:
    """Everything unfolded, on a screen so long that the bar covers nothing."""
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    size, length = page.viewport_size, page.evaluate("document.documentElement.scrollHeight")
    assert size is not None
    page.set_viewport_size({"width": size["width"], "height": max(size["height"], length)})
    return page


def is_wider_than_the_screen(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


# ---------------------------------------------------------------- every page, every state


@pytest.mark.hazard("H02")
@pytest.mark.parametrize("name", gallery.STATES)
def test_every_page_is_valid_html_with_a_number_to_call(site, name):
    with urlopen(f"{site}/state/{name}/") as answer:
        text = answer.read().decode()
    html5lib.HTMLParser(strict=True).parse(text)
    ids = Counter(re.findall(r'\sid="([^"]*)"', text))
    assert not [one for one, times in ids.items() if times > 1]
    told = set(re.findall(r'\s(?:for|aria-labelledby|aria-describedby)="([^"]*)"', text))
    assert {one for many in told for one in many.split()} <= set(ids)
    assert len(re.findall(r"<h1[ >]", text)) == 1
    assert len(re.findall(r"<main[ >]", text)) == 1
    assert '<html lang="en' in text
    assert not re.findall(r"\sstyle=|<style|<script>|\son[a-z]+=", text)
    numbers = CALLED.findall(text)
    assert numbers
    readable = re.sub(r"(?<=\d)[ -](?=\d)", "", re.sub(r"<[^>]*>", " ", text))
    assert all(number in readable for number in numbers)


@pytest.mark.hazard("H25")
@pytest.mark.parametrize("name", SEEN)
def test_every_page_is_accessible_and_fits_a_narrow_phone(open_page, site, name):
    page = opened(show(open_page(viewport=NARROW), site, name))
    assert not is_wider_than_the_screen(page)
    assert violations(page) == []


@pytest.mark.parametrize("name", MAIN_STATES)
def test_the_main_pages_are_accessible_by_night_and_on_a_desk(open_page, site, name):
    page = show(open_page(viewport=DESK, color_scheme="dark"), site, name)
    assert not is_wider_than_the_screen(page)
    assert violations(opened(page)) == []
    page.context.add_cookies([{"name": "theme", "value": "night", "url": site}])
    assert violations(opened(show(page, site, name))) == []


@pytest.mark.parametrize("name", MAIN_STATES)
def test_letters_of_twice_the_size_fit(open_page, site, name):
    page = opened(show(open_page(), site, name))
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert not is_wider_than_the_screen(page)


@pytest.mark.hazard("H25")
@pytest.mark.parametrize("name", ["today", "log-blinatumomab", "answer-now", "more", "begin-1"])
def test_what_a_thumb_hits_is_48_pixels_high(page, site, name):
    opened(show(page, site, name))
    chosen = (
        ".btn, .reach, .call-button, .nav a, summary, .chip-row label, .switch label, .sign-row, .worried"
    )
    low = page.evaluate(
        """chosen => [...document.querySelectorAll(chosen)].filter(one => one.checkVisibility())
            .filter(one => one.getBoundingClientRect().height < 47.5).map(one => one.outerHTML)""",
        chosen,
    )
    assert low == []


# ---------------------------------------------------------------- the number to call


@pytest.mark.hazard("H02")
@pytest.mark.parametrize("name", ["today", "log", "answer-now", "days", "login", "404", "500", "home"])
def test_the_number_to_call_stays_in_sight(page, site, name):
    show(page, site, name)
    bar = page.locator(".call-bar")
    for where in ("0", "document.body.scrollHeight"):
        page.evaluate(f"scrollTo(0, {where})")
        box = bar.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 740
    expect(bar.locator("a[href^='tel:']").first).to_be_visible()


def test_a_low_screen_is_not_filled_by_the_bar(open_page, site):
    page = show(open_page(viewport={"width": 640, "height": 320}), site, "today")
    bar, pages = page.locator(".call-bar").bounding_box(), page.locator(".nav").bounding_box()
    assert bar is not None
    assert pages is not None
    assert bar["height"] <= 64
    assert bar["y"] + bar["height"] <= 320, "the number stays"
    assert pages["y"] > 320, "the pages stand at the end"


@pytest.mark.parametrize("name", ["500.html", "503.html"])
def test_the_last_error_pages_need_nothing_around_them(name):
    page = get_template(name).render({})
    assert CALLED.findall(page)
    assert "The number on your card" in page


def test_the_emergency_card_shows_the_emergency_number_first(page, site):
    show(page, site, "answer-emergency")
    numbers = page.locator(".care .reach b").all_inner_texts()
    assert numbers == ["911", "555 0142"]


@pytest.mark.hazard("H25")
def test_each_urgency_is_a_word_and_a_shape_of_its_own(page, site):
    seen = set()
    for urgency in ("emergency", "now", "today", "note"):
        badge = show(page, site, f"answer-{urgency}").locator(".care .badge")
        seen.add((badge.inner_text().lower(), badge.locator("use").get_attribute("href")))
    assert len({word for word, _ in seen}) == len({shape for _, shape in seen}) == 4


# ---------------------------------------------------------------- looks


def test_the_look_is_chosen_and_kept_without_script(open_page, site):
    page = show(open_page(java_script_enabled=False), site, "more")
    paper = "getComputedStyle(document.body).backgroundColor"
    page.get_by_role("button", name="Night, dim").click()
    show(page, site, "today")
    assert page.locator("html").get_attribute("data-theme") == "night"
    assert page.evaluate(paper) == "rgb(11, 10, 8)"
    page.get_by_role("button", name="Day").click()
    show(page, site, "today")
    assert page.locator("html").get_attribute("data-theme") is None


def test_the_look_changes_without_losing_what_was_typed(page, site):
    show(page, site, "log").locator("#id_temperature").fill("38,4")
    with page.expect_response("**/theme/"):
        page.get_by_role("button", name="Night").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(11, 10, 8)"
    assert page.locator("#id_temperature").input_value() == "38,4"
    assert show(page, site, "today").locator("html").get_attribute("data-theme") == "night"


def test_without_script_no_switch_can_lose_what_was_typed(open_page, site):
    page = show(open_page(java_script_enabled=False), site, "log")
    expect(page.locator(".lamp-switch")).not_to_be_visible()


def test_the_phones_own_choice_is_followed(open_page, site):
    page = show(open_page(color_scheme="dark"), site, "today")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 20, 42)"


def test_a_choice_is_seen_without_colours_too(open_page, site):
    page = show(open_page(forced_colors="active"), site, "log")
    page.get_by_text("°F", exact=True).click()
    ground = "one => getComputedStyle(one).backgroundColor"
    unit = page.locator(".switch label")
    assert unit.nth(1).evaluate(ground) != unit.nth(0).evaluate(ground)


def test_paper_shows_the_number_and_no_buttons(page, site):
    show(page, site, "answer-now")
    page.emulate_media(media="print")
    expect(page.locator(".call-bar b")).to_be_visible()
    expect(page.locator(".nav")).not_to_be_visible()


@pytest.mark.parametrize("name", ["days", "answer-now", "today"])
def test_paper_is_black_on_white_by_night_too_and_shows_what_is_folded(page, site, name):
    page.context.add_cookies([{"name": "theme", "value": "night", "url": site}])
    show(page, site, name)
    page.emulate_media(media="print")
    grounds = page.evaluate(
        """[...document.querySelectorAll('body, main *')].filter(one => one.checkVisibility())
            .filter(one => !one.closest('svg')).map(one => getComputedStyle(one))
            .map(style => `${style.backgroundColor} ${style.color}`)"""
    )
    assert {ground.partition(") ")[0] + ")" for ground in grounds} <= {
        "rgba(0, 0, 0, 0)",
        "rgb(255, 255, 255)",
    }
    assert {ground.partition(") ")[2] for ground in grounds} <= {"rgb(0, 0, 0)", "rgb(68, 68, 68)"}
    folded = page.locator("details.more:not([open]) > :not(summary)")
    assert folded.count() > 0
    assert all(one.evaluate("one => one.checkVisibility()") for one in folded.all())


def test_what_folds_has_no_bare_triangle(page, site):
    show(page, site, "family")
    styles = page.locator("details.more > summary").evaluate_all(
        "all => all.map(one => [getComputedStyle(one).listStyleType, getComputedStyle(one).display])"
    )
    assert styles
    assert all(style == "none" for style, _display in styles)


# ---------------------------------------------------------------- the log form


@pytest.mark.hazard("H01")
def test_a_sign_is_logged_with_three_taps_and_no_script(open_page, site):
    page = show(open_page(java_script_enabled=False), site, "log")
    words = page.locator("label[for=chills-moderate]")
    page.locator("summary", has_text="Fever, chills").click()
    expect(words).not_to_be_visible()
    page.locator("label[for=chills-yes]").click()
    words.click()
    assert page.locator("#chills-moderate").is_checked()
    page.locator("#id_temperature").fill("38,4")
    with page.expect_request("**/logs/") as sent:
        page.get_by_role("button", name="Save for Juno").click()
    body = sent.value.post_data or ""
    assert "sign-chills=moderate" in body
    assert "temperature=38%2C4" in body
    expect(page.locator("h1")).to_have_text("Call your care team now")


def test_a_sign_is_taken_back(page, site):
    show(page, site, "log-filled")
    page.locator("label[for=chills-no]").click()
    expect(page.locator("label[for=chills-moderate]")).not_to_be_visible()
    assert page.locator("#chills-no").is_checked()


def test_tiles_with_an_answer_are_open_when_the_form_comes_back(page, site):
    show(page, site, "log-filled")
    opened_tiles = page.locator("details.tile[open] > summary span:first-of-type").all_inner_texts()
    assert opened_tiles == ["Fever, chills", "Breathing, heart", "Thinking, talking", "Stomach, toilet"]


def test_an_error_is_said_first_and_leads_to_its_field(page, site):
    show(page, site, "log-wrong")
    summary = page.locator("#errors")
    expect(summary).to_be_focused()
    summary.get_by_role("link").click()
    assert page.url.endswith("#id_when")
    expect(page.locator("#id_when_error")).to_be_visible()
    assert page.locator("#id_temperature").input_value() == "38,4"


def test_the_other_unit_is_shown_while_typing(page, site):
    show(page, site, "log")
    number, echo = page.locator("#id_temperature"), page.locator("[data-echo]")
    number.fill("38,4")
    expect(echo).to_have_text("= 101.1 °F")
    page.get_by_text("°F", exact=True).click()
    number.fill("101.1")
    expect(echo).to_have_text("= 38.4 °C")
    number.fill("\u0663\u0668\u066b\u0665")
    page.get_by_text("°C", exact=True).click()
    expect(echo).to_have_text("= 101.3 °F")
    number.fill("38.5.1")
    expect(echo).to_have_text("")


def test_a_tile_says_how_many_signs_are_chosen(page, site):
    show(page, site, "log")
    tile = page.locator("#id_signs_pain")
    tile.locator("summary").click()
    page.locator("label[for=headache-yes]").click()
    page.locator("label[for=joint_pain-yes]").click()
    expect(tile.locator("[data-count]")).to_have_text("2 chosen")


def test_a_double_tap_sends_one_log(page, site):
    show(page, site, "log")
    went_out = page.locator("#log").evaluate(
        """form => [1, 2].map(() => form.dispatchEvent(
            new SubmitEvent("submit", { bubbles: true, cancelable: true })))"""
    )
    assert went_out == [True, False]


def test_the_keyboard_alone_logs_a_sign(page, site):
    show(page, site, "log")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    page.locator("#id_temperature").focus()
    page.keyboard.type("37.2")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "SUMMARY":
            break
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#felt_hot-no")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.locator("#felt_hot-mild").is_checked()
    expect(page.locator("label[for=felt_hot-severe]")).to_be_visible()


@pytest.mark.parametrize("name", ["log-filled", "answer-now"])
def test_the_focus_is_never_under_the_bar(page, site, name):
    show(page, site, name)
    hidden = []
    for _ in range(60):
        page.keyboard.press("Tab")
        hidden += page.evaluate(
            """async () => {
                await new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)));
                const one = document.activeElement;
                const bar = document.querySelector('.dock').getBoundingClientRect();
                const shown = one.labels?.length ? one.labels[one.labels.length - 1] : one;
                const box = shown.getBoundingClientRect();
                return one.closest('.dock') || box.top < bar.top - 8 ? [] : [one.outerHTML];
            }"""
        )
    assert hidden == []

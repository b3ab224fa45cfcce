"""Text twice as large on the smallest phone, and a phone on its side: the number and the heading come first."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser import gallery

NICKNAME = "Maximiliana-Konstantina von der Sonnenau"
"""Forty letters, as many as the form takes."""
SMALLEST, USUAL, ON_ITS_SIDE, ZOOMED = (
    {"width": 320, "height": 640},
    {"width": 360, "height": 740},
    {"width": 740, "height": 360},
    {"width": 180, "height": 370},  # what a phone of the usual size has left at 200 %
)
TWICE, ONCE = 32, 16
"""The browser's font, in pixels."""
PAGES = (
    "today",
    "today-open-answer",
    "log",
    "log-filled",
    "answer-emergency",
    "answer-now-called",
    "answer-today",
    "answer-note",
    "days",
    "check",
    "check-now",
    "call",
    "treatment",
    "family-invited",
    "login-wrong",
)
FIRST = ("today-open-answer", "log", "answer-emergency", "answer-now-called", "answer-today", "check-now")
"""What somebody opens at night."""
SHAPES = [
    pytest.param(SMALLEST, TWICE, id="twice"),
    pytest.param(USUAL, TWICE, id="twice-usual"),
    pytest.param(SMALLEST, ONCE, id="small"),
    pytest.param(ON_ITS_SIDE, ONCE, id="side"),
    pytest.param(ZOOMED, ONCE, id="zoomed"),
]
# What is cut off as a line of its own ("Maximili...") is read out whole, and stands on the page once more.
LOOK = """() => {
  const width = document.documentElement.clientWidth, height = innerHeight;
  const shown = (one) => one.offsetHeight && getComputedStyle(one).clipPath === "none";
  const fits = (one) => { const box = one.getBoundingClientRect(); return box.top >= 0 && box.bottom <= height + 1; };
  const broken = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode, around = text.parentElement;
    if (!around.checkVisibility() || !shown(around) || around.closest(".visually-hidden, .skip, svg")) continue;
    for (const word of text.data.matchAll(/[\\p{L}\\p{M}\\d]{4,}/gu)) {
      const range = document.createRange();
      range.setStart(text, word.index);
      range.setEnd(text, word.index + word[0].length);
      const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size;
      if (lines > 1 && word[0].length / lines <= 3) broken.push(word[0]);
    }
  }
  const headings = [...document.querySelectorAll(".care-title, .care h1, main h1:not(.visually-hidden)")];
  return {
    wider: document.documentElement.scrollWidth - width,
    broken,
    number: [...document.querySelectorAll("a[href^='tel:']")].some((link) => shown(link) && fits(link)),
    heading: headings.length ? fits(headings[0]) : null,
    top: document.querySelector(".top").getBoundingClientRect().height,
  };
}"""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with gallery.served() as address:
        yield address


def look_at(page: Page, site: str, name: str, language: str) -> dict[str, Any]:
    assert name in gallery.STATES, name
    page.goto(f"{site}/state/{name}/?language={language}&nickname={NICKNAME}")
    found: dict[str, Any] = page.evaluate(LOOK)
    return found


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize(("size", "font"), SHAPES)
def test_nothing_is_wider_or_broken_and_the_first_screen_says_whom_to_call(
    open_page: Callable[..., Page], site: str, size: dict[str, int], font: int, language: str
) -> None:
    assert len(NICKNAME) == 40
    page = open_page(viewport=size)
    session = page.context.new_cdp_session(page)
    session.send("Page.setFontSizes", {"fontSizes": {"standard": font, "fixed": font}})
    faults = []
    for name in PAGES:
        found = look_at(page, site, name, language)
        faults += [f"{name}: {found['wider']} pixels wider"] if found["wider"] > 0 else []
        faults += [f"{name}: broken {word}" for word in found["broken"]]
        faults += [] if found["number"] else [f"{name}: no number on the first screen"]
        if name in FIRST and not found["heading"]:
            faults.append(f"{name}: the heading is not on the first screen")
    assert not faults


def test_the_header_of_today_is_two_lines(open_page: Callable[..., Page], site: str) -> None:
    page = open_page(viewport=USUAL)
    for language in ("en", "ar", "es"):
        assert look_at(page, site, "today", language)["top"] <= 96, language

"""A scripted thumb on a real page, and the seconds that a person's would take: the same on every machine.

The keystroke-level model (Card, Moran and Newell, Communications of the ACM 23:7, 1980) adds up what a hand and a head
do. Its times are of a mouse and of keys, and slower than those measured on glass (a short swipe takes 0.07 s and a far
tap is nearer than a mouse's: El Batran and Dunlop, MobileHCI 2014): they stand for a tired hand. Reading is that of the
standard texts IReST (Trauzettel-Klosinski and Dietz, Investigative Ophthalmology & Visual Science 53:9, 2012).
"""

import math
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page

THINK = 1.35  # seconds, "M": before each tap; a field and its number are one thought (their rule 2)
POINT = 1.10  # "P": to the place of a tap
PRESS = 0.20  # "K" of a mouse's button or a finger
KEY = 0.50  # "K" of random letters: a digit on the keypad, or its key "done"
SWIPE = THINK  # a screen further: the finger is quick, finding the place again is not
WORDS_A_MINUTE = {"en": 228, "es": 218, "ar": 138}
A_SWIPE_SHOWS = 0.75  # of the screen is new after each
PLACE = """one => {
    const shown = one.labels?.length && one.type === "radio" ? one.labels[one.labels.length - 1] : one;
    const box = shown.getBoundingClientRect(), dock = document.querySelector(".dock");
    const end = dock && !dock.contains(shown) ? dock.getBoundingClientRect().top : innerHeight;
    return [box.top, box.bottom, Math.min(end, innerHeight)];
}"""


@dataclass
class Effort:
    """What was done, in counts; words are those of the headlines that were read."""

    language: str
    taps: int = 0
    keys: int = 0
    swipes: int = 0
    words: int = 0

    @property
    def seconds(self) -> float:
        """By the model above."""
        hand = self.taps * (THINK + POINT + PRESS) + self.keys * KEY + self.swipes * SWIPE
        return hand + self.words * 60 / WORDS_A_MINUTE[self.language]


def swipes_to(top: float, bottom: float, end: float) -> int:
    """How many bring a place on the screen: from `top` to `bottom` it lies, `end` is where the screen ends (pixels)."""
    beyond = max(bottom - end, -top, 0)
    return math.ceil(beyond / (end * A_SWIPE_SHOWS))


class Thumb:
    """Works a page as a finger would, and keeps what that took in `effort`."""

    def __init__(self, page: Page, language: str) -> None:
        self.page, self.effort = page, Effort(language)

    def tap(self, place: Locator) -> None:
        """The place is searched with the finger first, where it is not on the screen."""
        place.wait_for()
        self.effort.taps += 1
        if swipes := swipes_to(*place.evaluate(PLACE)):  # a thumb brings what it seeks to the middle
            place.evaluate("one => one.scrollIntoView({block: 'center'})")
        self.effort.swipes += swipes
        place.click()

    def choose(self, place: Locator, value: str) -> None:
        """Of a list that the phone opens by itself: a tap opens it, a tap chooses."""
        self.effort.swipes += swipes_to(*place.evaluate(PLACE))
        self.effort.taps += 2
        place.select_option(value)

    def type(self, text: str) -> None:
        """Where the last tap was; "done" puts the keypad away."""
        self.page.keyboard.type(text)
        self.effort.keys += len(text) + 1

    def read(self, place: Locator) -> None:
        """A headline, when it has come."""
        place.wait_for(state="attached")
        self.effort.words += len(place.inner_text().split())

    def enter(self, name: str, value: Any) -> None:
        """One answer of the log: its tile is opened where it is folded, and the words are tapped."""
        field = self.page.locator(f"[name='{name}']").first
        tile = self.page.locator("details.tile").filter(has=self.page.locator(f"[name='{name}']"))
        if tile.count() and tile.get_attribute("open") is None:
            self.tap(tile.locator("summary"))
        if field.get_attribute("type") != "radio":
            self.tap(field)
            self.type(value)
            return
        if name.startswith("sign-"):
            self.tap(self.page.locator(f"label.sign-row[for='{name.removeprefix('sign-')}-yes']"))
        if not (name.startswith("sign-") and value == "yes"):
            chosen = self.page.locator(f"[name='{name}'][value='{value}']").get_attribute("id")
            self.tap(self.page.locator(f"label[for='{chosen}']").first)

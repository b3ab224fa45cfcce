""" "Read aloud", in a browser whose voice is ours: what is said, by which voice, and when it stops."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.support.accessibility import violations
from tests.support.personas import DAY_NUMBER, NIGHT_NUMBER
from tracker.models import Child

pytestmark = pytest.mark.django_db(transaction=True)
LOCAL = {"lang": "en-GB", "localService": True, "voiceURI": "own", "name": "Own"}
FAR = {"lang": "en-US", "localService": False, "voiceURI": "far", "name": "Far"}
NETWORK = {"lang": "en-US", "localService": True, "voiceURI": "en-us-x-sfg-network", "name": "Network"}
GERMAN = {"lang": "de-DE", "localService": True, "voiceURI": "de", "name": "Deutsch"}
# What is spoken waits until a test says that it is over.
VOICE = """
const told = [];
class Utterance { constructor(text) { this.text = text; } }
const synthesis = Object.assign(new EventTarget(), {
  voices: %s, told, waiting: [], cancelled: 0,
  getVoices() { return this.voices; },
  speak(one) { told.push([one.text, one.voice.voiceURI, one.lang]); this.waiting.push(one); },
  cancel() { this.cancelled += 1; this.waiting = []; },
  finish() { for (const one of this.waiting.splice(0)) one.onend?.(); },
});
Object.defineProperty(globalThis, "speechSynthesis", { value: synthesis });
globalThis.SpeechSynthesisUtterance = Utterance;
"""


def give_voices(page: Page, *voices: dict[str, Any]) -> None:
    page.add_init_script(VOICE % json.dumps(voices))


def answer_to_a_fever(page: Page, juno: Child) -> None:
    page.goto(reverse("log-nothing-new", args=[juno.pk]))
    page.get_by_label("What does the thermometer say?").fill("39.4")
    page.locator("#log label", has_text="under the arm").click()
    page.get_by_role("button", name="Save for Juno").click()
    expect(page.locator("h1", has_text="Call your care team now")).to_be_visible()


def said(page: Page) -> list[str]:
    return [text for text, _voice, _language in page.evaluate("speechSynthesis.told")]


def spelled(number: str) -> str:
    return ", ".join(" ".join(group) for group in number.split())


@pytest.mark.hazard("H25")
def test_the_answer_is_read_with_the_heading_and_the_number_first(
    home: Callable[..., Page], juno: Child
) -> None:
    page = home()
    give_voices(page, FAR, GERMAN, LOCAL)
    answer_to_a_fever(page, juno)
    page.get_by_role("button", name="Read aloud").click()
    heading, number, *rest = said(page)
    assert heading == "Call your care team now"
    assert spelled(NIGHT_NUMBER) in number
    assert any("ibuprofen" in text.lower() for text in rest)  # what not to do
    assert {voice for _text, voice, _language in page.evaluate("speechSynthesis.told")} == {"own"}
    assert {language for _text, _voice, language in page.evaluate("speechSynthesis.told")} == {"en-GB"}


def test_a_second_press_a_call_and_the_end_stop_it(home: Callable[..., Page], juno: Child) -> None:
    page = home()
    give_voices(page, LOCAL)
    answer_to_a_fever(page, juno)
    page.get_by_role("button", name="Read aloud").click()
    assert page.evaluate("speechSynthesis.waiting.length")
    assert violations(page) == []
    page.get_by_role("button", name="Stop reading").click()
    assert not page.evaluate("speechSynthesis.waiting.length")
    page.get_by_role("button", name="Read aloud").click()
    page.evaluate(
        "document.querySelector('a.reach').addEventListener('click', (event) => event.preventDefault())"
    )
    page.locator("a.reach").first.click()
    assert not page.evaluate("speechSynthesis.waiting.length")
    page.get_by_role("button", name="Read aloud").click()
    page.evaluate("speechSynthesis.finish()")
    expect(page.get_by_role("button", name="Read aloud")).to_be_visible()


def test_the_questions_are_read_with_their_answers_and_a_number(
    home: Callable[..., Page], juno: Child
) -> None:
    page = home()
    give_voices(page, LOCAL)
    page.goto(reverse("log-neuro", args=[juno.pk]))
    page.get_by_role("button", name="Read aloud").click()
    heading, number, *rest = said(page)
    assert heading == "Thinking and talking"
    assert spelled(NIGHT_NUMBER) in number or spelled(DAY_NUMBER) in number
    assert any(text.startswith("Talks the way") for text in rest)
    assert "As usual" in rest


@pytest.mark.parametrize("voices", [[], [FAR], [NETWORK], [GERMAN]], ids=["none", "far", "network", "other"])
def test_without_a_voice_of_the_phones_own_for_the_language_there_is_no_button(
    home: Callable[..., Page], juno: Child, voices: list[dict[str, Any]]
) -> None:
    page = home()
    give_voices(page, *voices)
    page.goto(reverse("log-neuro", args=[juno.pk]))
    button = page.locator("[data-aloud]")
    expect(button).to_be_hidden()
    page.evaluate("(late) => { speechSynthesis.voices.push(late); }", LOCAL)
    page.evaluate("speechSynthesis.dispatchEvent(new Event('voiceschanged'))")
    expect(button).to_be_visible()


def test_without_scripts_there_is_no_button(home: Callable[..., Page], juno: Child) -> None:
    page = home(java_script_enabled=False)
    page.goto(reverse("log-neuro", args=[juno.pk]))
    expect(page.locator("[data-aloud]")).to_be_hidden()

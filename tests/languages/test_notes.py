"""Notes in Spanish and Arabic: what may be a danger is asked about, a "no" is heard, everyday words are left alone."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from therapies.catalogue import load
from therapies.notes import Mention, mentions
from therapies.notes.words import is_in_another_script, words_of

TOLD: dict[str, dict[str, Any]] = {
    language: tomllib.loads((Path(__file__).parent / f"{language}_notes.toml").read_text("utf-8"))
    for language in ("spanish", "arabic")
}
SELDOM_SAID = {
    "spanish": {
        "handwriting.worse",
        "fatigue",
        "joint_pain",
        "muscle_pain",
        "nausea",
        "sleep_trouble",
        "weight_gain",
        "swelling_feet",
        "swelling_hands",
    },
    "arabic": set(),
}

languages = pytest.mark.parametrize("language", TOLD)


def found(text: str) -> list[Mention]:
    return mentions(text, load().danger_words)


@languages
def test_each_danger_is_asked_about(language):
    missed = [
        f"{name}: {text}"
        for said in ("told", "told_later")
        for name, texts in TOLD[language].get(said, {}).items()
        for text in texts
        if name not in {one.name for one in found(text) if not one.negated}
    ]
    assert not missed
    known = {f"{danger.code}.{danger.answer}".rstrip(".") for danger in load().danger_words.dangers}
    assert known - set(TOLD[language]["told"]) <= SELDOM_SAID[language]


@languages
def test_a_no_is_heard(language):
    for name, texts in TOLD[language]["denied"].items():
        for text in texts:
            assert all(one.negated for one in found(text) if one.name == name), text


@languages
def test_everyday_words_ask_nothing(language):
    asked = [(text, found(text)) for text in TOLD[language]["harmless"]["texts"] if found(text)]
    assert not asked


@languages
def test_a_temperature_is_read(language):
    for value, texts in TOLD[language]["temperatures"].items():
        for text in texts:
            assert value in {str(one.reading.value) for one in found(text) if one.reading}, text


def test_english_is_read_as_before():
    for text in (
        "Call him once more, son. He can come in",
        "no pie left, sin of mine",
        "via the back door, a mas",
    ):
        assert not found(text), text


def test_arabic_words_are_compared_without_what_is_often_left_out():
    assert (
        words_of("الحُمَّى أعلى، \u0663\u0668\u066b\u0665؟")
        == words_of("الحمى اعلي، 38.5؟")
        == ["الحمي", "اعلي", ",", "38.5", "?"]
    )
    assert words_of("قيء حرارة مـــاء") == ["قي", "حراره", "ما"]


def test_a_note_in_arabic_counts_as_read_and_one_in_thai_does_not():
    assert not is_in_another_script("حُمّى \u0663\u0668\u066b\u0665 في الليل؟")
    assert is_in_another_script("มีไข้")
    assert is_in_another_script("חום")

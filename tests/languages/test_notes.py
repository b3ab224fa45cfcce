"""Notes in Spanish: what may be a danger is asked about, a "no" is heard, everyday words are left alone."""

import tomllib
from pathlib import Path
from typing import Any

from therapies.catalogue import load
from therapies.notes import Mention, mentions

TOLD: dict[str, Any] = tomllib.loads((Path(__file__).parent / "spanish_notes.toml").read_text("utf-8"))


def found(text: str) -> list[Mention]:
    return mentions(text, load().danger_words)


def test_each_danger_is_asked_about_in_spanish():
    missed = [
        f"{name}: {text}"
        for name, texts in TOLD["told"].items()
        for text in texts
        if name not in {one.name for one in found(text) if not one.negated}
    ]
    assert not missed
    known = {f"{danger.code}.{danger.answer}".rstrip(".") for danger in load().danger_words.dangers}
    rare = {
        "handwriting.worse",
        "fatigue",
        "joint_pain",
        "muscle_pain",
        "nausea",
        "sleep_trouble",
        "weight_gain",
    }
    assert known - set(TOLD["told"]) <= rare | {"swelling_feet", "swelling_hands"}


def test_a_no_in_spanish_is_heard():
    for name, texts in TOLD["denied"].items():
        for text in texts:
            assert all(one.negated for one in found(text) if one.name == name), text


def test_everyday_spanish_asks_nothing():
    asked = [(text, found(text)) for text in TOLD["harmless"]["texts"] if found(text)]
    assert not asked


def test_a_temperature_in_spanish_is_read():
    for value, texts in TOLD["temperatures"].items():
        for text in texts:
            assert value in {str(one.reading.value) for one in found(text) if one.reading}, text


def test_english_is_read_as_before():
    for text in (
        "Call him once more, son. He can come in",
        "no pie left, sin of mine",
        "via the back door, a mas",
    ):
        assert not found(text), text

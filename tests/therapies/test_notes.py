"""Danger that stands only in a note: it is asked about, and it never lowers anything."""

import csv
from pathlib import Path

import pytest

from therapies.catalogue import load
from therapies.notes import signs_in
from therapies.rules import assess

PHRASES = list(csv.DictReader(Path(__file__).with_name("danger_phrases.csv").open()))
QUIET_NOTES = [
    "slept well and ate pancakes",
    "we watched a film, a good day",
    "nurse changed the dressing, all dry",
    "a bit bored, wants to see friends",
    "drank 1 l of tea, peed at 7, 11 and 3",
    "mild headache after the film, gone now",
    "",
]


def report(note, **more):
    quiet = {"hours_ago": 0, "temperature": {"value": 36.8, "unit": "C"}, "symptoms": []}
    return {"therapy": "tisagenlecleucel", "reports": [quiet | {"note": note} | more]}


def test_a_danger_in_the_note_is_asked_about_first():
    response = assess(report("She can't wake up properly."))
    assert response["needs_confirmation"][0]["field"] == "note"
    assert "Can't be woken" in response["needs_confirmation"][0]["message"]
    assert response["needs_confirmation"][0]["message"].endswith("call now and say it.")


def test_what_was_also_ticked_is_not_asked_again():
    response = assess(report("a seizure", symptoms=[{"code": "seizure"}]))
    assert response["urgency"] == "emergency"
    assert response["needs_confirmation"] == []


@pytest.mark.parametrize("note", QUIET_NOTES)
def test_an_everyday_note_asks_nothing(note):
    assert assess(report(note))["needs_confirmation"] == []


@pytest.mark.parametrize(
    "note", ["seizure", "SEIZURE!!", "he had a s\u00e9izure", "No seizure today", "\u201cseizing\u201d"]
)
def test_it_is_found_in_any_spelling_and_even_when_denied(note):
    assert "seizure" in signs_in(note, load().danger_words)


def test_a_word_is_found_at_its_beginning_only():
    assert signs_in("chocolate, limping", load().danger_words) == ["unresponsive"]
    assert signs_in("a sublime film", load().danger_words) == []


def test_there_are_at_least_three_hundred_phrases():
    assert len({row["phrase"] for row in PHRASES}) >= 300


@pytest.mark.hazard("H21")
def test_of_the_phrases_at_least_95_in_100_are_found():
    """The phrases are the authors' own: this keeps the words from getting worse, it proves no more."""
    missed = [row["phrase"] for row in PHRASES if not signs_in(row["phrase"], load().danger_words)]
    assert len(missed) <= 0.05 * len(PHRASES), missed


@pytest.mark.hazard("H21")
def test_a_note_changes_neither_urgency_nor_flags():
    quiet, told = assess(report("")), assess(report("seizure, blue lips, can't breathe"))
    assert (told["urgency"], told["flags"]) == (quiet["urgency"], quiet["flags"])

"""Danger that stands only in a note: it is asked about, and it never lowers anything."""

import csv
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.tools.measure_notes import measure, rows
from therapies.catalogue import KnowledgeError, load, read
from therapies.notes import mentions, phrases
from therapies.notes.words import forms, is_one_slip, plain, words_of
from therapies.rules import assess, worst_of

NOTES = Path(__file__).with_name("notes")
PHRASES = list(csv.DictReader((NOTES / "danger_phrases.csv").open()))
FIRST = "Your note may say something urgent: answer this"
QUIET_NOTES = [
    "slept well and ate pancakes",
    "we watched a film, a good day",
    "nurse changed the dressing, all dry",
    "a bit bored, wants to see friends",
    "drank 1 l of tea, peed at 7, 11 and 3",
    "blood test went fine",
    "her blue blanket",
    "new shoes fitting well",
    "chilling on the sofa",
    "stroke her pony",
    "38.5 kg, room 39, page 101",
    "",
]
FIRST_NAMES = """
    oliver james jack teddy harry charlie leo theo archie alfie miles mark bill bob drew rob max kit
    robin jude rory clay frank olivia amelia emma ava mia lily ivy rose daisy poppy holly violet
    willow amber ruby pearl hazel bunny dolly honey joy grace mary bella skye summer rain snow river
    storm bear fox princess angel sunny star mateo luca sofia maria luz sol lola nino ali omar layla
    noor
"""


def report(note: str, **more: Any) -> dict[str, Any]:
    quiet = {"hours_ago": 0, "temperature": {"value": 36.8, "unit": "C"}, "symptoms": []}
    return {"therapy": "blinatumomab", "reports": [quiet | {"note": note} | more]}


def asked(note: str, **more: Any) -> list[tuple[str, bool]]:
    """What is asked about the note, and whether below the answer."""
    questions = assess(report(note, **more))["needs_confirmation"]
    return [(one["code"], one.get("negated", False)) for one in questions if one["field"] == "note"]


def found(note: str) -> list[str]:
    return [one.name for one in mentions(note, load().danger_words) if not one.negated]


def readings(note: str) -> list[tuple[Decimal, str, bool]]:
    said = [one.reading for one in mentions(note, load().danger_words) if one.reading]
    return [(one.value, one.unit, one.negated) for one in said]


def test_a_danger_in_the_note_is_asked_about_first() -> None:
    response = assess(report("She can't wake up properly."))
    assert response["needs_confirmation"][0]["field"] == "note"
    assert "Can't be woken" in response["needs_confirmation"][0]["message"]
    assert response["needs_confirmation"][0]["message"].endswith("call now and say it.")
    assert response["headline"] == FIRST


def test_what_was_also_ticked_is_not_asked_again() -> None:
    response = assess(report("a seizure", symptoms=[{"code": "seizure"}]))
    assert response["urgency"] == "emergency"
    assert response["needs_confirmation"] == []


@pytest.mark.parametrize("note", QUIET_NOTES)
def test_an_everyday_note_asks_nothing(note: str) -> None:
    assert assess(report(note))["needs_confirmation"] == []


@pytest.mark.parametrize(
    "note", ["seizure", "SEIZURE!!", "he had a s\u00e9izure", "a siezure", "seziures", "\u201cseizing\u201d"]
)
def test_it_is_found_in_any_spelling(note: str) -> None:
    assert "seizure" in found(note)


@pytest.mark.parametrize(
    ("note", "name"),
    [
        ("i cant get her to wake", "unresponsive"),
        ("like a rag doll", "unresponsive"),
        ("passsed out", "passing_out"),
        ("breething funny", "breathing_trouble"),
        ("ribs showing when he breaths", "breathing_trouble"),
        ("lips look purple", "blue_lips"),
        ("arm just hangs there", "weakness"),
        ("wee is red", "dark_urine"),
        ("poo is black like tar", "bleeding"),
        ("words coming out wrong", "speech_trouble"),
        ("seeing bugs on the wall", "confusion"),
        ("pump says occlusion", "pump.alarm"),
        ("tube came apart", "line_problem"),
        ("no wee since yesterday", "low_urine"),
        ("seeing double", "vision_change"),
        ("cannot keep anything down", "fluids_kept.none"),
        ("chin wont go to his chest, neck is stiff", "stiff_neck"),
        ("her handwriting is a scribble", "handwriting.worse"),
    ],
)
def test_words_of_a_phrase_are_found_near_each_other(note: str, name: str) -> None:
    assert name in found(note)


@pytest.mark.parametrize(
    ("note", "reading"),
    [
        ("temp 39.2", ("39.2", "C")),
        ("39.5 and rising", ("39.5", "C")),
        ("38", ("38", "C")),
        ("temp 38.0", ("38.0", "C")),
        ("it was 38,5 in the ear", ("38.5", "C")),
        ("102 this morning", ("102", "F")),
        ("100.4", ("100.4", "F")),
        ("temp is one hundred and one point two", ("101.2", "F")),
        ("thirty nine five now", ("39.5", "C")),
        ("38.1 at noon, now 40.2", ("40.2", "C")),
        ("temp only 35.4", ("35.4", "C")),
        ("temp 43.0", ("43.0", "C")),
        ("109.4", ("109.4", "F")),
        ("39 point 1 under the arm", ("39.1", "C")),
        ("thirty nine point 1", ("39.1", "C")),
        ("a hundred and two", ("102", "F")),
        ("then 38 exactly", ("38", "C")),
        ("35.4 this morning", ("35.4", "C")),
        ("34.9 on the armpit one", ("34.9", "C")),
        ("in room 39.5 c", ("39.5", "C")),
        ("temp: 39.2", ("39.2", "C")),
        ("temp to 39", ("39", "C")),
        ("temp thirty nine 5 times", ("39", "C")),
    ],
)
def test_a_temperature_is_found(note: str, reading: tuple[str, str]) -> None:
    value, unit = reading
    assert readings(note) == [(Decimal(value), unit, False)]


@pytest.mark.parametrize(
    "note",
    [
        "temp 37.9",
        "100.3",
        "43.1",
        "109.5",
        "temp 36.0",
        "35.4",
        "38.5 kg",
        "weighs 38.5",
        "room 39",
        "page 101",
        "pages 39 to 41",
        "at 10:39",
        "heart rate 104",
        "40 jumps",
        "forty miles",
        "39 points",
        "35.4 kg this morning",
        "35.4 kg, ear looks fine",
        "5 point 1",
        "the point is 38 4 times",
    ],
)
def test_another_number_is_no_temperature(note: str) -> None:
    assert readings(note) == []


@pytest.mark.parametrize(
    ("note", "is_below"),
    [
        ("No seizure today", True),
        ("not confused", True),
        ("without fever", True),
        ("denies chest pain", True),
        ("seizures: none", True),
        ("Fever? No.", True),
        ("no fever, cough or chills", True),
        ("never above 38.5", True),
        ("no fever, headache or chills", True),
        ("no fever, headache, vomiting or chills", True),
        ("no fever, headache. Or so", False),
        ("no fever, headache whenever he eats or drinks", False),
        ("no fever, blue lips", False),
        ("no fever but blue lips", False),
        ("never seen him so limp", False),
        ("not sure if it was a seizure", False),
        ("no more seizures", False),
        ("cant breathe", False),
        ("not breathing", False),
        ("no seizure at noon. Then a seizure", False),
        ("he had a seizure when he was a newborn", True),
        ("last year he had a seizure", True),
        ("my uncle had seizures as a boy", True),
        ("her dad used to get migraines", True),
        ("the dog was restless", True),
        ("last year nothing, a seizure", False),
        ("a seizure again like last year", False),
        ("jaundice now like when he was a baby", False),
        ("told mum she had a fit", False),
        ("walked the dog, he was restless", False),
        ("walked the dog he was restless", False),
        ("told mum she is confused", False),
        ("the dog was sick and she had a seizure", False),
        ("last year was fine but blue lips", False),
        ("wheezy tonight like his dad gets with the cat", False),
        ("short of breath, he used to run", False),
        ("my uncle says his lips are blue", False),
        ("last month he had a seizure", True),
        ("months ago he had a seizure", True),
        ("back in march he had seizures", True),
        ("last month he had a seizure and a seizure now", False),
        ("last month he had a seizure and another today", False),
        ("last year he had a seizure. The same now", False),
        ("last year he had a seizure, and another today", False),
        ("last year he had a seizure. Slept. The same bed", True),
        ("the same bed, last year he had a seizure", True),
        ("last year his dad used to have migraines, one just now", False),
        ("the tower has collapsed", True),
        ("the washing machine was just really wheezy", True),
        ("lunch, then her balloon is floppy", True),
        ("castles collapsing", True),
        ("the has collapsed", False),
        ("Ellie has collapsed", False),
        ("our Ellie has collapsed", False),
        ("the video is of a seizure", False),
        ("she is wheezy", False),
        ("the tower is wobbly like him", False),
        ("his kite is wobbly", True),
        ("the cat scratch is infected", False),
        ("the tower has collapsed and she fainted", False),
        ("the tower fell. Collapsed", False),
        ("the dog went limp, lips went blue", False),
        ("the table was blue, lips too", False),
    ],
)
@pytest.mark.hazard("H21")
def test_a_no_silences_nothing_and_moves_the_question_below(note: str, is_below: bool) -> None:
    assert asked(note)
    assert all(below for _code, below in asked(note)) is is_below
    assert (assess(report(note))["headline"] == FIRST) is not is_below


@pytest.mark.hazard("H21")
@pytest.mark.parametrize("name", FIRST_NAMES.split())
def test_no_first_name_is_taken_for_a_thing(name: str) -> None:
    """Whoever writes "Teddy has collapsed" may mean the child."""
    assert load().danger_words.others.isdisjoint(forms(name))


def test_who_denies_one_thing_again_and_again_is_asked() -> None:
    assert not asked("no seizure. " * 21)[0][1]


@pytest.mark.hazard("H21")
@pytest.mark.parametrize(
    ("more", "urgency", "headline"),
    [
        ({}, "note", FIRST),
        (
            {"symptoms": [{"code": "constipation", "severity": "moderate", "duration_hours": 60}]},
            "today",
            FIRST,
        ),
        ({"worried": True}, "now", "Call your care team now"),
        ({"symptoms": [{"code": "seizure"}]}, "emergency", "Call emergency services now"),
        ({"weight_kg": 900}, "now", "We could not check this. Call your care team now."),
    ],
)
def test_no_question_stands_before_a_call_now(more: dict[str, Any], urgency: str, headline: str) -> None:
    response = assess(report("lips look purple", **more))
    assert (response["urgency"], response["headline"]) == (urgency, headline)


@pytest.mark.hazard("H21")
def test_nor_where_two_therapies_make_two_findings_for_today() -> None:
    constipated = {"code": "constipation", "severity": "moderate", "duration_hours": 60}
    first = assess(report("lips look purple", symptoms=[constipated]))
    assert (first["urgency"], first["headline"]) == ("today", FIRST)
    other: Any = first | {"flags": [first["flags"][0] | {"id": "OTHER", "counts": ["other"]}]}
    together = worst_of(first, other)
    assert (together["urgency"], together["headline"]) == ("now", "Call your care team now")


@pytest.mark.parametrize(
    ("note", "more", "codes"),
    [
        ("fever 39.2", {"temperature": {"value": 39.2, "unit": "C"}}, []),
        ("fever 39.2", {"temperature": {"value": 38.0, "unit": "C"}}, ["temperature"]),
        ("fever 39.2", {}, ["temperature", "felt_hot"]),
        ("temp 35.4", {"temperature": {"value": 35.4, "unit": "C"}}, []),
        ("temp 35.4", {"temperature": {"value": 35.9, "unit": "C"}}, ["temperature"]),
        ("cannot keep water down", {"fluids_kept": "some"}, ["fluids_kept"]),
        ("cannot keep water down", {"fluids_kept": "none"}, []),
        ("the pump is beeping", {"pump": "ok"}, ["pump"]),
        ("the pump is beeping", {"pump": "alarm"}, []),
        ("a seizure", {"not_meant": ["seizure"]}, []),
        ("a seizure and blue lips", {"not_meant": ["seizure"]}, ["blue_lips"]),
        ("the pump is beeping", {"not_meant": ["pump.alarm"]}, []),
    ],
)
def test_what_was_answered_is_not_asked(note: str, more: dict[str, Any], codes: list[str]) -> None:
    assert [code for code, _below in asked(note, **more)] == codes


def test_of_two_notes_of_one_moment_each_may_mean_it() -> None:
    data = report("a seizure", not_meant=["seizure"])
    data["reports"].append({"hours_ago": 0, "note": "a seizure now"})
    assert assess(data)["needs_confirmation"]


@pytest.mark.hazard("H21")
@pytest.mark.parametrize(
    ("note", "name"),
    [
        ("he passed out at school", "passing_out"),
        ("passed out in the house", "passing_out"),
        ("collapsed in his buggy", "passing_out"),
        ("she had a fit on her bed", "seizure"),
        ("had a fit her eyes rolled", "seizure"),
        ("her lips went blue in the car", "blue_lips"),
        ("went floppy with her teddy", "unresponsive"),
        ("choked on his tears", "breathing_trouble"),
        ("blood all over the form", "bleeding"),
        ("bruises from nothing", "bruising"),
        ("bruises going up her legs", "bruising"),
        ("pump alarm at 7", "pump.alarm"),
    ],
)
def test_what_is_harmless_takes_no_danger_with_it(note: str, name: str) -> None:
    """Words of "harmless" stand one right after the other: "passed out at school" is not "passed school"."""
    assert name in found(note)


@pytest.mark.parametrize(
    "note",
    [
        "passed the test",
        "shook his head",
        "her fits of giggles",
        "collapsed the tower",
        "bruises from football",
    ],
)
def test_what_is_harmless_is_so_with_an_article_too(note: str) -> None:
    assert found(note) == []


def test_there_are_at_least_three_hundred_phrases() -> None:
    assert len({row["phrase"] for row in PHRASES}) >= 300


@pytest.mark.hazard("H21")
def test_of_the_phrases_at_least_95_in_100_are_found() -> None:
    """The phrases are the authors' own: this keeps the words from getting worse, it proves no more."""
    missed = [row["phrase"] for row in PHRASES if not found(row["phrase"])]
    assert len(missed) <= 0.05 * len(PHRASES), missed


@pytest.mark.hazard("H21")
@pytest.mark.parametrize("number", ["", "-2"])
def test_of_notes_by_somebody_else_enough_are_asked_about_and_few_for_nothing(number: str) -> None:
    """The words were tuned to these since: what is wanted of notes that nobody tuned to is 85 % and 10 %."""
    measured = measure(rows(NOTES / f"dangers{number}.csv"), rows(NOTES / f"harmless{number}.csv"))
    assert measured.share_asked >= 0.95, measured.missed
    assert measured.share_disturbed <= 0.05, measured.disturbed


@pytest.mark.hazard("H21")
def test_of_notes_that_nobody_tuned_to_as_many_are_asked_about_as_the_documents_say() -> None:
    """Written by somebody who knew the signs' names alone, and no word was changed for them: keep it so.

    Asked at once are 92 of 100, above the answer: what is asked below can be overlooked.

    Measured once: 93 of 100 dangers, 11 of 100 harmless notes. Again when words of "harmless" had to stand one right
    after the other, which a danger had been lost by: 93 and 12. With 130 dangers and 260 harmless notes of
    somebody else, who was asked for calm notes that sound like danger: 92 and 14. When what is said of things and
    animals was asked below: 92 and 13.
    """
    untuned = NOTES / "untuned"
    measured = measure(rows(untuned / "dangers.csv"), rows(untuned / "harmless.csv"))
    assert measured.share_asked_at_once >= 0.91
    assert measured.share_disturbed <= 0.13


@pytest.mark.hazard("H21")
def test_of_notes_as_they_come_that_were_learnt_from_no_fewer_are_asked_about() -> None:
    """A fourth writer's, asked like the third: 88 of 100 dangers and 7 of 100 harmless notes before half of what was
    missed was learnt.
    """
    measured = measure(rows(NOTES / "dangers-3.csv"), rows(NOTES / "harmless-3.csv"))
    assert measured.share_asked_at_once >= 0.92, measured.missed
    assert measured.share_disturbed <= 0.08, measured.disturbed


@pytest.mark.hazard("H21")
@pytest.mark.parametrize(
    ("note", "sign"),
    [
        *(
            (f"her lips are {shade} blue", "blue_lips")
            for shade in ("dark", "light", "pale", "navy", "a bit")
        ),
        ("light pink urine", "bleeding"),
        ("pale pink wee", "bleeding"),
        ("pale yellow skin", "jaundice"),
    ],
)
def test_no_shade_of_a_colour_hides_a_danger(note: str, sign: str) -> None:
    """The name of a colour is harmless of a jumper, and of nothing else."""
    assert sign in [code for code, _is_below in asked(note)]


def test_a_colour_alone_is_harmless() -> None:
    assert [
        found(note) for note in ("wears the dark blue jumper", "light pink dress", "wee is pale yellow")
    ] == [
        [],
        [],
        [],
    ]


@pytest.mark.hazard("H21")
def test_of_notes_as_they_come_as_many_are_asked_about_as_is_wanted() -> None:
    """300 dangers and 210 harmless notes of a third writer, who was to neither seek nor avoid words of the body, and
    whose notes nobody has looked at since: measured once, 90 and 8 of 100.
    """
    third = NOTES / "untuned-2"
    measured = measure(rows(third / "dangers.csv"), rows(third / "harmless.csv"))
    assert measured.share_asked_at_once >= 0.88
    assert measured.share_disturbed <= 0.1


@pytest.mark.hazard("H21")
def test_a_note_changes_neither_urgency_nor_flags() -> None:
    quiet, told = assess(report("")), assess(report("seizure, blue lips, can't breathe, 39.5"))
    assert (told["urgency"], told["flags"]) == (quiet["urgency"], quiet["flags"])


class TestWords:
    @pytest.mark.parametrize(
        ("word", "form"),
        [
            ("waking", "wake"),
            ("fitted", "fit"),
            ("bruises", "bruise"),
            ("dizziness", "dizzy"),
            ("lips", "lip"),
        ],
    )
    def test_an_ending_is_looked_through(self, word: str, form: str) -> None:
        assert form in forms(word)

    @pytest.mark.parametrize("other", ["seizur", "seizuure", "seizvre", "siezure"])
    def test_one_slip_is_looked_through_and_not_two(self, other: str) -> None:
        assert is_one_slip(other, "seizure")
        assert is_one_slip("seizure", other)
        assert not is_one_slip(f"x{other}x", "seizure")

    @pytest.mark.parametrize("word", sorted(load().danger_words.ordinary))
    def test_a_word_of_its_own_is_no_slip(self, word: str) -> None:
        assert word not in load().danger_words.slips

    def test_accents_and_other_scripts(self) -> None:
        assert plain("S\u00c9\u0301\u0416 can\u2019t") == "se  cant"

    def test_words_numbers_and_marks(self) -> None:
        assert words_of("Temp. 38.5,ok?!\n\nno no") == ["temp", ".", "38.5", ",", "ok", "?", "no"]


@pytest.mark.parametrize("phrase", ["out-of it", "@nothing hurts", "Caps"])
def test_a_phrase_that_cannot_be_looked_for_is_refused(phrase: str, tmp_path: Path) -> None:
    data = Path(__file__).parents[2] / "therapies" / "data"
    for file in data.glob("*.toml"):
        text = file.read_text("utf-8")
        if file.stem == "danger-words":
            text = text.replace('"out-of-it"', f'"{phrase}"')
            assert phrase in text
        (tmp_path / file.name).write_text(text, "utf-8")
    with pytest.raises(KnowledgeError, match=r"danger-words\.toml"):
        read(tmp_path, data.parent / "cases")


@pytest.mark.hazard("H24")
@pytest.mark.parametrize(
    "piece",
    [
        "a b ",
        "no not ",
        "lips weak arm blue ",
        "no fever or seizure, ",
        "blood test ",
        "39.5,",
        "one hundred and ",
        ".",
    ],
)
def test_the_steps_grow_with_the_note_and_with_nothing_else(
    piece: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: Counter[str] = Counter()
    places = phrases._places

    def counted(*of: Any) -> Any:
        steps["places"] += 1
        return places(*of)

    monkeypatch.setattr(phrases, "_places", counted)
    counts = []
    for times in (500, 1000, 2000):
        steps.clear()
        mentions(piece * times, load().danger_words)
        counts.append(steps["places"])
    assert counts[2] <= 12 * 2000 * len(piece.split())
    assert counts[2] - counts[1] <= 2 * (counts[1] - counts[0]) + 60

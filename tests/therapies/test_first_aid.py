"""First aid: what each sign of an emergency says until help is here, and that no two say another position."""

import json
import re

import pytest

from tests.therapies.test_knowledge import broken, folder  # noqa: F401
from therapies.catalogue import load
from therapies.export import export
from therapies.reading import MOST_LINES

LONGEST_LINE = 100
ON_THE_SIDE, SIT_UP = "on the side", "sit up"


def aid_for(*signs):
    return [one.signs[0] for one in load().first_aid_for(signs)]


def lines(*signs):
    return " ".join(line for one in load().first_aid_for(signs) for line in one.lines)


def test_every_sign_that_can_be_an_emergency_has_first_aid():
    flags = {flag.id: flag for therapy in load().therapies.values() for flag in therapy.red_flags}
    signs = {
        sign
        for flag in flags.values()
        for level, _ in flag.levels
        if level == "emergency"
        for sign in flag.signs
    }
    assert signs - {sign for one in load().first_aid for sign in one.signs} == set()


@pytest.mark.parametrize("one", load().first_aid, ids=lambda one: one.signs[0])
def test_it_is_short_has_sources_and_names_no_dose(one):
    assert 1 <= len(one.lines) <= MOST_LINES
    assert all(len(line) <= LONGEST_LINE for line in one.lines)
    assert one.sources
    assert all(citation.locator for citation in one.sources)
    assert any(citation.source.address for citation in one.sources)
    assert not re.search(r"\d", " ".join(one.lines))


def test_a_medicine_is_only_the_one_that_the_team_gave():
    for one in load().first_aid:
        for line in one.lines:
            if re.search(r"medicine|pen|inhaler|oxygen", line, re.IGNORECASE):
                assert "only if your team gave you one" in line
                assert "as they showed you" in line


def test_a_seizure_is_on_the_side_timed_with_nothing_in_the_mouth():
    said = lines("seizure")
    assert ON_THE_SIDE in said
    assert "clock" in said
    assert "nothing in the mouth" in said
    assert "Do not hold your child down" in said


@pytest.mark.parametrize("sign", ["seizure", "unresponsive", "passing_out", "consciousness_change"])
def test_a_child_who_is_not_awake_is_not_made_to_sit_up(sign):
    assert SIT_UP in lines("breathing_trouble")
    assert SIT_UP not in lines(sign, "breathing_trouble", "blue_lips", "wheezing")


def test_a_child_who_shakes_and_does_not_answer_has_both_and_no_resuscitation_while_it_shakes():
    assert aid_for("unresponsive", "seizure", "passing_out") == ["seizure", "unresponsive"]
    assert "No breath and no shaking" in lines("unresponsive")


def test_an_allergic_reaction_lies_flat_and_sits_only_to_breathe():
    assert aid_for("breathing_trouble", "face_swelling") == ["face_swelling"]
    assert "Hard to breathe? Let them sit" in lines("face_swelling", "breathing_trouble")


def test_the_worst_comes_first_and_signs_of_no_emergency_say_nothing():
    assert aid_for("weakness", "bleeding", "seizure") == ["seizure", "bleeding"]
    assert aid_for("weakness", "bleeding") == ["bleeding", "weakness"]
    assert aid_for("vomiting", "rash") == ["face_swelling"]
    assert aid_for("vomiting", "headache", "temperature") == []


def test_the_export_has_it_by_sign_with_its_sources():
    exported = {sign: one for one in export()["first_aid"] for sign in one["signs"]}
    assert exported["seizure"]["lines"] == list(load().first_aid_for(["seizure"])[0].lines)
    assert {source["id"] for source in exported["seizure"]["sources"]} >= {"cdc-seizures"}
    json.dumps(exported)


@pytest.mark.hazard("H17")
@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (re.compile(r"sources = \[\n.*?\n\]", re.S), "sources = []", "has no source"),
        (re.compile(r"sources = \[\n.*?\n\]\n", re.S), "", "sources is missing"),
        ('"cdc-seizures"', '"hearsay"', "unknown source hearsay"),
        ('signs = ["seizure"]', 'signs = ["fit"]', "unknown code fit"),
        ('instead_of = ["passing_out"', 'instead_of = ["fainting"', "unknown code fainting"),
        ('signs = ["bleeding"]', 'signs = ["seizure"]', "seizure stands twice"),
        ('lines = [\n', 'lines = [\n    "One.",\n', "1 to 3 lines"),
        ('signs = ["seizure"]', "signs = []", "needs a sign"),
        ("on_card = true", "on_paper = true", "unknown key on_paper"),
    ],
)  # fmt: skip
def test_a_broken_entry_is_refused_by_name_and_line(folder, old, new, says):  # noqa: F811
    text = (folder / "first-aid.toml").read_text("utf-8")
    found = old.search(text)[0] if isinstance(old, re.Pattern) else old
    error, line = broken(folder, "first-aid.toml", found, new)
    assert error.file == "first-aid.toml"
    assert says in error.message
    assert line.strip() != "", "the line is one of the entry"

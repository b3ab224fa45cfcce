"""A therapy on one page: nothing that is documented is left out, each statement has its sources."""

from datetime import timedelta

import pytest

from therapies.catalogue import load
from therapies.model import CHECKED_EVERY_DAYS
from therapies.overview import overview

THERAPIES = list(load().therapies.values())
every_therapy = pytest.mark.parametrize("therapy", THERAPIES, ids=lambda therapy: therapy.id)


def lines_of(about):
    """Every statement of the page."""
    yield from (*about.given, *about.common, *about.warnings, *about.do, *about.do_not)
    yield from (finding.line for finding in about.hidden)
    for danger in about.serious:
        yield from (*danger.lines, *([danger.onset] if danger.onset else ()))


def said_of(name):
    return " ".join(line.text for line in lines_of(overview(load().therapies[name])))


@every_therapy
def test_every_effect_stands_on_the_page(therapy):
    texts = {line.text for line in lines_of(overview(therapy))}
    assert {effect.text for effect in therapy.effects} - texts == set()
    assert {fact.text for fact in therapy.given} <= texts
    assert {instruction.text for instruction in therapy.instructions} <= texts


@every_therapy
def test_a_common_effect_stands_as_common_and_a_serious_one_as_serious(therapy):
    about = overview(therapy)
    common = {line.text for line in about.common}
    serious = {(danger.syndrome, line.text) for danger in about.serious for line in danger.lines}
    for effect in therapy.effects:
        if effect.code == "other":
            assert effect.text in {line.text for line in about.warnings}
        elif effect.listed_as == "common":
            assert effect.text in common
        elif effect.listed_as == "serious":
            assert (effect.syndrome, effect.text) in serious


@every_therapy
def test_what_a_test_finds_names_its_signs_or_that_only_a_test_finds_it(therapy):
    shown = {finding.line.text: finding.signs for finding in overview(therapy).hidden}
    for effect in therapy.effects:
        if effect.finding in ("low_counts", "low_potassium", "high_bilirubin", "vod", "qt_prolongation"):
            assert shown[effect.text], effect.id
    assert shown.get("A new cancer of the T cells", ()) == ()


@every_therapy
def test_a_reaction_that_everybody_sees_is_nothing_that_only_a_test_finds(therapy):
    hidden = {finding.line.text for finding in overview(therapy).hidden}
    assert "A reaction to the infusion, like an allergy" not in hidden


@every_therapy
def test_every_statement_has_sources_and_every_source_is_cited(therapy):
    about = overview(therapy)
    lines = list(lines_of(about))
    assert all(line.refs for line in lines)
    assert {ref for line in lines for ref in line.refs} == set(range(1, len(about.sources) + 1))
    assert all(listed.locators for listed in about.sources)


@every_therapy
def test_the_same_words_stand_once(therapy):
    about = overview(therapy)
    for lines in (about.given, about.common, about.warnings):
        assert len({line.text for line in lines}) == len(lines)


@every_therapy
def test_a_page_is_old_when_its_newest_check_is_older_than_a_year(therapy):
    about = overview(therapy)
    year = timedelta(days=CHECKED_EVERY_DAYS)
    assert not about.is_due(about.last_checked + year)
    assert about.is_due(about.last_checked + year + timedelta(days=1))


@every_therapy
def test_each_page_says_that_medicines_before_an_infusion_can_hide_a_fever(therapy):
    assert "can hide a fever" in said_of(therapy.id)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("tisagenlecleucel", "Only medical centers that have trained for it"),
        ("tisagenlecleucel", "taken out of the blood"),
        ("tisagenlecleucel", "Tell the care team about any side effect right away"),
        ("tisagenlecleucel", "Check-ups last for life"),
        ("tisagenlecleucel", "A new cancer of the T cells"),
        ("tisagenlecleucel", "Low antibodies for months or years"),
        ("tisagenlecleucel", "Infections months after the cells"),
        ("tisagenlecleucel", "The immune system runs out of control"),
        ("tisagenlecleucel", "Allergic reaction"),
        ("tisagenlecleucel", "In children it was from day 1 to day 22"),
        ("brexucabtagene-autoleucel", "Tell the care team about any side effect right away"),
        ("brexucabtagene-autoleucel", "around day 5 after the infusion, between day 1 and day 12"),
        ("blinatumomab", "the care team stops the medicine"),
        ("blinatumomab", "with ICANS by name"),
        ("blinatumomab", "since June 2024, from 1 month of age"),
        ("gemtuzumab-ozogamicin", "the infusion is stopped"),
        ("gemtuzumab-ozogamicin", "(2 to 298 days)"),
        ("inotuzumab-ozogamicin", "once a week, 3 or 4 weeks in a row"),
        ("inotuzumab-ozogamicin", "days 1, 8 and 15"),
        ("inotuzumab-ozogamicin", "slowed or stopped"),
    ],
)
def test_what_a_family_needs_to_know_of_a_therapy_is_said(name, words):
    assert words in said_of(name)


def test_a_figure_that_nobody_could_read_says_so():
    dangers = {
        danger.syndrome: danger for danger in overview(load().therapies["gemtuzumab-ozogamicin"]).serious
    }
    assert dangers["liver-vod"].onset.why_not == "The days after a dose could not be read in the label."
    assert dangers["infusion-reaction"].onset.why_not == ""

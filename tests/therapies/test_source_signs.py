"""Document by document: what it names is in the catalogue with it as the source, and nothing says the opposite."""

import tomllib
from pathlib import Path

import pytest

from therapies.catalogue import load
from therapies.explaining import watched_by
from therapies.texts import texts

SOURCES = tomllib.loads(Path(__file__).with_name("source_signs.toml").read_text("utf-8"))["source"]
THERAPIES = load().therapies


def cites(item, source):
    return source["id"] in {citation.source.id for citation in item.sources}


@pytest.mark.hazard("H17")
@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source["id"])
def test_what_a_document_names_has_a_rule_or_an_effect_with_it_as_the_source(source):
    known = load().symptoms.keys() | load().observations.keys()
    assert set(source["names"]) | set(source.get("together", ())) <= known
    for name in source.get("therapies", THERAPIES):
        therapy = THERAPIES[name]
        listed = {code for flag in therapy.red_flags if cites(flag, source) for code in watched_by(flag)}
        listed |= {code for effect in therapy.effects if cites(effect, source) for code in effect.observed_as}
        assert set(source["names"]) - listed == set(), name


def test_no_sign_that_a_document_about_a_therapy_names_stands_among_its_others():
    for source in SOURCES:
        for name in source.get("therapies", ()):
            for flag in THERAPIES[name].red_flags:
                if flag.syndrome == "unlisted" and not cites(flag, source):
                    asked_anyway = (
                        THERAPIES[name].kind == "car-t"
                    )  # any side effect is told after CAR T cells
                    assert asked_anyway or not set(flag.signs) & set(source["names"]), (flag.id, source["id"])


def test_no_text_says_that_no_list_names_a_sign():
    said = [
        text for _, text in texts() if "no list" in text.casefold() or "not on the list" in text.casefold()
    ]
    assert said == []


def test_every_document_that_names_signs_is_read_here():
    """What else is cited gives numbers, days, reasons or one sign alone."""
    others = {
        *("acs-childhood-leukemia-immunotherapy", "acs-adult-all-immunotherapy"),  # acs_effects.csv
        *("kymriah-label", "astct-grading", "car-t-paresis", "car-t-hlh", "mdanderson-icans", "ebmt-vod"),
        *("blincyto-home", "blincyto-administration", "mylotarg-children", "gemtuzumab-reactions"),
        *("besponsa-label", "besponsa-warnings", "besponsa-tls", "stjude-tls", "blood-cancer-tls"),
        *(
            "capillary-leak-review",
            "ukons-triage",
            "utmb-seizures",
            "kidshealth-seizures",
            "lurie-meningitis",
        ),
        *(
            "car-t-hlh-astct",
            "car-t-late-effects",
            "car-t-boxed-warning",
            "boston-kymriah",
            "fda-t-cell-cancers",
        ),
        *("tecartus-label", "tecartus-safety", "blincyto-safety", "aucatzyl-label", "fda-obecabtagene"),
        *("cclg-febrile", "iowa-fever", "blank-fever", "michigan-fever", "chop-central-line"),
    }
    cited = {
        citation.source.id
        for therapy in THERAPIES.values()
        for item in (*therapy.red_flags, *therapy.effects)
        for citation in item.sources
    }
    assert cited == others | {source["id"] for source in SOURCES}

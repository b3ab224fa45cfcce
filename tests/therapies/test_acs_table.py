"""Row by row: every side effect that both pages of the American Cancer Society document.

acs_effects.csv has the facts of each row: which page, which therapy, what was listed, as serious or common.
"""

import csv
from pathlib import Path

import pytest

from therapies.catalogue import load
from therapies.export import export
from therapies.rules import assess

ROWS = list(csv.DictReader(Path(__file__).with_name("acs_effects.csv").open()))
EFFECTS = {therapy["id"]: therapy["effects"] for therapy in export()["therapies"]}
LATE = {"infusion_running": True, "cycle_day": 12, "hours_since_start": 270}
# every other sign counts as soon as it is there
SOFTENED = {("blinatumomab", "headache"): "moderate", ("blinatumomab", "nausea"): "moderate"}
SOFTENED |= {(therapy, "fatigue"): "severe" for therapy in EFFECTS}
SIGNS = [row for row in ROWS if row["code"] not in ("", "temperature", "other")]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["row"])
def test_the_catalogue_lists_the_effect_with_its_source(row):
    matching = [
        effect
        for effect in EFFECTS[row["therapy"]]
        if effect["syndrome"] == (row["syndrome"] or "unlisted")
        and effect["listed_as"] == row["listed_as"]
        and (effect.get("code") or "") == row["code"]
        and (effect.get("finding") or "") == row["finding"]
    ]
    assert any(row["source"] in {source["id"] for source in effect["sources"]} for effect in matching)


@pytest.mark.parametrize("row", [r for r in SIGNS if r["listed_as"] == "serious"], ids=lambda row: row["row"])
def test_a_serious_sign_is_recognised_as_its_syndrome(row):
    severity = row["severity_word"] or SOFTENED.get((row["therapy"], row["code"]), "mild")
    response = assess(request(row["therapy"], row["code"], severity))
    assert response["urgency"] in ("now", "emergency")
    assert row["syndrome"] in response["syndromes"]
    assert any(row["code"] in flag["because"] and flag["sources"] for flag in response["flags"])


@pytest.mark.parametrize("row", [r for r in SIGNS if r["listed_as"] == "common"], ids=lambda row: row["row"])
def test_a_common_sign_is_never_silent_when_it_is_severe(row):
    response = assess(request(row["therapy"], row["code"], "severe"))
    assert response["urgency"] in ("today", "now", "emergency")


@pytest.mark.hazard("H17")
@pytest.mark.parametrize("row", [r for r in ROWS if r["code"] == "temperature"], ids=lambda row: row["row"])
def test_a_fever_is_call_now_wherever_it_is_listed(row):
    fever = {"hours_ago": 0, "temperature": {"value": 38, "unit": "C"}, "symptoms": []}
    response = assess({"therapy": row["therapy"], "context": LATE, "reports": [fever]})
    assert response["urgency"] == "now"
    if row["syndrome"] != "common-side-effect":
        assert row["syndrome"] in response["syndromes"]


@pytest.mark.parametrize("row", [r for r in ROWS if r["finding"]], ids=lambda row: row["row"])
def test_what_only_a_test_finds_names_the_signs_that_it_shows_itself_by(row):
    finding = next(e for e in EFFECTS[row["therapy"]] if e.get("finding") == row["finding"])
    hidden = {"crs_window", "premedication", "first_cycles", "none_listed", "infusion_stopped"}
    assert bool(finding["observed_as"]) == (row["finding"] not in hidden)


@pytest.mark.parametrize("therapy", ["tisagenlecleucel", "brexucabtagene-autoleucel"])
def test_any_side_effect_after_car_t_cells_brings_a_call(therapy):
    for code in load().symptoms:
        if code != "felt_hot":
            assert assess(request(therapy, code, "mild"))["urgency"] != "note", code


@pytest.mark.parametrize("therapy", ["gemtuzumab-ozogamicin", "inotuzumab-ozogamicin"])
def test_an_empty_list_on_the_page_does_not_mean_no_red_flags(therapy):
    flags = [flag for flag in load().therapies[therapy].red_flags if not flag.id.startswith("ANY-")]
    assert len(flags) >= 8


def request(therapy, code, severity):
    sign = {"code": code, "severity": severity}
    return {
        "therapy": therapy,
        "context": {**LATE, "days_since_infusion": 9}
        if therapy == "blinatumomab"
        else {"days_since_last_dose": 10},
        "reports": [{"hours_ago": 0, "temperature": {"value": 36.8, "unit": "C"}, "symptoms": [sign]}],
    }

"""Every worked case is a test; every red flag and every threshold has one."""

import pytest

from therapies.cases import Case, read_cases
from therapies.catalogue import load
from therapies.rules import assess

CASES = list(read_cases())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.therapy}: {case.name}")
def test_the_answer_is_the_one_that_the_case_says(case: Case):
    assert case.differences(assess(case.request)) == []


@pytest.mark.hazard("H17")
def test_every_red_flag_of_every_therapy_is_found_by_a_case_at_each_of_its_urgencies():
    seen = set()
    for case in CASES:
        seen |= {(case.therapy, flag["id"], flag["urgency"]) for flag in assess(case.request)["flags"]}
    wanted = {
        (therapy.id, flag.id, urgency)
        for therapy in load().therapies.values()
        for flag in therapy.red_flags
        for urgency, _ in flag.levels
    }
    assert wanted - seen == spoken_over(wanted - seen)


def spoken_over(missing):
    """Softer flags that a therapy's own stricter flag for the same syndrome always speaks over."""
    stricter = {
        "ANY-TEMPERATURE-05",  # 38.0 stays after CAR T cells and while the pump runs
        "ANY-NUMB-01",  # now at any severity after CAR T cells
        "ANY-WEIGHT-01",
        "ANY-WEIGHT-02",
    }
    return {item for item in missing if item[1] in stricter or item[2] == "note"}


def test_every_sign_of_the_vocabulary_is_spoken_of_with_every_therapy():
    for therapy in load().therapies.values():
        spoken_of = {sign for flag in therapy.red_flags for sign in flag.signs}
        assert set(load().symptoms) == spoken_of, therapy.id


def test_there_are_at_least_three_hundred_worked_cases_with_names_of_their_own():
    names = {(case.therapy, case.name) for case in CASES}
    assert len(names) == len(CASES)
    assert len({name for _, name in names}) >= 300


def test_a_case_with_a_misspelt_key_is_refused(tmp_path):
    (tmp_path / "blinatumomab.toml").write_text('[[case]]\nname = "x"\nurgncy = "now"\n', "utf-8")
    with pytest.raises(ValueError, match="unknown urgncy"):
        list(read_cases(tmp_path))

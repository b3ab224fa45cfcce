"""Exactly where something begins or ends, and what happens when details are missing or said twice."""

from decimal import Decimal

import pytest

from therapies.catalogue import load
from therapies.facts import moment
from therapies.request import read_request
from therapies.rules import assess

ADC = "inotuzumab-ozogamicin"
CELLS = "tisagenlecleucel"


def report(hours_ago=0, temperature=36.8, signs=(), unit="C", **more):
    reading = {"temperature": {"value": temperature, "unit": unit}} if temperature else {}
    listed = [{"code": code, **details} for code, details in dict(signs).items()]
    return {"hours_ago": hours_ago, "symptoms": listed, **reading, **more}


def ask(*reports, therapy=ADC, **context):
    return assess({"therapy": therapy, "context": context, "reports": list(reports)})


def urgency(*reports, therapy=ADC, **context):
    return ask(*reports, therapy=therapy, **context)["urgency"]


MILD = {"severity": "mild"}


# ------------------------------------------------------------------ what an earlier report was seen in


def test_an_earlier_report_is_seen_on_the_day_that_it_had():
    """Yesterday was the day after the dose: mild nausea was early then, and that is remembered."""
    assert urgency(report(), report(24, signs={"nausea": MILD}), days_since_last_dose=2) == "now"
    assert urgency(report(), report(24, signs={"nausea": MILD}), days_since_last_dose=3) == "note"


def test_half_a_day_earlier_is_the_day_before():
    assert urgency(report(), report(13, signs={"nausea": MILD}), days_since_last_dose=2) == "now"
    assert urgency(report(), report(11, signs={"nausea": MILD}), days_since_last_dose=2) == "note"


def test_hours_since_the_start_are_counted_back_exactly():
    then = report(6, signs={"headache": MILD})
    assert urgency(report(), then, therapy="blinatumomab", hours_since_start=30, cycle_day=2) == "now"
    assert urgency(report(), then, therapy="blinatumomab", hours_since_start=31, cycle_day=2) == "note"


def test_the_day_of_the_cycle_is_counted_back_and_does_not_fall_below_the_first():
    then = report(24, signs={"headache": MILD})
    assert urgency(report(), then, therapy="blinatumomab", cycle_day=3) == "now"
    assert urgency(report(), then, therapy="blinatumomab", cycle_day=4) == "note"
    assert urgency(report(), then, therapy="blinatumomab", cycle_day=1) == "now"


def test_before_the_dose_nobody_knows_when_the_last_one_was():
    assert urgency(report(), report(24, signs={"nausea": MILD}), days_since_last_dose=0) == "now"


def test_the_hours_after_an_infusion_end_with_the_24th():
    assert urgency(report(signs={"nausea": MILD}), hours_since_infusion_end=24) == "now"
    assert urgency(report(signs={"nausea": MILD}), hours_since_infusion_end=24.5) == "today"


# ------------------------------------------------------------------ memory and age


def test_advice_of_the_same_moment_does_not_cover_the_finding():
    assert urgency(report(), report(3, 38.4), team_advised_hours_ago=3) == "now"
    assert urgency(report(), report(3, 38.4), team_advised_hours_ago=2.9) == "note"


def test_a_report_of_exactly_a_day_ago_does_not_say_its_age():
    assert ask(report(24, 38.4))["headline"] == "Call your care team now"
    assert ask(report(24.5, 38.4))["headline"] == "Call your care team now (24.5 hours ago)"


def test_the_history_is_as_old_as_it_was_and_not_as_it_is_now():
    """Seen from an old report, one of 23 hours before it is still the same day."""
    assert urgency(report(40), report(63, 38.4)) == "now"
    assert urgency(report(40), report(65, 38.4)) == "note"


def test_what_is_remembered_says_half_hours_too():
    flags = ask(report(), report(2.5, 38.4))["flags"]
    assert {flag["reported_hours_ago"] for flag in flags} == {2.5}


def test_a_report_without_a_temperature_but_with_a_sign_says_what_is_missing():
    response = ask(report(temperature=None, signs={"cough": MILD}))
    assert (response["urgency"], response["headline"]) == ("note", "Temperature not entered")


def test_a_temperature_that_cannot_be_read_is_not_called_missing():
    response = ask(report(temperature=60))
    assert response["unanswered"] == []
    assert response["headline"].startswith("We could not check")


# ------------------------------------------------------------------ numbers


@pytest.mark.parametrize(
    ("value", "unit", "readable"), [(34, "C", True), ("93.2", "F", True), ("109.4", "F", True)]
)
def test_the_bands_include_their_ends(value, unit, readable):
    response = ask(report(temperature=Decimal(value), unit=unit))
    assert (response["could_not_check"] == []) is readable


def test_the_heaviest_weight_that_is_read():
    assert ask(report(weight_kg=300))["could_not_check"] == []
    assert ask(report(weight_kg=300.5))["could_not_check"] == ["weight_kg"]


def test_a_baseline_that_cannot_be_is_no_baseline():
    assert (
        urgency(report(weight_kg=21), report(48, weight_kg=20), baseline_weight_kg=0, therapy=CELLS)
        == "today"
    )


def test_a_length_of_nothing_is_known():
    assert urgency(report(signs={"nosebleed": {"duration_hours": 0}})) == "today"
    assert urgency(report(signs={"nosebleed": {"duration_hours": -1}})) == "now"


def test_whole_and_broken_numbers_of_python_are_read_alike():
    assert urgency(report(temperature=38.0)) == urgency(report(temperature=38)) == "now"


def test_a_weight_is_written_as_people_write_it():
    asked = ask(report(weight_kg=Decimal("30.0")), baseline_weight_kg=Decimal("20.5"))["needs_confirmation"]
    assert asked[0]["message"] == "The weight was 20.5 kg before and is 30 kg now. Is that right?"


def test_a_reading_with_two_decimals_is_asked_about_as_it_was_typed():
    asked = ask(report(temperature=Decimal("38.25"), unit="F"))["needs_confirmation"]
    assert asked[0]["message"] == "38.25 °F is not possible. Did you mean 38.25 °C?"


# ------------------------------------------------------------------ one sign said twice


def both(one, other, **context):
    signs = {"code": "nosebleed"}
    reports = [
        {"hours_ago": 0, "temperature": {"value": 36.8}, "symptoms": [signs | told]} for told in (one, other)
    ]
    return urgency(*reports, **context)


def test_of_two_lengths_the_longer_counts_and_an_unknown_one_most():
    short, long = {"duration_hours": Decimal("0.05")}, {"duration_hours": Decimal("0.5")}
    assert both(short, short) == "today"
    assert both(short, long) == both(long, short) == "now"
    assert both(short, {}) == both({}, short) == "now"


def test_of_two_counts_the_higher_counts_and_none_is_unknown():
    once, twice = {"duration_hours": 0, "episodes_24h": 1}, {"duration_hours": 0, "episodes_24h": 2}
    assert both(once, once) == "today"
    assert both(once, twice) == both(twice, once) == "now"
    assert both({"duration_hours": 0}, {"duration_hours": 0, "episodes_24h": 0}) == "today"


def test_a_sign_twice_in_one_list_counts_at_its_worst():
    signs = [{"code": "fatigue", "severity": "mild"}, {"code": "fatigue", "severity": "severe"}]
    for listed in (signs, signs[::-1]):
        assert urgency(report(symptoms=listed)) == "now"


def test_signs_of_two_reports_of_one_time_are_joined():
    one, other = report(signs={"exposure": {}}), report(signs={"fatigue": MILD})
    assert urgency(one, other) == "now"
    unasked = {"hours_ago": 0, "temperature": {"value": 36.8}}
    assert urgency(one, unasked) == urgency(unasked, one) == "today"
    assert ask(unasked, one)["unanswered"] == []
    assert ask(unasked, unasked)["unanswered"] == ["symptoms"]


# ------------------------------------------------------------------ rising weights


def weights(*told):
    return [report(hours, weight_kg=kg) for hours, kg in told]


@pytest.mark.parametrize(
    ("told", "risen"),
    [
        (((0, 20.4), (12, 20.3), (36, 20.1), (60, 20.0)), True),  # the earliest that each day can be
        (((0, 20.4), (36, 20.3), (60, 20.1), (84, 20.0)), True),  # the latest
        (((0, 20.4), (11, 20.3), (35, 20.1), (59, 20.0)), False),  # nothing is three days old
        (((0, 20.4), (37, 20.3), (61, 20.1), (85, 20.0)), False),  # nothing is of yesterday
        (((0, 20.4), (24, 20.4), (48, 20.1), (72, 20.0)), False),  # as heavy as yesterday is no rise
        (((0, 20.4), (24, 20.1), (48, 20.1), (72, 20.0)), False),
    ],
)
def test_three_daily_rises_need_one_weight_a_day(told, risen):
    assert urgency(*weights(*told)) == ("now" if risen else "note")


def test_five_minutes_are_minutes():
    assert urgency(report(signs={"nosebleed": {"duration_hours": Decimal("0.0833")}})) == "today"
    assert urgency(report(signs={"nosebleed": {"duration_hours": Decimal("0.0834")}})) == "now"


def test_what_is_urgent_already_keeps_its_headline_beside_what_could_not_be_checked():
    response = ask(report(temperature=60, signs={"chills": MILD}))
    assert response["could_not_check"] == ["temperature"]
    assert response["headline"] == "Call your care team now"


def test_the_temperature_is_the_first_thing_that_is_missing():
    missing = ask({"hours_ago": 0, "note": "tired"}, therapy="blinatumomab")["unanswered"]
    assert missing == ["temperature", "pump", "symptoms"]


def test_of_two_weights_told_for_the_first_hour_the_lower_is_the_baseline() -> None:
    for told in [(15, Decimal("15.1")), (Decimal("15.1"), 15)]:
        first = [report(1, weight_kg=kg) for kg in told]
        found = ask(report(weight_kg=Decimal("15.8")), *first, therapy="blinatumomab")["flags"]
        assert "ANY-WEIGHT-01" in [flag["id"] for flag in found]


# ------------------------------------------------------------------ early after each infusion of a split dose


def is_early(**context):
    known = load()
    asked = {"therapy": "obecabtagene-autoleucel", "context": context, "reports": [report()]}
    return moment(read_request(asked, known), 0, known).is_early


@pytest.mark.parametrize(
    ("since_first", "since_last", "early"),
    [(0, 0, True), (1, 1, True), (2, 2, False), (8, 8, False), (9, 0, True), (10, 1, True), (11, 2, False)],
)
def test_early_is_the_day_of_each_infusion_and_the_next(since_first, since_last, early):
    assert is_early(days_since_infusion=since_first, days_since_last_dose=since_last) is early


@pytest.mark.parametrize(
    ("day", "early"), [(0, True), (1, True), (2, False), (6, False), (7, True), (21, True), (22, False)]
)
def test_where_only_the_first_infusion_is_known_every_day_of_the_second_may_be_early(day, early):
    assert is_early(days_since_infusion=day) is early
    assert is_early() is True

"""Answers become rows and rows become the same report again; nothing is lost or changed on the way."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.assessment.answers import Answer, report_of, rows_of
from tracker.lib.text import cleaned
from tracker.models import Observation

numbers = st.decimals(min_value=0, max_value=999, places=2, allow_nan=False)
text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=40)
signs = st.fixed_dictionaries(
    {"code": st.sampled_from(["headache", "vomiting", "other"])},
    optional={
        "severity": st.sampled_from(["mild", "moderate", "severe"]),
        "duration_hours": numbers,
        "episodes_24h": st.integers(0, 99),
    },
)
reports = st.fixed_dictionaries(
    {},
    optional={
        "temperature": st.fixed_dictionaries(
            {"value": numbers},
            optional={"unit": st.sampled_from("CF"), "route": st.sampled_from(["oral", "armpit"])},
        ),
        "symptoms": st.lists(signs, unique_by=lambda sign: sign["code"]),
        "weight_kg": numbers,
        "neuro": st.dictionaries(
            st.sampled_from(["talks", "knows"]), st.sampled_from(["usual", "less"]), min_size=1
        ),
        "fluids_kept": st.sampled_from(["all", "some", "none"]),
        "worried": st.booleans(),
        "antipyretic_given": st.booleans(),
        "note": text.map(cleaned).filter(bool),
    },
)


def back(answers: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    return report_of(rows_of(answers), signs_asked=answers.get("symptoms") is not None)


@given(reports)
def test_a_report_comes_back_as_it_was(report: dict[str, Any]) -> None:
    assert back(report) == (report, [])


@given(reports)
def test_every_row_fits_its_columns(report: dict[str, Any]) -> None:
    for row in rows_of(report):
        for column, value in row._asdict().items():
            if value not in (None, ""):
                Observation._meta.get_field(column).run_validators(value)


def test_what_was_not_answered_leaves_no_row() -> None:
    assert (
        rows_of({"temperature": None, "note": "", "symptoms": [], "neuro": {"talks": None}, "raw": {}}) == []
    )


def test_no_sign_is_something_else_than_no_question() -> None:
    assert back({"symptoms": []}) == ({"symptoms": []}, [])
    assert back({}) == ({}, [])


def test_what_was_typed_and_cannot_be_read_is_kept_as_it_stands() -> None:
    assert rows_of({"raw": {"temperature": "38,5,1"}}) == [Answer("temperature", raw="38,5,1")]
    assert back({"raw": {"temperature": "38,5,1"}}) == ({}, ["temperature"])


@pytest.mark.parametrize(
    "value",
    ["NaN", "sNaN", "Infinity", "-Infinity", "1E+400", "123456789", "38.0000001", Decimal("1e-30")],
)
def test_a_number_that_the_column_would_change_is_kept_as_typed(value: Any) -> None:
    number = Decimal(value)
    (row,) = rows_of({"temperature": {"value": number, "unit": "C"}})
    assert (row.value_number, row.raw, row.unit) == (None, str(number), "C")
    assert back({"temperature": {"value": number}}) == ({}, ["temperature"])


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e400, True, "38", ["38"], {"v": 38}, b"38"])
def test_a_temperature_that_is_no_number_is_never_taken_for_one(value: Any) -> None:
    report, _unreadable = back({"temperature": {"value": value}})
    assert not isinstance(report.get("temperature", {}).get("value"), Decimal)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (Decimal(5) / 60, Decimal("0.0833")),
        (10**30, Decimal(99999)),
        (-1, None),
        (float("nan"), None),
        ("soon", None),
        (None, None),
    ],
)
def test_a_length_is_rounded_and_one_that_cannot_be_is_unknown(given: Any, kept: Any) -> None:
    (row,) = rows_of({"symptoms": [{"code": "nosebleed", "duration_hours": given}]})
    assert row.duration_hours == kept


@pytest.mark.parametrize(
    "answers",
    [
        {"symptoms": "headache"},
        {"symptoms": ["headache"]},
        {"neuro": "less"},
        {"temperature": [38]},
        {"raw": "38"},
        {"pump": "x" * 33},
        {"surprise": {"a": [1]}},
        {"weight_kg": {"kg": 20}},
    ],
)
def test_a_shape_that_nobody_expects_is_kept_and_named(answers: dict[str, Any]) -> None:
    report, unreadable = report_of(rows_of(answers), signs_asked=False)
    assert unreadable or set(report) == set(answers)


@given(st.text())
def test_any_text_can_be_kept(typed: str) -> None:
    kept = cleaned(typed)
    assert "\x00" not in kept
    kept.encode()

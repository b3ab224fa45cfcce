"""What a fever is, and what hides one."""

from decimal import Decimal

import pytest

from therapies.fever import fever_lines, names_a_fever_medicine, unit_of


@pytest.mark.parametrize("label", ["Calpol 6+", "IBUPROFEN 100 mg/5 ml", "baby ben-u-ron"])
def test_a_medicine_that_hides_a_fever_is_known_by_its_label(label):
    assert names_a_fever_medicine(label)


@pytest.mark.parametrize("label", ["", "vincristine", "ondansetron 4 mg"])
def test_no_other_medicine_is_taken_for_one(label):
    assert not names_a_fever_medicine(label)


def test_a_rule_that_nobody_knows_has_the_line_of_the_first():
    assert fever_lines("no such rule") == (Decimal("38.0"),)
    assert fever_lines("38.0-sustained-or-38.3-once") == (Decimal("38.0"), Decimal("38.3"))


@pytest.mark.parametrize(
    ("value", "unit"),
    [
        ("33.9", ""),
        ("34.0", "C"),
        ("43.0", "C"),
        ("43.1", ""),
        ("93.1", ""),
        ("93.2", "F"),
        ("109.4", "F"),
        ("109.5", ""),
    ],
)
def test_a_temperature_of_a_body_says_its_unit(value, unit):
    assert unit_of(Decimal(value)) == unit

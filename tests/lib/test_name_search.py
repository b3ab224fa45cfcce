"""A name is found however it is typed."""

import pytest

from tracker.lib.name_search import folded, is_found


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("\u00d6mer", "omer"),
        ("O\u0308MER", "omer"),
        ("Stra\u00dfe", "strasse"),
        ("S\u00f8ren \u0110uro", "soren duro"),
        ("\u0130nci", "inci"),
        ("\u042e\u043d\u0430", "\u044e\u043d\u0430"),
        ("\uff2a\uff35\uff2e\uff2f", "juno"),
    ],
)
def test_accents_and_capitals_make_no_difference(typed: str, plain: str) -> None:
    assert folded(typed) == plain


def test_a_nickname_is_found_by_any_part_and_a_record_number_by_its_beginning() -> None:
    assert is_found(" UN ", "Juno", "MRN-77")
    assert is_found("mrn-7", "Juno", "MRN-77")
    assert not is_found("77", "Juno", "MRN-77")
    assert not is_found("Theo", "Juno", "")

"""Numbers as people type them."""

from decimal import Decimal

import pytest

from therapies.marks import is_blank
from therapies.numbers import read_number, read_temperature
from therapies.rules import assess


@pytest.mark.hazard("H03")
@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("38", "38"),
        ("38.0", "38.0"),
        ("38,5", "38.5"),
        (" 38.25 ", "38.25"),
        ("100.4", "100.4"),
        ("\u0663\u0668\u066b\u0665", "38.5"),
        ("\uff13\uff18.\uff15", "38.5"),
        ("\u1043\u1048", "38"),
        ("38\u00a0", "38"),
        ("0", "0"),
    ],
)
def test_a_number_is_read_in_any_script_with_a_point_or_a_comma(typed, meant):
    assert read_number(typed) == Decimal(meant)
    assert str(read_number(typed)) == meant


@pytest.mark.hazard("H03")
@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "38.",
        ".38",
        "038",
        "38.125",
        "1000",
        "-1",
        "+38",
        "3_8",
        "1e2",
        "0x26",
        "nan",
        "inf",
        "38.5.1",
    ],
)
def test_what_cannot_be_read_for_sure_is_not_guessed(typed):
    with pytest.raises(ValueError, match="not a number"):
        read_number(typed)


@pytest.mark.parametrize("typed", ["38-39", "38/39", ">38", "~38", "3 8", "[38]", "null", "9" * 5000])
def test_two_numbers_or_words_are_not_guessed(typed):
    with pytest.raises(ValueError, match="not a number"):
        read_number(typed)


@pytest.mark.parametrize("typed", ["38\u200b.5", "38\u202e5", "38\x00", "\u00bd", "38\u00b2"])
def test_hidden_and_raised_characters_are_not_guessed(typed):
    with pytest.raises(ValueError, match="not a number"):
        read_number(typed)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("38.5", (Decimal("38.5"), None)),
        ("38.5 \u00b0C", (Decimal("38.5"), "C")),
        ("38\u2103", (Decimal(38), "C")),
        ("101F", (Decimal(101), "F")),
        ("101,2 \u00b0f", (Decimal("101.2"), "F")),
    ],
)
def test_a_unit_that_was_typed_is_kept(typed, meant):
    assert read_temperature(typed) == meant


@pytest.mark.hazard("H03")
@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("36.6\u00b0", ("36.6", None)),
        ("98,6 \u00b0", ("98.6", None)),
        ("36.6\u00ba", ("36.6", None)),
        ("38,5\u00baC", ("38.5", "C")),
        ("38,5 \u02daC", ("38.5", "C")),
        ("36.6\ufffc", ("36.6", None)),
        ("36.6 \u00b0C\ufffc", ("36.6", "C")),
        ("\u200e36.6", ("36.6", None)),
        ("\ufeff36.6\u200b", ("36.6", None)),
        ("\u202a36.6\u202c", ("36.6", None)),
        ("\u206698.6 \u00b0F\u2069", ("98.6", "F")),
        ("36\u00b76", ("36.6", None)),
    ],
)
def test_marks_around_a_number_are_no_part_of_it(typed, meant):
    """A bare degree sign, and what dictation leaves, made an ordinary temperature unreadable and raised an alert."""
    number, unit = meant
    assert read_temperature(typed) == (Decimal(number), unit)


@pytest.mark.hazard("H03")
@pytest.mark.parametrize(
    "typed", ["\u202e36.6", "36.6\u202e", "36\ufffc6", "3\u200e6", "\u00b036.6", "36\u00b06", "\u00b0"]
)
def test_what_turns_or_parts_digits_is_not_guessed(typed):
    with pytest.raises(ValueError, match="not a number"):
        read_temperature(typed)


ARABIC = str.maketrans("0123456789.", "\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669\u066b")


@pytest.mark.hazard("H03")
def test_every_hundredth_below_a_thousand_is_read_as_itself_in_three_spellings():
    for hundredths in range(100_000):
        number = Decimal(hundredths).scaleb(-2)
        typed = str(number)
        for spelling in (typed, typed.replace(".", ","), typed.translate(ARABIC)):
            assert read_number(spelling) == number


@pytest.mark.hazard("H03")
@pytest.mark.parametrize("unit", ["C", "F"])
def test_no_hundredth_of_a_degree_goes_by_unseen(unit):
    """Of 0.0 to 115.0 in either unit only what can be nothing but 36.0 to 37.99 °C is less than call now."""
    for hundredths in (*range(0, 11_501, 10), *range(3_300, 4_400), *range(9_300, 11_000)):
        value = Decimal(hundredths).scaleb(-2)
        celsius = (value - 32) * 5 / 9 if value >= Decimal("93.2") else value
        report = {"temperature": {"value": value, "unit": unit}, "symptoms": []}
        urgency = assess({"therapy": "tisagenlecleucel", "reports": [report]})["urgency"]
        assert (urgency in ("today", "note")) == (36 <= celsius < 38), (value, unit, urgency)


@pytest.mark.parametrize("typed", ["", " ", "\u00a0\t", "\u200b \u200b", "\ufffc"])
def test_what_nobody_sees_is_no_answer(typed):
    assert is_blank(typed)


@pytest.mark.parametrize("typed", ["0", "\u00b0", "\u200bx"])
def test_whatever_somebody_sees_is_one(typed):
    assert not is_blank(typed)

"""A telephone number: one parsed value is shown and dialled."""

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import shortnumberinfo

from tests.support.personas import NOW
from tracker.lib import telephone
from tracker.lib.emergency_numbers import EMERGENCY_NUMBERS
from tracker.lib.telephone import NotOneNumber, all_in, read
from tracker.models import CareTeam, Child

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


@pytest.mark.hazard("H22")
@pytest.mark.parametrize(
    ("typed", "country", "shown", "link"),
    [
        ("+44 (0)20 7946 0119", "", "+44 20 7946 0119", "tel:+442079460119"),
        ("(020) 7946 0119", "GB", "+44 20 7946 0119", "tel:+442079460119"),
        ("00 44 20 7946 0119", "DE", "+44 20 7946 0119", "tel:+442079460119"),
        ("011 44 20 7946 0119", "US", "+44 20 7946 0119", "tel:+442079460119"),
        ("+49 (0) 40 7410 12345", "", "+49 40 741012345", "tel:+4940741012345"),
        ("030/1234567", "DE", "+49 30 1234567", "tel:+49301234567"),
        ("+39 02 1234567", "", "+39 02 123 4567", "tel:+39021234567"),
        ("030 4505660 - 12", "DE", "+49 30 450566012", "tel:+4930450566012"),
        ("+353 (1) 234 5678", "", "+353 1 234 5678", "tel:+35312345678"),
        ("06221 56 32510", "DE", "+49 6221 5632510", "tel:+4962215632510"),
        ("030 - 1234567", "DE", "+49 30 1234567", "tel:+49301234567"),
        ("0316 385 80215", "AT", "+43 316 38580215", "tel:+4331638580215"),
        ("01 40 01 40 01", "FR", "+33 1 40 01 40 01", "tel:+33140014001"),
        ("98765 98765", "IN", "+91 98765 98765", "tel:+919876598765"),
        ("202 - 555 - 0100", "US", "+1 202-555-0100", "tel:+12025550100"),
        ("13 11 14", "AU", "13 11 14", "tel:131114"),  # cannot be reached from abroad
        ("٠٢٠ ٧٩٤٦ ٠١١٩", "GB", "+44 20 7946 0119", "tel:+442079460119"),
        ("\u202a+44\u00a020\u20117946\u20110119\u202c", "", "+44 20 7946 0119", "tel:+442079460119"),
        ("112", "DE", "112", "tel:112"),
        ("000", "AU", "000", "tel:000"),
        ("116117", "DE", "116117", "tel:116117"),
    ],
)
def test_a_number_is_read_as_its_country_writes_it(typed: str, country: str, shown: str, link: str) -> None:
    number = read(typed, country)
    assert (number.shown, number.link, number.is_known) == (shown, link, True)


@pytest.mark.hazard("H22")
@pytest.mark.parametrize(
    ("typed", "shown", "link"),
    [
        ("555 0142", "555 0142", "tel:5550142"),
        ("(555) 0142", "555 0142", "tel:5550142"),
        ("1234", "1234", "tel:1234"),
        ("*99#", "*99#", "tel:*99%23"),
        ("19222", "19222", "tel:19222"),
    ],
)
def test_what_no_plan_has_is_dialled_as_typed_and_says_so(typed: str, shown: str, link: str) -> None:
    number = read(typed, "US")
    assert (number.shown, number.link, number.is_known) == (shown, link, False)


@pytest.mark.hazard("H22")
@pytest.mark.parametrize(
    "typed",
    [
        "555 0139 ext 12",
        "555 0139 x12",
        "555 0139x12",
        "555 0139ext.12",
        "555 0139, ext. 12",
        "555-0139;ext=12",
        "(555) 0139 #12",
        "555 0139 Durchwahl 12",
        "555 0139 poste 12",
        "555 0139 Klappe 12",
        "555 0139 int. 12",
    ],
)
def test_an_extension_is_shown_apart_and_never_dialled(typed: str) -> None:
    number = read(typed, "US")
    assert (number.dialled, number.extension) == ("5550139", "12")
    assert str(number).endswith("0139, ext. 12")
    assert read(number.kept) == number


@pytest.mark.hazard("H22")
@pytest.mark.parametrize(
    ("typed", "country", "apart"),
    [
        ("555 0119 / 555 0120", "US", ["5550119", "5550120"]),
        ("112 / 911", "DE", ["112", "911"]),
        ("000/112", "AU", ["000", "112"]),
        ("112 or 911", "", ["112", "911"]),
        ("555-0139, 555-0140", "US", ["5550139", "5550140"]),
        ("020 7946 0119 oder 020 7946 0120", "GB", ["+442079460119", "+442079460120"]),
        ("+44 20 7946 0119 +44 20 7946 0120", "", ["+442079460119", "+442079460120"]),
        ("040 7410 / 12", "DE", ["+49407410"]),
        ("5550119 5550120", "US", ["5550119", "5550120"]),
        ("5550119 5550120", "DE", ["5550119", "5550120"]),
        ("555 0119 5550120", "", ["5550119", "5550120"]),
        ("202-555-0100 202-555-0101", "US", ["+12025550100", "+12025550101"]),
        ("030 450 50 - 030 450 51", "DE", ["+493045050", "+493045051"]),
        ("030 450 50 - 030 450 51", "", ["03045050", "03045051"]),
        ("030 4505660 - 4505661", "DE", ["+49304505660", "4505661"]),
        ("911 - 112", "US", ["911", "112"]),
        ("030 4505660 4505661", "DE", ["+49304505660", "4505661"]),
        ("030 1234567\u2013030 1234568", "DE", ["+49301234567", "+49301234568"]),
        ("01 40400 01 40401", "AT", ["+43140400", "+43140401"]),
        ("01 40400 und 01 40401", "AT", ["+43140400", "+43140401"]),
        ("01 40400; 01 40401", "AT", ["+43140400", "+43140401"]),
        ("01 40400 / 01 40401", "AT", ["+43140400", "+43140401"]),
        ("0151 62345678 030 1234567", "DE", ["+4915162345678", "+49301234567"]),
        ("112 911", "", ["112", "911"]),
        ("112-911", "DE", ["112", "911"]),
        ("555 0119 \u2013 0120", "", ["5550119", "0120"]),
        ("555 0119 \u2013 0120", "US", ["5550119", "0120"]),
    ],
)
def test_two_numbers_are_asked_about_and_never_dialled_as_one(
    typed: str, country: str, apart: list[str]
) -> None:
    with pytest.raises(NotOneNumber, match="two numbers"):
        read(typed, country)
    assert [number.dialled for number in all_in(typed, country)] == apart


@pytest.mark.hazard("H22")
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("0800 111 222 (24)", "What does (24) mean"),
        ("030 1234567 (24h)", "What does (24h) mean"),
        ("the ward", "not a telephone number"),
        ("555 0139,12", "not a telephone number"),
        ("+44 20 7946 0119 ask for Anna", "What does ask for Anna mean"),
        ("030 1234567 nachts", "What does nachts mean"),
        ("030 4505660 Dr. Abel", "What does Dr. Abel mean"),
        ("911 (ambulance)", "What does (ambulance) mean"),
        ("1-800-FLOWERS", "not a telephone number"),
        ("030 CHARITE", "What does CHARITE mean"),
        ("Tel. 030 1234567", "not a telephone number"),
        ("030 1234567 (24", "What does (24 mean"),
        ("030 1234567, 12", "not a telephone number"),
        ("1", "not a telephone number"),
        ("1" * 33, "not a telephone number"),
        ("1 " * 50_000 + "x", "two numbers"),
    ],
)
def test_what_is_not_one_number_for_sure_is_asked_about(typed: str, said: str) -> None:
    with pytest.raises(NotOneNumber, match=re.escape(said)):
        read(typed, "DE")


@pytest.mark.hazard("H22")
@pytest.mark.parametrize("country", ["DE", "AT"])
@pytest.mark.parametrize("typed", ["030 1234567 nachts", "030 4505660 Dr. Abel"])
def test_letters_are_never_digits_of_a_keypad(typed: str, country: str) -> None:
    with pytest.raises(NotOneNumber, match="What does"):
        read(typed, country)


@pytest.mark.hazard("H22")
@pytest.mark.parametrize(
    ("typed", "country", "dialled"),
    [
        ("1-800-222-1222", "DE", "18002221222"),  # another country's: +49 180 0 2221222 is somebody else
        ("5550119", "DE", "5550119"),  # without its area code
        ("030 88001234567", "DE", "+493088001234567"),
        ("+49 30 88001234567", "", "+493088001234567"),
        ("012345678901 2", "AT", "+43123456789012"),
    ],
)
def test_what_a_plan_only_seems_to_have_is_asked_about(typed: str, country: str, dialled: str) -> None:
    number = read(typed, country)
    assert (number.dialled, number.is_known) == (dialled, False)


@pytest.mark.hazard("H22")
@pytest.mark.parametrize(
    ("text", "country", "links"),
    [
        ("0800 111 222 (24)", "", ["tel:0800111222"]),
        ("030 1234567 nachts", "", ["tel:0301234567"]),
        ("030 1234567 nachts", "DE", ["tel:+49301234567"]),
        ("030 4505660 Dr. Abel", "AT", ["tel:0304505660"]),
        ("911 (ambulance)", "DE", ["tel:911"]),
        ("030 1234567 (24h)", "", ["tel:0301234567"]),
        ("01 23 45 67 89 nuit", "FR", ["tel:+33123456789"]),
        ("030 1234567 24h", "", ["tel:0301234567"]),
        ("030 1234567 8-18 Uhr", "", ["tel:0301234567"]),
        ("+44 20 7946 0119 ask for Anna", "", ["tel:+442079460119"]),
        ("Tel. +49 30 1234567", "", ["tel:+49301234567"]),
        ("1-800-FLOWERS", "US", ["tel:1800"]),
        ("030 1234567 Zimmer 123", "", ["tel:0301234567"]),
        ("030 1234567 Anna 030 1234568", "", ["tel:0301234567", "tel:0301234568"]),
        ("Station 5", "", []),
        ("555 0119 (day) 555 0120 (night)", "", ["tel:5550119", "tel:5550120"]),
        ("555 0119 (day) 0120 (night)", "", ["tel:5550119", "tel:0120"]),
        ("555 0119 (day)", "", ["tel:5550119"]),
        ("030 (Berlin) 1234567", "DE", ["tel:+49301234567"]),
        ("+44 20 7946 0119 (day) 7946 0120 (night)", "", ["tel:+442079460119", "tel:79460120"]),
    ],
)
def test_a_number_kept_before_it_was_read_loses_its_remark_and_not_its_call(
    text: str, country: str, links: list[str]
) -> None:
    assert [number.link for number in all_in(text, country)] == links


SIGNS = st.text(alphabet="0123456789+()/-.,; xe#*tnuhà٣", max_size=34)
COUNTRIES = st.sampled_from(["", "US", "GB", "DE", "AT", "IT", "AU", "EG"])


@pytest.mark.hazard("H22")
@given(typed=SIGNS, country=COUNTRIES)
def test_what_is_shown_has_the_digits_that_are_dialled(typed: str, country: str) -> None:
    for number in all_in(typed, country):
        assert re.sub(r"[^\d+*#]", "", number.shown) == number.dialled


@pytest.mark.hazard("H22")
@given(typed=SIGNS, country=COUNTRIES)
def test_what_is_kept_reads_again_as_the_same_number(typed: str, country: str) -> None:
    try:
        number = read(typed, country)
    except NotOneNumber:
        return
    again = telephone.of(number.kept)
    assert again is not None
    assert (again.dialled, again.extension) == (number.dialled, number.extension)


@pytest.mark.hazard("H22")
def test_the_table_of_emergency_numbers_agrees_with_the_library() -> None:
    assert not [
        (country, number)
        for country, number in EMERGENCY_NUMBERS.items()
        if not shortnumberinfo.is_emergency_number(number, country)
    ]


@pytest.mark.hazard("H22")
def test_no_page_makes_a_link_of_its_own() -> None:
    """Only the ambulance's two numbers, for where no country is known, stand as they are."""
    links = [
        (str(file.relative_to(TEMPLATES)), link)
        for file in TEMPLATES.rglob("*.html")
        for link in re.findall(r'href="(tel:[^"]*)"', file.read_text())
        if link not in ("tel:112", "tel:911")
    ]
    assert not links


@pytest.mark.hazard("H22")
@pytest.mark.django_db
def test_the_numbers_that_were_there_before_are_read_again(child: Child) -> None:
    migration: Any = import_module("tracker.migrations.0007_numbers")
    numbers = {"day_number": "+44 (0)20 7946 0119", "night_number": "555 0119 / 555 0120"}
    CareTeam.objects.filter(pk=child.care_team_id).update(time_zone="Europe/London", **numbers)
    Child.objects.filter(pk=child.pk).update(emergency_number="112 / 911", call_back_number="020 7946 0121")
    migration.read_again(apps, None)
    child = Child.objects.select_related("care_team").get()
    assert child.care_team.day_number == "+44 20 7946 0119"
    assert child.care_team.night_number == "555 0119 / 555 0120"
    assert child.care_team.number_for(NOW).number == child.care_team.night_number
    assert (child.emergency_number, child.call_back_number) == ("", "+44 20 7946 0121")

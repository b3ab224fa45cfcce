"""What a caregiver types becomes one report of the contract; what cannot be read is kept, never refused."""

import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict
from django.utils import translation
from hypothesis import example, given
from hypothesis import strategies as st

from therapies import catalogue
from therapies.marks import is_blank
from therapies.rules import assess
from tracker.logs.forms.log import Asking, LogForm, initial_from

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 18, 2, 20, tzinfo=BERLIN)


def sent(**typed: str) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update(typed)
    return data


def form(typed: dict[str, str] | None = None, **asking: object) -> LogForm:
    # As a correction, which may be empty: so each field can be tried alone.
    asked = Asking(**{"now": NOW, "zone": BERLIN, "corrects": True, **asking})
    return LogForm(None if typed is None else sent(**typed), asking=asked)


def answers(typed: dict[str, str], **asking: object) -> dict:
    filled = form(typed, **asking)
    assert filled.is_valid(), filled.errors
    return filled.answers()


# ---------------------------------------------------------------- nothing at all


@pytest.mark.parametrize("kind", ["full", "neuro"])
@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"when": "1"},
        {"temperature": " \u200e", "unit": "C", "note": " \r\n "},
        {"note": "\ufeff"},
        {"note": "\u2060\r\n\u200b \u00ad"},
    ],
)
def test_a_log_that_says_nothing_is_asked_about(kind, typed):
    """After Back, one more tap on Save put an empty log into a record that cannot be rewritten."""
    filled = form(typed, kind=kind, corrects=False)
    assert not filled.is_valid()
    assert list(filled.errors) == ["__all__"]


@pytest.mark.parametrize(
    "typed",
    [
        {"temperature": "hot"},
        {"worried": "on"},
        {"note": "."},
        {"sign-chills": "yes"},
        {"weight_kg": "20"},
        {"antipyretic_given": "no"},
    ],
)
def test_a_log_that_says_anything_is_taken(typed):
    assert form(typed, corrects=False).is_valid()


def test_nothing_new_says_something_without_a_number():
    assert form({}, kind="nothing-new", corrects=False).is_valid()


# ---------------------------------------------------------------- a note


def test_a_line_break_is_one_character():
    """A form sends two: 3,960 characters with 99 line breaks were refused as 4,057."""
    note = "\r\n".join(["x" * 39] * 100)
    assert answers({"note": note})["note"] == note.replace("\r\n", "\n")
    assert len(note.replace("\r\n", "\n")) == 3_999


def test_a_note_that_is_too_long_says_how_long_it_is():
    filled = form({"note": "x" * 4_001})
    assert not filled.is_valid()
    assert filled.errors["note"] == ["This is too long: 4001 characters. At most 4000 fit."]


# ---------------------------------------------------------------- temperature


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("38", "38"),
        ("38.0", "38.0"),
        ("38,4", "38.4"),
        (" 38.4 ", "38.4"),
        ("37.95", "37.95"),
        ("100.4", "100.4"),
        ("\uff13\uff18\uff0e\uff15", "38.5"),
        ("\u0663\u0668\u066b\u0665", "38.5"),
        ("\u0663\u0668,\u0665", "38.5"),
        ("\u1043\u1048", "38"),
        ("385", "385"),
        ("0", "0"),
    ],
)
def test_a_number_is_read_exactly_as_typed(typed, value):
    assert answers({"temperature": typed, "unit": "C"})["temperature"] == {
        "value": Decimal(value),
        "unit": "C",
    }


@pytest.mark.parametrize(
    "typed",
    [
        "38.",
        ".38",
        "37.949999",
        "38.5.1",
        "38-39",
        ">38",
        "~38",
        "38/39",
        "-38",
        "1e1",
        "3_8",
        "0x26",
        "NaN",
        "nan",
        "inf",
        "-inf",
        "1e400",
        "9" * 5000,
        "38\u200b.5",
        "38\u202e5.",
        "38\x00",
        "null",
        "true",
        "[38]",
        '{"v":38}',
        "hot",
    ],
)
def test_what_cannot_be_read_is_kept_and_never_refused(typed):
    told = answers({"temperature": typed, "unit": "C"})
    assert "temperature" not in told
    assert told["raw"]["temperature"] == typed.replace("\x00", "\ufffd")[:100]


@pytest.mark.parametrize("typed", ["", " ", "\u00a0"])
def test_an_empty_temperature_is_not_told(typed):
    told = answers({"temperature": typed, "unit": "C"})
    assert "temperature" not in told
    assert "raw" not in told


def test_a_unit_typed_behind_the_number_counts_more_than_the_switch():
    assert answers({"temperature": "101.3F", "unit": "C"})["temperature"] == {
        "value": Decimal("101.3"),
        "unit": "F",
    }
    assert answers({"temperature": "38 °C", "unit": "F"})["temperature"]["unit"] == "C"


def test_a_unit_and_a_route_that_nobody_offers_are_left_out():
    told = answers({"temperature": "38", "unit": "K", "route": "rectal"})
    assert told["temperature"] == {"value": Decimal("38")}


@example("°")
@example("\u200b")
@given(st.text())
def test_no_text_makes_the_form_invalid(text):
    filled = form({"temperature": text, "weight_kg": text})
    assert filled.is_valid()
    told = filled.answers()
    if not is_blank(text.replace("\x00", "x")):
        assert "temperature" in told or "temperature" in told["raw"]
        assert "weight_kg" in told or "weight_kg" in told["raw"]


def test_the_temperature_is_never_prefilled():
    assert form()["temperature"].value() is None
    assert 'name="temperature" id="id_temperature" value=""' in str(form()["temperature"])


# ---------------------------------------------------------------- signs


def test_a_sign_with_its_details_is_one_symptom_of_the_contract():
    told = answers(
        {"sign-vomiting": "moderate", "sign-vomiting-duration": "3", "sign-vomiting-episodes": "2"}
    )
    assert told["symptoms"] == [
        {"code": "vomiting", "severity": "moderate", "duration_hours": Decimal(3), "episodes_24h": 2}
    ]


def test_a_sign_that_was_only_tapped_has_no_severity():
    assert answers({"sign-confusion": "yes"})["symptoms"] == [{"code": "confusion"}]


def test_a_detail_of_a_sign_that_was_taken_back_is_dropped():
    assert answers({"sign-vomiting": "", "sign-vomiting-episodes": "4"})["symptoms"] == []


def test_a_nosebleed_is_measured_in_minutes():
    told = answers({"sign-nosebleed": "yes", "sign-nosebleed-duration": "0.1"})
    assert told["symptoms"] == [{"code": "nosebleed", "duration_hours": Decimal("0.1")}]


def test_a_word_that_a_sign_does_not_have_is_asked_again():
    assert "signs_thinking" in form({"sign-seizure": "mild"}).errors
    assert "signs_pain" in form({"sign-headache": "awful"}).errors


def test_every_sign_of_the_vocabulary_is_asked_once():
    page = "".join(str(form()[f"signs_{area.code}"]) for area in catalogue.load().areas)
    for code in catalogue.load().symptoms:
        assert page.count(f'id="{code}-no"') == 1


def test_the_form_asks_for_nothing_that_the_rules_refuse():
    typed = {f"sign-{code}": "yes" for code in catalogue.load().symptoms}
    choices = {"neuro_talks": "less", "neuro_knows": "not", "neuro_follows": "usual", "handwriting": "worse"}
    more = {"pump": "alarm", "fluids_kept": "some", "antipyretic_given": "no", "worried": "on", "note": "x"}
    report = answers(typed | choices | more, age_years=8, neuro=True, writes=True, pump=True)
    request = {"therapy": "blinatumomab", "reports": [{**report, "hours_ago": 0}]}
    assert assess(request)["urgency"] == "emergency"


# ---------------------------------------------------------------- questions that depend on the child


@pytest.mark.parametrize(
    ("age", "asked"),
    [
        (1, {"settles"}),
        (2, {"settles"}),
        (3, {"talks", "knows", "follows"}),
        (17, {"talks", "knows", "follows"}),
        (None, {"talks", "knows", "follows", "settles"}),
    ],
)
def test_the_neuro_check_fits_the_age(age, asked):
    fields = form(neuro=True, age_years=age).fields
    assert {name.removeprefix("neuro_") for name in fields if name.startswith("neuro_")} == asked


def test_without_a_therapy_that_needs_it_the_neuro_check_is_not_asked():
    assert not [name for name in form(writes=True).fields if name.startswith(("neuro", "handwriting"))]


def test_only_children_who_write_are_asked_for_their_sentence():
    assert "handwriting" not in form(neuro=True).fields
    asked = form(neuro=True, writes=True, first_sentence="The moon is my lamp.")
    assert "The moon is my lamp." in asked.fields["handwriting"].help_text


def test_the_pump_is_asked_only_where_there_is_one():
    assert "pump" not in form().fields
    assert answers({"pump": "alarm"}, pump=True)["pump"] == "alarm"


def test_nothing_new_asks_for_no_sign_and_says_so():
    told = answers({"temperature": "36.6", "unit": "C"}, kind="nothing-new")
    assert "symptoms" not in told
    assert not [name for name in form(kind="nothing-new").fields if name.startswith("sign")]


def test_the_neuro_page_asks_only_for_the_neuro_check():
    fields = form(kind="neuro", age_years=8).fields
    assert "temperature" not in fields
    told = answers({"neuro_talks": "less", "neuro_knows": "usual"}, kind="neuro", age_years=8)
    assert told == {"neuro": {"talks": "less", "knows": "usual"}}


def test_the_check_without_a_login_asks_for_nothing_that_is_kept():
    fields = form(kind="check").fields
    assert not {"note", "when", "client_uuid"} & set(fields)


def test_what_was_not_answered_is_absent():
    assert answers({}) == {"symptoms": []}


def test_worry_alone_is_an_answer():
    assert answers({"worried": "on"})["worried"] is True


@pytest.mark.parametrize(("said", "means"), [("yes", True), ("no", False)])
def test_a_fever_medicine_is_yes_no_or_unknown(said, means):
    assert answers({"antipyretic_given": said})["antipyretic_given"] is means


def test_a_broken_vocabulary_still_asks_for_temperature_note_and_worry(monkeypatch):
    def broken() -> None:
        raise catalogue.KnowledgeError("observations.toml", 3, "broken")

    monkeypatch.setattr(catalogue, "load", broken)
    told = answers({"temperature": "38.4", "unit": "C", "note": "shivers", "worried": "on"})
    assert told["temperature"]["value"] == Decimal("38.4")
    assert told["note"] == "shivers"
    assert told["worried"] is True
    assert "symptoms" not in told


# ---------------------------------------------------------------- when


def test_now_is_what_the_clock_says():
    filled = form({"when": "0"})
    assert filled.is_valid()
    assert filled.observed_at == NOW


def test_two_hours_ago_is_two_hours_before_now():
    filled = form({"when": "2"})
    assert filled.is_valid()
    assert filled.observed_at == NOW - timedelta(hours=2)


def test_a_picked_time_is_the_familys_own():
    filled = form({"when": "pick", "when_at": "2026-11-17T19:05"}, zone=ZoneInfo("America/New_York"))
    assert filled.is_valid()
    assert filled.observed_at.astimezone(UTC) == datetime(2026, 11, 18, 0, 5, tzinfo=UTC)


def test_a_clock_that_runs_four_minutes_ahead_is_now():
    filled = form({"when": "pick", "when_at": "2026-11-18T02:24"})
    assert filled.is_valid()
    assert filled.observed_at == NOW


@pytest.mark.parametrize(
    ("at", "says"),
    [
        ("2026-11-18T02:26", "still to come"),
        ("9999-12-31T23:59", "still to come"),
        ("2026-11-01T10:00", "before the treatment"),
        ("2010-01-01T10:00", "before your child was born"),
        ("2026-03-29T02:30", "clocks went forward"),
        ("", "Pick the day"),
        ("2026-02-31T10:00", "Pick the day"),
        ("0000-00-00T00:00", "Pick the day"),
        ("0001-01-01T00:00", "Pick the day"),
        ("yesterday", "Pick the day"),
        ("18/11/2026", "Pick the day"),
    ],
)
def test_a_time_that_cannot_be_is_said_at_the_field_and_everything_typed_is_kept(at, says):
    born, begun = date(2018, 5, 1), datetime(2026, 11, 12, tzinfo=BERLIN)
    if "clocks" in says:
        begun = None
    typed = {"when": "pick", "when_at": at, "temperature": "38,4", "sign-chills": "severe", "note": "shivers"}
    filled = form(typed, born=born, begun=begun)
    assert list(filled.errors) == ["when"]
    assert says in filled.errors["when"][0]
    assert 'value="38,4"' in str(filled["temperature"])
    assert 'id="chills-severe" value="severe" checked' in str(filled["signs_fever"])


def test_an_hour_that_comes_twice_is_its_first():
    filled = form({"when": "pick", "when_at": "2026-10-25T02:30"})
    assert filled.is_valid()
    assert filled.observed_at.astimezone(UTC).hour == 0


# ---------------------------------------------------------------- one log, once; corrections; other languages


def test_each_page_has_a_number_of_its_own_and_keeps_it():
    first, second = str(form()["client_uuid"]), str(form()["client_uuid"])
    assert first != second
    number = str(uuid.uuid4())
    filled = form({"client_uuid": number})
    assert filled.is_valid()
    assert str(filled.form_number) == number


def test_a_number_that_cannot_be_read_stops_nothing():
    filled = form({"client_uuid": "what"})
    assert filled.is_valid()
    assert isinstance(filled.form_number, uuid.UUID)


def test_a_correction_begins_with_what_was_entered():
    typed = {
        "temperature": "38,4",
        "unit": "C",
        "route": "armpit",
        "sign-chills": "moderate",
        "sign-chills-duration": "24",
        "sign-confusion": "yes",
        "sign-vomiting": "mild",
        "sign-vomiting-episodes": "3",
        "neuro_talks": "less",
        "weight_kg": "20,4",
        "fluids_kept": "some",
        "antipyretic_given": "no",
        "worried": "on",
        "note": "shivers",
        "when": "1",
    }
    first = form(typed, neuro=True)
    assert first.is_valid()
    initial = initial_from(first.answers(), first.observed_at, BERLIN)
    shown = LogForm(asking=Asking(now=NOW, zone=BERLIN, neuro=True), initial=initial)
    assert shown["temperature"].value()["temperature"] == "38.4"
    again = {key: part for name in shown.fields for key, part in _as_sent(shown, name).items()}
    second = form(again, neuro=True)
    assert second.is_valid(), second.errors
    assert second.answers() == first.answers()
    assert second.observed_at == first.observed_at


def _as_sent(shown: LogForm, name: str) -> dict[str, str]:
    """What a browser would send for a field that shows its initial value."""
    value = shown[name].value()
    if name.startswith("signs_"):
        parts = {}
        for code, told in (value or {}).items():
            parts |= {f"sign-{code}": told["severity"], f"sign-{code}-duration": told["duration"]}
            parts[f"sign-{code}-episodes"] = told["episodes"]
        return parts
    if isinstance(value, dict):
        return {key: part for key, part in value.items() if key != "value"}
    return {name: "on" if value is True else str(value)} if value else {}


def test_a_raw_temperature_comes_back_as_it_was_typed():
    told = answers({"temperature": "38.5.1"})
    assert initial_from(told, NOW, BERLIN)["temperature"]["temperature"] == "38.5.1"


def test_signs_are_asked_in_the_readers_language():
    """Rows of signs are kept between requests, one set a language."""
    english = str(form()["signs_fever"])
    with translation.override("de"):
        str(form()["signs_fever"])
    assert str(form()["signs_fever"]) == english

"""What a red flag asks for, in words: from the same data, for every flag."""

import pytest

from therapies.catalogue import load
from therapies.conditions import OPERATORS
from therapies.model import RedFlag
from therapies.wording import DEFINED, PHRASES, TEXTS, Names, condition_in_words, levels_in_words

FLAGS = {flag.id: flag for therapy in load().therapies.values() for flag in therapy.red_flags}


def said(text, values):
    plain = {k: " or ".join(v.texts) if isinstance(v, Names) else v for k, v in values.items()}
    return text % plain


def words(flag_id):
    return {
        urgency: [" and ".join(said(*phrase) for phrase in phrases) for phrases in conditions]
        for urgency, conditions in levels_in_words(FLAGS[flag_id], load())
    }


def test_there_is_a_phrase_for_every_operator_and_every_definition():
    assert set(PHRASES) == set(OPERATORS)
    assert set(DEFINED) == set(load().definitions)


@pytest.mark.parametrize("flag", FLAGS.values(), ids=lambda flag: flag.id)
def test_every_condition_can_be_said(flag: RedFlag):
    for _, conditions in levels_in_words(flag, load()):
        for phrases in conditions:
            for text, values in phrases:
                assert text in TEXTS
                assert "%" not in said(text, values)


def test_every_named_definition_can_be_said():
    for conditions in load().definitions.values():
        assert all(said(*phrase) for c in conditions for phrase in condition_in_words(c, load()))


def test_a_sign_that_always_counts_has_an_empty_condition():
    assert words("ANY-EMERGENCY-01") == {"emergency": [""]}


def test_some_flags_in_full():
    assert words("ANY-BLEEDING-02")["now"] == [
        "it lasted longer than 5 minutes, or nobody said how long",
        "it came more than once in 24 hours",
        "it was there in the last 48 hours before, too",
        "it is called severe",
        "the clinic wants to hear of it at any severity",
    ]
    assert words("ANY-TEMPERATURE-02")["now"] == [
        "at 37.5 °C (99.5 °F) or more and it rose by 0.5 °C or more within 12 hours and together with any other sign"
    ]
    assert words("ANY-LINE-02")["now"] == ["How is the pump? Alarm or Leaking or Come apart or Stopped"]
    assert words("ANY-URINE-01")["now"][1] == (
        "it has lasted 6 hours or longer, or nobody said how long and in a child under 3 years, or of unknown age"
    )

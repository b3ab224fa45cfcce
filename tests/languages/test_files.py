"""A language file is whole and says the same as the English: places, numbers, units, plurals, terms."""

import copy
from collections.abc import Callable
from functools import cache

import polib
import pytest

from config.languages import read_languages
from tests.languages import gates

LANGUAGES = sorted(gates.files())
TERMS = {"fever", "call now", "emergency", "pump", "care team", "chills", "seizure", "rash", gates.NEVER}
"""A glossary has these at least."""


@cache
def words_of(language: str) -> polib.POFile:
    return polib.pofile(str(gates.files()[language]))


@cache
def template() -> polib.POFile:
    return polib.pofile(str(gates.TEMPLATE))


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_missing_or_guessed(language: str):
    left = int(words_of(language).metadata.get("X-Missing", 0))
    missing = gates.missing(words_of(language), template())
    assert len(missing) <= left, missing[:20]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_text_says_the_same(language: str):
    found = {gate.__name__: gate(words_of(language)) for gate in gates.GATES}
    assert not {name: broken for name, broken in found.items() if broken}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_says_who_has_read_it_and_what_its_terms_are(language: str):
    file = read_languages(gates.BASE / "locale")[language]
    assert file.name
    assert file.status in ("draft", "reviewed")
    assert file.is_draft == (file.status == "draft"), "reviewed: by whom, and when?"
    assert set(gates.glossary(words_of(language))) >= TERMS


def test_there_is_a_language_beside_english():
    assert {"es", "ar"} <= set(LANGUAGES)


DAMAGES: list[tuple[Callable[[polib.POFile], list[str]], str, str]] = [
    (gates.other_places, "Given at %(time)s.", "Dado a las %(hora)s."),
    (gates.other_places, "Given at %(time)s.", "Dado."),
    (gates.other_numbers, "Fever is 38.0 °C.", "Fiebre es 38.5 °C."),
    (gates.other_numbers, "Fever is 100.4 °F.", "Fiebre es 100.4 °C."),
    (gates.other_numbers, "within 15 minutes", "en una hora"),
    (gates.other_edges, "Did you call?", "Usted llamó."),
    (gates.other_edges, " or ", "o"),
    (gates.other_words, "Call now.", "Llame pronto."),
    (gates.other_words, "This can be a fever.", "Puede ser calentura."),
    (gates.forbidden, "Noted", "Todo está bien"),
]


@pytest.mark.parametrize("number", range(len(DAMAGES)))
def test_the_gates_find_what_is_wrong(number: int):
    gate, text, said = DAMAGES[number]
    words = polib.POFile()
    words.header = words_of("es").header
    words.append(polib.POEntry(msgid=text, msgstr=said))
    assert gate(words)


def test_a_plural_form_that_is_left_out_is_found():
    words = polib.POFile()
    words.metadata = copy.copy(words_of("ar").metadata)
    words.append(polib.POEntry(msgid="%(n)s day", msgid_plural="%(n)s days", msgstr_plural={0: "a", 1: "b"}))
    assert gates.too_few_forms(words)

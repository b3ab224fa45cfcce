"""danger-words.toml as a phrasebook."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any

from therapies.notes.phrases import Danger, Phrasebook
from therapies.notes.temperatures import Measures
from therapies.notes.words import plain

_NUMBERS = ("fever", "low", "usual")
_LISTS = (
    "fillers",
    "articles",
    "denials",
    "leads",
    "alternatives",
    "slips",
    "ordinary",
    "current",
    "connectives",
    "repeats",
    "others",
    "links",
    "own",
)


def read_phrasebook(content: Mapping[str, Any]) -> Phrasebook:
    """The words of all languages as one. Raises ValueError, with what stands there, for what cannot be searched for."""
    languages = list(content["language"].values())
    lists = {name: frozenset(_words(language[name] for language in languages)) for name in _LISTS}
    synonyms: dict[str, list[str]] = {}
    for language in languages:
        for name, words in language["synonyms"].items():
            synonyms.setdefault(name, []).extend(_words([words]))
    return Phrasebook(
        dangers=tuple(
            Danger(table["code"], tuple(_phrases(table["words"].values())), table.get("answer", ""))
            for table in content["danger"]
        ),
        synonyms={name: tuple(words) for name, words in synonyms.items()},
        harmless=tuple(_phrases(language["harmless"] for language in languages)),
        elsewhere=tuple(_phrases(language["elsewhere"] for language in languages)),
        measures=_measures(content["temperature"]),
        **lists,
    )


def _measures(table: Mapping[str, Any]) -> Measures:
    bands = {name: _band(table[name]) for name in ("fever", "low")}
    words = {
        field.name: _of_languages(field.name, table)
        for field in fields(Measures)
        if field.name not in _NUMBERS
    }
    return Measures(usual={unit: Decimal(value) for unit, value in table["usual"].items()}, **bands, **words)


def _band(units: Mapping[str, Any]) -> Any:
    return {unit: tuple(map(Decimal, ends)) for unit, ends in units.items()}


def _of_languages(name: str, table: Mapping[str, Any]) -> Any:
    """The list of words or, for words that are numbers, the table of this name, of all languages."""
    told = [
        tables[name] for part in ("words", "numbers") for tables in table[part].values() if name in tables
    ]
    if isinstance(told[0], str):
        return frozenset(_words(told))
    return {word: number for numbers in told for word, number in numbers.items()}


def _words(texts: Iterable[str]) -> list[str]:
    return [_checked(word) for text in texts for word in text.split()]


def _phrases(lists: Iterable[Iterable[str]]) -> Iterable[str]:
    """Words near each other, or one after the other: a phrase that is half of both is a slip of the pen."""
    for phrase in (phrase for phrases in lists for phrase in phrases):
        if "-" in phrase and " " in phrase:
            raise ValueError(phrase)
        yield _checked(phrase)


def _checked(words: str) -> str:
    if plain(words) != words:
        raise ValueError(words)
    return words

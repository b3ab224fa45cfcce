"""What must hold for a language file: each gate names the texts that break it.

The head of a file says its glossary and its forbidden words (CONTRIBUTING.md, "A language").
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import polib

from tracker.lib.translations import count_of_plurals

BASE = Path(__file__).resolve().parents[2]
TEMPLATE = BASE / "locale" / "nightlight.pot"
PLACES = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
NUMBERS = re.compile(r"\d+(?:[.,:]\d+)*")
UNITS = re.compile(r"°[CF]?|\bkg\b|\bmL\b|%(?!\()")
TERM = re.compile(r"^(.+?) = (.+)$")
NEVER = "never"
COUNTS = {"n", "count", "hours", "years", "left"}
"""In words in some plural forms: "an hour ago"."""
ENDS = {".": ".", "?": "?؟", ":": ":"}


def files() -> dict[str, Path]:
    return {file.parents[1].name: file for file in sorted((BASE / "locale").glob("*/LC_MESSAGES/django.po"))}


def missing(words: polib.POFile, template: polib.POFile) -> list[str]:
    """What nobody has translated, or only guessed."""
    told = {entry.msgid for entry in words.translated_entries()}
    return [entry.msgid for entry in template if entry.msgid not in told]


def pairs(words: polib.POFile) -> Iterator[tuple[str, str]]:
    """Each English text with what stands for it; of a plural, each form with its many."""
    for entry in words.translated_entries():
        if entry.msgid_plural:
            yield from ((entry.msgid_plural, form) for form in entry.msgstr_plural.values())
        else:
            yield entry.msgid, entry.msgstr


def other_places(words: polib.POFile) -> list[str]:
    """A place that is not filled, or filled with nothing that is given, is an error page."""
    return [f"{text} | {said}" for text, said in pairs(words) if not _same_places(text, said)]


def _same_places(text: str, said: str) -> bool:
    wanted, given = Counter(PLACES.findall(text)), Counter(PLACES.findall(said))
    left_out = {place for place in wanted - given if place.strip("%{}sd").strip("()") not in COUNTS}
    return not (given - wanted or left_out)


def other_numbers(words: polib.POFile) -> list[str]:
    """38.0 stays 38.0, and °F stays °F."""
    return [
        f"{entry.msgid} | {entry.msgstr}"
        for entry in words.translated_entries()
        if not entry.msgid_plural and _counted(entry.msgid) != _counted(entry.msgstr)
    ]


def _counted(text: str) -> Counter[str]:
    bare = PLACES.sub("", text)
    return Counter(NUMBERS.findall(bare)) + Counter(UNITS.findall(text))


def other_edges(words: polib.POFile) -> list[str]:
    """A blank at an end, a line break or a question mark has a reason."""
    return [f"{text} | {said}" for text, said in pairs(words) if not _same_edges(text, said)]


def _same_edges(text: str, said: str) -> bool:
    blanks = text[:1].isspace() == said[:1].isspace() and text[-1:].isspace() == said[-1:].isspace()
    ends = said[-1:] in ENDS.get(text[-1:], said[-1:])
    return blanks and ends and text.count("\n") == said.count("\n")


def too_few_forms(words: polib.POFile) -> list[str]:
    wanted = set(range(count_of_plurals(words)))
    return [
        entry.msgid
        for entry in words.translated_entries()
        if entry.msgid_plural and set(entry.msgstr_plural) != wanted
    ]


def glossary(words: polib.POFile) -> Mapping[str, list[str]]:
    """English term: what may stand for it, in the forms that the language bends it to."""
    found = (TERM.match(line.strip()) for line in words.header.splitlines())
    return {term[1]: [one.strip() for one in term[2].split("|")] for term in found if term}


def other_words(words: polib.POFile) -> list[str]:
    """A term that is called otherwise here than there is a second thing to who reads it at night."""
    terms = {term: said for term, said in glossary(words).items() if term != NEVER}
    patterns = {term: re.compile(rf"\b{term}\b", re.IGNORECASE) for term in terms}
    return [
        f"{term}: {text} | {said}"
        for text, said in pairs(words)
        for term, pattern in patterns.items()
        if pattern.search(text) and not _has(said, terms[term])
    ]


def forbidden(words: polib.POFile) -> list[str]:
    """Nothing is called normal, watched or all clear (looks.md), unless the English says that it is not."""
    never = glossary(words).get(NEVER, [])
    return [f"{text} | {said}" for text, said in pairs(words) if _has(said, never)]


def _has(text: str, words: Iterable[str]) -> bool:
    said = text.casefold()
    return any(word.casefold() in said for word in words)


GATES = (other_places, other_numbers, other_edges, too_few_forms, other_words, forbidden)

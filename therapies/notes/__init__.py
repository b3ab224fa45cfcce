"""Looks for words of danger in a note. A search, not an understanding: it asks, it never lowers anything.

Text in, codes out: nothing here knows a rule, a child or a page, so that a phone can do the same with the same words.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from therapies.notes.clauses import clauses, said_of_others
from therapies.notes.phrases import HARMLESS, NOTHING, Index, Note, Phrasebook, Wanted, hits, read
from therapies.notes.temperatures import Spoken, temperatures
from therapies.notes.words import ENDS, words_of

TEMPERATURE = "temperature"
BACK = 12
"""So many words before a danger a "no" is looked for."""
LIST_BEHIND, NO_BEHIND = 5, 3
"""So many words behind a danger an "or" is looked for, or a "no"."""
DENIED_AT_MOST = 20
"""Who denies one thing more often is asked."""


@dataclass(frozen=True)
class Mention:
    """A danger that a note speaks of. `negated`: wherever it stands, a "no" stands before it or it was elsewhere.

    `answer`: of a question with choices, the one that is meant. `reading`: of the temperature.
    """

    code: str
    answer: str = ""
    negated: bool = False
    reading: Spoken | None = None

    @property
    def name(self) -> str:
        """Under which a family says that their note does not mean it."""
        return f"{self.code}.{self.answer}" if self.answer else self.code


def mentions(text: str, book: Phrasebook) -> list[Mention]:
    """What a note speaks of, each danger once, in the order of the book; a temperature is first."""
    words = words_of(text)
    if not words:
        return []
    return [*_temperature(words, book), *_dangers(read(words, book.index), book)]


def _temperature(words: Sequence[str], book: Phrasebook) -> Iterator[Mention]:
    """The farthest from normal of those that no "no" precedes, else of the others."""
    found = temperatures(words, book.measures)
    if found:
        said = [spoken for spoken in found if not spoken.negated] or found
        worst = max(said, key=book.measures.distance)
        yield Mention(TEMPERATURE, negated=worst.negated, reading=worst)


def _dangers(note: Note, book: Phrasebook) -> Iterator[Mention]:
    """One that stands there without a "no" is not looked for any more."""
    index = book.index
    harmless, stated = _set_aside(note, index)
    denied: Counter[int] = Counter()
    said: set[int] = set()
    wanted, elsewhere = Wanted(~(index.harmless | index.elsewhere)), _elsewhere(note, book, stated)
    others = said_of_others(note.words, book)
    for danger, places in hits(note, index, wanted):
        if not harmless.isdisjoint(places):
            continue
        if denied[danger] < DENIED_AT_MOST and (
            elsewhere.issuperset(places)
            or places[-1] < others.get(places[0], 0)
            or _is_negated(places, note, book)
        ):
            denied[danger] += 1
        else:
            said.add(danger)
            wanted.bits &= ~index.of_danger[danger]
    for number in sorted(said | denied.keys()):
        yield Mention(book.dangers[number].code, book.dangers[number].answer, negated=number not in said)


def _set_aside(note: Note, index: Index) -> tuple[set[int], set[int]]:
    """The places of words that are harmless, and of those that tell of another time or somebody else.

    These stand one right after the other, none left out: "mum, she had a fit" is not "mum had a fit".
    """
    harmless: set[int] = set()
    stated: set[int] = set()
    for danger, places in hits(note, index, Wanted(index.harmless | index.elsewhere)):
        if danger == HARMLESS:
            harmless.update(places)
        elif places[-1] - places[0] == len(places) - 1:
            stated.update(places)
    return harmless, stated


def _elsewhere(note: Note, book: Phrasebook, stated: set[int]) -> set[int]:
    """The places of clauses in which something is stated of another time or somebody else, and nothing of now.

    "Last year he had a seizure and another today" tells of today without its name, and takes the whole clause back.
    """
    if not stated:
        return set()
    found, known = set(stated), list(clauses(note.words, book.connectives))
    for clause, following in zip_longest(known, known[1:], fillvalue=range(0)):
        if any(note.words[place] in book.repeats for place in following):
            found.difference_update(clause)
        elif not stated.isdisjoint(clause) and not any(
            note.words[place] in book.current and place not in stated for place in clause
        ):
            found.update(clause)
    return found


def _is_negated(places: Sequence[int], note: Note, book: Phrasebook) -> bool:
    return _no_before(places, note, book) or _no_after(places, note, book)


def _no_before(places: Sequence[int], note: Note, book: Phrasebook) -> bool:
    """ "no sign of a seizure", "no fever, cough or chills". Any word between that is not known to lead on ends it:
    "never seen him so limp" and "not sure if it was a seizure" deny nothing.
    """
    in_list, start = _or_follows(places, note, book), places[0]
    for place in range(start - 1, max(-1, start - 1 - BACK), -1):
        word = note.words[place]
        if word in book.denials:
            return True
        if word in book.alternatives:
            in_list = True
        elif word == ",":
            if not in_list:
                return False
        elif word not in book.leads and not (in_list and note.meanings[place] is not NOTHING):
            return False
    return False


def _or_follows(places: Sequence[int], note: Note, book: Phrasebook) -> bool:
    """Whether the danger stands in a list that ends with "or": then a comma before it does not end the "no"."""
    end = places[-1] + 1
    last = end + LIST_BEHIND
    for word, meaning in zip(note.words[end:last], note.meanings[end:last], strict=True):
        if word in book.alternatives:
            return True
        if word in ENDS or (word != "," and word not in book.leads and meaning is NOTHING):
            return False
    return False


def _no_after(places: Sequence[int], note: Note, book: Phrasebook) -> bool:
    """ "seizures: none", "Fever? No." """
    end = places[-1] + 1
    after = [word for word in note.words[end : end + NO_BEHIND] if word not in (":", "?")]
    if not after or after[0] not in book.denials:
        return False
    return len(after) == 1 or after[1] in ENDS or after[1] == ","

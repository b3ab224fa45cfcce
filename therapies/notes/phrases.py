"""The words of danger as an index, and where they stand in a note.

A phrase is words near each other in any order ("lips blue"), or, joined by hyphens, one after the other ("out-of-it").
A word of a phrase is any of several: "gray|grey", or a named list of synonyms, "@lips". Endings are looked through,
and one slip of a letter in the words listed for it; "=fit" is that word and no other.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import accumulate
from typing import NamedTuple

from therapies.notes.temperatures import Measures
from therapies.notes.words import ENDS, forms, is_one_slip, without_one

HARMLESS = -1
"""The danger of a phrase that takes its words out of the search: "blood test"."""
ELSEWHERE = -2
"""Of one that tells of another time or somebody else: "last year"."""
BETWEEN = 2
"""So many words may stand between two of a phrase."""
COMMA, SENTENCE = 2, 50
"""How far a mark holds two words apart, in words."""
BACK = 12
"""So many words, fillers too, are looked back upon."""
LONGEST_WITH_A_SLIP, SHORTEST_WITH_A_SLIP = 16, 4


@dataclass(frozen=True)
class Danger:
    """A sign, or an answer to a question with choices, and its phrases."""

    code: str
    phrases: tuple[str, ...]
    answer: str = ""


@dataclass(frozen=True)
class Phrasebook:
    """All that a note is searched with. `leads`: words that a "no" reaches across; `current`: that speak of now.

    `repeats`: that speak of a danger once more. `others`: things and animals; `links`: words between one of them
    and what is said of it; `own`: words for the child.
    """

    dangers: tuple[Danger, ...]
    synonyms: Mapping[str, Sequence[str]]
    harmless: tuple[str, ...]
    elsewhere: tuple[str, ...]
    measures: Measures
    fillers: frozenset[str]
    articles: frozenset[str]
    denials: frozenset[str]
    leads: frozenset[str]
    alternatives: frozenset[str]
    slips: frozenset[str]
    ordinary: frozenset[str]
    current: frozenset[str]
    connectives: frozenset[str]
    repeats: frozenset[str]
    others: frozenset[str]
    links: frozenset[str]
    own: frozenset[str]

    def check(self) -> None:
        """Raises ValueError for a phrase that cannot be looked for."""
        _index = self.index

    @cached_property
    def index(self) -> "Index":
        return Index(self)


class Phrase(NamedTuple):
    """Of which danger, which words each of its parts can be, and whether they stand one after the other.

    `between`: which words may stand between them all the same.
    """

    danger: int
    parts: tuple[frozenset[str], ...]
    in_order: bool
    between: frozenset[str]


class Meaning(NamedTuple):
    """What a word can be: the phrases, one bit each, that it begins, continues, and is the whole of.

    `turned`: of those that it begins, which may stand in any order, so that it can end them too.
    """

    names: frozenset[str]
    first: int
    turned: int
    later: int
    alone: int


NOTHING = Meaning(frozenset(), 0, 0, 0, 0)


class Note(NamedTuple):
    """The words of a note, their meanings, and their positions counted in words that say something.

    `ends`: the places of those that may end a phrase, and which, one bit each.
    """

    words: Sequence[str]
    meanings: Sequence[Meaning]
    positions: Sequence[int]
    ends: Sequence[tuple[int, int]]


class Index:
    """The phrases by their words. Raises ValueError for one that names no list of synonyms."""

    def __init__(self, book: Phrasebook) -> None:
        self.synonyms, self.ordinary, self.fillers = book.synonyms, book.ordinary, book.fillers
        self.articles = book.articles
        self.room_of = {**dict.fromkeys(book.fillers, 0), ",": COMMA, **dict.fromkeys(ENDS, SENTENCE)}
        written = [(number, text) for number, danger in enumerate(book.dangers) for text in danger.phrases]
        written += [(HARMLESS, text) for text in book.harmless]
        written += [(ELSEWHERE, text) for text in book.elsewhere]
        self.phrases = [self._phrase(danger, text) for danger, text in written]
        self.harmless = self._bits(HARMLESS)
        self.elsewhere = self._bits(ELSEWHERE)
        self.of_danger = [0] * len(book.dangers)
        self.known: dict[str, Meaning] = {}
        for number, phrase in enumerate(self.phrases):
            self._add(phrase, 1 << number)
        self.slips: dict[str, list[str]] = {}
        for word in sorted(book.slips):
            for key in (word, *without_one(word)):
                self.slips.setdefault(key, []).append(word)

    def meaning(self, word: str) -> Meaning:
        """What the word can be; with a slip of a letter only where it is nothing else and no word of its own."""
        names = [form for form in (f"={word}", *forms(word)) if form in self.known]
        if not names and word not in self.ordinary:
            names = [form for form in self._with_a_slip(word) if form in self.known]
        if not names:
            return NOTHING
        return reduce(_both, map(self.known.__getitem__, names))

    def _with_a_slip(self, word: str) -> Iterator[str]:
        if SHORTEST_WITH_A_SLIP <= len(word) <= LONGEST_WITH_A_SLIP:
            for form in forms(word):
                for key in (form, *without_one(form)):
                    for meant in self.slips.get(key, ()):
                        if is_one_slip(form, meant):
                            yield from forms(meant)

    def _bits(self, danger: int) -> int:
        return sum(1 << n for n, phrase in enumerate(self.phrases) if phrase.danger == danger)

    def _phrase(self, danger: int, written: str) -> Phrase:
        in_order = "-" in written
        parts = written.split("-" if in_order else None)
        between = self.articles if danger < 0 else self.fillers
        return Phrase(danger, tuple(frozenset(self._names(part)) for part in parts), in_order, between)

    def _names(self, part: str) -> Iterator[str]:
        for name in part.split("|"):
            if not name.startswith("@"):
                yield name
            elif name[1:] in self.synonyms:
                for inner in self.synonyms[name[1:]]:
                    yield from self._names(inner)
            else:
                raise ValueError(f"{name} is no list of synonyms")

    def _add(self, phrase: Phrase, bit: int) -> None:
        if phrase.danger >= 0:
            self.of_danger[phrase.danger] |= bit
        for number, part in enumerate(phrase.parts):
            for name in part:
                whole = bit if len(phrase.parts) == 1 else 0
                first = 0 if number or whole else bit
                turned = 0 if phrase.in_order else first
                added = Meaning(frozenset([name]), first, turned, bit if number else 0, whole)
                self.known[name] = _both(self.known.get(name, NOTHING), added)


def _both(one: Meaning, other: Meaning) -> Meaning:
    return Meaning(
        one.names | other.names,
        one.first | other.first,
        one.turned | other.turned,
        one.later | other.later,
        one.alone | other.alone,
    )


def read(words: Sequence[str], index: Index) -> Note:
    """Each word with its meaning and its position. A filler takes no room, a full stop much."""
    meaning_of = {word: index.meaning(word) for word in dict.fromkeys(words)}
    room_of = dict.fromkeys(meaning_of, 1) | index.room_of
    meanings = [meaning_of[word] for word in words]
    return Note(words, meanings, list(accumulate(map(room_of.__getitem__, words))), list(_ends(meanings)))


@dataclass
class Wanted:
    """The phrases that are looked for, one bit each; may change while a note is searched."""

    bits: int


def _ends(meanings: Sequence[Meaning]) -> Iterator[tuple[int, int]]:
    """Where phrases may end, and which.

    The words of a phrase are looked for among the last dozen. Whether there may be any is told by numbers that hold
    the bits of the last one or two dozens: the time grows with the note, and with nothing else.
    """
    first = later = first_before = later_before = dozen = 0
    for place, meaning in enumerate(meanings):
        if meaning is NOTHING:
            continue
        if place >= dozen:
            near = place < dozen + BACK
            first_before, later_before, first, later = first * near, later * near, 0, 0
            dozen = place + BACK
        _, begins, turned, continues, alone = meaning
        ends = alone | turned & (later | later_before) | continues & (first | first_before)
        first |= begins
        later |= continues
        if ends:
            yield place, ends


def hits(note: Note, index: Index, wanted: Wanted) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The danger of each wanted phrase that stands there, and the places of its words, the first one first."""
    for place, numbers in note.ends:
        numbers &= wanted.bits
        while numbers:
            lowest = numbers & -numbers
            phrase = index.phrases[lowest.bit_length() - 1]
            places = _places(phrase, note, place)
            if places:
                yield phrase.danger, places
            numbers = (numbers ^ lowest) & wanted.bits


def _places(phrase: Phrase, note: Note, last: int) -> tuple[int, ...]:
    if len(phrase.parts) == 1:
        return (last,)
    return (_in_order if phrase.in_order else _near)(phrase, note, last)


def _in_order(phrase: Phrase, note: Note, last: int) -> tuple[int, ...]:
    """The places of its words, of which the last one ends it; none if they don't stand one after the other.

    What is harmless is so with nothing left out but articles: "passed out at school" is not "passed school".
    """
    words, meanings, positions, _ = note
    if phrase.parts[-1].isdisjoint(meanings[last].names):
        return ()
    earliest = max(-1, last - BACK)
    places: tuple[int, ...] = (last,)
    for part in phrase.parts[-2::-1]:
        after = positions[places[0]]
        for place in range(places[0] - 1, earliest, -1):
            if after - positions[place] > 1:
                return ()
            if not part.isdisjoint(meanings[place].names):
                places = (place, *places)
                break
            if words[place] not in phrase.between:
                return ()
        else:
            return ()
    return places


def _near(phrase: Phrase, note: Note, last: int) -> tuple[int, ...]:
    """The places of its words, of which this is one and the others are the nearest before it."""
    for part in phrase.parts:
        if not part.isdisjoint(note.meanings[last].names):
            places = _others(phrase, part, note, last)
            if places:
                return places
    return ()


def _others(phrase: Phrase, own: frozenset[str], note: Note, last: int) -> tuple[int, ...]:
    reach = note.positions[last] - (len(phrase.parts) - 1) - BETWEEN
    places = [last]
    for part in phrase.parts:
        if part is own:
            continue
        for place in range(last - 1, max(-1, last - BACK), -1):
            if note.positions[place] < reach:
                return ()
            if place not in places and not part.isdisjoint(note.meanings[place].names):
                places.append(place)
                break
        else:
            return ()
    return tuple(sorted(places))

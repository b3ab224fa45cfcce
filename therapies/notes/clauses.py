"""The clauses of a note, and what one says of a thing or an animal that it begins with: "the tower has collapsed"."""

from collections.abc import Iterator, Sequence

from therapies.notes.phrases import Phrasebook
from therapies.notes.words import ENDS, forms


def clauses(words: Sequence[str], connectives: frozenset[str]) -> Iterator[range]:
    """The places between two marks or connectives, each place once."""
    between = connectives | ENDS | {","}
    start = 0
    for end in (*(place for place, word in enumerate(words) if word in between), len(words)):
        if end > start:
            yield range(start, end)
        start = end + 1


def said_of_others(words: Sequence[str], book: Phrasebook) -> dict[int, int]:
    """Where the first word stands that is said of a thing or an animal, not the child, and where its clause ends."""
    found = {}
    for clause in clauses(words, book.connectives):
        place = _behind_another(clause, words, book)
        if place is not None and book.own.isdisjoint(words[place : clause.stop]):
            found[place] = clause.stop
    return found


def _behind_another(clause: range, words: Sequence[str], book: Phrasebook) -> int | None:
    """Only what is listed is another: a child's name is a word like any other, "Ellie has collapsed"."""
    is_named = False
    for place in clause:
        if not book.others.isdisjoint(forms(words[place])):
            is_named = True
        elif words[place] not in (book.links if is_named else book.articles):
            return place if is_named else None
    return None

"""A note as words: in small letters, without accents, each with what its endings may hide."""

import re
import unicodedata
from collections.abc import Iterator

_LATIN = (*range(0xC0, 0x250), *range(0x1E00, 0x1F00), *range(0xFF10, 0xFF5B))
_CLOSED_UP = dict.fromkeys((*map(ord, "'\u2018\u2019\u02bc`\u00b4"), *range(0x300, 0x370)))
_OTHER_SCRIPTS = re.compile(
    r"[^\x00-\x7f\u00a3\u00b4\u00c0-\u024f\u02bc\u0300-\u036f\u1e00-\u1eff\u2018\u2019\u20ac\uff10-\uff5a]+"
)
DIGITS, DECIMALS = 6, 2
MARKS = ".,;:!?/%#$\u00a3\u20ac\n"
_PARTS = re.compile(rf"[^\W\d_]+|\d{{1,{DIGITS}}}(?:[.,]\d{{1,{DECIMALS}}}(?!\d))?|[{MARKS}]+")
ENDS = frozenset(".;!?\n")
ENDINGS = (
    ("iness", ("y",)),
    ("ness", ("",)),
    ("iest", ("y",)),
    ("ier", ("y",)),
    ("ies", ("y",)),
    ("ied", ("y",)),
    ("ily", ("y",)),
    ("ing", ("", "e")),
    ("ed", ("", "e")),
    ("es", ("",)),
    ("s", ("",)),
    ("ly", ("",)),
)
_LAST = frozenset("strdgy")
DOUBLED = ("ing", "ed")
SHORTEST = 3


def plain(text: str) -> str:
    """Small letters without accents, apostrophes closed up; other scripts are blanks.

    Letter by letter: normalizing a whole text sorts its accents, in a time that grows with the square of their number.
    """
    text = text.casefold()
    if not text.isascii():
        text = _OTHER_SCRIPTS.sub(" ", text)
    return text.translate(_LETTERS)


def is_in_another_script(note: str) -> bool:
    """Whether it has letters that the search cannot read: then nothing was looked for in them."""
    letters = "".join(_OTHER_SCRIPTS.findall(note.casefold()))
    return any(letter.isalpha() for letter in letters)


def words_of(note: str) -> list[str]:
    """Words, numbers and punctuation marks in their order. What is said twice in a row is said once."""
    found: list[str] = []
    before = ""
    for part in _PARTS.findall(plain(note)):
        text = part if part[0].isalnum() else _mark(part)
        if text != before:
            found.append(text)
            before = text
    return found


def _mark(marks: str) -> str:
    """Of several marks, one that ends a sentence."""
    return marks if len(marks) == 1 else next((mark for mark in marks if mark in ENDS), marks[0])


def forms(word: str) -> Iterator[str]:
    """The word, and what it may be without its ending: "waking" is "wak" or "wake", "fitted" also "fit"."""
    yield word
    if word[-1] not in _LAST:
        return
    for ending, instead in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST:
            base = word[: -len(ending)]
            for letters in instead:
                yield base + letters
            if ending in DOUBLED and base[-1] == base[-2]:
                yield base[:-1]


def without_one(word: str) -> list[str]:
    """The word without one of its letters, each in turn; the first stays: it is seldom wrong."""
    return [word[:place] + word[place + 1 :] for place in range(1, len(word))]


def is_one_slip(word: str, other: str) -> bool:
    """Whether one letter was left out, added, changed, or changed places with its neighbour."""
    start = 0
    while start < min(len(word), len(other)) and word[start] == other[start]:
        start += 1
    rest, others = word[start:], other[start:]
    return (
        rest[1:] == others[1:]
        or rest[1:] == others
        or rest == others[1:]
        or (rest[:2] == others[1::-1] and rest[2:] == others[2:])
    )


def _letters() -> dict[int, str | None]:
    found: dict[int, str | None] = dict(_CLOSED_UP)
    for number in _LATIN:
        apart = unicodedata.normalize("NFKD", chr(number)).casefold()
        found[number] = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return found


_LETTERS = _letters()

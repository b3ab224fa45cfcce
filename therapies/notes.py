"""Looks for words of danger in a note. A search, not an understanding: it asks, it never lowers anything."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

_NOT_A_LETTER = re.compile(r"[^\w]+")


def signs_in(note: str, words: Mapping[str, Sequence[str]]) -> list[str]:
    """The codes whose words stand in the note, in the order of `words` (code to beginnings of words)."""
    if not note:
        return []
    text = f" {plain(note)} "
    return [code for code, beginnings in words.items() if any(f" {word}" in text for word in beginnings)]


def plain(text: str) -> str:
    """Small letters without accents; apostrophes closed up, everything else that is no letter one space.

    Letter by letter: normalizing a whole text sorts its accents, in a time that grows with the square of their number.
    """
    apart = (unicodedata.normalize("NFKD", letter) for letter in text.casefold())
    letters = "".join(c for letter in apart for c in letter if not unicodedata.combining(c))
    return _NOT_A_LETTER.sub(" ", letters.replace("'", "").replace("\u2019", "")).strip()

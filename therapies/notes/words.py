"""A note as words: in small letters, without accents, each with what its endings may hide."""

import re
import unicodedata

_LATIN = (*range(0xC0, 0x250), *range(0x1E00, 0x1F00), *range(0xFF10, 0xFF5B))
_CLOSED_UP = dict.fromkeys((*map(ord, "'\u2018\u2019\u02bc`\u00b4"), *range(0x300, 0x370)))
_ARABIC = {chr(number): chr(number) for number in (*range(0x627, 0x63B), *range(0x641, 0x64B))}
_ARABIC |= {
    **dict.fromkeys("\u0622\u0623\u0625\u0671", "\u0627"),  # one alef
    **dict.fromkeys("\u0649\u0626\u06cc", "\u064a"),  # one yeh, a keyboard's Persian one too
    "\u0624": "\u0648",
    "\u0629": "\u0647",  # teh marbuta is seldom dotted on a phone
    "\u06a9": "\u0643",
    **dict.fromkeys("\u0621\u0640\u0670", ""),  # hamza by itself, the stroke that draws a word out
    **{chr(number): "" for number in range(0x64B, 0x660)},  # vowel signs, and hamza as one
    **{chr(zero + digit): str(digit) for zero in (0x660, 0x6F0) for digit in range(10)},
    **dict(zip("\u060c\u061b\u061f\u066a\u066b\u066c", ",;?%.,", strict=True)),
}
"""Arabic letters as they are compared: "\u0623\u062d\u0645\u0631" and "\u0627\u062d\u0645\u0631" are one word."""
_OTHER_SCRIPTS = re.compile(
    r"[^\x00-\x7f\u00a3\u00b4\u00c0-\u024f\u02bc\u0300-\u036f\u1e00-\u1eff\u2018\u2019\u20ac\uff10-\uff5a"
    rf"{''.join(sorted(_ARABIC))}]+"
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
    ("\u0647\u0627", ("",)),  # his, her, our; the feminine and plurals
    ("\u062a\u0647\u0627", ("\u0647",)),
    ("\u062a\u0647", ("\u0647",)),
    ("\u0647", ("",)),
    ("\u0646\u0627", ("",)),
    ("\u0627\u062a", ("", "\u0647")),
    ("\u062a", ("",)),
    ("\u064a\u0646", ("",)),
    ("\u0648\u0646", ("",)),
)
PREFIXES = ("وال", "بال", "فال", "ولل", "لل", "ال", "و", "ف", "ب", "ل", "س")
"""Joined to the front of an Arabic word: and, the, in, for, shall."""
_BY_LAST = {
    letter: [one for one in ENDINGS if one[0][-1] == letter] for letter in {one[0][-1] for one in ENDINGS}
}
_BY_FIRST = {letter: [one for one in PREFIXES if one[0] == letter] for letter in {one[0] for one in PREFIXES}}
SHORTEST_WITHOUT = 2
DOUBLED = ("ing", "ed")
SHORTEST = 3


def plain(text: str) -> str:
    """Small letters without accents, apostrophes closed up; scripts but the Latin and the Arabic one are blanks.

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


def is_in_arabic(note: str) -> bool:
    """Whether it has Arabic letters: its words of danger are a draft, which may miss more than others."""
    return not _ARABIC.keys().isdisjoint(note)


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


def forms(word: str) -> list[str]:
    """The word, and what it may be without its ending and what is joined to its front."""
    found = _without_ending(word)
    for prefix in _BY_FIRST.get(word[0], ()):
        if word.startswith(prefix) and len(word) - len(prefix) >= SHORTEST_WITHOUT:
            found += _without_ending(word[len(prefix) :])
    return found


def _without_ending(word: str) -> list[str]:
    """ "waking" is "wak" or "wake", "fitted" also "fit"."""
    found = [word]
    for ending, instead in _BY_LAST.get(word[-1], ()):
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST:
            base = word[: -len(ending)]
            found += [base + letters for letters in instead]
            if ending in DOUBLED and base[-1] == base[-2]:
                found.append(base[:-1])
    return found


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
    return found | {ord(letter): meant for letter, meant in _ARABIC.items()}


_LETTERS = _letters()

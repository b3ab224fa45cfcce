"""Marks around a number that are no part of it: blanks, what dictation and copying leave, a bare degree sign."""

# Nobody sees them: an object that was dictated, zero-width and joining marks, variation selectors, and what isolates or
# embeds a number among other scripts. An override (U+202D, U+202E) is not among them: it turns digits round.
INVISIBLE = (
    "\ufffc\ufeff\u00ad\u061c\u180e\ufe0e\ufe0f"
    "\u200b\u200c\u200d\u200e\u200f\u2060"
    "\u202a\u202b\u202c\u2066\u2067\u2068\u2069"
)
DEGREES = "\N{DEGREE SIGN}\N{MASCULINE ORDINAL INDICATOR}\N{RING ABOVE}"  # as keyboards have it


def without_marks(text: str) -> str:
    """The text without the marks before and behind it. Between digits they stay, and make it unreadable."""
    return _spaced(text).strip(INVISIBLE + " ").rstrip(INVISIBLE + DEGREES + " ")


def is_blank(text: str) -> bool:
    """Nobody sees anything in it. A degree sign alone is no answer, but somebody typed it: it is asked about."""
    return not _spaced(text).strip(INVISIBLE + " ")


def _spaced(text: str) -> str:
    return "".join(" " if character.isspace() else character for character in text)

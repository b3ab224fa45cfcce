"""Finding a name however it is typed: "omer" finds "Ömer", in each database alike."""

import unicodedata

# Letters that Unicode does not take apart into a letter and its mark.
_PLAIN = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)


def folded(text: str) -> str:
    """In small letters, without accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).translate(_PLAIN)


def is_found(words: str, nickname: str, record_number: str) -> bool:
    """Whether a nurse means this child: a part of the nickname, or how the record number begins."""
    wanted = folded(words).strip()
    return wanted in folded(nickname) or folded(record_number).startswith(wanted)

"""Numbers as people type them: commas, other scripts' digits, a unit behind them. Never a float.

What was typed may be as long as a request may be. It is measured first, and nothing here looks back: a pattern that
tried every start of 800 spaces kept a whole web process from answering anybody for twenty seconds.
"""

import re
import unicodedata
from decimal import Decimal

from therapies.marks import without_marks

LONGEST = 100  # characters: what is longer is no number
DIGITS, DECIMALS = 3, 2
_NUMBER = re.compile(rf"(0|[1-9][0-9]{{0,{DIGITS - 1}}})(?:\.([0-9]{{1,{DECIMALS}}}))?")
UNITS = {"C": "C", "c": "C", "F": "F", "f": "F", "\N{DEGREE CELSIUS}": "C", "\N{DEGREE FAHRENHEIT}": "F"}
SEPARATORS = ",\N{MIDDLE DOT}\N{ARABIC DECIMAL SEPARATOR}\N{FULLWIDTH FULL STOP}\N{FULLWIDTH COMMA}"


def read_number(text: str) -> Decimal:
    """The number that `text` says: up to three digits, up to two decimals, point or comma.

    Raises ValueError, with a plain sentence, for everything else: what cannot be read is asked about, never
    guessed.
    """
    plain = "".join(map(_plain, without_marks(text))) if len(text) <= LONGEST else ""
    if not _NUMBER.fullmatch(plain):
        raise ValueError("This is not a number we can read.")
    return Decimal(plain)


def read_temperature(text: str) -> tuple[Decimal, str | None]:
    """The number and, where one was typed behind it, the unit ("C" or "F"): "38,5" or "101.2 °F".

    Raises ValueError like `read_number`.
    """
    plain = without_marks(text) if len(text) <= LONGEST else ""
    unit = UNITS.get(plain[-1:])
    return read_number(plain[:-1] if unit else plain), unit


def _plain(character: str) -> str:
    """A digit of any script as 0-9, any decimal separator as a point. A superscript is no digit."""
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    return "." if character in SEPARATORS else character

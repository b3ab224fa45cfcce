"""Numbers as people type them: commas, other scripts' digits, a unit behind them. Never a float."""

import re
import unicodedata
from decimal import Decimal

_NUMBER = re.compile(r"(0|[1-9][0-9]{0,2})(?:\.([0-9]{1,2}))?")
_UNIT = re.compile(r"\s*(?:°?\s*([CFcf])|([\N{DEGREE CELSIUS}\N{DEGREE FAHRENHEIT}]))$")
_SEPARATORS = ",\N{ARABIC DECIMAL SEPARATOR}\N{FULLWIDTH FULL STOP}\N{FULLWIDTH COMMA}"


def read_number(text: str) -> Decimal:
    """The number that `text` says: up to three digits, up to two decimals, point or comma.

    Raises ValueError, with a plain sentence, for everything else: what cannot be read is asked about, never
    guessed.
    """
    plain = "".join(map(_plain, text.strip()))
    if not _NUMBER.fullmatch(plain):
        raise ValueError("This is not a number we can read.")
    return Decimal(plain)


def read_temperature(text: str) -> tuple[Decimal, str | None]:
    """The number and, where one was typed behind it, the unit ("C" or "F"): "38,5" or "101.2 °F".

    Raises ValueError like `read_number`.
    """
    found = _UNIT.search(text.strip())
    if found is None:
        return read_number(text), None
    letter, sign = found.groups()
    unit = letter.upper() if letter else unicodedata.normalize("NFKC", sign)[-1]
    return read_number(text.strip()[: found.start()]), unit


def _plain(character: str) -> str:
    """A digit of any script as 0-9, any decimal separator as a point. A superscript is no digit."""
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    return "." if character in _SEPARATORS else character

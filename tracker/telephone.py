"""Telephone numbers: what is shown and what is dialled come from one parsed value.

The library libphonenumber reads a number for its country. What it cannot read, such as a short code or a number inside
a hospital, is shown and dialled as it was typed, once the person has said that it is right (family_forms/phone.py).
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

import phonenumbers
from django.utils.translation import gettext as _
from phonenumbers import PhoneNumberFormat, shortnumberinfo

from tracker.countries import EMERGENCY_NUMBERS

AT_MOST = 32
"""As many characters as the columns hold."""
TYPED_AT_MOST = 100
FEWEST_DIGITS = 2
_A_NUMBER = 3  # digits: so many on both sides of a separator are two numbers
_EXTENSION = re.compile(
    r"^(?P<main>.*\d\)?)[\s,;]{0,9}(?:extension|extn?\.?=?|x|\s#|durchwahl|dw)[\s.:]{0,9}(?P<ext>\d{1,6})$",
    re.IGNORECASE,
)
_BETWEEN_TWO = re.compile(r"[,;|&]|\s[^\W\d_]{1,}\s|(?<=\d)\s*(?=\+)")
_SLASH = re.compile(r"\s{0,9}/\s{0,9}")
_AREA_CODE = re.compile(r"\(?(0(\s*[\d()]){1,5}|\+(\s*[\d()]){2,7})")
_SUBSCRIBER = 4  # digits at least behind the slash of an area code: 040 7410/12 means 7410 and 7412
_BRACKETS = re.compile(r"\((?P<inside>[^)]*)\)")
_COUNTRY_CODE = 3  # digits at most: +353 (1) 234 5678
_DIALLED = re.compile(r"[+*#\d\s().-]+")


class NotOneNumber(ValueError):
    """What was typed is no telephone number, or more than one; its text says so to the person."""


@dataclass(frozen=True)
class Telephone:
    """One number. `shown` and `dialled` have the same digits; an extension is shown beside them and never dialled.

    Who dials an extension right behind the number calls somebody else, or nobody.
    """

    shown: str
    dialled: str
    extension: str = ""
    is_known: bool = True  # False: no numbering plan has it, so a person has to say that it is right

    def __str__(self) -> str:
        return f"{self.shown}, {self.extension_in_words}" if self.extension else self.shown

    @property
    def extension_in_words(self) -> str:
        return _("ext. %(extension)s") % {"extension": self.extension}

    @property
    def link(self) -> str:
        """RFC 3966. A # would begin a fragment."""
        return "tel:" + quote(self.dialled, safe="+*")

    @property
    def kept(self) -> str:
        """For the database: reads again as the same number, without its country."""
        return f"{self.shown} ext. {self.extension}" if self.extension else self.shown


@lru_cache(maxsize=4096)
def read(text: str, country: str = "") -> Telephone:
    """The one number that was typed by somebody in that country. Raises NotOneNumber."""
    text = plain(text)[:TYPED_AT_MOST]
    if len(parts := _parts(text)) > 1:
        raise NotOneNumber(
            _("These look like two numbers. Type one of them here. An extension? Write it like: ext 12.")
        )
    main, extension = _apart(text)
    if odd := _odd_brackets(main):
        raise NotOneNumber(
            _("What does %(brackets)s mean? Leave it out. An extension? Write it like: ext 12.")
            % {"brackets": odd}
        )
    number = _known(main, extension, country) or _as_typed(main, extension)
    if number is None or not parts or len(number.kept) > AT_MOST:
        raise NotOneNumber(
            _(
                "This is not a telephone number. Type its digits, for example +1 202 555 0100 or 202 555 0100 ext 12."
            )
        )
    return number


@lru_cache(maxsize=4096)
def all_in(text: str, country: str = "") -> tuple[Telephone, ...]:
    """Each number of a text that is kept, whatever it is: a page that shows a number never fails for it."""
    found, parts = [], _parts(plain(text)[:TYPED_AT_MOST])
    for part in [part for part in parts if len(_digits(part)) >= _A_NUMBER] or parts:
        main, extension = _apart(_without_odd_brackets(part))
        if number := _known(main, extension, country) or _as_typed(main, extension):
            found.append(number)
    return tuple(found)


def of(text: str, country: str = "") -> Telephone | None:
    """The first number of a text that is kept, and None where it has no digits: two are never dialled as one."""
    return next(iter(all_in(text, country)), None)


def plain(text: str) -> str:
    """One line, in the digits of a keypad, without the marks that copying brings along."""
    text = " ".join(unicodedata.normalize("NFKC", text[: 2 * TYPED_AT_MOST]).split())
    text = "".join(sign for sign in text if unicodedata.category(sign) not in ("Cf", "Cc"))
    text = "".join("-" if unicodedata.category(sign) == "Pd" else sign for sign in text)
    return "".join(str(unicodedata.digit(sign)) if sign.isdigit() else sign for sign in text)


def _parts(text: str) -> list[str]:
    """The numbers of a text, apart. A slash behind an area code parts nothing: 030/1234567 is one number."""
    main, extension = _apart(text)
    rough = [part for part in _BETWEEN_TWO.split(main) if part]
    parts = rough if _are_numbers(rough) else [main]
    parts = [half.strip() for part in parts for half in _halves(part) if _digits(half)]
    if extension and parts:
        parts[-1] += f" ext {extension}"
    return parts


def _halves(text: str) -> list[str]:
    halves = _SLASH.split(text)
    if len(halves) == 2 and _AREA_CODE.fullmatch(halves[0]) and len(_digits(halves[1])) >= _SUBSCRIBER:
        return [" ".join(halves)]
    return halves


def _are_numbers(parts: list[str]) -> bool:
    return sum(len(_digits(part)) >= _A_NUMBER for part in parts) > 1


def _apart(text: str) -> tuple[str, str]:
    found = _EXTENSION.match(text)
    return (found["main"].strip(), found["ext"]) if found else (text.strip(), "")


def _odd_brackets(text: str) -> str:
    """What nobody knows the meaning of: (020) before a number is its area code, (0) after +44 is left out abroad."""
    for found in _BRACKETS.finditer(text):
        if found["inside"] != "0" and len(_digits(text[: found.start()])) > _COUNTRY_CODE:
            return found[0]
    return ""


def _without_odd_brackets(text: str) -> str:
    while odd := _odd_brackets(text):
        text = text.replace(odd, " ")
    return " ".join(text.split())


def _known(main: str, extension: str, country: str) -> Telephone | None:
    """As a numbering plan has it; None where none does."""
    short = _digits(main)
    if short == main and _is_short(short, country):
        return Telephone(short, short, extension)
    try:
        number = phonenumbers.parse(main, country or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number) or number.extension:
        return None
    if not phonenumbers.can_be_internationally_dialled(number):
        shown = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
        return Telephone(shown, _digits(shown), extension)
    shown = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    return Telephone(shown, phonenumbers.format_number(number, PhoneNumberFormat.E164), extension)


def _is_short(digits: str, country: str) -> bool:
    """112 in Germany, 116117, 811 in Canada. Where the country is not known: what brings an ambulance anywhere."""
    if not country:
        return digits in EMERGENCY_NUMBERS.values()
    if shortnumberinfo.is_emergency_number(digits, country):
        return True
    if not digits or digits.startswith("0"):
        return False
    code = phonenumbers.country_code_for_region(country)
    number = phonenumbers.PhoneNumber(country_code=code, national_number=int(digits))
    return shortnumberinfo.is_valid_short_number_for_region(number, country)


def _as_typed(main: str, extension: str) -> Telephone | None:
    """The same signs, to see and to dial; None for what no telephone has keys for."""
    if not _DIALLED.fullmatch(main) or len(_digits(main)) < FEWEST_DIGITS:
        return None
    shown = " ".join(re.sub(r"[().]", " ", main).split()).replace(" #", "#")
    return Telephone(shown, re.sub(r"[^+*#\d]", "", shown), extension, is_known=False)


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())

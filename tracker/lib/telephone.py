"""Telephone numbers: what is shown and what is dialled come from one parsed value.

The library libphonenumber reads a number for its country. What it cannot read, such as a short code or a number inside
a hospital, is shown and dialled as it was typed, once the person has said that it is right (core/phone_forms.py).
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

import phonenumbers
from django.utils.translation import gettext as _
from phonenumbers import PhoneNumberFormat, shortnumberinfo

from tracker.lib.bidi import ltr
from tracker.lib.emergency_numbers import EMERGENCY_NUMBERS

AT_MOST = 32
"""As many characters as the columns hold."""
TYPED_AT_MOST = 100
FEWEST_DIGITS = 2
_A_NUMBER = 3  # digits: so many on both sides of a separator are two numbers
_EXTENSION = re.compile(
    r"^(?P<main>.*\d\)?)[\s,;]{0,9}(?:extension|extensión|extn?\.?=?|x|\s#|durchwahl|dw"
    r"|klappe|nebenstelle|poste|interno|int|anexo|toestel)[\s.:]{0,9}(?P<ext>\d{1,6})$",
    re.IGNORECASE,
)
_BETWEEN_TWO = re.compile(
    r"[,;|&]|\s(?i:or|oder|and|und|ou|et|o|y|e|u|of|en)\s|\s[^\W\d_]{1,}\s(?=[+(0])|(?<=\d)\s*(?=\+)"
)
_SLASH = re.compile(r"\s{0,9}/\s{0,9}")
_AREA_CODE = re.compile(r"\(?(0(\s*[\d()]){1,5}|\+(\s*[\d()]){2,7})")
_SUBSCRIBER = 4  # digits at least behind the slash of an area code: 040 7410/12 means 7410 and 7412
_BRACKETS = re.compile(r"\((?P<inside>[^)]*)\)?")
_COUNTRY_CODE = 3  # digits at most: +353 (1) 234 5678
_DIALLED = re.compile(r"[+*#\d\s().-]+")
_DASH = re.compile(r"\s-\s")
_LETTERS = re.compile(r"[^\W\d_]+")
_REMARK = re.compile(r"\d[^\d\s]?\s(?P<words>[^\W\d_].*)")
_HOURS = re.compile(r"\s\d{1,2}([-:.]\d{1,2})?\s?(?=(?i:h|uhr|am|pm)\b)")
_ALONE = 5  # digits at least on both sides of a blank that may stand between two numbers
_WHOLE = 7  # digits: a number without its area code
_LONGEST = 11  # digits without the country's code; open plans as Germany's have 15, and no number is so long
_TRUNK = 1  # digit before them, inside the country
_FROM_ABROAD = ("+", "00", "011")


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
        shown = ltr(self.shown)
        return f"{shown}, {self.extension_in_words}" if self.extension else shown

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
    if len(parts := _parts(text, country)) > 1:
        raise NotOneNumber(
            _("These look like two numbers. Type one of them here. An extension? Write it like: ext 12.")
        )
    main, extension = _apart(parts[0] if parts else text)
    if odd := _odd_brackets(main) or _remark(main):
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
    found, rough = [], _parts(plain(text)[:TYPED_AT_MOST], country)
    parts = [half for part in rough for half in _without_odd_brackets(part)]
    for part in [part for part in parts if len(_digits(part)) >= _A_NUMBER] or parts:
        main, extension = _apart(part)
        main = _without_remark(main)
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


def _parts(text: str, country: str) -> list[str]:
    """The numbers of a text, apart. A slash behind an area code parts nothing: 030/1234567 is one number."""
    main, extension = _apart(text)
    rough = [part for part in _BETWEEN_TWO.split(main) if part]
    parts = rough if _are_numbers(rough) else [main]
    parts = [half for part in parts for half in _halves(part)]
    parts = [half for part in parts for half in _at_a_dash(part, country)]
    parts = [half.strip() for part in parts for half in _at_a_blank(part, country) if _digits(half)]
    if extension and parts:
        parts[-1] += f" ext {extension}"
    return parts


def _halves(text: str) -> list[str]:
    halves = _SLASH.split(text)
    if len(halves) == 2 and _AREA_CODE.fullmatch(halves[0]) and len(_digits(halves[1])) >= _SUBSCRIBER:
        return [" ".join(halves)]
    return halves


def _at_a_dash(text: str, country: str) -> list[str]:
    """030 - 1234567 is one number; two are what can be dialled each by itself, or is too long as one.

    Where no plan has it as one, a dash behind a whole number may lead to the end of a second: 555 0119 - 0120.
    """
    halves = _DASH.split(text)
    if not _are_numbers(halves) or len(halves) != 2:
        return [text]
    is_each_known = all(_known(half.strip(), "", country) for half in halves)
    is_unclear = len(_digits(halves[0])) >= _WHOLE and not _known(text, "", country)
    return halves if is_each_known or is_unclear or _is_too_long(text, country) else [text]


def _at_a_blank(text: str, country: str) -> list[str]:
    """Two numbers with nothing but a blank between: the second begins as the first did, or both are too long as one."""
    groups = re.split(r"[\s-]", text)
    if all(group in EMERGENCY_NUMBERS.values() for group in groups):
        return groups
    at = _second_begins(groups, is_too_long=_is_too_long(text, country))
    if not at:
        return [text]
    return [" ".join(groups[:at]), *_at_a_blank(" ".join(groups[at:]), country)]


def _second_begins(groups: list[str], *, is_too_long: bool) -> int:
    """At which group; 0 for none. The surest sign comes first."""
    length = [len(_digits(group)) for group in groups]
    places = [at for at in range(1, len(groups)) if min(sum(length[:at]), sum(length[at:])) >= _ALONE]
    signs = [[at for at in places if groups[at] == groups[0] and groups[0].startswith(("0", "("))]]
    if is_too_long:
        signs += [
            [at for at in places if groups[at] == groups[0]],
            [at for at in places if sum(length[:at]) == sum(length[at:])],
            [at for at in places if groups[at].startswith("0")],
            [at for at in places if length[at - 1] == length[at] >= _ALONE],
        ]
    return next((found[0] for found in signs if found), 0)


def _is_too_long(text: str, country: str) -> bool:
    """For one number. Where its country is not known, only what is longer than any country's."""
    if not _DIALLED.fullmatch(text):
        return False
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        longest = _LONGEST + (_TRUNK if not text.startswith(_FROM_ABROAD) else 2 * _COUNTRY_CODE)
        return len(_digits(text)) > longest
    reason = phonenumbers.is_possible_number_with_reason(number)
    return reason == phonenumbers.ValidationResult.TOO_LONG or _is_longer_than_usual(number)


def _is_longer_than_usual(number: phonenumbers.PhoneNumber) -> bool:
    return len(phonenumbers.national_significant_number(number)) > _LONGEST


def _are_numbers(parts: list[str]) -> bool:
    return sum(len(_digits(part)) >= _A_NUMBER for part in parts) > 1


def _apart(text: str) -> tuple[str, str]:
    found = _EXTENSION.match(text)
    return (found["main"].strip(), found["ext"]) if found else (text.strip(), "")


def _odd_brackets(text: str) -> str:
    """What nobody knows the meaning of: (020) before a number is its area code, (0) after +44 is left out abroad."""
    for found in _BRACKETS.finditer(text):
        is_behind = len(_digits(text[: found.start()])) > _COUNTRY_CODE
        if found["inside"] != "0" and (is_behind or _LETTERS.search(found["inside"])):
            return found[0]
    return ""


def _without_odd_brackets(text: str) -> list[str]:
    """555 0119 (day) 555 0120 (night) are two: behind what could be dialled by itself, brackets end a number."""
    while odd := _odd_brackets(text):
        before, _odd, after = text.partition(odd)
        is_extension = _EXTENSION.match("0" + after)
        if len(_digits(before)) >= _ALONE and _digits(after) and not is_extension:
            return [" ".join(before.split()), *_without_odd_brackets(after.strip())]
        text = f"{before} {after}"
    return [" ".join(text.split())]


def _remark(text: str) -> str:
    """Words behind a number: a keypad has letters too, and nobody means them. +49 30 1234567 nachts is no 622487."""
    found = _REMARK.search(text)
    return found["words"] if found else ""


def _without_remark(text: str) -> str:
    """The digits before the first letters. Behind a word, only what begins as a number does: not the 5 of Station 5."""
    first, *others = _LETTERS.split(_HOURS.split(text)[0] if _LETTERS.search(text) else text)
    runs = [first, *(run for run in others if run.strip(" .:").startswith(("+", "0")))]
    return next((run.strip(" .:,;/-(") if others else run for run in runs if _digits(run)), "")


def _known(main: str, extension: str, country: str) -> Telephone | None:
    """As a numbering plan has it; None where none does."""
    if not _DIALLED.fullmatch(main):
        return None  # the library takes letters for the keys they stand on
    short = _digits(main)
    if short == main and _is_short(short, country):
        return Telephone(short, short, extension)
    try:
        number = phonenumbers.parse(main, country or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number) or number.extension or _lacks_trunk(main, number):
        return None
    if not phonenumbers.can_be_internationally_dialled(number):
        shown = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
        return Telephone(shown, _digits(shown), extension)
    shown = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    dialled = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return Telephone(shown, dialled, extension, is_known=not _is_longer_than_usual(number))


def _lacks_trunk(main: str, number: phonenumbers.PhoneNumber) -> bool:
    """Without the 0 its country dials first it may be of another country, or lack its area code.

    India and others write it or not: IN 98765 43210 is a whole number.
    """
    national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    is_bare = _digits(main) == phonenumbers.national_significant_number(number) != _digits(national)
    region = phonenumbers.region_code_for_number(number)
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region) if region else None
    is_optional = metadata and any(
        way.national_prefix_optional_when_formatting for way in metadata.number_format
    )
    return is_bare and not is_optional


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

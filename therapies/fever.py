"""What a reading can be, what a fever is and what hides one.

Written in code: pages show temperatures, and labels are read, even where no knowledge loads.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

BANDS: Mapping[str, tuple[Decimal, Decimal]] = {
    "C": (Decimal("34.0"), Decimal("43.0")),
    "F": (Decimal("93.2"), Decimal("109.4")),
}
"""By unit, the lowest and the highest temperature of a body. They don't overlap, so a number says its unit."""
A_DEGREE, AT_ZERO = Decimal("1.8"), 32
"""A degree Celsius in degrees Fahrenheit, and what 0 °C is."""
FEVER_RULES: Mapping[str, str] = {
    "38.0-once": "38.0 °C, once",
    "38.0-sustained-or-38.3-once": "38.0 °C twice, an hour or more apart, or 38.3 °C once",
    "38.5-once": "38.5 °C, once",
}
"""The documented rules that a clinic may choose from, in words; the first is the one without a choice."""
DEFAULT_RULE = next(iter(FEVER_RULES))
TEXTS = tuple(FEVER_RULES.values())
FEVER_MEDICINE_HOURS = 6
"""So long a fever medicine can hide a fever: as long as the form asks back."""
FEVER_MEDICINES = (
    *("paracetamol", "acetaminophen", "tylenol", "calpol", "panadol", "feverall", "ben-u-ron", "doliprane"),
    *("ibuprofen", "advil", "motrin", "nurofen", "brufen", "naproxen", "aspirin", "acetylsalicylic"),
    *("metamizol", "dipyrone", "novalgin", "nolotil"),
)
"""Names on labels that everybody knows to lower a fever, for families that forget to tick it."""
_IN_A_RULE = re.compile(r"\d\d\.\d")


def fahrenheit(celsius: Decimal) -> Decimal:
    """Exact: every decimal in °C is a decimal in °F. The other way round it is not, so temperatures are
    compared in °F.
    """
    return celsius * A_DEGREE + AT_ZERO


def unit_of(value: Decimal) -> str:
    """The only unit in which a body can have this temperature; nothing where it can in neither."""
    return next((unit for unit, (lowest, highest) in BANDS.items() if lowest <= value <= highest), "")


def fever_lines(rule: str) -> tuple[Decimal, ...]:
    """From how many °C a fever is a fever, under a rule of FEVER_RULES; under any other, the default's."""
    return tuple(map(Decimal, _IN_A_RULE.findall(rule if rule in FEVER_RULES else DEFAULT_RULE)))


FEVER = min(fever_lines(DEFAULT_RULE))


def names_a_fever_medicine(label: str) -> bool:
    return any(name in label.casefold() for name in FEVER_MEDICINES)


def lines_in(conditions: Iterable[Mapping[str, Any]]) -> set[Decimal]:
    """The temperatures in °C at which one of these conditions begins or ceases to hold."""
    return {
        wanted[end]
        for condition in conditions
        for operator in ("temperature", "earlier_temperature")
        for wanted in (condition.get(operator, {}),)
        for end in ("from", "below")
        if end in wanted
    }

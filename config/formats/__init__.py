"""How dates and numbers are written by language: the same in all of them, but for the order of words in a date.

Decimals have a point everywhere, as on the thermometer and in the papers of the care team: whoever reads a number aloud
or copies it must not have to convert it (docs/adr/languages.md).
"""

from collections.abc import Mapping


def formats(day_and_month: str, day: str = "j") -> Mapping[str, str]:
    """Django asks for the format that a template names; where it stands here, this one is taken."""
    long, short = f"{day} {day_and_month}F", f"{day} M"
    dates = {"j F": long, "j F Y": f"{long} {day_and_month}Y", "j M": short}
    weekdays = {f"{name} {date}": f"{name} {wanted}" for name in "lD" for date, wanted in dates.items()}
    weekdays |= {f"{name}, {date}": f"{name}, {wanted}" for name in "lD" for date, wanted in dates.items()}
    dates |= weekdays
    dates |= {f"{date}, H:i": f"{wanted}, H:i" for date, wanted in dates.items()}
    return {
        **dates,
        "DECIMAL_SEPARATOR": ".",
        "THOUSAND_SEPARATOR": "\N{NARROW NO-BREAK SPACE}",
        "DATE_FORMAT": dates["j F Y"],
        "TIME_FORMAT": "H:i",
    }

"""What was entered, in words: temperatures with both units, signs, answers. Works without the vocabulary."""

import logging
from collections.abc import Iterator, Mapping
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from therapies import catalogue
from therapies.fever import fahrenheit, unit_of
from therapies.model import SYNDROMES, Area, Catalogue, Therapy
from tracker.lib.bidi import ltr

logger = logging.getLogger(__name__)
Report = Mapping[str, Any]
"""A report of the assessment contract, with `raw` beside it: what was typed and can't be read."""

YEAR = 12  # months
USUAL = {"handwriting": "same"}
"""Beside the neuro check's: fluids that stay down and a pump that runs are said, since only for some they are usual."""


def vocabulary() -> Catalogue | None:
    """The knowledge; None where it does not load: every page must do without it."""
    try:
        return catalogue.load()
    except catalogue.KnowledgeError:
        logger.exception("a page has no vocabulary")
        return None


# ---------------------------------------------------------------- temperatures


def degrees(value: Decimal, unit: str) -> str:
    """With one decimal, as thermometers show it: rounded, but never up across a line where an answer changes."""
    tenths = value.quantize(Decimal("0.1"), ROUND_HALF_UP)
    if tenths > value and _is_line_between(value, tenths, unit):
        tenths = value.quantize(Decimal("0.1"), ROUND_DOWN)
    return ltr(f"{number_format(tenths)} °{unit}")


def _is_line_between(value: Decimal, rounded: Decimal, unit: str) -> bool:
    """Where the lines cannot be read there may be one anywhere."""
    if (known := vocabulary()) is None:
        return True
    lines = map(fahrenheit, known.temperature_lines) if unit == "F" else known.temperature_lines
    return any(value < line <= rounded for line in lines)


def as_typed(value: Decimal, unit: str) -> str:
    """Every digit that was typed, and one decimal at least: 38 is 38.0, 37.95 stays 37.95."""
    tenths = value.quantize(Decimal("0.1")) if value == round(value, 1) else value
    return ltr(f"{number_format(tenths)} °{unit}" if unit else number_format(tenths))


def other_unit(value: Decimal, unit: str) -> str:
    """The same temperature in the other unit."""
    if unit == "F":
        return degrees((value - 32) / Decimal("1.8"), "C")
    return degrees(fahrenheit(value), "F") if unit == "C" else ""


def temperature(report: Report) -> tuple[str, str]:
    """The reading as typed and in the other unit; what could not be read stands in quotes, without one.

    One that no body has is not converted: at most the unit that was probably meant stands beside it.
    """
    if raw := report.get("raw", {}).get("temperature"):
        return f"“{raw}”", ""
    reading = report.get("temperature")
    if not reading:
        return "", ""
    value, unit = Decimal(str(reading["value"])), reading.get("unit", "")
    if unit == unit_of(value):
        return as_typed(value, unit), other_unit(value, unit)
    meant = probably(report)
    return as_typed(value, unit), _("probably %(temperature)s") % {"temperature": meant} if meant else ""


def temperature_in(report: Report, unit: str) -> tuple[str, str]:
    """The reading in the reader's own unit, and beside it as it was typed, where that was the other one.

    What no body has stays as typed, and what was probably meant stands beside it: no guess is shown as a reading.
    """
    reading = report.get("temperature")
    if report.get("raw", {}).get("temperature") or not reading:
        return temperature(report)
    value, meant = Decimal(str(reading["value"])), unit_of(Decimal(str(reading["value"])))
    typed = as_typed(value, reading.get("unit", ""))
    if meant == unit == reading.get("unit") or not meant:
        return typed, ""
    own = as_typed(value, meant) if meant == unit else other_unit(value, meant)
    if meant == reading.get("unit"):
        return own, typed
    return typed, _("probably %(temperature)s") % {"temperature": own}


def probably(report: Report) -> str:
    """ "38.4 °C" where 38.4 was typed with °F, or with no unit; nothing where the unit is right or none fits."""
    reading = report.get("temperature") or {}
    value = Decimal(str(reading.get("value", 0)))
    unit = unit_of(value)
    return as_typed(value, unit) if unit and unit != reading.get("unit") else ""


def celsius_of(report: Report) -> Decimal | None:
    """The reading in °C for a picture, in the only unit that it can have; None where there is none."""
    reading = report.get("temperature")
    if not reading:
        return None
    value = Decimal(str(reading["value"]))
    if unit_of(value) == "F":
        return (value - 32) / Decimal("1.8")
    return value if unit_of(value) else None


# ---------------------------------------------------------------- the child's age


def age(months: int | None) -> str:
    """ "8 years"; below one year "7 months"; nothing where the month of birth is not known."""
    if months is None:
        return ""
    if months >= YEAR:
        years = months // YEAR
        return ngettext("%(n)s year", "%(n)s years", years) % {"n": years}
    if not months:
        return _("less than 1 month")
    return ngettext("%(n)s month", "%(n)s months", months) % {"n": months}


def short_age(months: int | None) -> str:
    """For a list: "8", and below one year the months with their name."""
    return str(months // YEAR) if months is not None and months >= YEAR else age(months)


# ---------------------------------------------------------------- signs and answers


def signs(report: Report, *, how_long: bool = False) -> list[str]:
    """ "Chills, shaking (moderate)", and on demand "(moderate, for 2 hours)"."""
    return [_sign(sign, how_long) for sign in report.get("symptoms") or ()]


def _sign(sign: Mapping[str, Any], how_long: bool) -> str:
    details = [severity_word(sign["severity"])] if sign.get("severity") else []
    if how_long:
        details += _how_long(sign)
    return f"{name_of(sign['code'])} ({', '.join(details)})" if details else name_of(sign["code"])


def _how_long(sign: Mapping[str, Any]) -> Iterator[str]:
    if (hours := sign.get("duration_hours")) is not None:
        yield _duration(Decimal(str(hours)))
    if times := sign.get("episodes_24h"):
        yield ngettext("%(n)d time in 24 hours", "%(n)d times in 24 hours", times) % {"n": times}


def _duration(hours: Decimal) -> str:
    if hours < 1:
        minutes = max(1, round(hours * 60))
        return ngettext("for %(n)d minute", "for %(n)d minutes", minutes) % {"n": minutes}
    if hours < 48:
        return ngettext("for %(n)d hour", "for %(n)d hours", round(hours)) % {"n": round(hours)}
    days = round(hours / 24)
    return ngettext("for %(n)d day", "for %(n)d days", days) % {"n": days}


def hours_ago(hours: float) -> str:
    """ "2 hours ago", of an earlier log."""
    if (rounded := round(hours)) < 1:
        return _("less than an hour ago")
    return ngettext("%(n)d hour ago", "%(n)d hours ago", rounded) % {"n": rounded}


def severity_word(code: str) -> str:
    words = {"mild": _("mild"), "moderate": _("moderate"), "severe": _("severe")}
    return words.get(code, code)


def name_of(code: str) -> str:
    """The plain name of a sign or an observation; its code where the vocabulary does not know it."""
    known = vocabulary()
    found = known and (known.symptoms.get(code) or known.observations.get(code) or _area(known, code))
    return _(found.name) if found else code


def _area(known: Catalogue, code: str) -> Area | None:
    """What a reason names that rests on several questions at once: "neuro" of neuro.talks and the others."""
    parts = [one for name, one in known.observations.items() if name.startswith(f"{code}.")]
    return next((area for area in known.areas if parts and area.code == parts[0].area), None)


def answers(report: Report) -> list[tuple[str, str]]:
    """The answers to questions with a choice, by name: ("Pump", "Alarm")."""
    return [(name_of(code), _choice(code, answer)) for code, answer in _chosen(report).items()]


def told_apart(report: Report) -> tuple[list[str], list[str]]:
    """For who reads many logs: the signs and what is not as usual; then the answers that are the child's usual."""
    odd = signs(report)
    usual: list[str] = []
    for code, answer in _chosen(report).items():
        is_usual = answer == ("usual" if code.startswith("neuro.") else USUAL.get(code))
        (usual if is_usual else odd).append(f"{name_of(code)}: {_choice(code, answer)}")
    return [*odd, *(f"{name}: {value}" for name, value in measures(report))], usual


def measures(report: Report) -> list[tuple[str, str]]:
    """A weight, and a fever medicine: it belongs to every reading, since it can hide a fever."""
    medicine = _("Yes") if report.get("antipyretic_given") else ""
    pairs = [(name_of("weight_kg"), weight(report)), (name_of("antipyretic_given"), medicine)]
    return [pair for pair in pairs if pair[1]]


def _chosen(report: Report) -> dict[str, str]:
    told = {f"neuro.{part}": answer for part, answer in (report.get("neuro") or {}).items()}
    return told | {code: report[code] for code in ("handwriting", "fluids_kept", "pump") if report.get(code)}


def _choice(code: str, answer: str) -> str:
    known = vocabulary()
    asked = known.observations.get(code) if known else None
    names = {choice.code: choice.name for choice in asked.choices} if asked else {}
    return _(names[answer]) if answer in names else str(answer)


def route_word(code: str) -> str:
    """ "under the arm"."""
    known = vocabulary()
    asked = known.observations.get("temperature") if known else None
    names = {route.code: route.name for route in asked.routes} if asked else {}
    return _(names[code]) if code in names and code != "unknown" else ""


def weight(report: Report) -> str:
    """ "20.4 kg", or what was typed."""
    if raw := report.get("raw", {}).get("weight_kg"):
        return f"“{raw}”"
    value = report.get("weight_kg")
    return "" if value is None else ltr(f"{number_format(value)} kg")


def entered(report: Report, unit: str = "") -> list[tuple[str, str]]:
    """Everything that was entered, as pairs of a name and a value. `unit`: the reader's, if it is not the family."""
    shown, other = temperature_in(report, unit) if unit else temperature(report)
    route = route_word((report.get("temperature") or {}).get("route", ""))
    reading = ", ".join(filter(None, (f"{shown} ({other})" if other else shown, route)))
    hides = report.get("antipyretic_given")
    given = _("Yes") if hides is True else _("No") if hides is False else ""
    pairs = [(name_of("temperature"), reading), (name_of("antipyretic_given"), given)]
    pairs += [(name_of(sign["code"]), _details(sign)) for sign in report.get("symptoms") or ()]
    pairs += [*answers(report), (name_of("weight_kg"), weight(report))]
    pairs += [(name_of("worried"), _("Yes") if report.get("worried") else "")]
    pairs += [(name_of("note"), report.get("note") or "")]
    return [(name, value) for name, value in pairs if value]


def _details(sign: Mapping[str, Any]) -> str:
    severity = severity_word(sign["severity"]) if sign.get("severity") else ""
    if severity and (known := vocabulary()) and sign["code"] in known.symptoms:
        meaning = getattr(known.symptoms[sign["code"]], sign["severity"], "")
        severity = f"{severity}: {_(meaning)}" if meaning else severity
    return ", ".join(filter(None, (severity, *_how_long(sign)))) or _("Yes")


def therapy_of(therapy_id: str) -> Therapy | None:
    known = vocabulary()
    return known.therapies.get(therapy_id) if known else None


URGENCIES = {
    "emergency": gettext_lazy("Emergency"),
    "now": gettext_lazy("Call now"),
    "today": gettext_lazy("Call today"),
    "note": gettext_lazy("Noted"),
}


def urgency_word(urgency: str) -> str:
    return str(URGENCIES.get(urgency, URGENCIES["now"]))


def syndrome(code: str) -> str:
    """The plain words for a syndrome."""
    return _(SYNDROMES[code].name) if code in SYNDROMES else code


def syndrome_term(code: str) -> str:
    """The clinical term, which stands after the plain words; not every syndrome has one."""
    term = SYNDROMES[code].term if code in SYNDROMES else ""
    return _(term) if term else ""

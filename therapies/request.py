"""The request of `assess`, read and checked: JSON in, reports in order out.

Everything is refused that could be misread (a wrong type, a NaN, a duplicate key, an unknown name); an odd
number is not refused, it is assessed. See the contract in docs/assessment.md.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal, InvalidOperation
from typing import Any

from therapies.fever import BANDS, DEFAULT_RULE, FEVER_RULES
from therapies.model import SEVERITIES, Catalogue

SENSITIVITIES = ("calibrated", "literal")
UNITS = tuple(BANDS)
ROUTES = ("oral", "armpit", "ear", "forehead", "unknown")
ROUTE_UNKNOWN = ROUTES[-1]
NEURO = dict.fromkeys(("talks", "knows", "follows", "settles"), ("usual", "less", "not"))
_TODDLER_YEARS = 3
# Answers from the best to the worst: of two equal times the worse one counts.
ANSWERS: dict[str, tuple[Any, ...]] = {
    "handwriting": ("same", "worse", "unable"),
    "fluids_kept": ("all", "some", "none"),
    "pump": ("ok", "alarm", "leak", "disconnected", "stopped"),
    "antipyretic_given": (False, True),
    "worried": (False, True),
}
KEYS = ("therapy", "context", "policy", "reports")
POLICY_KEYS = ("fever", "sensitivity")
REPORT_KEYS = (
    *("hours_ago", "temperature", "symptoms", "weight_kg", "neuro", "note", "not_meant"),
    *ANSWERS,
)
TEMPERATURE_KEYS = ("value", "unit", "route")
SYMPTOM_KEYS = ("code", "severity", "duration_hours", "episodes_24h")
CONTEXT_NUMBERS = (
    "age_years",
    "age_months",
    "cycle",
    "cycle_day",
    "hours_since_start",
    "days_since_infusion",
    "hours_since_infusion_end",
    "days_since_last_dose",
    "days_since_transplant",
    "baseline_weight_kg",
    "team_advised_hours_ago",
)
CONTEXT_FLAGS = ("infusion_running", "low_counts_known", "writes")
_DIGITS, _DECIMALS = 9, 15
"""A number with more digits before or behind the point is read as far as it can matter."""
_FAR = 10**8
"""A power of ten that makes any number that anybody types too large, or nothing."""


def neuro_parts(age_years: int | None) -> tuple[str, ...]:
    """The parts of the neuro check that fit the age, all where it is not known: a small child names no place."""
    if age_years is None:
        return tuple(NEURO)
    return tuple(part for part in NEURO if (part == "settles") == (age_years < _TODDLER_YEARS))


class RequestError(ValueError):
    """A request that cannot be assessed. `field` names where, the message says what is allowed."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field, self.message = field, message


@dataclass(frozen=True)
class Reading:
    """A temperature as typed: unit "C", "F" or None, route one of ROUTES."""

    value: Decimal
    unit: str | None
    route: str


@dataclass(frozen=True)
class Sign:
    """A symptom that is present. None is unknown: severity one of SEVERITIES, duration in hours, times in
    24 hours.
    """

    code: str
    severity: str | None = None
    duration_hours: Decimal | None = None
    episodes_24h: Decimal | None = None

    def worse_of(self, other: "Sign") -> "Sign":
        """Both reports of one sign as one: each detail at its worst, unknown before known."""
        rank = [*SEVERITIES, None].index
        return Sign(
            self.code,
            max(self.severity, other.severity, key=rank),
            _more(self.duration_hours, other.duration_hours),
            max(self.episodes_24h or Decimal(0), other.episodes_24h or Decimal(0)) or None,
        )


@dataclass(frozen=True)
class Report:
    """What was told at one time. `signs` is None where symptoms were not asked about.

    `not_meant`: what the note speaks of and the family says it does not mean.
    """

    hours_ago: Decimal
    readings: tuple[Reading, ...] = ()
    signs: Mapping[str, Sign] | None = None
    weights: tuple[Decimal, ...] = ()
    answers: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    not_meant: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        return not (self.readings or self.signs or self.weights or self.answers or self.note)


@dataclass(frozen=True)
class Request:
    """A whole request; `reports` begins with the newest, no two of one time."""

    therapy: str
    context: Mapping[str, Any]
    fever: str
    sensitivity: str
    reports: tuple[Report, ...]


def loads(text: str | bytes) -> Any:
    """JSON with decimals instead of floats. Raises RequestError for no JSON, NaN, infinities and duplicate
    keys.
    """
    try:
        return json.loads(
            text,
            parse_float=_decimal,
            parse_int=Decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_object,
        )
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RequestError("request", f"is not JSON ({type(error).__name__})") from error


def read_request(data: Any, catalogue: Catalogue) -> Request:
    """The checked request. Raises RequestError that names the field and the allowed values."""
    top = _mapping(data, "request", KEYS)
    if top.get("therapy") is None:
        raise RequestError("therapy", f"is missing; one of {', '.join(catalogue.therapies)}")
    policy = _mapping(top.get("policy"), "policy", POLICY_KEYS)
    return Request(
        therapy=_code(top, "therapy", tuple(catalogue.therapies)),
        context=_context(top.get("context")),
        fever=_code(policy, "fever", FEVER_RULES, "policy.") or DEFAULT_RULE,
        sensitivity=_code(policy, "sensitivity", SENSITIVITIES, "policy.") or SENSITIVITIES[0],
        reports=_reports(top.get("reports"), catalogue),
    )


def _context(data: Any) -> dict[str, Any]:
    given = _mapping(data, "context", CONTEXT_NUMBERS + CONTEXT_FLAGS)
    numbers = {key: _number(given, key, "context.") for key in CONTEXT_NUMBERS}
    flags = {key: _flag(given, key, "context.") for key in CONTEXT_FLAGS}
    return {key: value for key, value in (numbers | flags).items() if value is not None}


def _reports(data: Any, catalogue: Catalogue) -> tuple[Report, ...]:
    if not isinstance(data, list):
        raise RequestError("reports", "is missing or not a list")
    by_time: dict[Decimal, Report] = {}
    for position, item in enumerate(data):
        report = read_report(item, f"reports[{position}]", catalogue)
        same = by_time.get(report.hours_ago)
        by_time[report.hours_ago] = report if same is None else merge(same, report)
    return tuple(by_time[hours] for hours in sorted(by_time)) or (Report(Decimal(0)),)


def read_report(data: Any, where: str, catalogue: Catalogue) -> Report:
    """One report of the contract. One that was read before is taken as it is."""
    if isinstance(data, Report):
        return data
    given = _mapping(data, where, REPORT_KEYS, required=True)
    dot = where + "."
    answers = {key: _answer(given, key, dot) for key in ANSWERS}
    neuro = _mapping(given.get("neuro"), dot + "neuro", tuple(NEURO))
    answers |= {f"neuro.{key}": _code(neuro, key, NEURO[key], f"{dot}neuro.") for key in NEURO}
    weight = _number(given, "weight_kg", dot)
    return Report(
        hours_ago=_number(given, "hours_ago", dot) or Decimal(0),
        readings=_readings(given.get("temperature"), dot + "temperature"),
        signs=_signs(given.get("symptoms"), dot + "symptoms", catalogue),
        weights=() if weight is None else (weight,),
        answers={key: value for key, value in answers.items() if value is not None},
        note=_text(given, "note", dot),
        not_meant=_texts(given, "not_meant", dot),
    )


def _readings(data: Any, where: str) -> tuple[Reading, ...]:
    given = _mapping(data, where, TEMPERATURE_KEYS)
    value = _number(given, "value", where + ".")
    unit = _code(given, "unit", UNITS, where + ".")
    route = _code(given, "route", ROUTES, where + ".") or ROUTE_UNKNOWN
    return () if value is None else (Reading(value, unit, route),)


def _signs(data: Any, where: str, catalogue: Catalogue) -> dict[str, Sign] | None:
    if data is None:
        return None
    if not isinstance(data, list):
        raise RequestError(where, "is not a list")
    signs: dict[str, Sign] = {}
    for position, item in enumerate(data):
        sign = _sign(item, f"{where}[{position}]", catalogue.symptoms)
        signs[sign.code] = sign.worse_of(signs[sign.code]) if sign.code in signs else sign
    return signs


def _sign(data: Any, where: str, codes: Collection[str]) -> Sign:
    given = _mapping(data, where, SYMPTOM_KEYS, required=True)
    dot = where + "."
    code = _code(given, "code", codes, dot)
    if code is None:
        raise RequestError(dot + "code", "is missing")
    return Sign(
        code,
        _code(given, "severity", SEVERITIES, dot),
        _not_negative(_number(given, "duration_hours", dot)),
        _not_negative(_number(given, "episodes_24h", dot)),
    )


def merge(one: Report, other: Report) -> Report:
    """Two reports of one time as one, each sign at its worst."""
    return Report(
        one.hours_ago,
        one.readings + other.readings,
        _merge_signs(one.signs, other.signs),
        one.weights + other.weights,
        {key: _worse_answer(key, one.answers, other.answers) for key in {**one.answers, **other.answers}},
        "\n".join(filter(None, (one.note, other.note))),
        # of two notes, what neither means
        one.not_meant & other.not_meant if one.note and other.note else one.not_meant | other.not_meant,
    )


def _merge_signs(
    one: Mapping[str, Sign] | None, other: Mapping[str, Sign] | None
) -> Mapping[str, Sign] | None:
    """Each sign at its worst; signs that one of two asked about are asked about."""
    if one is None or other is None:
        return other if one is None else one
    merged = dict(one)
    for code, sign in other.items():
        merged[code] = sign.worse_of(merged[code]) if code in merged else sign
    return merged


def _worse_answer(key: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> Any:
    order = ANSWERS.get(key) or NEURO[key.removeprefix("neuro.")]
    return max((side[key] for side in (one, other) if key in side), key=order.index)


def _more(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else max(one, other)


def _not_negative(number: Decimal | None) -> Decimal | None:
    """A negative length or count says nothing: unknown."""
    return None if number is None or number < 0 else number


def _mapping(data: Any, where: str, keys: Collection[str], *, required: bool = False) -> Mapping[str, Any]:
    if data is None and not required:
        return {}
    if not isinstance(data, Mapping):
        raise RequestError(where, "is not an object")
    for key in data:
        if key not in keys:
            raise RequestError(
                f"{where}.{key}".removeprefix("request."), f"is unknown; allowed: {', '.join(keys)}"
            )
    return data


def _code(given: Mapping[str, Any], key: str, allowed: Collection[str], where: str = "") -> Any:
    value = given.get(key)
    if value is not None and (not isinstance(value, str) or value not in allowed):
        raise RequestError(where + key, f"is not one of {', '.join(allowed)}")
    return value


def _number(given: Mapping[str, Any], key: str, where: str) -> Decimal | None:
    value = given.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise RequestError(where + key, "is not a number")
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    if not number.is_finite():
        raise RequestError(where + key, "is not a finite number")
    return _bounded(number)


def read_hours(hours: float) -> Decimal:
    """Hours of a report as a request has them: its digits are only counted where they may be too many."""
    text = str(hours)
    whole, _, decimals = text.partition(".")
    is_short = len(whole) <= _DIGITS and len(decimals) <= _DECIMALS and "e" not in text
    return Decimal(text) if is_short and hours else _bounded(Decimal(text))


def _bounded(number: Decimal) -> Decimal:
    """Keeps 1e999999 from filling the memory once it is compared exactly; nothing near a threshold is
    touched. What is left is so short that every sum and product of the rules is exact, here and on the phone.
    """
    if not number or number.adjusted() < -_DIGITS:
        return Decimal(0)
    if number.adjusted() > _DIGITS:
        return Decimal(10**_DIGITS).copy_sign(number)
    is_long = int(number.as_tuple().exponent) < -_DECIMALS
    return number.quantize(Decimal(1).scaleb(-_DECIMALS), ROUND_DOWN) if is_long else number


def _flag(given: Mapping[str, Any], key: str, where: str) -> bool | None:
    value = given.get(key)
    if value is not None and not isinstance(value, bool):
        raise RequestError(where + key, "is not true or false")
    return value


def _answer(given: Mapping[str, Any], key: str, where: str) -> Any:
    if ANSWERS[key] == (False, True):
        return _flag(given, key, where)
    return _code(given, key, ANSWERS[key], where)


def _text(given: Mapping[str, Any], key: str, where: str) -> str:
    value = given.get(key)
    if value is not None and not isinstance(value, str):
        raise RequestError(where + key, "is not a text")
    return value or ""


def _texts(given: Mapping[str, Any], key: str, where: str) -> frozenset[str]:
    value = given.get(key)
    if value is None:
        return frozenset()
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise RequestError(where + key, "is not a list of texts")
    return frozenset(value)


def _decimal(text: str) -> Decimal:
    """The number as it was typed. A power beyond what a Decimal can have is read as far as one can: it is bounded
    afterwards, and a request never fails because of it.
    """
    try:
        return Decimal(text)
    except InvalidOperation:
        digits, _, power = text.lower().partition("e")
        return Decimal(f"{digits}e{'-' if power.startswith('-') else ''}{_FAR}")


def _refuse_constant(name: str) -> Any:
    raise RequestError("request", f"has {name}; only finite numbers are allowed")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise RequestError(twice, "stands twice")
    return found

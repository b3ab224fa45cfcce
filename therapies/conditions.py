"""The closed set of operators that a red flag's conditions are made of, and the three-valued logic that
joins them.

Every operator says yes, no, or that it cannot be known and which answer is missing. Unknown is not normal:
where the contract says so (severity, lengths, the pump, the first hours) the unknown is taken for the worse
and the operator says yes. The whole set is data in the catalogue, so another program can evaluate the same
flags with these operators alone.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from therapies.facts import HOURS_A_DAY, Moment, Temperature, temperatures_of
from therapies.fever import A_DEGREE, fahrenheit
from therapies.model import SEVERITIES, Condition
from therapies.request import Sign

MINUTES_AN_HOUR = 60
HALF_A_DAY = 12
"""A weight is of a day if it is so many hours from it, before or after."""


class Found(NamedTuple):
    """`truth` None is unknown, `missing` names why; `because` names what was seen."""

    truth: bool | None
    because: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


YES, NO = Found(True), Found(False)
A_TEMPERATURE, NO_TEMPERATURE = Found(True, ("temperature",)), Found(None, missing=("temperature",))
_line = cache(fahrenheit)  # of the few temperatures that the knowledge names
Operator = Callable[[Moment, Sign | None, Any], Found]


def any_of(conditions: Iterable[Condition], moment: Moment, sign: Sign | None) -> Found:
    """The first condition that holds; unknown where none holds and one cannot be known."""
    missing: tuple[str, ...] = ()
    unknown = False
    for condition in conditions:
        found = all_of(condition, moment, sign)
        if found.truth:
            return found
        if found is not NO:
            unknown = unknown or found.truth is None
            missing += found.missing
    return Found(None if unknown else False, missing=missing) if unknown or missing else NO


def all_of(condition: Condition, moment: Moment, sign: Sign | None) -> Found:
    """Whether every operator of one condition holds. An empty condition always does."""
    because: tuple[str, ...] = ()
    unknown: Found | None = None
    for name, argument in condition.items():
        found = OPERATORS[name](moment, sign, argument)
        if found.truth is False:
            return NO
        if found.truth is None:
            unknown = unknown or found
        because += found.because
    return unknown or (Found(True, because) if because else YES)


# ------------------------------------------------------------------ about the sign itself


def _severity(moment: Moment, sign: Sign | None, lowest: str) -> Found:
    assert sign is not None
    return Found(sign.severity is None or _at_least(sign.severity, lowest))


def _severity_told(moment: Moment, sign: Sign | None, lowest: str) -> Found:
    """For signs that are measured by their length: only a severity that was told counts."""
    assert sign is not None
    return Found(sign.severity is not None and _at_least(sign.severity, lowest))


def _lasting(moment: Moment, sign: Sign | None, hours: Mapping[str, Any]) -> Found:
    """{"from": h} or {"over": h} or {"over_minutes": m}. An unknown length counts."""
    assert sign is not None
    if sign.duration_hours is None:
        return YES
    if "from" in hours:
        return Found(sign.duration_hours >= hours["from"])
    if "over_minutes" in hours:
        return Found(sign.duration_hours * MINUTES_AN_HOUR > hours["over_minutes"])
    return Found(sign.duration_hours > hours["over"])


def _lasting_told(moment: Moment, sign: Sign | None, hours: Mapping[str, Any]) -> Found:
    assert sign is not None
    return NO if sign.duration_hours is None else _lasting(moment, sign, hours)


def _episodes_over(moment: Moment, sign: Sign | None, times: int) -> Found:
    assert sign is not None
    return Found(sign.episodes_24h is not None and sign.episodes_24h > times)


def _again(moment: Moment, sign: Sign | None, hours: Mapping[str, Any]) -> Found:
    """The same sign in an earlier report, {"from": h, "within": h} hours before this one."""
    assert sign is not None
    earlier = moment.before(hours["within"], hours.get("from", 0))
    return Found(any(sign.code in (report.signs or {}) for report in earlier))


# ------------------------------------------------------------------ about the other signs


def _with(moment: Moment, sign: Sign | None, codes: Iterable[str]) -> Found:
    """Another of these signs is present."""
    return _others(moment, (code for code in codes if sign is None or code != sign.code))


def _with_severe(moment: Moment, sign: Sign | None, codes: Iterable[str]) -> Found:
    """Another of these signs is present and severe; an unknown severity counts."""
    return _others(
        moment, (c for c in codes if c in moment.signs and may_be(moment.signs[c], SEVERITIES[-1]))
    )


def _another_sign(moment: Moment, sign: Sign | None, lowest: str) -> Found:
    """Any sign, at least of this severity, that is not just another word for a temperature."""
    own = "temperature" if sign is None else sign.code
    seen = (
        code
        for code, other in moment.signs.items()
        if moment.catalogue.counts_as(code) != own and code != own and may_be(other, lowest)
    )
    return _others(moment, seen)


def _others(moment: Moment, codes: Iterable[str]) -> Found:
    seen = tuple(code for code in codes if code in moment.signs)
    if seen:
        return Found(True, seen)
    return Found(None, missing=("symptoms",)) if moment.report.signs is None else NO


# ------------------------------------------------------------------ about measurements


def _temperature(moment: Moment, sign: Sign | None, wanted: Mapping[str, Any]) -> Found:
    """A reading in {"from": °C, "below": °C}, by one of "route" or by none of "not_route"."""
    for temperature in moment.temperatures:
        if _in_band(temperature, wanted):
            return A_TEMPERATURE
    return NO if moment.report.readings else NO_TEMPERATURE


def _earlier_temperature(moment: Moment, sign: Sign | None, wanted: Mapping[str, Any]) -> Found:
    """A reading of at least {"from": °C} in a report that is "at_least" to "within" hours older."""
    for report in moment.before(wanted["within"], wanted["at_least"]):
        if any(_in_band(t, wanted) for t in temperatures_of(report)):
            return Found(True, ("temperature",))
    return NO


def _temperature_rise(moment: Moment, sign: Sign | None, rise: Mapping[str, Any]) -> Found:
    """A reading that is {"by": °C} or more above one of the last {"within": hours}."""
    if not moment.temperatures:
        return NO if moment.report.readings else Found(None, missing=("temperature",))
    highest = max(t.degrees_f for t in moment.temperatures)
    before = [t.degrees_f for report in moment.before(rise["within"]) for t in temperatures_of(report)]
    risen = bool(before) and highest - min(before) >= rise["by"] * A_DEGREE
    return Found(risen, ("temperature",) if risen else ())


def _unread(moment: Moment, sign: Sign | None, code: str) -> Found:
    """No reading was taken, or none that can be understood."""
    assert code == "temperature"
    return Found(not moment.temperatures)


def _weight_over_baseline(moment: Moment, sign: Sign | None, percent: Decimal) -> Found:
    """A weight of `percent` or more above the baseline, else above the oldest one told."""
    base = moment.baseline_weight
    heavier = base is not None and any(w * 100 >= base * (100 + percent) for w in moment.weights)
    return Found(heavier, ("weight_kg",) if heavier else ())


def _weight_rises(moment: Moment, sign: Sign | None, rise: Mapping[str, Any]) -> Found:
    """{"days": n} daily rises in a row that are together {"percent": p} or more."""
    risen = any(_rising(moment, today, rise["days"], rise["percent"]) for today in moment.weights)
    return Found(risen, ("weight_kg",) if risen else ())


def _rising(moment: Moment, today: Decimal, days: int, percent: Decimal) -> bool:
    """Looks for the lowest chain of rising weights, one a day; an undated baseline may be its first."""
    chain: list[Decimal] = []
    for day in range(days, 0, -1):
        hours = day * HOURS_A_DAY
        reports = moment.before(hours + HALF_A_DAY, hours - HALF_A_DAY)
        found = [weight for report in reports for weight in report.weights]
        if day == days and (base := moment.context.get("baseline_weight_kg")):
            found.append(base)
        higher = [w for w in found if not chain or w > chain[-1]]
        if not higher:
            return False
        chain.append(min(higher))
    return today > chain[-1] and today * 100 >= chain[0] * (100 + percent)


# ------------------------------------------------------------------ about answers, the course, the clinic


def _answer(moment: Moment, sign: Sign | None, wanted: Mapping[str, Any]) -> Found:
    """One of these answers was given; each key with the codes that count."""
    missing: list[str] = []
    for key, codes in wanted.items():
        given = moment.report.answers.get(key)
        if given is None:
            missing.append(key)
        elif given in codes:
            return Found(True, (key.partition(".")[0],))
    return Found(None, missing=tuple(missing)) if missing else NO


def _early(moment: Moment, sign: Sign | None, wanted: bool) -> Found:
    return Found(moment.is_early)


def _running(moment: Moment, sign: Sign | None, wanted: bool) -> Found:
    return Found(moment.infusion_may_run)


def _age_under(moment: Moment, sign: Sign | None, years: int) -> Found:
    """An unknown age counts as younger."""
    age = moment.age_in_months
    return Found(age is None or age < years * 12)


def _under_months(moment: Moment, sign: Sign | None, months: int) -> Found:
    """An unknown age is not taken for a newborn's: almost every child is older."""
    age = moment.age_in_months
    return Found(age is not None and age < months)


def _low_counts(moment: Moment, sign: Sign | None, wanted: bool) -> Found:
    """Somebody has said that they are low. Not told is no."""
    return Found(moment.context.get("low_counts_known") is True)


def _after_transplant(moment: Moment, sign: Sign | None, days: Mapping[str, Any]) -> Found:
    """{"days": n}, or at any time after one with {}. Not told is no."""
    since = moment.context.get("days_since_transplant")
    return Found(since is not None and ("days" not in days or since <= days["days"]))


def _writes(moment: Moment, sign: Sign | None, wanted: bool) -> Found:
    return Found(moment.context.get("writes") is not False)


def _policy(moment: Moment, sign: Sign | None, wanted: Mapping[str, str]) -> Found:
    given = {"fever": moment.fever, "sensitivity": moment.sensitivity}
    return YES if all(given[key] == value for key, value in wanted.items()) else NO


def _is(moment: Moment, sign: Sign | None, name: str) -> Found:
    """A named list of conditions of the catalogue, found out once for a report: of a sign it may ask which it is, and
    no more.
    """
    about = name, sign.code if sign else None
    found: Found | None = moment.found.get(about)
    if found is None:
        found = moment.found[about] = any_of(moment.catalogue.definitions[name], moment, sign)
    return found


OPERATORS: dict[str, Operator] = {
    "severity": _severity,
    "severity_told": _severity_told,
    "lasting": _lasting,
    "lasting_told": _lasting_told,
    "episodes_over": _episodes_over,
    "again": _again,
    "with": _with,
    "with_severe": _with_severe,
    "another_sign": _another_sign,
    "temperature": _temperature,
    "earlier_temperature": _earlier_temperature,
    "temperature_rise": _temperature_rise,
    "unread": _unread,
    "weight_over_baseline": _weight_over_baseline,
    "weight_rises": _weight_rises,
    "answer": _answer,
    "early": _early,
    "running": _running,
    "age_under": _age_under,
    "under_months": _under_months,
    "low_counts": _low_counts,
    "after_transplant": _after_transplant,
    "writes": _writes,
    "policy": _policy,
    "is": _is,
}
LOOKS_BACK: Mapping[str, Callable[[Any], Iterable[Any]]] = {
    "again": lambda hours: (hours.get("from", 0), hours["within"]),
    "earlier_temperature": lambda wanted: (wanted["at_least"], wanted["within"]),
    "temperature_rise": lambda rise: (rise["within"],),
    "weight_rises": lambda rise: (
        day * HOURS_A_DAY + side for day in range(1, rise["days"] + 1) for side in (-HALF_A_DAY, HALF_A_DAY)
    ),
}
"""Of the operators that look at earlier reports: the ages in hours at which one comes into their sight or leaves it."""
OF_THE_REPORT = frozenset(
    (
        *("severity", "severity_told", "lasting", "lasting_told", "episodes_over", "with", "with_severe"),
        *("another_sign", "temperature", "unread", "answer", "policy"),
    )
)
"""The operators that read nothing but the report and the policy: neither the treatment nor an earlier report."""
NEED_A_SIGN = {"severity", "severity_told", "lasting", "lasting_told", "episodes_over", "again"}
KEYS: Mapping[str, set[str]] = {
    "lasting": {"from", "over", "over_minutes"},
    "lasting_told": {"from"},
    "again": {"from", "within"},
    "temperature": {"from", "below", "route", "not_route"},
    "earlier_temperature": {"from", "below", "at_least", "within"},
    "temperature_rise": {"by", "within"},
    "weight_rises": {"days", "percent"},
    "after_transplant": {"days"},
    "policy": {"fever", "sensitivity"},
    "unread": {"temperature"},
}
"""What the argument of an operator may name."""
READS: Mapping[str, tuple[str, ...]] = {
    "temperature": ("temperature",),
    "weight_over_baseline": ("weight_kg", "baseline_weight_kg"),
    "early": (
        *("hours_since_start", "cycle", "cycle_day", "hours_since_infusion_end"),
        *("days_since_infusion", "days_since_last_dose"),
    ),
    "running": ("infusion_running",),
    "age_under": ("age_years", "age_months"),
    "low_counts": ("low_counts_known",),
    "after_transplant": ("days_since_transplant",),
    "writes": ("writes",),
}
"""The keys of a request that an operator reads, where its argument doesn't name them."""


def _in_band(temperature: Temperature, wanted: Mapping[str, Any]) -> bool:
    degrees = temperature.degrees_f
    return (
        ("from" not in wanted or degrees >= _line(wanted["from"]))
        and ("below" not in wanted or degrees < _line(wanted["below"]))
        and ("route" not in wanted or temperature.route in wanted["route"])
        and ("not_route" not in wanted or temperature.route not in wanted["not_route"])
    )


def _at_least(severity: str, lowest: str) -> bool:
    return SEVERITIES.index(severity) >= SEVERITIES.index(lowest)


def may_be(sign: Sign, lowest: str) -> bool:
    return sign.severity is None or _at_least(sign.severity, lowest)

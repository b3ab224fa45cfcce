"""Says in words what a red flag's conditions ask for, from the same data that the rules evaluate.

Each operator becomes one phrase: a text to translate, with its values. A value that is itself a text (a sign's
name, an answer) is given as a `Name` or `Names`, to be translated before it is put in.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from therapies.fever import fahrenheit
from therapies.model import Catalogue, Condition, RedFlag

Phrase = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Names:
    """Texts to translate and to join by "or"."""

    texts: tuple[str, ...]


def levels_in_words(flag: RedFlag, catalogue: Catalogue) -> Iterator[tuple[str, list[list[Phrase]]]]:
    """Urgency by urgency, worst first: the conditions of which one must hold, each a list of phrases that must all.

    An empty list of phrases means: whenever it is there.
    """
    for urgency, conditions in flag.levels:
        yield urgency, [condition_in_words(condition, catalogue) for condition in conditions]


def condition_in_words(condition: Condition, catalogue: Catalogue) -> list[Phrase]:
    """One phrase for each operator of the condition."""
    return [PHRASES[operator](argument, catalogue) for operator, argument in condition.items()]


def _severity(lowest: str, catalogue: Catalogue) -> Phrase:
    return (MODERATE if lowest == "moderate" else SEVERE), {}


def _severity_told(lowest: str, catalogue: Catalogue) -> Phrase:
    return TOLD_SEVERE, {}


def _lasting(hours: Mapping[str, Any], catalogue: Catalogue) -> Phrase:
    for key, text in (("from", LASTING_FROM), ("over", LASTING_OVER), ("over_minutes", LASTING_MINUTES)):
        if key in hours:
            return text, {"length": _plain(hours[key])}
    raise KeyError(str(hours))


def _lasting_told(hours: Mapping[str, Any], catalogue: Catalogue) -> Phrase:
    return LASTING_TOLD, {"length": _plain(hours["from"])}


def _episodes_over(times: int, catalogue: Catalogue) -> Phrase:
    return (MORE_THAN_ONCE if times == 1 else EPISODES), {"times": times}


def _again(hours: Mapping[str, Any], catalogue: Catalogue) -> Phrase:
    if "from" in hours:
        return AGAIN_BETWEEN, {"first": _plain(hours["from"]), "last": _plain(hours["within"])}
    return AGAIN, {"last": _plain(hours["within"])}


def _with(codes: Sequence[str], catalogue: Catalogue) -> Phrase:
    return TOGETHER, {"signs": _names(codes, catalogue)}


def _with_severe(codes: Sequence[str], catalogue: Catalogue) -> Phrase:
    return TOGETHER_SEVERE, {"signs": _names(codes, catalogue)}


def _another_sign(lowest: str, catalogue: Catalogue) -> Phrase:
    return (ANOTHER_SIGN if lowest == "mild" else ANOTHER_MODERATE), {}


def _temperature(wanted: Mapping[str, Any], catalogue: Catalogue) -> Phrase:
    values = {key: _degrees(wanted[key]) for key in ("from", "below") if key in wanted}
    if "from" in values and "below" in values:
        return BETWEEN, values
    if "below" in values:
        return (BELOW_OTHER if "not_route" in wanted else BELOW), values
    return (FROM_ARMPIT if "route" in wanted else FROM), values


def _earlier_temperature(wanted: Mapping[str, Any], catalogue: Catalogue) -> Phrase:
    first, last = _plain(wanted["at_least"]), _plain(wanted["within"])
    return EARLIER, {"from": _degrees(wanted["from"]), "first": first, "last": last}


def _temperature_rise(rise: Mapping[str, Any], catalogue: Catalogue) -> Phrase:
    return RISE, {"by": _plain(rise["by"]), "last": _plain(rise["within"])}


def _unread(code: str, catalogue: Catalogue) -> Phrase:
    return UNREAD, {}


def _weight_over(percent: Decimal, catalogue: Catalogue) -> Phrase:
    return WEIGHT_OVER, {"percent": _plain(percent)}


def _weight_rises(rise: Mapping[str, Any], catalogue: Catalogue) -> Phrase:
    return WEIGHT_RISES, {"days": rise["days"], "percent": _plain(rise["percent"])}


def _answer(wanted: Mapping[str, Sequence[Any]], catalogue: Catalogue) -> Phrase:
    """The question and the answers that count; one question a condition."""
    ((code, answers),) = wanted.items()
    asked = catalogue.observations[code]
    names = {choice.code: choice.name for choice in asked.choices} | {True: YES}
    return ANSWER, {"question": Names((asked.question,)), "answers": Names(tuple(names[a] for a in answers))}


def _early(wanted: bool, catalogue: Catalogue) -> Phrase:
    return EARLY, {}


def _running(wanted: bool, catalogue: Catalogue) -> Phrase:
    return RUNNING, {}


def _age_under(years: int, catalogue: Catalogue) -> Phrase:
    return AGE_UNDER, {"years": years}


def _under_months(months: int, catalogue: Catalogue) -> Phrase:
    return UNDER_MONTHS, {"months": months}


def _low_counts(wanted: bool, catalogue: Catalogue) -> Phrase:
    return LOW_COUNTS, {}


def _after_transplant(days: Mapping[str, Any], catalogue: Catalogue) -> Phrase:
    return (TRANSPLANT_WITHIN, {"days": days["days"]}) if "days" in days else (AFTER_TRANSPLANT, {})


def _writes(wanted: bool, catalogue: Catalogue) -> Phrase:
    return WRITES, {}


def _policy(wanted: Mapping[str, str], catalogue: Catalogue) -> Phrase:
    if "sensitivity" in wanted:
        return LITERAL, {}
    return FEVER_RULE, {"rule": wanted["fever"]}


def _is(name: str, catalogue: Catalogue) -> Phrase:
    return DEFINED[name], {}


MODERATE = "it is moderate or worse, or nobody said how bad it is"
SEVERE = "it is severe, or nobody said how bad it is"
TOLD_SEVERE = "it is called severe"
LASTING_FROM = "it has lasted %(length)s hours or longer, or nobody said how long"
LASTING_OVER = "it has lasted longer than %(length)s hours, or nobody said how long"
LASTING_MINUTES = "it lasted longer than %(length)s minutes, or nobody said how long"
LASTING_TOLD = "it has lasted %(length)s hours or longer"
EPISODES = "it came more than %(times)s times in 24 hours"
MORE_THAN_ONCE = "it came more than once in 24 hours"
AGAIN = "it was there in the last %(last)s hours before, too"
AGAIN_BETWEEN = "it was there %(first)s to %(last)s hours before, too"
TOGETHER = "together with: %(signs)s"
TOGETHER_SEVERE = "together with, severe: %(signs)s"
ANOTHER_SIGN = "together with any other sign"
ANOTHER_MODERATE = "together with any sign that is moderate or worse"
FROM = "at %(from)s or more"
FROM_ARMPIT = "under the arm at %(from)s or more"
BELOW = "below %(below)s"
BELOW_OTHER = "below %(below)s, measured anywhere but under the arm"
BETWEEN = "from %(from)s to just below %(below)s"
EARLIER = "after another reading of %(from)s or more, %(first)s to %(last)s hours before"
RISE = "it rose by %(by)s °C or more within %(last)s hours"
UNREAD = "nobody took the temperature, or it cannot be read"
WEIGHT_OVER = "the weight is %(percent)s percent or more over the first one"
WEIGHT_RISES = "the weight rose on %(days)s days in a row, by %(percent)s percent or more together"
ANSWER = "%(question)s %(answers)s"
YES = "Yes"
EARLY = "in the first 24 hours after a start, a restart or a dose, or nobody knows when that was"
RUNNING = "while the pump runs, or nobody knows whether it does"
AGE_UNDER = "in a child under %(years)s years, or of unknown age"
UNDER_MONTHS = "in a child under %(months)s months"
LOW_COUNTS = "while the blood counts are known to be low"
TRANSPLANT_WITHIN = "in the first %(days)s days after a transplant"
AFTER_TRANSPLANT = "after a transplant"
WRITES = "in a child who writes"
LITERAL = "the clinic wants to hear of it at any severity"
FEVER_RULE = "the clinic has chosen the fever rule %(rule)s"
DEFINED = {
    "fever": "with a fever",
    "unwell": "in a child who is unwell: a worried parent, tiredness, eating less, restlessness, any sign "
    "that is moderate or worse",
    "gained_weight": "with quick weight gain, seen or measured",
}
PHRASES: dict[str, Callable[[Any, Catalogue], Phrase]] = {
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
    "weight_over_baseline": _weight_over,
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
TEXTS = tuple(text for name, text in globals().items() if name.isupper() and isinstance(text, str)) + tuple(
    DEFINED.values()
)


def _names(codes: Sequence[str], catalogue: Catalogue) -> Names:
    return Names(tuple(catalogue.symptoms[code].name for code in codes))


def _degrees(celsius: Decimal) -> str:
    """In both units, as the thermometer shows them: "38.0 °C (100.4 °F)"."""
    return f"{celsius:.1f} °C ({fahrenheit(celsius):.1f} °F)"


def _plain(number: Decimal | int) -> str:
    return f"{Decimal(number).normalize():f}"

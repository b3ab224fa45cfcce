"""How far a report is seen by later ones: which of their answers it can change, wherever the treatment stands.

What a later answer is made of beside its own report: the operators that look back (`LOOKS_BACK`), the oldest weight,
and the danger that earlier reports showed. Each of them finds what a report tells and nothing in what it leaves out,
so one that tells of an absence changes no later answer. Where more may be true, more is said: `may_call` takes for
true whatever hangs on the treatment or on earlier reports.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import reduce
from typing import Any, NamedTuple

from therapies.conditions import LOOKS_BACK, OF_THE_REPORT, OPERATORS, may_be
from therapies.facts import Moment, plausible_weights, temperatures_of
from therapies.fever import A_DEGREE, fahrenheit
from therapies.model import Catalogue, Condition, RedFlag
from therapies.request import Report, Sign, merge
from therapies.response import Urgency
from therapies.rules import FEWEST_OF_TODAY, LOOKS_BACK_HOURS, URGENT

A_SECOND = Decimal(1) / 3600
"""Hours in a request are rounded: one so near to a limit counts as within it."""


class View(NamedTuple):
    """An operator that looks back, as a red flag asks it; about one of these signs, or about any."""

    operator: str
    argument: Any
    signs: frozenset[str]

    @property
    def hours(self) -> Decimal:
        return max(Decimal(hours) for hours in LOOKS_BACK[self.operator](self.argument)) + A_SECOND


class Told(NamedTuple):
    """Of a report what those that look back can find."""

    signs: frozenset[str]
    degrees_f: tuple[Decimal, ...]
    weighs: bool


def told_by(report: Report) -> Told:
    degrees = tuple(temperature.degrees_f for temperature in temperatures_of(report))
    return Told(frozenset(report.signs or ()), degrees, bool(plausible_weights(report)))


def seen_for(report: Report, catalogue: Catalogue) -> Decimal:
    """So many hours a later report can see what this one tells. A weight may be the oldest of the course."""
    told = told_by(report)
    if told.weighs:
        return Decimal(LOOKS_BACK_HOURS)
    return max((view.hours for view in views_of(catalogue) if _finds(view, told)), default=Decimal(0))


def alters(earlier: Report, later: Report, hours: Decimal, catalogue: Catalogue) -> bool:
    """Whether the later of two reports, so many hours apart, may show something else once the earlier is known."""
    before, told = told_by(earlier), told_by(later)
    if before.weighs and told.weighs:
        return True
    views = (view for view in views_of(catalogue) if hours <= view.hours and _finds(view, before))
    return any(_MATTERS.get(view.operator, _always)(view, before, told) for view in views)


def _finds(view: View, told: Told) -> bool:
    return _FINDS.get(view.operator, _always_finds)(view, told)


def _always(view: View, before: Told, told: Told) -> bool:
    return True


def _always_finds(view: View, told: Told) -> bool:
    return True


_FINDS: Mapping[str, Callable[[View, Told], bool]] = {
    "again": lambda view, told: bool(told.signs & view.signs),
    "earlier_temperature": lambda view, told: any(
        "from" not in view.argument or degrees >= fahrenheit(view.argument["from"])
        for degrees in told.degrees_f
    ),
    "temperature_rise": lambda view, told: bool(told.degrees_f),
    "weight_rises": lambda view, told: told.weighs,
}
"""Whether there is something for it in an earlier report. An operator that is not here finds something in each."""
_MATTERS: Mapping[str, Callable[[View, Told, Told], bool]] = {
    "again": lambda view, before, told: bool(before.signs & told.signs & view.signs),
    "temperature_rise": lambda view, before, told: (
        bool(told.degrees_f) and max(told.degrees_f) - min(before.degrees_f) >= view.argument["by"] * A_DEGREE
    ),
    "weight_rises": lambda view, before, told: told.weighs,
}
"""Whether that can matter to a later report, by what this tells. One that is not here does to each."""


_VIEWS: list[tuple[Catalogue, tuple[View, ...]]] = []


def views_of(catalogue: Catalogue) -> tuple[View, ...]:
    """Of every red flag of the catalogue, found once."""
    known = next((views for of, views in _VIEWS if of is catalogue), None)
    if known is None:
        known = _views(catalogue)
        _VIEWS[:] = [(catalogue, known)]
    return known


def _views(catalogue: Catalogue) -> tuple[View, ...]:
    flags = (flag for therapy in catalogue.therapies.values() for flag in therapy.red_flags)
    found: dict[str, View] = {}
    for flag in flags:
        signs = frozenset(flag.signs) or frozenset(catalogue.symptoms)
        for condition in _all_of(flag, catalogue):
            for operator in condition.keys() & LOOKS_BACK:
                view = View(operator, condition[operator], signs)
                found[repr(view)] = view
    return tuple(found.values())


def _all_of(flag: RedFlag, catalogue: Catalogue) -> Iterator[Condition]:
    """The conditions of a red flag with those that they name."""
    waiting = [condition for _urgency, conditions in flag.levels for condition in conditions]
    while waiting:
        condition = waiting.pop()
        yield condition
        if named := condition.get("is"):
            waiting.extend(catalogue.definitions[named])


# ------------------------------------------------------------ danger that is remembered


class Asks(NamedTuple):
    """What an answer is asked with that a red flag sees of every report alike."""

    therapy: str
    fever: str
    sensitivity: str


def may_call(reports: Sequence[Report], asks: Iterable[Asks], catalogue: Catalogue) -> bool:
    """Whether reports of one moment may show a danger that a later answer remembers."""
    merged = reduce(merge, reports) if reports else None
    return merged is not None and any(_may_call(merged, one, catalogue) for one in asks)


def _may_call(report: Report, asks: Asks, catalogue: Catalogue) -> bool:
    therapy = catalogue.therapies[asks.therapy]
    now = Moment(catalogue, therapy, {}, asks.fever, asks.sensitivity, report, ())
    counted: set[str] = set()
    for flag, urgencies in _may_fire(now):
        if any(urgency in URGENT for urgency in urgencies):
            return True
        counted |= _counts(flag, now)
    return len(counted) >= FEWEST_OF_TODAY


def _may_fire(now: Moment) -> Iterator[tuple[RedFlag, list[Urgency]]]:
    for flag in now.therapy.red_flags:
        present = [now.signs[code] for code in flag.signs if code in now.signs]
        signs: Sequence[Sign | None] = present if flag.signs else (None,)
        urgencies = [
            urgency
            for urgency, conditions in flag.levels
            if any(_may_hold(condition, now, sign) for condition in conditions for sign in signs)
        ]
        if urgencies:
            yield flag, urgencies


def _counts(flag: RedFlag, now: Moment) -> set[str]:
    """As what it may count beside other findings for today. One without signs may be because of several."""
    if not flag.signs:
        return {flag.counts_as} if flag.counts_as else {flag.id, f"{flag.id} again"}
    bad = (code for code in flag.signs if code in now.signs and may_be(now.signs[code], flag.counts_from))
    return {flag.counts_as or now.catalogue.counts_as(code) for code in bad}


def _may_hold(condition: Condition, now: Moment, sign: Sign | None) -> bool:
    return all(_may_say_yes(name, argument, now, sign) for name, argument in condition.items())


def _may_say_yes(name: str, argument: Any, now: Moment, sign: Sign | None) -> bool:
    if name == "is":
        return any(_may_hold(condition, now, sign) for condition in now.catalogue.definitions[argument])
    if name in OF_THE_REPORT:
        return OPERATORS[name](now, sign, argument).truth is True
    return _NEEDS.get(name, _nothing)(now)


def _nothing(now: Moment) -> bool:
    return True


_NEEDS: Mapping[str, Callable[[Moment], bool]] = {
    "temperature_rise": lambda now: bool(now.temperatures),
    "weight_over_baseline": lambda now: bool(now.weights),
    "weight_rises": lambda now: bool(now.weights),
}
"""What must have been told for an operator to say yes that hangs on more than the report."""

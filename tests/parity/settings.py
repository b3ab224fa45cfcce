"""How a request comes to hold a condition, and to each side of each of its numbers: by operator, from its argument."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import product
from typing import Any

from therapies import facts, fever, request
from therapies.catalogue import load
from therapies.conditions import HALF_A_DAY
from therapies.model import SEVERITIES

Asked = dict[str, Any]
Setting = Callable[[Asked, str], None]
"""Puts something into a request; the second is the sign that is looked at. The first of an operator makes it hold."""
_STEP = Decimal("0.01")
BASE = Decimal(20)
"""The baseline weight in kg."""


def near(number: Any, step: Decimal = _STEP) -> tuple[Decimal, Decimal, Decimal]:
    """The number, and one step to each side."""
    line = Decimal(number)
    return line, line - step, line + step


def settings_of(operator: str, argument: Any) -> list[Setting]:
    return [*_SETTINGS[operator](argument)]


def now_of(asked: Asked) -> dict[str, Any]:
    return asked["reports"][0]  # type: ignore[no-any-return]


def _earlier(hours: Any, **report: Any) -> Setting:
    def setting(asked: Asked, sign: str) -> None:
        told = {"symptoms": [{"code": sign, "severity": SEVERITIES[0]}] if sign else []}
        asked["reports"].append({"hours_ago": hours, **told, **report})

    return setting


def _told(key: str, value: Any) -> Setting:
    def setting(asked: Asked, sign: str) -> None:
        for one in now_of(asked)["symptoms"]:
            if one["code"] == sign:
                one[key] = value

    return setting


def _context(**values: Any) -> Setting:
    def setting(asked: Asked, sign: str) -> None:
        asked["context"] |= values

    return setting


def _reported(**values: Any) -> Setting:
    def setting(asked: Asked, sign: str) -> None:
        now_of(asked).update(values)

    return setting


def _also(*signs: tuple[str, str | None]) -> Setting:
    def setting(asked: Asked, sign: str) -> None:
        now_of(asked)["symptoms"] += [{"code": code, "severity": severity} for code, severity in signs]

    return setting


def _not_asked(asked: Asked, sign: str) -> None:
    del now_of(asked)["symptoms"]


def _severities(lowest: str) -> Iterator[Setting]:
    for severity in (lowest, *SEVERITIES, None):
        yield _told("severity", severity)


def _lengths(wanted: Mapping[str, Any]) -> Iterator[Setting]:
    for key, number in wanted.items():
        hours = Decimal(number) / 60 if key == "over_minutes" else Decimal(number)
        step = -_STEP if key == "from" else _STEP
        for length in (*near(hours, step)[::-1], None, 0, -1):
            yield _told("duration_hours", length)


def _episodes(times: int) -> Iterator[Setting]:
    for number in (times + 1, *near(times), None, 0):
        yield _told("episodes_24h", number)


def _again(hours: Mapping[str, Any]) -> Iterator[Setting]:
    for end in hours.values():
        for ago in near(end):
            yield _earlier(ago)
    yield _earlier(hours["within"], symptoms=[])


def _with(codes: Sequence[str]) -> Iterator[Setting]:
    for code in codes:
        for severity in (*SEVERITIES[::-1], None) if code == codes[0] else SEVERITIES[-1:]:
            yield _also((code, severity))
    yield _not_asked


def _another(lowest: str) -> Iterator[Setting]:
    for code in ("joint_pain", "felt_hot", "swelling_hands", "other"):
        for severity in (lowest, *SEVERITIES, None):
            yield _also((code, severity))


def _temperatures(wanted: Mapping[str, Any]) -> Iterator[Setting]:
    routes = [*wanted.get("route", ())] or [
        route for route in request.ROUTES if route not in wanted.get("not_route", ())
    ]
    lines = [(wanted[end], -_STEP if end == "below" else _STEP) for end in ("from", "below") if end in wanted]
    for line, step in lines:
        for celsius in (line + (step if step < 0 else 0), *near(line), *near(line, Decimal("0.1"))):
            yield _reading(celsius, "C", routes[0])
        for degrees in (*near(fever.fahrenheit(line)), *near(fever.fahrenheit(line), Decimal("0.1"))):
            yield _reading(degrees, "F", routes[0])
        for route in request.ROUTES:
            yield _reading(line + (step if step < 0 else 0), "C", route)
    yield _reported(temperature=None)
    yield _reading(Decimal(60), "C", routes[0])


def _reading(value: Decimal, unit: str, route: str) -> Setting:
    return _reported(temperature={"value": value, "unit": unit, "route": route})


def _earlier_temperatures(wanted: Mapping[str, Any]) -> Iterator[Setting]:
    for hours in (*near(wanted["within"]), *near(wanted["at_least"])):
        yield _earlier(hours, temperature={"value": wanted["from"], "unit": "C"})
    for celsius in near(wanted["from"]):
        yield _earlier(wanted["within"], temperature={"value": celsius, "unit": "C"})


def _rises(rise: Mapping[str, Any]) -> Iterator[Setting]:
    for hours in near(rise["within"]):
        for by in near(rise["by"]):
            yield _rise(hours, by)


def _rise(hours: Decimal, by: Decimal) -> Setting:
    def setting(asked: Asked, sign: str) -> None:
        value = Decimal((now_of(asked).get("temperature") or {"value": 38})["value"]) - by
        _earlier(hours, temperature={"value": value, "unit": None})(asked, sign)

    return setting


def _weights(percent: Decimal) -> Iterator[Setting]:
    for kg in (*near(BASE * (100 + percent) / 100), 0, -1, facts.HEAVIEST_KG, facts.HEAVIEST_KG + 1):
        yield _reported(weight_kg=kg)
    for kg in (0, facts.HEAVIEST_KG, facts.HEAVIEST_KG + 1, None):
        yield _both(
            _context(baseline_weight_kg=kg),
            _reported(weight_kg=facts.HEAVIEST_KG),
            _earlier(24, weight_kg=19),
        )


def _both(*settings: Setting) -> Setting:
    def setting(asked: Asked, sign: str) -> None:
        for one in settings:
            one(asked, sign)

    return setting


def _weight_rises(rise: Mapping[str, Any]) -> Iterator[Setting]:
    """A chain of daily weights, each of its days moved to the edge of the day, and its end to the edge of the rise."""
    step = rise["percent"] / 100 * BASE
    first, second, third = weights = [BASE, BASE + step / 4, BASE + step / 2]
    whole = [Decimal(24 * day) for day in range(rise["days"], 0, -1)]
    for end in near(BASE + step):
        yield _chain(dict(zip(whole, weights, strict=True)), end)
    for moved, half, side in product(range(rise["days"]), near(HALF_A_DAY), (1, -1)):
        hours = [ago + half * side * (day == moved) for day, ago in enumerate(whole)]
        yield _chain(dict(zip(hours, weights, strict=True)), BASE + step)
    yield _chain(dict.fromkeys(whole, BASE), BASE + step)
    yield _chain({whole[0]: third, whole[1]: second, whole[2]: first}, BASE + step)
    # an undated baseline may only be the first of the chain
    yield _chain({whole[1]: second, whole[2]: third}, BASE + step, baseline=first)
    yield _chain({whole[0]: first, whole[2]: third}, BASE + step, baseline=second)
    yield _chain({whole[0]: first, whole[1]: second}, BASE + step, baseline=third)


def _chain(weights: Mapping[Decimal, Decimal], today: Decimal, baseline: Decimal | None = None) -> Setting:
    def setting(asked: Asked, sign: str) -> None:
        asked["context"]["baseline_weight_kg"] = baseline
        now_of(asked)["weight_kg"] = today
        for ago, weight in weights.items():
            _earlier(ago, weight_kg=weight)(asked, sign)

    return setting


def _answers(wanted: Mapping[str, Sequence[Any]]) -> Iterator[Setting]:
    for key, codes in wanted.items():
        name, _, part = key.partition(".")
        known = request.NEURO[part] if part else request.ANSWERS[name]
        for value in (*codes, *known, None):
            yield _reported(**{name: {part: value} if part else value})


def _transplants(wanted: Mapping[str, Any]) -> Iterator[Setting]:
    for days in (*near(wanted.get("days", 100)), 0, -1, None):
        yield _context(days_since_transplant=days)


def _early(wanted: bool) -> Iterator[Setting]:
    yield _context(hours_since_start=1)
    yield from (_context(hours_since_start=hours) for hours in near(24))


def _ages(months: int) -> Iterator[Setting]:
    for age in near(months):
        yield _context(age_months=age, age_years=int(age) // 12)
        yield _context(age_months=None, age_years=age / 12)
        yield _context(age_months=age, age_years=8)
    yield _context(age_months=12, age_years=0)  # the two disagree: the younger counts
    yield _context(age_months=36, age_years=2)
    yield _context(age_months=None, age_years=None)
    yield _context(age_months=None, age_years=0)


def _policies(wanted: Mapping[str, str]) -> Iterator[Setting]:
    for key, value in wanted.items():
        known = fever.FEVER_RULES if key == "fever" else request.SENSITIVITIES
        for chosen in (value, *known):
            yield lambda asked, sign, key=key, chosen=chosen: asked["policy"].update({key: chosen})  # type: ignore[misc]


def _flags_of(key: str) -> Callable[[Any], Iterator[Setting]]:
    return lambda wanted: (_context(**{key: value}) for value in (True, False, None))


def _defined(name: str) -> Iterator[Setting]:
    for condition in load().definitions[name]:
        settings = [settings_of(operator, argument) for operator, argument in condition.items()]
        yield _both(*(own[0] for own in settings))
        for number, own in enumerate(settings):
            others = [theirs[0] for other, theirs in enumerate(settings) if other != number]
            yield from (_both(*others, setting) for setting in own[1:])


def named(name: str) -> Iterator[Setting]:
    """Each of its conditions as it holds, and none."""
    for condition in load().definitions[name]:
        yield _both(*(settings_of(operator, argument)[0] for operator, argument in condition.items()))
    yield _both()


def _no_reading(code: str) -> Iterator[Setting]:
    for value in (
        None,
        Decimal(60),
        *(edge for band in fever.BANDS.values() for end in band for edge in near(end)),
    ):
        yield _reported(temperature=None if value is None else {"value": value})


_SETTINGS: Mapping[str, Callable[[Any], Iterable[Setting]]] = {
    "severity": _severities,
    "severity_told": _severities,
    "lasting": _lengths,
    "lasting_told": _lengths,
    "episodes_over": _episodes,
    "again": _again,
    "with": _with,
    "with_severe": _with,
    "another_sign": _another,
    "temperature": _temperatures,
    "earlier_temperature": _earlier_temperatures,
    "temperature_rise": _rises,
    "unread": _no_reading,
    "weight_over_baseline": _weights,
    "weight_rises": _weight_rises,
    "answer": _answers,
    "early": _early,
    "running": _flags_of("infusion_running"),
    "age_under": lambda years: _ages(years * 12),
    "under_months": _ages,
    "low_counts": _flags_of("low_counts_known"),
    "after_transplant": _transplants,
    "writes": _flags_of("writes"),
    "policy": _policies,
    "is": _defined,
}

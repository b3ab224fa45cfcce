"""Requests at each boundary of each number of the knowledge, made from the knowledge itself.

For each condition of each red flag: a request in which it just holds, and from there one step to each side of each of
its numbers, each other severity, answer and choice. So a line that moves, here or on the phone, is seen.
"""

from collections.abc import Iterable, Iterator
from copy import deepcopy
from decimal import Decimal
from itertools import chain
from typing import Any

from tests.parity.settings import BASE, Asked, named, near, now_of, settings_of
from tests.parity.spoken import spoken_temperatures
from tests.parity.twice import told_twice
from therapies import fever, request, rules
from therapies.catalogue import load
from therapies.model import NEAR_DAYS, SEVERITIES, Condition, RedFlag, Therapy

_SOFTENED = "nausea"
"""Mild, it is more urgent early in a course, of every therapy that tells early from late."""


def boundary_requests(*, every_therapy: bool) -> Iterator[Asked]:
    """Of a flag that several therapies share for one of them, or for each. No request twice."""
    drawn: set[str] = set()
    for asked in _all(every_therapy=every_therapy):
        if (known := repr(asked)) not in drawn:
            drawn.add(known)
            yield asked


def _all(*, every_therapy: bool) -> Iterator[Asked]:
    seen: set[str] = set()
    for therapy in load().therapies.values():
        if every_therapy:
            seen = set()
        for flag in therapy.red_flags:
            if flag.id not in seen:
                yield from _of_flag(flag, therapy, seen)
                seen.add(flag.id)
        yield from _of_course(therapy)
    yield from _of_readings()
    yield from _of_time()
    yield from told_twice()
    yield from spoken_temperatures()


# ------------------------------------------------------------------ red flags


def _of_flag(flag: RedFlag, therapy: Therapy, seen: set[str]) -> Iterator[Asked]:
    """The boundaries of a definition are those of the first flag that names it."""
    for condition in chain.from_iterable(conditions for _urgency, conditions in flag.levels):
        yield from _around(condition, flag.signs[0] if flag.signs else "", therapy, seen)
        seen.add(condition.get("is", ""))
    for sign in flag.signs:
        for severity in (None, *SEVERITIES) if sign == flag.signs[0] else SEVERITIES[:1]:
            yield _with_sign(therapy, sign, severity)


def _with_sign(therapy: Therapy, sign: str, severity: str | None) -> Asked:
    asked = _plain(therapy)
    now_of(asked)["symptoms"] = [{"code": sign, "severity": severity}] if sign else []
    return asked


def _plain(therapy: Therapy) -> Asked:
    """Nothing is the matter, and everything is known."""
    context = {
        "age_years": 8,
        "age_months": 98,
        "infusion_running": True,
        "hours_since_start": 400,
        "cycle_day": 17,
    }
    context |= {"days_since_infusion": 17, "days_since_last_dose": 17, "baseline_weight_kg": BASE}
    report = {
        "hours_ago": 0,
        "temperature": {"value": Decimal("36.8"), "unit": "C", "route": "oral"},
        "symptoms": [],
    }
    return {"therapy": therapy.id, "context": context, "policy": {}, "reports": [report]}


def _around(condition: Condition, sign: str, therapy: Therapy, seen: set[str]) -> Iterator[Asked]:
    """The first setting of each operator makes it hold; then each of the others of one operator at a time."""
    settings = [
        [*named(argument)] if operator == "is" and argument in seen else settings_of(operator, argument)
        for operator, argument in condition.items()
    ]
    for number, own in enumerate(settings or [[]]):
        for setting in own or [lambda asked, sign: None]:
            asked = _with_sign(therapy, sign, SEVERITIES[0] if sign else None)
            for other, theirs in enumerate(settings):
                if other != number:
                    theirs[0](asked, sign)
            setting(asked, sign)
            yield deepcopy(asked)


# ------------------------------------------------------------------ the numbers of the principles


def _of_course(therapy: Therapy) -> Iterator[Asked]:
    """Where early begins and ends, by each of the keys that say so, alone."""
    schedule = therapy.schedule
    days = {
        0,
        1,
        *schedule.early_cycle_days,
        *schedule.dose_days,
        *(d + NEAR_DAYS for d in schedule.dose_days),
    }
    days |= {
        end for one in schedule.infusions for end in (one.first_day, one.last_day, one.last_day + NEAR_DAYS)
    }
    keys: dict[str, Iterable[Any]] = {
        **dict.fromkeys(("hours_since_start", "hours_since_infusion_end"), near(schedule.early_hours)),
        **dict.fromkeys(
            ("cycle_day", "days_since_infusion", "days_since_last_dose"), sorted(days | {NEAR_DAYS})
        ),
    }
    for key, values in keys.items():
        for value in chain.from_iterable(map(near, values)):
            for more in ({}, {"cycle": 0}, {"cycle": 1}, {"days_since_infusion": 30}):
                context = {"age_years": 8, **more, key: value}
                yield _with_sign(therapy, _SOFTENED, SEVERITIES[0]) | {"context": context}
    yield _with_sign(therapy, _SOFTENED, SEVERITIES[0]) | {"context": {}}


def _of_readings() -> Iterator[Asked]:
    """The ends of the bands in either unit and in none, and weights far from the baseline."""
    therapy = next(iter(load().therapies.values()))
    for end in (end for band in fever.BANDS.values() for end in band):
        for value in (*near(end), *near(end, Decimal("0.1")), Decimal(end).quantize(Decimal("0.001"))):
            for unit in (*request.UNITS, None):
                asked = _plain(therapy)
                now_of(asked)["temperature"] = {"value": value, "unit": unit}
                yield asked
    far = BASE * rules.ASK_WEIGHT_PERCENT / 100
    for kg in (*near(BASE + far), *near(BASE - far)):
        yield _plain(therapy) | {"reports": [{"hours_ago": 0, "weight_kg": kg}]}


def _of_time() -> Iterator[Asked]:
    """How long danger is remembered, when a report is old, and what the course was at an earlier report."""
    therapy = next(iter(load().therapies.values()))
    pump = next(one for one in load().therapies.values() if one.schedule.given == "pump")
    fit = [{"code": "seizure", "severity": "severe"}]
    for now in (0, 1, *near(rules.OLD_HOURS), Decimal("30.50")):
        for ago in near(rules.REMEMBERED_HOURS):
            for advised in (None, *near(ago + now, Decimal("0.0001"))):
                asked = _plain(therapy)
                asked["context"]["team_advised_hours_ago"] = advised
                asked["reports"] = [
                    {**now_of(asked), "hours_ago": now},
                    {"hours_ago": ago + now, "symptoms": fit},
                ]
                yield asked
    for ago in (edge for hours in (0, 12, 24, 36, 60) for edge in near(hours)):
        for context in (
            {"cycle_day": 3},
            {"hours_since_start": 24 + ago},
            {"days_since_transplant": 2},
            {"cycle_day": 4},
        ):
            asked = _plain(pump)
            asked["context"] = context
            asked["reports"] += [{"hours_ago": ago, "symptoms": [{"code": "headache", "severity": "mild"}]}]
            yield asked

"""Requests that tell one thing twice, in one report or in two of one time: each detail has to stand at its worst."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import product
from typing import Any

from tests.parity.settings import BASE, Asked
from therapies import request
from therapies.model import SEVERITIES

Report = Mapping[str, Any]
_DETAILS: tuple[tuple[str, str, tuple[Any, ...]], ...] = (
    ("headache", "severity", (None, *SEVERITIES)),
    ("fatigue", "severity", (None, *SEVERITIES)),
    ("constipation", "duration_hours", (None, 0, 48, 49, -1)),
    ("nosebleed", "duration_hours", (None, Decimal("0.05"), Decimal("0.1"))),
    ("diarrhea", "episodes_24h", (None, 0, 3, 4, -1)),
)
_WHOLE: Mapping[str, tuple[Any, ...]] = {
    "symptoms": (None, [], [{"code": "fatigue", "severity": "mild"}], [{"code": "rash", "severity": "mild"}]),
    "temperature": (
        None,
        *(
            {"value": value, "unit": unit}
            for value in (Decimal("36.8"), Decimal("38.2"), 60)
            for unit in ("C", "F")
        ),
    ),
    "weight_kg": (None, BASE, BASE * 2, 0, 301),
    "note": (None, "", "a seizure", "seizure and no fever", "temp 39.5"),
    **{key: (None, *values) for key, values in request.ANSWERS.items()},
}


def told_twice() -> Iterator[Asked]:
    for code, detail, values in _DETAILS:
        for one, other in product(values, repeat=2):
            signs = [{"code": code, "severity": SEVERITIES[0], detail: value} for value in (one, other)]
            yield _asked([{"symptoms": signs}])
            yield _asked([{"symptoms": [sign]} for sign in signs])
    for key, values in _WHOLE.items():
        yield from (_asked([{key: one}, {key: other}]) for one, other in product(values, repeat=2))
    for part, known in request.NEURO.items():
        for one, other in product((None, *known), repeat=2):
            yield _asked([{"neuro": {part: one}}, {"neuro": {part: other}}])
    yield from _notes()


def _notes() -> Iterator[Asked]:
    """What one note does not mean, another may."""
    for one, other in product(("", "a seizure", "a seizure and he is confused"), repeat=2):
        for names, others in product(((), ("seizure",), ("seizure", "confusion")), repeat=2):
            yield _asked([{"note": one, "not_meant": [*names]}, {"note": other, "not_meant": [*others]}])


def _asked(reports: Iterable[Report]) -> Asked:
    """Nothing else is the matter, and everything else is known."""
    context = {"age_years": 8, "age_months": 98, "infusion_running": True, "hours_since_start": 400}
    told = [{"hours_ago": Decimal("0.0"), "symptoms": [], **report} for report in reports]
    return {"therapy": "blinatumomab", "context": {**context, "baseline_weight_kg": BASE}, "reports": told}

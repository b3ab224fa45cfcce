"""Without a report that cannot be seen by a later one, nothing in what that shows differs.

HISTORIES=10000 python -m pytest -n 0 tests/therapies/test_reach.py
"""

import inspect
import random
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.therapies import test_looks
from tests.therapies.test_looks import HISTORIES, KNOWN, context
from therapies import reach
from therapies.conditions import LOOKS_BACK, OF_THE_REPORT, OPERATORS
from therapies.facts import moment
from therapies.reach import Asks, alters, may_call, seen_for, views_of
from therapies.request import FEVER_RULES, SENSITIVITIES, Report, merge, read_report, read_request
from therapies.rules import LOOKS_BACK_HOURS, URGENT, Looked, look

LIMITS = (0.5, 1, 6, 11.9, 12, 12.1, 23.9, 24, 36, 47.9, 48, 48.1, 60, 72, 84, 96, 108, 119.9, 120)


def told(chance: random.Random) -> dict[str, Any]:
    """Often what a rule looks for in an earlier report: the same sign, a reading, a weight; and often nothing."""
    report = test_looks.told(chance)
    if chance.random() < 0.5:
        report["symptoms"] = [
            {"code": chance.choice(("vomiting", "nosebleed", "fatigue")), "severity": "mild"}
        ]
    may: dict[str, Any] = {
        "temperature": {
            "value": chance.choice((Decimal("37.2"), Decimal("37.8"), Decimal("38.0"))),
            "unit": "C",
        },
        "neuro": {"talks": chance.choice(("usual", "less"))},
        "fluids_kept": chance.choice(("all", "some", "none")),
    }
    return report | {key: may[key] for key in may if chance.random() < 0.3}


def asked(chance: random.Random) -> dict[str, Any]:
    """Reports of which the newest is the later one, the next may be seen by it, and others are older or between."""
    ages = {chance.choice(LIMITS) * chance.choice((1, 1, 0.5)) for _ in range(chance.randrange(2, 6))}
    reports = [told(chance) | {"hours_ago": age} for age in sorted({0, *ages})]
    policy = {"fever": chance.choice(list(FEVER_RULES)), "sensitivity": chance.choice(SENSITIVITIES)}
    therapy = chance.choice(list(KNOWN.therapies))
    basis = {"context": context(chance, chance.uniform(-700, 100), 100), "policy": policy}
    return {"therapy": therapy, **basis, "reports": reports}


def shown(request: Any, position: int = 0) -> Looked:
    return look(moment(request, position, KNOWN))


def differs(seed: int) -> tuple[bool, bool]:
    """Whether what the newest report shows hangs on the one before it that was chosen, and whether that was said."""
    chance = random.Random(seed)
    request = read_request(asked(chance), KNOWN)
    late = chance.choice(request.reports[1:])
    without = replace(request, reports=tuple(one for one in request.reports if one is not late))
    newest = request.reports[0]
    said = late.hours_ago <= seen_for(late, KNOWN) and alters(late, newest, late.hours_ago, KNOWN)
    return shown(request) != shown(without), said


def calls(seed: int) -> tuple[bool, bool]:
    """Whether the newest report shows a danger, and whether it was said that it may."""
    chance = random.Random(seed)
    request = read_request(asked(chance), KNOWN)
    asks = Asks(request.therapy, request.fever, request.sensitivity)
    newest = request.reports[0]
    said = may_call([newest], [asks], KNOWN)
    return any(finding.urgency in URGENT for finding in shown(request).findings), said


@pytest.mark.hazard("H28")
@pytest.mark.parametrize("of", [differs, calls])
def test_what_is_not_said_to_change_an_answer_changes_none(of: Callable[[int], tuple[bool, bool]]) -> None:
    found = [of(seed) for seed in range(HISTORIES * 4)]
    assert not [seed for seed, (is_so, said) in enumerate(found) if is_so and not said]
    assert sum(is_so for is_so, _ in found) > HISTORIES / 20
    assert sum(not said for _, said in found) > HISTORIES / 10


def report(**seen: Any) -> Report:
    return read_report({"symptoms": []} | seen, "report", KNOWN)


def sign(code: str) -> dict[str, Any]:
    return {"symptoms": [{"code": code, "severity": "mild"}]}


def at(degrees: str) -> dict[str, Any]:
    return {"temperature": {"value": Decimal(degrees), "unit": "C"}}


REACHES = {
    "vomiting on a second day": (sign("vomiting"), sign("vomiting"), 48),
    "a second nosebleed": (sign("nosebleed"), sign("nosebleed"), 48),
    "a temperature that rises": (at("37.0"), at("37.5"), 12),
    "a fever that lasts": (at("38.0"), at("38.1"), 24),
    "a weight": ({"weight_kg": 20}, {"weight_kg": 21}, LOOKS_BACK_HOURS),
}


@pytest.mark.parametrize("name", REACHES)
def test_each_reaches_as_far_as_a_rule_looks_and_no_farther(name: str) -> None:
    told_before, told_after, hours = REACHES[name]
    earlier, later = report(**told_before), report(**told_after)
    assert alters(earlier, later, Decimal(hours), KNOWN)
    assert hours <= seen_for(earlier, KNOWN) <= hours + Decimal("0.001")
    if hours < LOOKS_BACK_HOURS:
        assert not alters(earlier, later, Decimal(hours) + Decimal("0.1"), KNOWN)


@pytest.mark.parametrize(
    "seen", [{}, {"symptoms": None}, sign("headache"), {"pump": "alarm"}, {"worried": True}]
)
def test_what_no_rule_looks_back_for_is_seen_by_no_later_report(seen: dict[str, Any]) -> None:
    assert seen_for(report(**seen), KNOWN) == 0


def test_half_a_degree_less_or_another_sign_is_no_matter() -> None:
    assert not alters(report(**at("37.1")), report(**at("37.5")), Decimal(1), KNOWN)
    assert not alters(report(**sign("vomiting")), report(**sign("nosebleed")), Decimal(1), KNOWN)
    assert not alters(report(weight_kg=20), report(**at("38.0")), Decimal(1), KNOWN)


def test_two_quiet_reports_of_one_moment_may_call_together() -> None:
    asks = [Asks("tisagenlecleucel", "38.0-once", "calibrated")]
    tired, mouth = report(**sign("fatigue"), **at("36.8")), report(**sign("diarrhea"), **at("36.8"))
    assert not may_call([tired], asks, KNOWN)
    assert not may_call([mouth], asks, KNOWN)
    assert may_call([tired, mouth], asks, KNOWN)
    assert any(f.urgency == "now" for f in shown(replace(plain(), reports=(merge(tired, mouth),))).findings)


def plain() -> Any:
    return read_request({"therapy": "tisagenlecleucel", "reports": []}, KNOWN)


def test_each_operator_that_looks_back_is_known_or_reaches_everything() -> None:
    assert {view.operator for view in views_of(KNOWN)} <= LOOKS_BACK.keys()
    assert reach._FINDS.keys() <= LOOKS_BACK.keys()
    assert reach._MATTERS.keys() <= LOOKS_BACK.keys()


def test_what_is_read_from_the_report_alone_is_read_from_nothing_else() -> None:
    more = re.compile(
        r"moment\.(context|before|earlier|baseline_weight|is_early|infusion_may_run|age_in_months)"
    )
    for name in OF_THE_REPORT:
        assert not more.search(inspect.getsource(OPERATORS[name])), name
    assert not OF_THE_REPORT & LOOKS_BACK.keys()


def nothing(*_: Any) -> bool:
    return False


def forget(operator: str) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda patch: patch.setitem(reach._FINDS, operator, nothing)  # type: ignore[arg-type]


def shorten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reach, "LOOKS_BACK", {name: lambda _: (10,) for name in LOOKS_BACK})


def weigh_nothing(patch: pytest.MonkeyPatch) -> None:
    real = reach.told_by
    patch.setattr(reach, "told_by", lambda of: real(of)._replace(weighs=False))


SEES_LESS = {
    **{name: forget(name) for name in ("again", "earlier_temperature", "temperature_rise")},
    "weights": weigh_nothing,
    "hours": shorten,
}


@pytest.mark.parametrize("part", SEES_LESS)
def test_without_one_part_of_the_reach_an_answer_differs(monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    """The search above finds what would be overlooked."""
    SEES_LESS[part](monkeypatch)
    assert any(is_so and not said for is_so, said in map(differs, range(40 * 300)))


def test_what_hangs_on_the_treatment_may_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "_nothing", nothing)
    assert any(is_so and not said for is_so, said in map(calls, range(40 * 300)))

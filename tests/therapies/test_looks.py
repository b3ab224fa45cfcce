"""A report that was looked at for one answer is not looked at again for the next, and no answer changes by it.

    HISTORIES=10000 python -m pytest -n 0 tests/therapies/test_looks.py

Every answer is asked for twice: with what is kept, and without.
"""

import inspect
import os
import random
import re
from collections import UserDict
from decimal import Decimal
from typing import Any

import pytest

from tests.support.effort import tries
from therapies import conditions, facts, looks, rules
from therapies.cases import read_cases
from therapies.catalogue import load
from therapies.conditions import LOOKS_BACK, OPERATORS
from therapies.facts import COUNTED, Moment
from therapies.looks import NOT_SEEN, Looks, limits_of
from therapies.request import FEVER_RULES, SENSITIVITIES
from therapies.rules import LOOKS_BACK_HOURS, REMEMBERED_HOURS, assess

HISTORIES = int(os.environ.get("HISTORIES", tries(300, 3000)))
CASES = list(read_cases())
KNOWN = load()
SIGNS = ("chills", "vomiting", "nosebleed", "headache", "fatigue", "nausea", "rash", "tremor", "felt_hot")
SECOND = 1 / 3600
Report = dict[str, Any]


def kept(request: dict[str, Any], known: Looks) -> dict[str, Any]:
    """The request with reports that are read once, by what they say and their place."""
    reports = []
    for place, report in enumerate(request["reports"]):
        told = {key: value for key, value in report.items() if key != "hours_ago"}
        reports.append(known.report(place, lambda told=told: told, float(report["hours_ago"])))
    return request | {"reports": reports}


@pytest.mark.parametrize("therapy", KNOWN.therapies)
def test_every_worked_case_has_the_same_answer(therapy: str) -> None:
    for case in (case for case in CASES if case.therapy == therapy):
        for _ in range(2):
            known = Looks(load())
            assert assess(kept(dict(case.request), known), known.look) == assess(case.request), case.name


# ------------------------------------------------------------ random histories


def history(chance: random.Random) -> list[tuple[float, Report]]:
    """When each was seen, in hours, and what was told: often on limits of rules, and what others have too."""
    grid = chance.choice((SECOND, 1 / 60, 1.0, 12.0))
    few = [told(random.Random(chance.randrange(40))) for _ in range(chance.randrange(1, 4))]
    hours = sorted({round(chance.uniform(0, 130) / grid) * grid for _ in range(chance.randrange(1, 14))})
    return [(at, dict(chance.choice(few))) for at in hours for _ in range(chance.choice((1, 1, 1, 1, 2)))]


def told(chance: random.Random) -> Report:
    severity = (None, "mild", "mild", "moderate", "severe")
    signs = [
        {"code": code, "severity": chance.choice(severity), "duration_hours": chance.randrange(60)}
        for code in chance.sample(SIGNS, chance.choice((0, 0, 1, 2)))
    ]
    report: Report = {"symptoms": signs} if chance.random() < 0.9 else {}
    may = {
        "temperature": {"value": Decimal(chance.randrange(350, 400)) / 10, "unit": chance.choice("CCCF")},
        "weight_kg": Decimal(chance.randrange(190, 225)) / 10,
        "handwriting": chance.choice(("same", "worse")),
        "pump": chance.choice(("ok", "alarm")),
        "antipyretic_given": chance.random() < 0.5,
        "note": chance.choice(("", "hot since supper", "perhaps a seizure")),
    }
    return report | {key: may[key] for key in may if chance.random() < 0.35}


def context(chance: random.Random, begun_at: float, at: float) -> dict[str, Any]:
    """As the record has it of a course that began then: days by the calendar, hours to the second."""
    days = int(at // 24) - int(begun_at // 24)
    may = {
        "hours_since_start": at - begun_at,
        "days_since_infusion": days,
        "cycle_day": days + 1,
        "days_since_transplant": days + chance.choice((0, 97)),
        "days_since_last_dose": days,
        "hours_since_infusion_end": at - begun_at,
    }
    known = {key: value for key, value in may.items() if value >= 0 and chance.random() < 0.5}
    beside = {
        "age_years": 8,
        "age_months": chance.choice((2, 101)),
        "writes": True,
        "infusion_running": chance.random() < 0.5,
        "low_counts_known": chance.random() < 0.5,
        "baseline_weight_kg": chance.choice((20, 20.0, 400)),
        "team_advised_hours_ago": chance.randrange(30) / 3,
    }
    return known | {key: value for key, value in beside.items() if chance.random() < 0.4}


def answers(seed: int) -> int:
    """Judges each report of a history as the newest, in any order, and compares. How many had an older danger."""
    chance = random.Random(seed)
    reports, known = history(chance), Looks(load())
    begun_at, therapy = chance.uniform(-700, 100), chance.choice(list(KNOWN.therapies))
    policy = {"fever": chance.choice(list(FEVER_RULES)), "sensitivity": chance.choice(SENSITIVITIES)}
    remembered = 0
    for at in chance.sample(sorted({at for at, _ in reports}), len({at for at, _ in reports})):
        if chance.random() < 0.2:
            policy = policy | {"sensitivity": chance.choice(SENSITIVITIES)}
        basis = {"therapy": therapy, "context": context(chance, begun_at, at), "policy": policy}
        before = [(place, at - then, told) for place, (then, told) in enumerate(reports) if then <= at]
        plain = [told | {"hours_ago": hours} for _, hours, told in before]
        read = [known.report(place, lambda told=told: told, hours) for place, hours, told in before]
        beside = recorded(chance)
        response = assess(basis | {"reports": plain + beside})
        assert assess(basis | {"reports": read + beside}, known.look) == response, (seed, at)
        remembered += any("reported_hours_ago" in flag for flag in response["flags"])
    return remembered


def recorded(chance: random.Random) -> list[Report]:
    """A fever medicine of the same moment, and the oldest weight of the course."""
    beside = [
        {"antipyretic_given": True, "hours_ago": 0.0},
        {"weight_kg": Decimal("19.5"), "hours_ago": 240.0},
    ]
    return [report for report in beside if chance.random() < 0.2]


@pytest.mark.hazard("H28")
def test_random_histories_in_any_order_have_the_same_answers() -> None:
    assert sum(map(answers, range(HISTORIES))) > HISTORIES / 10


def asked(therapy: str, sign: str, context: dict[str, Any], *earlier: Report) -> dict[str, Any]:
    report = {"symptoms": [{"code": sign, "severity": "mild", "duration_hours": 0}], "weight_kg": 21}
    report |= {"hours_ago": 0}
    return {"therapy": therapy, "context": {"age_years": 8} | context, "reports": [report, *earlier]}


GIVEN = {"days_since_infusion": 9, "days_since_last_dose": 9}
PAIRS = {
    "facts": (asked("tisagenlecleucel", "nausea", {}), asked("blinatumomab", "nausea", {})),
    "early": [asked("blinatumomab", "headache", {"hours_since_start": hours}) for hours in (400, 4)],
    "transplant": [
        asked("gemtuzumab-ozogamicin", "nausea", GIVEN | {"days_since_transplant": days})
        for days in (150, 50)
    ],
    "weight": [
        asked("tisagenlecleucel", "nausea", {}, {"weight_kg": weight, "hours_ago": 240})
        for weight in (21, 19)
    ],
    "past": [
        asked("tisagenlecleucel", "nosebleed", {}, {"symptoms": [{"code": "nosebleed"}], "hours_ago": hours})
        for hours in (49, 47)
    ],
}
"""Two requests whose answers differ, by what is seen of the newest report in that one part."""


@pytest.mark.parametrize(("part", "name"), list(enumerate(PAIRS)))
def test_each_part_of_what_is_compared_is_needed(
    monkeypatch: pytest.MonkeyPatch, part: int, name: str
) -> None:
    one, other = PAIRS[name]
    assert assess(one)["urgency"] != assess(other)["urgency"]
    assert [both(one), both(other)] == [assess(one), assess(other)]
    real = Looks._seen

    def without(self: Looks, request: Any, position: int) -> Any:
        whole: Any = real(self, request, position)
        return whole[:part] + whole[part + 1 :]

    monkeypatch.setattr(Looks, "_seen", without)
    looks._KEPT.clear()
    assert [both(one), both(other)] != [assess(one), assess(other)]
    looks._KEPT.clear()


def both(request: dict[str, Any]) -> dict[str, Any]:
    known = Looks(load())
    return dict(assess(kept(request, known), known.look))


# ------------------------------------------------------------ what is compared is all that is seen


def test_each_operator_that_looks_at_earlier_reports_says_how_far() -> None:
    back = {name for name, of in OPERATORS.items() if "before(" in inspect.getsource(of)}
    back |= {name for name, of in OPERATORS.items() if "_rising(" in inspect.getsource(of)}
    assert back == set(LOOKS_BACK)
    assert "before(" in inspect.getsource(conditions._rising)
    readers = [name for name, of in vars(Moment).items() if ".earlier" in _source(of)]
    assert readers == ["baseline_weight", "before"]
    assert ".earlier" not in inspect.getsource(conditions) + inspect.getsource(rules)


def _source(of: Any) -> str:
    of = getattr(of, "func", of)  # of a cached property
    is_written = inspect.isfunction(of) and of.__code__.co_filename == facts.__file__
    return inspect.getsource(of) if is_written else ""


def test_nobodys_own_words_are_kept_and_no_red_flag_reads_them() -> None:
    looks._KEPT.clear()
    told = {"symptoms": [], "note": "Juno had a seizure", "not_meant": ["seizure"]}
    read = Looks(load()).report(1, lambda: told, 0.0)
    assert (read.note, read.not_meant) == (told["note"], {"seizure"})
    assert [kept.report.note for kept in looks._KEPT[0].told.values()] == [""]
    assert "Juno" not in repr(looks._KEPT[0])
    assert not re.search(r"\.(note|not_meant)\b", inspect.getsource(conditions))


def test_no_rule_looks_from_an_age_that_is_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[Any] = set()
    real = Moment.before

    def before(self: Moment, within: Any, at_least: Any = 0) -> Any:
        asked.update((within, at_least))
        return real(self, within, at_least)

    monkeypatch.setattr(Moment, "before", before)
    for case in CASES:
        assess(case.request)
    assert asked
    assert asked <= {*limits_of(KNOWN), 0}
    assert max(limits_of(KNOWN)) + REMEMBERED_HOURS <= LOOKS_BACK_HOURS


def test_no_rule_reads_of_the_context_what_is_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    read: set[str] = set()

    class Watched(UserDict[str, Any]):
        def __getitem__(self, key: str) -> Any:
            read.add(key)
            return super().__getitem__(key)

        def get(self, key: str, default: Any = None) -> Any:
            read.add(key)
            return super().get(key, default)

    monkeypatch.setattr(facts, "is_early", lambda schedule, told: True)
    monkeypatch.setattr(facts, "_back", lambda context, hours: Watched(context))
    for case in CASES:
        assess(case.request)
    assert read & COUNTED == {"days_since_transplant"}
    assert not (read & NOT_SEEN) - COUNTED


def test_a_hundred_answers_look_at_a_hundred_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    looks._KEPT.clear()
    looked = []
    real = rules.look
    monkeypatch.setattr(rules, "look", lambda now: (looked.append(now), real(now))[1])
    known, told = Looks(load()), {"symptoms": [], "temperature": {"value": Decimal("36.8")}}
    for newest in range(100):
        reports = [known.report(place, lambda: told, (newest - place) * 0.49) for place in range(newest + 1)]
        context = {"days_since_infusion": 9}
        assess({"therapy": "tisagenlecleucel", "context": context, "reports": reports}, known.look)
    assert len(looked) <= 200  # each report once, a few of them as they were a day earlier


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    looks._KEPT.clear()
    monkeypatch.setattr(looks, "MOST_TOLD", 8)
    monkeypatch.setattr(looks, "MOST_LOOKED", 8)
    for seed in range(60):
        answers(seed)
    assert len(looks._KEPT[0].told) <= 8
    assert len(looks._KEPT[0].looked) <= 8
    looks._KEPT.clear()


def test_a_red_flag_that_fails_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    looks._KEPT.clear()
    known, told = Looks(load()), {"symptoms": [{"code": "chills", "severity": "mild"}]}

    def fails(*_: Any) -> Any:
        raise RuntimeError

    request = {"therapy": "tisagenlecleucel", "reports": [known.report(1, lambda: told, 0.0)]}
    with monkeypatch.context() as broken:
        broken.setattr(rules, "_judge", fails)
        assert assess(request, known.look)["could_not_check"]
    assert not assess(request, known.look)["could_not_check"]

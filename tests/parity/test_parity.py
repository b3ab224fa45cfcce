"""The rules on the phone answer as Python's do; 100,000 requests at each change of the rules: `manage.py parity`."""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.parity.boundaries import boundary_requests
from tests.parity.damages import DAMAGES, operators_damaged, planted, unseen
from tests.parity.node import SOURCE, Question, differences, phone_answers
from tests.parity.questions import by_chance, noted, together, typed_numbers, worked
from tests.support.effort import tries
from therapies import request, rules
from therapies.catalogue import load
from therapies.cli import REFUSED, run_rules
from therapies.conditions import OPERATORS
from therapies.rules_bundle import digest, dumps, rules_bundle

SEED = 20261201
RULES = SOURCE.parent
_NO_CODE = re.compile(r'//.*|/\*(?s:.*?)\*/|"[^"\n]*"|`[^`]*`|/\^.*?\$?/(?=[.;])')
_NUMBER = re.compile(r"(?<![\w.])([0-9]+)n?\b")
_OWN_NUMBERS = {"decimal.js": {"16", "15", "9", "10"}, "numbers.js": {"10"}, "temperatures.js": {"3"}}


def test_the_phone_answers_as_python_does() -> None:
    """Worked cases, the boundaries of every number, and chance: one therapy and several, notes, what is refused."""
    questions: Iterator[Question] = (
        *worked(),
        *({"ask": [one]} for one in boundary_requests(every_therapy=False)),
        *by_chance(tries(2000, 20_000), SEED),
        *together(300, SEED),
        *noted(500, SEED),
        *typed_numbers(500, SEED),
    )
    assert [*differences(questions)] == []


def test_every_operator_has_a_boundary_and_a_damage() -> None:
    """Whoever adds an operator says where it begins to hold, and that its failing is seen."""
    known = {name for asked in rules_bundle()["red_flags"] for name in _operators(asked["levels"].values())}
    known |= {name for name in _operators(rules_bundle()["definitions"].values())}
    assert known <= OPERATORS.keys() == operators_damaged()
    assert len(DAMAGES) >= 40


def _operators(lists: Any) -> Iterator[str]:
    for conditions in lists:
        for condition in conditions:
            yield from condition


def test_a_damage_is_seen_and_fits_the_module(tmp_path: Path) -> None:
    """All of them by `python -m tests.parity.damages`, which takes minutes; here that each still fits, and a few."""
    for number, damage in enumerate(DAMAGES):
        if damage.file != "conditions.js" or number % 9 == 0:
            planted(damage, tmp_path / str(number))
    few = [
        one
        for one in DAMAGES
        if one.instead in ("yesOrNo(sign.severity === lowest)", 'degreesF > line("from")')
    ]
    questions = [{"ask": [one]} for one in boundary_requests(every_therapy=False)]
    assert [*unseen(few, questions[::10])] == []


def test_a_flag_that_throws_is_caught_alone_and_makes_it_now(tmp_path: Path) -> None:
    bundle = rules_bundle(["blinatumomab"])
    flag = next(one for one in bundle["red_flags"] if one["id"] == "BLIN-NEURO-01")
    flag["levels"] = {"now": [{"unheard_of": 1}]}
    place = tmp_path / "rules.json"
    place.write_text(dumps(bundle), "utf-8")
    signs = [{"code": "seizure", "severity": "mild"}]
    asked = {"therapy": "blinatumomab", "reports": [{"hours_ago": 0, "symptoms": []}]}
    seizure = {"therapy": "blinatumomab", "reports": [{"hours_ago": 0, "symptoms": signs}]}
    calm, urgent = (one["answers"][0] for one in phone_answers([{"ask": [asked]}, {"ask": [seizure]}], place))
    assert urgent["urgency"] == "emergency"
    assert urgent["could_not_check"] == ["BLIN-NEURO-01"]
    assert calm["could_not_check"] == []  # none of its signs was told: it was not asked


def test_rules_that_cannot_be_used_say_call_now(tmp_path: Path) -> None:
    place = tmp_path / "rules.json"
    for unusable in ("null", "{}", '{"format":99}'):
        place.write_text(unusable, "utf-8")
        [said] = phone_answers([{"ask": [{"therapy": "blinatumomab", "reports": []}]}], place)
        assert said["answers"][0] == json.loads(json.dumps(rules.unchecked("knowledge")))


def test_the_bundle_has_what_was_chosen_and_a_hash_of_it() -> None:
    whole, one = rules_bundle(), rules_bundle(["blinatumomab"])
    assert [*one["therapies"]] == ["blinatumomab"]
    assert {flag["id"] for flag in one["red_flags"]} == {
        flag.id for flag in load().therapies["blinatumomab"].red_flags
    }
    assert whole["version"] == one["version"] == load().version
    for bundle in (whole, one):
        assert bundle["hash"] == digest({key: value for key, value in bundle.items() if key != "hash"})
    assert whole["hash"] != one["hash"]
    with pytest.raises(KeyError):
        rules_bundle(["x"])


def test_the_bundle_is_said_in_a_language() -> None:
    """Every text that a family reads, and nothing that only rules read."""
    loud = rules_bundle(say=str.upper)
    assert loud["messages"]["now"] == load().messages["now"].upper()
    assert loud["red_flags"][0]["text"].isupper()
    assert loud["notes"] == rules_bundle()["notes"]


def test_the_command_names_what_it_does_not_know() -> None:
    out, err = io.StringIO(), io.StringIO()
    assert run_rules(["x"], out, err) == REFUSED
    assert err.getvalue().startswith("x: is not one of ")
    assert not out.getvalue()
    assert run_rules(["blinatumomab"], out, err) == 0
    assert json.loads(out.getvalue())["format"] == 1


def test_no_number_is_read_further_than_it_can_matter() -> None:
    """So every sum and product of the rules is exact, in fixed point too."""
    read = request.read_request({"therapy": "blinatumomab", "reports": [{"hours_ago": 1 / 3}]}, load())
    assert read.reports[0].hours_ago == request.Decimal("0.333333333333333")
    for typed, kept in (
        ("0E+20", "0"),
        ("1E+20", "1000000000"),
        ("38.0", "38.0"),
        ("38.0000000000000009", "38.000000000000000"),
    ):
        [report] = request.read_request(
            {"therapy": "blinatumomab", "reports": [{"weight_kg": request.Decimal(typed)}]}, load()
        ).reports
        assert f"{report.weights[0]:f}" == kept


def test_no_number_of_the_rules_stands_in_the_evaluator() -> None:
    """They are data of the bundle; how far a number is read, ten digits and three words ("39 point 1") are no rules."""
    for path in RULES.glob("*.js"):
        code = _NO_CODE.sub("", path.read_text("utf-8"))
        assert not {*_NUMBER.findall(code)} - {"0", "1", "2"} - _OWN_NUMBERS.get(path.name, set()), path.name

"""The simulated children: everything documented is found, and a rule that is missing is noticed."""

import dataclasses
import re
from random import Random

import pytest

from tests.therapies.test_episodes import FEVER, HOUR, log
from therapies import catalogue, episodes, simulation
from therapies.simulation import Figures, simulate
from therapies.simulation.nurse import Nurse, moment

DEFAULT = {"fever": "38.0-once", "sensitivity": "calibrated"}


def run(children=40, days=30, seed=3, policy=None, rates=simulation.RATES):
    total = Figures()
    for figures in simulate(children, days, seed, policy or DEFAULT, rates):
        total.add(figures)
    return total.as_dict()


@pytest.fixture(scope="module")
def figures():
    return run()


def test_every_documented_sign_that_was_told_is_found(figures):
    assert figures["signs_told"] > 50
    assert figures["missed"] == []
    assert figures["signs_found"] == figures["signs_told"]


def test_the_same_seed_gives_the_same_figures():
    figures = run(children=10)
    assert run(children=10) == figures
    assert run(children=10, seed=4) != figures


def test_a_literal_clinic_is_called_no_less(figures):
    literal = run(policy=DEFAULT | {"sensitivity": "literal"})
    answered = [run["alerts_per_child_week"]["now"]["answered"] for run in (literal, figures)]
    assert answered[0] >= answered[1]


@pytest.mark.parametrize(("hours", "becomes"), [(11, episodes.JOINS), (13, episodes.IS_WORSE)])
def test_a_nurse_is_told_of_a_sign_that_is_back(hours, becomes):
    rates = {
        "closed_after_hours": {"now": 20},
        "outcomes": {"advised-by-phone": 1},
        "says_there": 0,
        "stays_hours": (1, 2),
        "taken_after_minutes": 5,
    }
    nurse, now = Nurse(rates, Random(1)), moment(100)
    for hours_ago, flags in ((hours, [FEVER]), (hours - 2, []), (0, [FEVER])):
        seen = log(*flags, at=now - hours_ago * HOUR, urgency="now" if flags else "note")
        became = nurse.hear(seen) if flags else ""
        nurse.remember(seen)
    assert became == becomes


@pytest.fixture(scope="module")
def courses(tmp_path_factory):
    """Rates with which hardly a child is spared a course."""
    table, mark, after = simulation.RATES.read_text("utf-8").partition("[[course]]")
    rates = tmp_path_factory.mktemp("rates") / "rates.toml"
    rates.write_text(table + mark + re.sub(r"chance = [0-9.]+", "chance = 0.9", after), "utf-8")
    return {"rates": rates, "children": 12, "days": 60}


def test_every_worsening_is_told(courses):
    figures = run(**courses)
    assert figures["worsenings"] > 60
    assert figures["untold"] == []


def test_less_is_told_than_by_urgency_alone(figures):
    now = figures["alerts_per_child_week"]["now"]
    assert now["told"] < now["by urgency"] <= now["answered"]
    assert now["told"] + now["joined"] == pytest.approx(now["answered"], abs=0.001)


@pytest.mark.parametrize("deaf", ["_temperature", "_answers", "_urgent_codes"])
def test_a_worsening_that_nobody_compares_is_noticed(monkeypatch, courses, deaf):
    monkeypatch.setattr(episodes, deaf, lambda *_asked: iter(()))
    assert run(**courses)["untold"]


def test_a_rule_that_is_missing_is_noticed(monkeypatch):
    known = catalogue.load()
    deaf = {
        name: dataclasses.replace(
            therapy,
            red_flags=tuple(
                flag for flag in therapy.red_flags if "INFECTION" not in flag.id and "CRS" not in flag.id
            ),
        )
        for name, therapy in known.therapies.items()
    }
    monkeypatch.setattr(simulation, "load", lambda: dataclasses.replace(known, therapies=deaf))
    assert run()["missed"]

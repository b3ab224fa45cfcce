"""The simulated children: everything documented is found, and a rule that is missing is noticed."""

import dataclasses

import pytest

from therapies import catalogue, simulation
from therapies.simulation import Figures, simulate

DEFAULT = {"fever": "38.0-once", "sensitivity": "calibrated"}


def run(children=40, days=30, seed=3, policy=None):
    total = Figures()
    for figures in simulate(children, days, seed, policy or DEFAULT):
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
    assert literal["alerts_per_child_week"]["now"] >= figures["alerts_per_child_week"]["now"]


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

"""What both are asked: the worked cases, requests by chance of one therapy and of several, and numbers as typed."""

from collections.abc import Iterator
from random import Random
from typing import Any

from tests.parity.node import Question
from tests.parity.requests import random_requests, requests_with_a_note
from therapies.cases import read_cases
from therapies.catalogue import load
from therapies.marks import DEGREES, INVISIBLE
from therapies.request import SENSITIVITIES

_SIGNS = (
    "0123456789" * 3
    + "..,,  CFcf-+"
    + DEGREES
    + INVISIBLE
    + "\u00b7\u066b\uff0e\uff13\u0663\u06f3\u00b2\u2103\u2109\t\xa0\U0001d7db"
)

_TODAY = (
    "felt_hot",
    "rash",
    "sleep_trouble",
    "diarrhea",
    "joint_pain",
    "tremor",
    "abdominal_pain",
    "headache",
)
"""Mild, they are for today with one therapy and a note with another."""


def worked() -> Iterator[Question]:
    """Each of them alone, and some as if every therapy had been given."""
    known = [*load().therapies]
    for position, case in enumerate(read_cases()):
        yield {"ask": [case.request]}
        if position % 40 == 0:
            others = [name for name in known if name != case.therapy]
            yield {"ask": [{**case.request, "therapy": name} for name in (case.therapy, *others)]}


def by_chance(number: int, seed: int) -> Iterator[Question]:
    """Every fifth with an earlier therapy or two."""
    chance = Random(seed)
    known = [*load().therapies]
    for position, asked in enumerate(random_requests(number, seed)):
        earlier = chance.sample(known, chance.randint(1, 2)) if position % 5 == 0 else []
        yield {"ask": [asked, *({**asked, "therapy": name} for name in earlier)]}


def together(number: int, seed: int) -> Iterator[Question]:
    """Little is the matter, so that it hangs on what two or three therapies make of it, each in its own way."""
    chance = Random(seed)
    catalogue = load()
    for _ in range(number):
        known = [*catalogue.symptoms] if chance.random() < 0.2 else _TODAY
        codes = chance.sample(known, chance.choice((1, 2, 2)))
        report: dict[str, Any] = {
            "hours_ago": 0,
            "temperature": {"value": 36.8, "unit": "C"},
            "worried": False,
        }
        report["symptoms"] = [{"code": code, "severity": "mild", "duration_hours": 1} for code in codes]
        if chance.random() < 0.3:
            report["note"] = chance.choice(("her lips look blue", "no fit", "temp 35.4 this morning"))
        asked = []
        for therapy in chance.sample([*catalogue.therapies], chance.choice((2, 2, 3))):
            course = {"age_years": 8, "infusion_running": chance.choice((True, False)), "cycle_day": 17}
            course |= {
                "hours_since_start": chance.choice((2, 400, 400, 400)),
                "days_since_infusion": chance.choice((1, 30)),
            }
            policy = {"sensitivity": chance.choice((*SENSITIVITIES, SENSITIVITIES[0]))}
            asked.append({"therapy": therapy, "context": course, "policy": policy, "reports": [report]})
        yield {"ask": asked}


def noted(number: int, seed: int) -> Iterator[Question]:
    """Notes alone: of any other request they are a small part."""
    return ({"ask": [asked]} for asked in requests_with_a_note(number, seed))


def typed_numbers(number: int, seed: int) -> Iterator[Question]:
    """What may stand in a field for a temperature, most of it nearly a number; some as long as one may be."""
    chance = Random(seed)
    for _ in range(number):
        text = "".join(chance.choice(_SIGNS) for _ in range(chance.choice((0, 1, 2, 2, 4, 5, 8))))
        number_like = f"{chance.randint(30, 110)}{chance.choice('.,')}{chance.randint(0, 99)}"
        blanks = " " * chance.choice((0, 0, 0, 94, 95, 96, 97))
        yield {
            "typed": chance.choice((text, number_like, number_like + text, text[:1] + number_like)) + blanks
        }

"""/check/ without a network judges what was typed as the site does: by chance, with and without a therapy."""

import json
import random
import subprocess
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict
from playwright._impl._driver import compute_driver_executable

from tests.parity.node import MODULE
from tests.support.personas import NOW
from therapies.catalogue import load
from tracker.assessment.assess import assess_alone
from tracker.logs.forms.check import AboutForm
from tracker.logs.forms.log import Asking, LogForm
from tracker.logs.views.late import answers_of, every_therapy
from tracker.site.phone.kit import kit_text

RUN = Path(__file__).with_name("open_check.mjs")
CHECK = MODULE.parents[1] / "offline" / "check.js"
NUMBERS = ("", "", "0", "1", "2", "8", "30", "365", "٨", "x", "1.5", "-1")
TEMPERATURES = ("", "", "36.8", "37.9", "38,0", "38.4", "40.1", "101.2", "384", "hot")
NEURO = ("neuro_talks", "neuro_knows", "neuro_follows", "neuro_settles")
OTHERS = {
    "unit": ("", "C", "F"),
    "route": ("", "oral", "armpit"),
    "antipyretic_given": ("", "yes", "no"),
    "running": ("", "yes", "no"),
    "fluids_kept": ("", "all", "some", "none"),
    "pump": ("", "ok", "alarm", "stopped"),
    "weight_kg": ("", "", "21", "21,5", "heavy"),
    "worried": ("", "", "on"),
    **dict.fromkeys(NEURO, ("", "", "usual", "less", "not")),
}


def typed(chance: random.Random) -> list[tuple[str, str]]:
    signs, therapies = sorted(load().symptoms), sorted(load().therapies)
    ages = {name: chance.choice(NUMBERS) for name in ("age_years", "age_months", "days")}
    fields = {"therapy": chance.choice(["", *therapies]), "adult": chance.choice(("", "yes")), **ages}
    fields |= {"temperature": chance.choice(TEMPERATURES)}
    fields |= {name: chance.choice(values) for name, values in OTHERS.items() if chance.random() < 0.4}
    for code in chance.sample(signs, chance.randint(0, 3)):
        graded = load().symptoms[code].graded
        fields[f"sign-{code}"] = chance.choice(("mild", "moderate", "severe")) if graded else "yes"
    return [(name, value) for name, value in fields.items() if value]


def babies() -> list[list[tuple[str, str]]]:
    """Below three months other lines hold: a phone that did not read the months would miss them."""
    return [
        [("age_months", months), ("temperature", degrees), ("unit", "C"), ("route", route), *chosen]
        for months in ("2", "3", "12", "٢")
        for degrees in ("35.9", "37.4", "37.9", "38.0")
        for route in ("armpit", "oral")
        for chosen in ([], [("therapy", "blinatumomab"), ("running", "no"), ("days", "30")])
    ]


def at_the_site(fields: list[tuple[str, str]]) -> list[Any]:
    sent = QueryDict(mutable=True)
    for name, value in fields:
        sent.appendlist(name, value)
    about = AboutForm(sent)
    form = LogForm(sent, asking=Asking(now=NOW, zone=ZoneInfo("UTC"), kind="check", neuro=True, pump=True))
    answers, chosen = answers_of(form), [about.chosen] if about.chosen else []
    said = assess_alone(chosen or every_therapy(), about.context(), answers)
    if not chosen and said["urgency"] == "note":
        return ["", [], []]
    return [said["urgency"], [flag["id"] for flag in said["flags"]], sorted(said["could_not_check"])]


@pytest.mark.hazard("H35")
def test_what_is_typed_is_judged_as_at_the_site(tmp_path: Path) -> None:
    place, chance = tmp_path / "kit.json", random.Random(20261201)
    place.write_text(kit_text(), "utf-8")
    asked = [*(typed(chance) for _one in range(600)), *babies()]
    lines = "".join(json.dumps(one) + "\n" for one in asked)
    command = [compute_driver_executable()[0], RUN, CHECK, place]
    ran = subprocess.run(command, input=lines.encode(), capture_output=True, check=True, timeout=60)
    said = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [(one, s, w) for one, s in zip(asked, said, strict=True) if s != (w := at_the_site(one))] == []
    assert {one[0] for one in said} == {"", "note", "today", "now", "emergency"}

"""What a phone keeps of a child says what the rules would be asked here, at every moment of the week to come."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from tests.support.personas import DAY_NUMBER, NIGHT_NUMBER, NOW, child_of
from therapies.schedule import Event
from tracker.assessment.courses import courses_of
from tracker.assessment.pocket import KEPT_FOR, asked_at, milliseconds, steps
from tracker.models import Child, User

HOUR = 3_600_000
COURSES = {
    "cells": ("tisagenlecleucel", [Event("infusion", NOW - timedelta(days=6))]),
    "pump": (
        "blinatumomab",
        [Event("start", NOW - timedelta(days=3, hours=5)), Event("stop", NOW - timedelta(hours=9))],
    ),
    "doses": ("inotuzumab-ozogamicin", [Event("dose", NOW - timedelta(hours=2))]),
}


def pocket(person: User) -> dict[str, Any]:
    client = Client()
    client.force_login(person)
    return client.get("/pocket/").json()


@pytest.mark.hazard("H35")
@pytest.mark.parametrize("therapy", COURSES)
def test_the_steps_say_what_the_rules_would_be_asked(mother: User, therapy: str) -> None:
    name, events = COURSES[therapy]
    juno = child_of(mother, "Juno", name, *events)
    found, courses = steps(juno, NOW), courses_of(juno)
    for minutes in range(-2 * 24 * 60, int(KEPT_FOR / timedelta(minutes=1)), 97):
        at = NOW + timedelta(minutes=minutes)
        step = [one for one in found if one["from"] <= milliseconds(at)][-1]
        for kept, here in zip(step["asked"], asked_at(courses, at)["asked"], strict=True):
            assert hours(kept, at) == pytest.approx(hours(here, at), abs=0.02)
            assert kept["policy"] == here["policy"]
        assert step["stopped_at"] == asked_at(courses, at)["stopped_at"]
    assert len(found) < 40


def hours(step: dict[str, Any], at: datetime) -> dict[str, float]:
    since = {key: (milliseconds(at) - begun) / HOUR for key, begun in step["since"].items()}
    still = {key: float(value) for key, value in step["context"].items() if value is not None}
    return still | since


@pytest.mark.hazard("H35")
def test_the_pocket_knows_the_number_of_each_hour_and_the_reports_of_five_days(
    mother: User, child: Child, log: Any
) -> None:
    log(temperature=38.4, chills="severe", hours_ago=2)
    log(temperature=36.9, hours_ago=24 * 6)
    kept = pocket(mother)
    (juno,) = kept["children"]
    assert kept["person"] == str(mother.pk)
    monday = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert (number_at(juno, NOW + timedelta(minutes=1)), number_at(juno, monday)) == (
        NIGHT_NUMBER,
        DAY_NUMBER,
    )
    (report,) = juno["reports"]
    assert (report["at"], report["report"]["temperature"]["value"]) == (milliseconds(NOW) - 2 * HOUR, "38.4")
    assert juno["standing"]["urgency"] == "now"


def number_at(child: dict[str, Any], at: datetime) -> str:
    return [one for one in child["numbers"] if one["from"] <= milliseconds(at)][-1]["shown"]


@pytest.mark.hazard("H37")
def test_it_holds_ones_own_children_alone(
    mother: User, child: Child, stranger: User, removed_helper: User
) -> None:
    assert [one["name"] for one in pocket(stranger)["children"]] == ["Mila"]
    assert pocket(removed_helper)["children"] == []


def test_the_kit_is_the_one_that_its_address_names(client: Client, mother: User, child: Child) -> None:
    version = pocket(mother)["kit"]
    kit = client.get(f"/kit/{version}/")
    assert kit.json()["rules"]["version"]
    assert "immutable" in kit["Cache-Control"]
    assert client.get("/kit/other/").status_code == 404
    assert f"/kit/{version}/" in client.get("/sw.js").content.decode()

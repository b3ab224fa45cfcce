"""Whatever happens to a child between its logs, each answer is the one that is found without anything kept.

HISTORIES=10000 python -m pytest -n 0 tests/assessment/test_both_ways.py
"""

import os
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from tests.support.effort import tries
from tests.support.personas import NOW, answers, child_of, person
from therapies import looks
from therapies.request import FEVER_RULES, SENSITIVITIES
from therapies.schedule import Event
from tracker.assessment import assess
from tracker.assessment.courses import courses_of
from tracker.clinic.actions.policy import change_policy
from tracker.families.actions.children import update_child
from tracker.families.actions.treatment import record_event, start_course
from tracker.home_care.actions.doses import add_medicine, give_dose
from tracker.logs.actions.calls import record_call
from tracker.logs.actions.record import correct_log, record_log
from tracker.models import Assessment, Child, SymptomLog, User

HISTORIES = int(os.environ.get("HISTORIES", tries(40, 600)))
SIGNS = ("chills", "vomiting", "nosebleed", "headache", "fatigue", "nausea", "felt_hot")
LABEL = {"name": "Paracetamol", "dose": "5 ml", "as_needed": True, "times": [], "days": "", "gap_hours": 6}
STEPS: dict[str, int] = {
    "log": 8,
    "correct": 2,
    "dose": 1,
    "call": 1,
    "event": 1,
    "course": 1,
    "about": 1,
    "policy": 1,
}


class History:
    """A child, and what happens to it; the clock goes on a minute with each step."""

    def __init__(self, chance: random.Random, parent: User) -> None:
        self.chance, self.parent, self.now = chance, parent, NOW
        therapy = chance.choice(("tisagenlecleucel", "blinatumomab", "inotuzumab-ozogamicin"))
        kind = {"tisagenlecleucel": "infusion", "blinatumomab": "start"}.get(therapy, "dose")
        begun = Event(kind, NOW - timedelta(hours=chance.randrange(150)), cycle=1)
        self.child: Child = child_of(parent, "Juno", therapy, begun)
        label = LABEL | {"lowers_fever": True}
        self.medicine = add_medicine(child=self.child, label=label, by=parent, now=NOW - timedelta(days=3))
        self.grid = chance.choice((60, 3600, 12 * 3600))

    def go(self, steps: int) -> None:
        names = self.chance.choices(list(STEPS), list(STEPS.values()), k=steps)
        for name in ("log", *names):
            self.now += timedelta(minutes=1)
            getattr(self, name)()

    def before(self, hours: int = 130) -> Any:
        """A moment of the last days, often just as long before another as a rule looks."""
        return NOW - timedelta(seconds=self.chance.randrange(hours * 3600 // self.grid) * self.grid)

    def seen(self) -> dict[str, Any]:
        few = random.Random(self.chance.randrange(6))
        severity = few.choice((None, "mild", "mild", "moderate"))
        told: dict[str, Any] = {sign: severity for sign in few.sample(SIGNS, few.choice((0, 1, 1, 2)))}
        may = {"temperature": few.choice((36.8, 37.6, 38.0, 38.4)), "weight_kg": few.choice((20, 20.6, 21.2))}
        return told | {key: value for key, value in may.items() if few.random() < 2 / 3}

    def report(self) -> dict[str, Any]:
        return answers(**self.seen())

    def log(self) -> None:
        told = {"answers": self.report(), "observed_at": self.before(), "client_uuid": uuid4()}
        log = record_log(child=self.child, caregiver=self.parent, now=self.now, **told).log
        self.compare(log)

    def compare(self, log: SymptomLog) -> None:
        """Whether it was judged before it was written, or not at all: each answer that counts is the one that is found
        anew, of the log and of every one that it came too late for.
        """
        anew = assess.check_around(self.child, courses_of(self.child), {log.observed_at}, self.now)
        made = Assessment.objects.filter(log__in=[found.log_id for found in anew]).order_by("pk")
        standing = {one.log_id: one for one in made}
        assert log.pk in standing
        for found in anew:
            one = standing[found.log_id]
            assert (one.response, one.basis) == (found.response, found.basis)
            assert (one.urgency, one.note_due_at) == (found.urgency, found.note_due_at)

    def correct(self) -> None:
        standing = SymptomLog.objects.standing().filter(child=self.child)
        log = self.chance.choice(list(standing.order_by("observed_at", "received_at")))
        at = self.chance.choice((log.observed_at, self.before()))
        told = {"answers": self.report(), "observed_at": at, "client_uuid": uuid4()}
        correct_log(log=log, caregiver=self.parent, now=self.now, **told)

    def dose(self) -> None:
        about = {"slot_at": None, "given_at": self.before(), "client_uuid": uuid4(), "even_so": True}
        give_dose(medicine=self.medicine, by=self.parent, now=self.now, **about)

    def call(self) -> None:
        about = {"called_at": self.before(), "client_uuid": uuid4(), "reached": True, "advice": "stay-home"}
        record_call(child=self.child, caregiver=self.parent, now=self.now, **about)

    def event(self) -> None:
        kind = self.chance.choice(("transplant", "dose", "low-counts"))
        event = Event(kind, self.before())
        record_event(course=self.child.course, event=event, by=self.parent, now=self.now)

    def course(self) -> None:
        begun = [Event("start", self.before(40), cycle=1)]
        start_course(child=self.child, therapy="blinatumomab", events=begun, by=self.parent, now=self.now)

    def about(self) -> None:
        about = {"baseline_weight_kg": self.chance.choice((None, 19, 20))}
        update_child(child=self.child, about=about, by=self.parent, now=self.now)

    def policy(self) -> None:
        rules = {"fever_rule": self.chance.choice(list(FEVER_RULES))}
        rules |= {"sensitivity": self.chance.choice(SENSITIVITIES)}
        change_policy(care_team=self.child.care_team, by=self.parent, now=self.now, **rules)


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Each log that is judged is judged without anything kept, too."""
    counted = {"judged": 0, "remembered": 0}
    judge: Callable[..., Any] = assess._check

    def both(seen: Any, history: Any, courses: Any, kept: Any) -> Any:
        found = judge(seen, history, courses, kept)
        assert kept is not None
        assert found == judge(seen, history, courses, None)
        counted["judged"] += 1
        counted["remembered"] += any("reported_hours_ago" in flag for flag in found.response["flags"])
        return found

    monkeypatch.setattr(assess, "_check", both)
    return counted


@pytest.mark.hazard("H28")
def test_random_histories_in_any_order_of_arrival(db: None, compared: dict[str, int]) -> None:
    looks._KEPT.clear()
    for seed in range(HISTORIES):
        chance = random.Random(seed)
        with transaction.atomic():
            History(chance, person(f"parent{seed}")).go(chance.randrange(4, 12))
            transaction.set_rollback(True)
    assert compared["judged"] > 5 * HISTORIES
    assert compared["remembered"] > HISTORIES / 2


def test_logs_of_one_moment_are_one_report_both_ways(
    child: Child, mother: User, father: User, compared: dict[str, int]
) -> None:
    for parent, seen in ((mother, {"vomiting": "mild"}), (father, {"headache": "severe"})) * 2:
        told = {"answers": answers(**seen), "observed_at": NOW - timedelta(hours=2), "client_uuid": uuid4()}
        record_log(child=child, caregiver=parent, now=NOW, **told)
    record_log(
        child=child, caregiver=mother, answers=answers(), observed_at=NOW, client_uuid=uuid4(), now=NOW
    )
    assert compared["remembered"] >= 1


def test_a_log_that_the_rules_do_not_know_hides_nothing_both_ways(
    child: Child, mother: User, compared: dict[str, int]
) -> None:
    for ago, seen in ((3, {"pump": "gone"}), (2, answers(seizure=None)), (1, answers(temperature=36.8))):
        at = NOW - timedelta(hours=ago)
        record_log(child=child, caregiver=mother, answers=seen, observed_at=at, client_uuid=uuid4(), now=NOW)
    assert compared["judged"] == len(SymptomLog.objects.all())

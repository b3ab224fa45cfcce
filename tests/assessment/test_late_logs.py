"""A log that comes late: only the logs that it can reach are asked about again, and every answer is as if all were.

    HISTORIES=10000 python -m pytest -n 0 tests/assessment/test_late_logs.py

After each step of each history the answers that count are compared with those that are found anew; and in the end all
that was raised with what is raised where each late log asks about everything again.
"""

import os
import random
from collections import Counter
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from tests.assessment.test_both_ways import STEPS, History
from tests.support.effort import tries
from tests.support.personas import NOW, answers, person
from therapies import looks
from tracker.alerts.actions import resolve_alert
from tracker.assessment import assess, late_logs
from tracker.families.actions.children import update_child
from tracker.home_care.actions.doses import take_back_dose
from tracker.logs.actions import record
from tracker.logs.actions.record import record_log
from tracker.models import Alert, AlertEvent, Child, DoseGiven, Outcome, SymptomLog, User

HISTORIES = int(os.environ.get("HISTORIES", tries(30, 600)))
FIRST = int(os.environ.get("FIRST", 0))
LIMITS = (0, 1, 6, 12, 24, 36, 48, 60, 72, 84, 96, 108, 120)
"""Hours at which a rule begins or ends to look at an earlier report, or an answer to remember one, and their sums."""
BESIDE = (0, 0, 0, 1, -1, 360, -360)
"""Seconds beside a limit: on it, a second and six minutes before and after."""
MORE_STEPS = STEPS | {"log": 14, "take_back": 1, "wait": 2, "close": 1, "all_about": 1}
NOTES = ("", "hot since supper", "perhaps a seizure", "no seizure", "threw up again")
BIRTHS = (date(2018, 5, 1), date(2025, 11, 1), None)


class Dense(History):
    """Logs that lie as far from one another as a rule looks, or a second less or more."""

    def before(self, hours: int = 200) -> Any:
        logs = SymptomLog.objects.filter(child=self.child).order_by("received_at")
        seen = list(logs.values_list("observed_at", flat=True))
        if not seen or self.chance.random() < 0.2:
            return super().before(hours)
        beside = timedelta(hours=self.chance.choice(LIMITS), seconds=self.chance.choice(BESIDE))
        at = self.chance.choice(seen) + beside * self.chance.choice((1, -1))
        return min(at, self.now)

    def seen(self) -> dict[str, Any]:
        few = random.Random(self.chance.randrange(40))
        told = super().seen() if few.random() < 0.5 else {few.choice(("vomiting", "nosebleed")): "mild"}
        may: dict[str, Any] = {
            "temperature": few.choice((36.8, 37.2, 37.5, 37.7, 38.0, 35.8)),
            "weight_kg": few.choice((20, 20.3, 20.7, 21.1, 500)),
            "handwriting": few.choice(("same", "worse")),
            "neuro": {"talks": few.choice(("usual", "less")), "knows": "usual"},
            "note": few.choice(NOTES),
            "fluids_kept": few.choice(("all", "some")),
            "antipyretic_given": few.random() < 0.5,
            "pump": "gone" if few.random() < 0.05 else "ok",
            "worried": False,
        }
        chosen = {key: may[key] for key in may if few.random() < 0.25}
        return told | {key: value for key, value in chosen.items() if value != ""}

    def report(self) -> dict[str, Any]:
        """Now and then nobody asked about the signs."""
        report = super().report()
        return report if self.chance.random() < 0.9 else report | {"symptoms": None}

    def correct(self) -> None:
        self.now += timedelta(minutes=self.chance.choice((0, 0, 11)))
        super().correct()

    def wait(self) -> None:
        self.now += timedelta(minutes=self.chance.choice((9, 11, 300)))

    def take_back(self) -> None:
        dose = DoseGiven.objects.standing().filter(child=self.child).order_by("given_at").first()
        if dose:
            take_back_dose(dose=dose, by=self.parent, now=self.now)

    def close(self, outcomes: tuple[Outcome, ...] = (Outcome.ADVISED, Outcome.FALSE_ALARM)) -> None:
        alert = Alert.objects.open().filter(child=self.child).first()
        if alert:
            outcome = self.chance.choice(outcomes)
            resolve_alert(alert=alert, outcome=outcome, note="a toy", by=self.parent, now=self.now)

    def all_about(self) -> None:
        about = {"writes": self.chance.random() < 0.5, "birth_month": self.chance.choice(BIRTHS)}
        update_child(child=self.child, about=about, by=self.parent, now=self.now)

    def go(self, steps: int) -> None:
        names = self.chance.choices(list(MORE_STEPS), list(MORE_STEPS.values()), k=steps)
        for name in ("log", *names):
            self.now += timedelta(minutes=1)
            getattr(self, name)()


def asking_all(child: Child, courses: Any, new: Any, now: Any) -> Any:
    """As if every later log were reached."""
    moment = new.log.observed_at
    around = assess.seen_around(child, courses, moment, new)
    later = [seen for seen in around if seen.observed_at >= moment]
    return assess._check_each(later, around, courses, moment, assess._looks(), now)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many of the logs that came later than others were asked about again, and how many not."""
    counts: Counter[str] = Counter()
    real = late_logs.affected

    def counting(*asked: Any) -> Any:
        around, again = real(*asked)
        moment = asked[2].log.observed_at
        later = SymptomLog.objects.standing().filter(child=asked[0], observed_at__gte=moment)
        counts["later"] += later.filter(observed_at__lte=moment + assess.WINDOW).count()
        counts["again"] += len(again) - 1
        return around, again

    monkeypatch.setattr(assess, "affected", counting)
    return counts


@pytest.mark.hazard("H28")
def test_what_a_late_log_cannot_reach_is_as_it_would_be_anew(db: None, counted: Counter[str]) -> None:
    looks._KEPT.clear()
    for seed in range(FIRST, FIRST + HISTORIES):
        with transaction.atomic():
            run(seed, "")
            transaction.set_rollback(True)
    assert counted["again"] < 0.9 * counted["later"]


def run(seed: int, name: str) -> Dense:
    chance = random.Random(seed)
    history = Dense(chance, person(f"parent{name}{seed}"))
    history.go(chance.randrange(4, 14))
    return history


@pytest.mark.hazard("H28")
def test_the_same_is_raised_as_if_each_late_log_reached_all(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(FIRST, FIRST + HISTORIES // 3):
        with transaction.atomic():
            near = raised(run(seed, "").child)
            with monkeypatch.context() as all_of_them:
                all_of_them.setattr(record, "check_new", asking_all)
                assert raised(run(seed, "all").child) == near, seed
            transaction.set_rollback(True)


def raised(child: Child) -> list[Any]:
    alerts = Alert.objects.filter(child=child).order_by("raised_at", "log__observed_at")
    events = AlertEvent.objects.filter(alert__child=child).order_by("pk")
    logs = SymptomLog.objects.standing().filter(child=child).order_by("observed_at", "received_at")
    return [
        list(alerts.values_list("log__observed_at", "urgency", "raised_at", "resolved_at", "outcome")),
        list(events.values_list("verb", "at")),
        [(log.observed_at, log.assessment.response, log.assessment.basis) for log in logs],
    ]


def send(child: Child, parent: User, hours_ago: float, **seen: Any) -> SymptomLog:
    told = {
        "answers": answers(**seen),
        "observed_at": NOW - timedelta(hours=hours_ago),
        "client_uuid": uuid4(),
    }
    return record_log(child=child, caregiver=parent, now=NOW, **told).log


def test_what_a_late_log_makes_of_another_is_remembered_a_day_after_that(child: Child, mother: User) -> None:
    """Vomiting on a second day, 36 hours after the late log; the quiet one is out of its own sight."""
    send(child, mother, 36, vomiting="mild", temperature=36.8)
    quiet = send(child, mother, 20, temperature=36.8)
    far = send(child, mother, 1, temperature=36.8)
    assert [quiet.assessment.urgency, far.assessment.urgency] == ["note", "note"]
    send(child, mother, 72, vomiting="mild", temperature=36.8)
    assert [quiet.assessment.urgency, far.assessment.urgency] == ["now", "note"]
    assert [quiet.assessments.count(), far.assessments.count()] == [2, 1]

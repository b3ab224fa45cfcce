"""Whether a log joins an alert is decided before others are kept out, and is what would be decided with the lock.

HISTORIES=10000 python -m pytest -n 0 tests/alerts/test_decided_first.py
"""

import os
import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from tests.assessment.test_late_logs import Dense, raised
from tests.support.effort import tries
from tests.support.personas import person
from tracker.alerts.reassessing import episode_of
from tracker.logs.actions import record
from tracker.models import AlertEvent, CareTeam, Child, Outcome

HISTORIES = int(os.environ.get("HISTORIES", tries(6, 200)))
OUTCOMES = (Outcome.ADVISED, Outcome.EMERGENCY_ROOM, Outcome.ADMITTED, Outcome.FALSE_ALARM)


class Newest(Dense):
    """A child of a ward, most of whose logs come at once, some in quick succession and some the next day."""

    def __init__(self, *who: Any) -> None:
        super().__init__(*who)
        CareTeam.objects.filter(children=self.child).update(kept_by_family=False)
        self.child.care_team.kept_by_family = False

    def before(self, hours: int = 200) -> Any:
        return self.now if self.chance.random() < 0.8 else super().before(hours)

    def seen(self) -> dict[str, Any]:
        told = super().seen()
        if self.chance.random() < 0.5:
            told |= {"temperature": self.chance.choice((38.2, 38.4, 38.9, 35.9))}
        return told

    def wait(self) -> None:
        self.now += timedelta(hours=self.chance.choice((1, 5, 11, 13, 25)))

    def close(self, outcomes: tuple[Outcome, ...] = OUTCOMES) -> None:
        super().close(outcomes)


def run(seed: int, name: str) -> Child:
    chance = random.Random(seed)
    history = Newest(chance, person(f"parent{name}{seed}"))
    history.go(chance.randrange(6, 18))
    return history.child


@pytest.mark.hazard("H15")
def test_the_same_joins_and_is_told_as_if_all_were_read_with_the_lock(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    became: Counter[str] = Counter()
    early = 0

    def counting(*asked: Any) -> Any:
        nonlocal early
        found = episode_of(*asked)
        early += found is not None
        return found

    for seed in range(HISTORIES):
        with transaction.atomic(), monkeypatch.context() as patched:
            patched.setattr(record, "episode_of", counting)
            before = run(seed, "before")
            patched.setattr(record, "episode_of", lambda *_asked: None)
            assert raised(run(seed, "with"))[:2] == raised(before)[:2], seed
            became.update(AlertEvent.objects.filter(alert__child=before).values_list("verb", flat=True))
            transaction.set_rollback(True)
    assert early > 2 * HISTORIES
    assert min(became["joined"], became["worse"], became["raised"]) >= HISTORIES / 4

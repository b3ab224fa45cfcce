"""In whatever order logs, calls and doses of phones without a network come, each log ends with the same answer."""

import json
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.support.personas import NOW, child_of, person
from tracker.home_care.actions.doses import add_medicine
from tracker.models import Alert, Child, Medicine, SymptomLog, User
from tracker.site.phone.entries import accept, read_entry

SIGNS = ("chills", "vomiting", "headache", "fatigue")
HOUR, DAYS = timedelta(hours=1), timedelta(days=3)
LABEL = {
    "name": "Paracetamol",
    "dose": "5 ml",
    "as_needed": True,
    "times": [],
    "days": "",
    "gap_hours": 6,
    "lowers_fever": True,
}
Row = dict[str, Any]


def entries(chance: random.Random) -> list[Row]:
    """Of a day and a half, in the order in which they were written: few dangers, so that an answer can differ."""
    ago = sorted(chance.sample(range(1, 36 * 60), 7), reverse=True)
    return [written(chance, NOW - timedelta(minutes=minutes), place) for place, minutes in enumerate(ago)]


def written(chance: random.Random, at: datetime, place: int) -> Row:
    row = {"at": at, "number": UUID(int=place + 1, version=4)}
    kind = chance.choice(("full", "full", "full", "call", "dose"))
    if kind == "call":
        reached = chance.choice(("yes", "yes", "no"))
        fields = {"reached": reached, "advice": "stay-home", "called_at": f"{at:%H:%M}"}
    elif kind == "dose":
        fields = {"at": "now"}
    else:
        fields = {"temperature": chance.choice(("36.8", "37.6", "38.4")), "unit": "C", "when": "0"}
        fields |= {f"sign-{sign}": "mild" for sign in chance.sample(SIGNS, chance.randrange(2))}
    return row | {"kind": kind, "fields": fields}


def judged(name: str, rows: Sequence[Row], *, late: bool) -> dict[UUID, Any]:
    """The answers that count in the end, of a child of its own."""
    parent = person(name)
    child = child_of(parent)
    medicine = add_medicine(child=child, label=LABEL, by=parent, now=NOW - DAYS)
    for place, row in enumerate(rows):
        send(child, parent, medicine, row, NOW + timedelta(seconds=place) if late else row["at"])
    return {log.client_uuid: answer(log) for log in SymptomLog.objects.filter(child=child)}


def send(child: Child, parent: User, medicine: Medicine, row: Row, now: datetime) -> None:
    at = row["at"].timestamp() * 1000
    about = {"author": str(parent.pk), "child": str(child.pk), "medicine": str(medicine.pk)}
    said = about | {"kind": row["kind"], "number": str(row["number"]), "phone_at": at, "entered_at": at}
    entry = read_entry(json.dumps(said | {"fields": list(row["fields"].items())}))
    assert not accept(entry=entry, person=parent, now=now).refused


def answer(log: SymptomLog) -> tuple[Any, ...]:
    response = log.assessment.response
    flags = sorted((flag["id"], flag["urgency"], "reported_hours_ago" in flag) for flag in response["flags"])
    return response["urgency"], flags, response["could_not_check"]


@pytest.mark.hazard("H36")
@pytest.mark.parametrize("seed", range(8))
def test_entries_of_all_kinds_in_any_order_end_with_the_same_answers(db: None, seed: int) -> None:
    chance = random.Random(seed)
    rows = entries(chance)
    in_order = judged("in-order", rows, late=False)
    for name in ("one", "another"):
        chance.shuffle(rows)
        assert judged(name, rows, late=True) == in_order


@pytest.mark.hazard("H28")
def test_a_fever_medicine_that_comes_after_the_log_in_which_it_hides_a_fever_raises_its_alert(
    mother: User, child: Child
) -> None:
    medicine = add_medicine(child=child, label=LABEL, by=mother, now=NOW - DAYS)
    felt = {"temperature": "36.9", "unit": "C", "when": "0", "sign-felt_hot": "yes"}
    log = {"at": NOW - HOUR, "number": UUID(int=1, version=4), "kind": "full", "fields": felt}
    dose = {"at": NOW - 2 * HOUR, "number": UUID(int=2, version=4), "kind": "dose", "fields": {"at": "now"}}
    send(child, mother, medicine, log, NOW)
    assert Alert.objects.open().get().urgency == "today"
    send(child, mother, medicine, dose, NOW)
    assert SymptomLog.objects.get().assessment.urgency == Alert.objects.open().get().urgency == "now"


@pytest.mark.hazard("H42")
def test_advice_that_comes_late_ends_no_alert_about_what_was_seen_after_it(
    mother: User, child: Child
) -> None:
    medicine = add_medicine(child=child, label=LABEL, by=mother, now=NOW - DAYS)
    fields = {"temperature": "38.4", "unit": "C", "when": "0"}
    log = {"at": NOW - HOUR, "number": UUID(int=1, version=4), "kind": "full", "fields": fields}
    send(child, mother, medicine, log, NOW)
    for number, (ago, is_open) in enumerate(((2 * HOUR, True), (HOUR / 2, False)), 2):
        said = {"reached": "yes", "advice": "stay-home", "called_at": f"{NOW - ago:%H:%M}"}
        call = {"at": NOW - ago, "number": UUID(int=number, version=4), "kind": "call", "fields": said}
        send(child, mother, medicine, call, NOW)
        assert Alert.objects.get().is_open is is_open

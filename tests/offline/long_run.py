"""Three phones, fifty entries each, a day and a night: `python -m tests.faults.offline [SEED]`.

The link flaps, answers are lost after the site has saved, tabs are killed between keeping and sending, whoever comes
first is sent first. In the end nothing is lost, nothing doubled, and every log is judged as if it had come in order.
"""

import os
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import Page

from tests.offline.conftest import Phone, ready
from tests.offline.network import Network
from tests.support.personas import NOW, child_of, person
from tracker.logs.actions.calls import record_call
from tracker.logs.actions.record import record_log
from tracker.logs.queries import told_in
from tracker.models import Call, Child, PhoneEntry, SymptomLog, User

pytestmark = pytest.mark.django_db(transaction=True)
ENTRIES = int(os.environ.get("ENTRIES", "50"))
SEED = int(os.environ.get("SEED", "1"))
TROUBLES = ("up", "up", "down", "lost", "hotel", 500, 403)
WRITE = """async ([rows, child]) => {
  const { write } = await import("/static/tracker/offline/entry.js");
  const pocket = await store.get("pocket");
  for (const row of rows) await write({ pocket, child, ...row });
}"""
SIGNS = ("chills", "vomiting", "headache", "confusion", "fatigue", "rash")


def entries(chance: random.Random) -> Iterator[dict[str, Any]]:
    for _number in range(ENTRIES):
        at = NOW - timedelta(minutes=chance.randrange(1, 24 * 60))
        row = {"number": str(UUID(int=chance.getrandbits(128), version=4)), "at": at.timestamp() * 1000}
        if chance.random() < 0.15:
            called = {
                "reached": chance.choice(("yes", "no")),
                "advice": "stay-home",
                "called_at": f"{at:%H:%M}",
            }
            yield row | {"kind": "call", "fields": list(called.items())}
        else:
            seen = {"temperature": f"{chance.uniform(36, 39.5):.1f}", "unit": "C", "when": "0"}
            seen |= {f"sign-{sign}": "mild" for sign in chance.sample(SIGNS, chance.randrange(3))}
            yield row | {"kind": "full", "fields": list(seen.items())}


def test_nothing_is_lost_and_nothing_doubled(
    phone: Phone, net: Network, child: Child, mother: User, father: User, helper: User
) -> None:
    chance = random.Random(SEED)
    pages = {user: phone(user) for user in (mother, father, helper)}
    waiting = {user: list(entries(chance)) for user in pages}
    expected = {row["number"]: row for rows in waiting.values() for row in rows}
    net.only = "/unsent/"
    while any(waiting.values()):
        user = chance.choice([user for user, rows in waiting.items() if rows])
        rows = [waiting[user].pop() for _ in range(min(len(waiting[user]), chance.randrange(1, 5)))]
        net.state = chance.choice(TROUBLES)
        pages[user].evaluate(WRITE, [rows, str(child.pk)])
        if chance.random() < 0.4:
            pages[user] = killed(pages[user])
        else:
            pages[chance.choice(list(pages))].evaluate("void sendUnsent().catch(() => {})")
    net.state = "up"
    for page in pages.values():
        for _try in range(5):
            page.evaluate("navigator.locks.request('unsent', () => {}).then(sendUnsent)")
        assert page.evaluate("store.rows()") == []
    logs = {str(log.client_uuid): log for log in SymptomLog.objects.all()}
    calls = {str(number) for number in Call.objects.values_list("client_uuid", flat=True)}
    assert sorted([*logs, *calls]) == sorted(expected)
    assert PhoneEntry.objects.count() == len(expected)
    assert {log.observed_at for log in logs.values()} == {
        datetime.fromtimestamp(expected[number]["at"] / 1000, NOW.tzinfo) for number in logs
    }
    wanted, found = in_order(child, list(logs.values())), judged(SymptomLog.objects.filter(child=child))
    assert wanted == found, [pair for pair in zip(wanted, found, strict=True) if pair[0] != pair[1]]


def killed(page: Page) -> Page:
    """The tab goes, whatever it was doing; another is opened."""
    context = page.context
    page.close()
    opened = context.new_page()
    opened.goto("/call/")
    ready(opened)
    return opened


def judged(logs: Any) -> list[tuple[datetime, str, list[str]]]:
    """With what could not be checked: a log whose rules could not be asked judges no other log again."""
    answers = [(log.observed_at, log.assessment) for log in logs]
    return sorted((at, answer.urgency, answer.response["could_not_check"]) for at, answer in answers)


def in_order(child: Child, logs: list[SymptomLog]) -> list[tuple[datetime, str, list[str]]]:
    """Another child with the same course, whose logs and calls came when they were: advice ends what came before it."""
    parent = person("twin")
    twin = child_of(parent, "Twin")
    happened = [(call.called_at, call) for call in child.calls.all()] + [
        (log.observed_at, log) for log in logs
    ]
    for at, one in sorted(happened, key=itemgetter(0)):
        whose = {"child": twin, "caregiver": parent, "client_uuid": uuid4(), "now": at}
        if isinstance(one, Call):
            record_call(called_at=at, reached=one.reached, advice=one.advice, **whose)
        else:
            record_log(answers=told_in(one), observed_at=at, **whose)
    return judged(twin.logs.all())

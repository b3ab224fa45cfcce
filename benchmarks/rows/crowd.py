"""Parents who log without pause, eight and thirty-two at once, beside a bare view that inserts a row for as many.

Afterwards each log that was sent is looked for: it must be there once, and no child may have two open alerts.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from benchmarks.databases import SQLITE, Database
from benchmarks.one import progress
from benchmarks.row import Row
from benchmarks.rows.family import SEEN
from benchmarks.servers import BARE, OURS, Answer, Server, serving

PARENTS, TURNS, SECONDS, HISTORY, WORKERS = (8, 32), 3, 8.0, 30, 2
QUIET = SEEN | {"temperature": "36.8", "sign-chills": "", "sign-fatigue": ""}
ALERTING_ONE_IN = 10
P99 = {8: 0.5, 32: 1.5}  # seconds
Ask = Callable[[Server, int], Answer]


@dataclass
class Crowd:
    """What came back, in seconds each, and the numbers of the forms that were saved."""

    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)
    refused: int = 0
    saved: list[str] = field(default_factory=list)

    @property
    def a_second(self) -> float:
        return len(self.waits) / self.seconds

    @property
    def p99(self) -> float:
        return sorted(self.waits)[max(0, len(self.waits) * 99 // 100 - 1)]


def measure(database: Database) -> Iterator[Row]:
    from benchmarks.bare_site import table
    from benchmarks.families import families

    table.make()
    homes = families(max(PARENTS), history=HISTORY)
    turns = [(parents, turn) for parents in PARENTS for turn in range(TURNS)]
    ours, bare = ({parents: Crowd() for parents in PARENTS} for _ in range(2))
    with serving(OURS, database, WORKERS) as site, serving(BARE, database, WORKERS) as limit:
        crowd(
            Crowd(), site, max(PARENTS), SECONDS, log_of(homes, Crowd())
        )  # each process has read its knowledge
        for place, (parents, _turn) in enumerate(turns):
            crowd(ours[parents], site, parents, SECONDS, log_of(homes, ours[parents]))
            crowd(bare[parents], limit, parents, SECONDS / 2, insert)
            progress(place / len(turns), f"{parents} parents")
    check([one for crowd in ours.values() for one in crowd.saved])
    for parents in PARENTS:
        mine, theirs = ours[parents], bare[parents]
        words, notes = (
            f"logs of {parents} parents at once",
            f"{mine.refused} were refused, with the number to call",
        )
        if database.name != SQLITE:
            yield Row(
                words, "a second", mine.a_second, 0.2, theirs.a_second, more_is_better=True, notes=notes
            )
            continue
        yield Row(words, "a second", mine.a_second, 0.05, theirs.a_second, more_is_better=True, notes=notes)
        yield Row(f"{words}, the slowest of a hundred", "s", mine.p99, P99[parents])


def log_of(homes: Sequence[Any], crowd: Crowd) -> Ask:
    def log(server: Server, parent: int) -> Answer:
        home, number = homes[parent], str(uuid4())
        server.cookies = home.visitor.cookies
        is_urgent = len(crowd.waits) % ALERTING_ONE_IN == 0
        typed = (SEEN if is_urgent else QUIET) | {"client_uuid": number}
        answer = server.post(
            f"/children/{home.child}/logs/", typed | {"csrfmiddlewaretoken": server.cookies["csrf"]}
        )
        if answer.status == 303:
            crowd.saved.append(number)
        return answer

    return log


def insert(server: Server, _parent: int) -> Answer:
    return server.post("/row", {"text": "x"})


def crowd(found: Crowd, server: Server, parents: int, seconds: float, ask: Ask) -> None:
    """So many at once, each on a connection of its own, for so long."""
    until, began = time.monotonic() + seconds, time.monotonic()

    def one(parent: int) -> None:
        own = replace(server, connection=None, cookies={})
        while time.monotonic() < until:
            asked = time.monotonic()
            answer = ask(own, parent)
            found.waits.append(time.monotonic() - asked)
            if answer.status == 503:
                found.refused += 1
                assert b'href="tel:' in answer.body
            elif answer.status not in (204, 303):
                raise SystemExit(f"status {answer.status}")

    threads = [threading.Thread(target=one, args=(parent,)) for parent in range(parents)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found.seconds += time.monotonic() - began


def check(saved: Sequence[str]) -> None:
    """Nothing was lost, and nothing stands there twice."""
    from django.db.models import Count

    from tracker.models import Alert, SymptomLog

    there = {str(one) for one in SymptomLog.objects.values_list("client_uuid", flat=True)}
    assert len(saved) == len(set(saved)), "a log was saved twice"
    assert set(saved) <= there, f"{len(set(saved) - there)} logs are lost"
    doubled = Alert.objects.open().values("child").annotate(number=Count("pk")).filter(number__gt=1)
    assert not doubled.exists(), "two alerts are open for one child"

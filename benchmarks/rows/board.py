"""A ward with 10,000 children and 1,000,000 logs: its board, handover and figures, beside a bare list of 50 of them.

On SQLite, where such a ward is made in an hour rather than in minutes, it has 500; --children says otherwise.
"""

import os
import time
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.bare_site import CHILDREN as LISTED
from benchmarks.databases import SQLITE, Database
from benchmarks.one import progress
from benchmarks.row import Row
from benchmarks.servers import BARE, OURS, Answer, Server, in_turns, serving

ROUNDS, SEEDING = 9, 0.8
GET = Callable[[int], Answer]


def measure(database: Database) -> Iterator[Row]:
    if database.name == SQLITE:
        os.environ.setdefault("BENCHMARK_CHILDREN", "500")
    from benchmarks.seed import CHILDREN, LOGS_EACH

    team, lead = ward()
    with serving(OURS, database) as ours, serving(BARE, database) as bare:
        ours.cookies = signed_in(lead)
        progress(SEEDING, "asking")
        found = in_turns(
            ROUNDS,
            {
                "bare": (bare, lambda n: bare.get(f"/children/{team}")),
                "board": (ours, alone(ours, f"/teams/{team}/board/")),
                "handover": (ours, lambda n: ours.get(f"/teams/{team}/handover/")),
                "figures": (ours, lambda n: ours.get(f"/teams/{team}/figures/")),
            },
            lambda part: progress(SEEDING + part * (1 - SEEDING), "asking"),
        )
    limit = found["bare"].work
    for name, goal in (("board", 5.0), ("handover", 5.0), ("figures", 5.0)):
        words = f"the {name}, {CHILDREN:,} children, {CHILDREN * LOGS_EACH:,} logs"
        notes = f"a bare list of {LISTED} children of the same table"
        yield Row(words, "ms of processor time", found[name].work, goal, limit, notes=notes)
    page = found["board"].answer
    assert page
    sent = f"{len(page.sent) / 1000:.1f} kB as it is sent"
    yield Row("the board's page", "kB", len(page.body) / 1000, 60, notes=f"before compression; {sent}")


def alone(server: Server, path: str) -> GET:
    """Drawn anew each time: nobody else has asked for the same view in the seconds before."""

    from tracker.clinic.queries.board_cache import SHARED_FOR

    def ask(number: int) -> Answer:
        time.sleep(SHARED_FOR.total_seconds())
        return server.get(path)

    return ask


def ward() -> tuple[Any, Any]:
    from django.utils import timezone

    from benchmarks.seed import seed
    from tests.support.personas import NUMBERS, person
    from tracker.families.actions.care_teams import begin_care_team
    from tracker.messaging.heartbeats import LIMITS, record_heartbeat
    from tracker.site.demo.second_factors import seed_totp

    now, lead = timezone.now(), person("lead")
    team = begin_care_team(name="Maple ward", numbers=NUMBERS, by=lead, now=now)
    seed_totp(lead, "JBSWY3DPEHPK3PXP")
    seed(team.pk, now, lambda part: progress(part * SEEDING, "making the rows"))
    for name in LIMITS:
        record_heartbeat(name=name, now=timezone.now())
    return team.pk, lead


def signed_in(person: Any) -> dict[str, str]:
    """As a login leaves it."""
    from django.test import Client

    client = Client()
    client.force_login(person)
    return {name: morsel.value for name, morsel in client.cookies.items()}

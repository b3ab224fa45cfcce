"""A parent's minute: a log posted and its answer read, and Today of a child that has lived with it for years.

The limit of the first is one row inserted and a hundred rows shown; of the second, Today of a child with 1,000 logs.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from uuid import uuid4

from benchmarks.databases import Database
from benchmarks.one import progress
from benchmarks.row import Row
from benchmarks.servers import BARE, OURS, Answer, Server, in_turns, serving

if TYPE_CHECKING:
    from benchmarks.families import Home

ROUNDS, HISTORY = 60, 30
FEW, MANY = 1_000, 100_000
SEEDED = 0.5
SEEN = {"temperature": "38.4", "unit": "C", "route": "ear", "antipyretic_given": "no", "when": "0",
        "sign-chills": "moderate", "sign-fatigue": "mild"}  # fmt: skip


def measure(database: Database) -> Iterator[Row]:
    from benchmarks.bare_site import table
    from benchmarks.families import families

    table.make()
    homes = families(ROUNDS + 2, history=HISTORY)
    few, many = (families(1, history=logs)[0] for logs in (FEW, MANY))
    analyze()
    with serving(OURS, database) as ours, serving(BARE, database) as bare:
        minute = Minute(ours, homes)
        found = in_turns(
            ROUNDS,
            {
                "insert": (bare, lambda n: bare.post("/row", {"text": "x"})),
                "rows": (bare, lambda n: bare.get("/rows")),
                "post": (ours, minute.post),
                "answer": (ours, minute.answer),
                "few": (ours, lambda n: minute.today(few)),
                "many": (ours, lambda n: minute.today(many)),
            },
            lambda part: progress(SEEDED + part * (1 - SEEDED), "asking"),
        )
    yield from rows_of({name: one.work for name, one in found.items()})


def rows_of(work: dict[str, float]) -> Iterator[Row]:
    unit, parts = "ms of processor time", f"post {work['post']:.1f}, answer {work['answer']:.1f}"
    mine, limit = work["post"] + work["answer"], work["insert"] + work["rows"]
    yield Row("a log posted and its answer read", unit, mine, 3, limit, notes=parts)
    words = f"Today of a child with {MANY:,} logs, against {FEW:,}"
    yield Row(words, unit, work["many"], 1.2, work["few"])


class Minute:
    """What a parent asks, each round in a home of its own."""

    def __init__(self, server: Server, homes: "Sequence[Home]") -> None:
        self.server, self.homes = server, homes
        self.saved: dict[int, str] = {}

    def post(self, number: int) -> Answer:
        home = self.homes[number]
        self.server.cookies = home.visitor.cookies
        typed = SEEN | {"csrfmiddlewaretoken": self.server.cookies["csrf"], "client_uuid": str(uuid4())}
        answer = self.server.post(f"/children/{home.child}/logs/", typed)
        assert answer.status == 303, answer.status
        self.saved[number] = answer.headers["location"]
        return answer

    def answer(self, number: int) -> Answer:
        return self.server.get(self.saved[number])

    def today(self, home: "Home") -> Answer:
        self.server.cookies = home.visitor.cookies
        return self.server.get(f"/children/{home.child}/")


def analyze() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

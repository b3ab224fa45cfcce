"""A parent's minute: a log posted and its answer read, and Today of a child that has lived with it for years.

The limit of the first is one row inserted and a hundred rows shown; of the second, Today of a child with 1,000 logs.
"""

from collections.abc import Iterator
from uuid import uuid4

from benchmarks.databases import Database
from benchmarks.one import progress
from benchmarks.row import Row
from benchmarks.servers import BARE, OURS, Answer, Server, in_turns, serving

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
    saved: dict[int, str] = {}

    def post(server: Server, number: int) -> Answer:
        home = homes[number]
        server.cookies = home.visitor.cookies
        typed = SEEN | {"csrfmiddlewaretoken": server.cookies["csrf"], "client_uuid": str(uuid4())}
        answer = server.post(f"/children/{home.child}/logs/", typed)
        assert answer.status == 303, answer.status
        saved[number] = answer.headers["location"]
        return answer

    def today(server: Server, home: object) -> Answer:
        server.cookies = home.visitor.cookies  # type: ignore[attr-defined]
        return server.get(f"/children/{home.child}/")  # type: ignore[attr-defined]

    with serving(OURS, database) as ours, serving(BARE, database) as bare:
        found = in_turns(
            ROUNDS,
            {
                "insert": (bare, lambda n: bare.post("/row", {"text": "x"})),
                "rows": (bare, lambda n: bare.get("/rows")),
                "post": (ours, lambda n: post(ours, n)),
                "answer": (ours, lambda n: ours.get(saved[n])),
                "few": (ours, lambda n: today(ours, few)),
                "many": (ours, lambda n: today(ours, many)),
            },
            lambda part: progress(SEEDED + part * (1 - SEEDED), "asking"),
        )
    mine, limit = (
        sum(found[name].work for name in names) for names in (("post", "answer"), ("insert", "rows"))
    )
    unit = "ms of processor time"
    parts = f"post {found['post'].work:.1f}, answer {found['answer'].work:.1f}"
    yield Row("a log posted and its answer read", unit, mine, 3, limit, notes=parts)
    words = f"Today of a child with {MANY:,} logs, against {FEW:,}"
    yield Row(words, unit, found["many"].work, 1.2, found["few"].work)


def analyze() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

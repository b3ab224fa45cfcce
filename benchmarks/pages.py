"""`python -m benchmarks.pages`: the family's pages beside bare Django views behind the same middleware, in one run.

The bare views: one inserts a row, one reads and shows a hundred. Then the same pages of a child with 100 logs
and of one with 100,000 (`--logs`).
"""

import argparse
from collections.abc import Callable
from uuid import uuid4

from benchmarks import site

HISTORY = 30  # logs of the last five days, of each family
SEEN = {"temperature": "38.4", "unit": "C", "route": "ear", "antipyretic_given": "no", "when": "0",
        "sign-chills": "moderate", "sign-fatigue": "mild"}  # fmt: skip


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=100)
    arguments.add_argument("--logs", type=int, default=100_000)
    given = arguments.parse_args()
    site.begin("benchmarks.bare")
    beside_bare_views(given.rounds)
    however_long_the_history(given.rounds // 2, given.logs)


def beside_bare_views(rounds: int) -> None:
    """Each round posts for a family of its own, whose last five days are alike."""
    from benchmarks import bare
    from benchmarks.families import families

    bare.fill()
    homes = families(rounds + 1, history=HISTORY)
    first = homes[0]
    saved: dict[int, str] = {}

    def post(number: int) -> site.Answer:
        home = homes[number]
        answer = home.visitor.post(f"/children/{home.child}/logs/", SEEN | {"client_uuid": str(uuid4())})
        saved[number] = answer.headers["location"]
        return answer

    found = site.run(
        rounds,
        {
            "bare view, inserts one row": lambda n: first.visitor.post("/bare/row/", {"text": "x"}),
            "bare view, shows 100 rows": lambda n: first.visitor.get("/bare/rows/"),
            "Today": lambda n: first.visitor.get(f"/children/{first.child}/"),
            "log page": lambda n: first.visitor.get(f"/children/{first.child}/logs/new/"),
            "posting a log": post,
            "its answer": lambda n: homes[n].visitor.get(saved[n]),
            "days": lambda n: first.visitor.get(f"/children/{first.child}/days/"),
        },
    )
    print(site.HEAD, *(one.line() for one in found.values()), sep="\n")
    bare_views = found["bare view, inserts one row"], found["bare view, shows 100 rows"]
    ours = found["posting a log"], found["its answer"]
    for words, of in (("", lambda one: one.median), (" of work", lambda one: one.work)):
        mine, theirs = sum(map(of, ours)), sum(map(of, bare_views))
        print(f"post + answer {mine:.1f} ms{words}, both bare views {theirs:.1f}: {mine / theirs:.2f} times")
    sizes = site.first_visit(first.visitor.get(f"/children/{first.child}/logs/new/"))
    print(f"\nfirst visit of the log page: {sum(sizes.values()) / 1000:.1f} kB in {len(sizes)} requests")
    print(*(f"  {size:>7}  {name}" for name, size in sizes.items()), sep="\n")


def however_long_the_history(rounds: int, logs: int) -> None:
    from benchmarks.families import families

    few, many = families(rounds + 1, history=100), families(1, history=logs)
    long = many[0]
    for home, words in ((few[0], "100 logs"), (long, f"{logs:,} logs")):
        targets: dict[str, Callable[[int], site.Answer]] = {
            "Today": lambda n, h=home: h.visitor.get(f"/children/{h.child}/"),
            "log page": lambda n, h=home: h.visitor.get(f"/children/{h.child}/logs/new/"),
            "answer": lambda n, h=home: h.visitor.get(f"/logs/{h.newest}/answer/"),
            "days": lambda n, h=home: h.visitor.get(f"/children/{h.child}/days/"),
            "posting a log": lambda n, h=home: h.visitor.post(
                f"/children/{h.child}/logs/", SEEN | {"client_uuid": str(uuid4()), "when": "2"}
            ),
        }
        found = site.run(rounds, targets)
        print(f"\n{words}", *(one.line() for one in found.values()), sep="\n")


if __name__ == "__main__":
    main()

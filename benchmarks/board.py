"""A ward's board with 10,000 children and 1,000,000 logs beside a bare list, in one run: `python -m benchmarks.board`.

On a PostgreSQL of its own, which is gone afterwards. Each page goes the whole way of a request: session, person,
access, template. Times are the middle of many.
"""

import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

RUNS = 41


def main() -> None:
    if "NIGHTLIGHT_BENCHMARK" not in os.environ:
        from tests.support.postgresql import server

        with server() as url:
            told = {
                "NIGHTLIGHT_BENCHMARK": "yes",
                "DATABASE_URL": url,
                "DJANGO_SETTINGS_MODULE": "tests.settings",
                "LOG_LEVEL": "ERROR",
            }
            sys.exit(
                subprocess.run([sys.executable, "-m", "benchmarks.board"], env=os.environ | told).returncode
            )
    measure()


def measure() -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from benchmarks.board_seed import seed
    from tests.support.personas import NUMBERS, person
    from tracker.families.actions.care_teams import begin_care_team
    from tracker.site.demo.second_factors import seed_totp

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    now, lead = timezone.now(), person("lead")
    team = begin_care_team(name="Maple ward", numbers=NUMBERS, by=lead, now=now)
    seed_totp(lead, "JBSWY3DPEHPK3PXP")
    took = seed(team.pk, now)
    print(
        f"{platform.machine()}, Python {platform.python_version()}, {os.cpu_count()} cores; seeded in {took:.0f} s"
    )
    compare(lead, team)


def compare(lead: Any, team: Any) -> None:
    from django.test import Client
    from django.test.utils import override_settings
    from django.urls import reverse
    from django.utils import timezone

    from benchmarks.board_seed import FEW, MANY
    from tracker.messaging.heartbeats import LIMITS, record_heartbeat
    from tracker.models import Alert, Child

    for name in LIMITS:
        record_heartbeat(name=name, now=timezone.now())
    few, many = (Child.objects.get(nickname=f"Child {n}") for n in (FEW, MANY))
    client = Client()

    def get(name: str, *args: Any) -> Callable[[], object]:
        return lambda: ok(client.get(reverse(name, args=args)))

    with override_settings(ROOT_URLCONF="benchmarks.board_bare", ALLOWED_HOSTS=["*"]):
        client.force_login(lead)
        pages = {
            "a bare list of 50 children": get("bare", team.pk),
            f"the board, {Alert.objects.open().count()} alerts open": anew(get("team-board", team.pk)),
            "the board that others just drew": get("team-board", team.pk),
            "what each open board asks": get("board-version", team.pk),
            "the handover": get("team-handover", team.pk),
            "a child with 50 logs": get("nurse-child", few.pk),
            "a child with 5,000 logs": get("nurse-child", many.pk),
        }
        bare = pages["a bare list of 50 children"]
        for name, page in pages.items():
            queries, milliseconds, beside = cost(page, bare)
            print(f"{name:34} {queries:3} queries {milliseconds:8.1f} ms {milliseconds / beside:6.1f} x")


def anew(page: Callable[[], object]) -> Callable[[], object]:
    """As if nobody else had asked for it lately."""
    from tracker.clinic.queries import board_cache

    def alone() -> object:
        board_cache.forget()
        return page()

    return alone


def ok(response: Any) -> None:
    assert response.status_code == 200, response.status_code
    b"".join(response) if response.streaming else response.content


def cost(page: Callable[[], object], bare: Callable[[], object]) -> tuple[int, float, float]:
    """Queries, and the middle of the milliseconds of both, in turns: what else the machine does slows them alike."""
    from django.db import connection

    queries = []

    def counted(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        queries.append(sql)
        return execute(sql, *args)

    page(), bare()  # templates are loaded, the session is renewed
    with connection.execute_wrapper(counted):
        page()
    times = [(milliseconds(page), milliseconds(bare)) for _ in range(RUNS)]
    return len(queries), *map(statistics.median, zip(*times, strict=True))


def milliseconds(page: Callable[[], object]) -> float:
    began = time.perf_counter()
    page()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()

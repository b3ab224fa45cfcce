"""PostgreSQL reads no long history for a page: the plan of every query is run, and its rows are counted."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.urls import reverse

from tests.support.access_world import KINDS, World, signed_in
from tests.support.personas import NOW
from tests.test_access_matrix import OURS, ROUTES, address, rows_for
from tracker.models import Assessment, SymptomLog

LOGS = 100_000
AT_MOST = 2_000  # rows that one query may touch
WHO = ("parent", "nurse")
COUNTS = {
    "team-figures"
}  # counts what a month brought, once in a while: docs/performance.md has what it costs
pytestmark = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="It is PostgreSQL that plans by statistics."
)

SEED = (
    """INSERT INTO tracker_symptomlog (id, child_id, caregiver_id, client_uuid, kind, observed_at, observed_zone,
           received_at, signs_asked, corrects_id)
       SELECT md5('log' || n)::uuid, %(child)s, %(mother)s, md5('form' || n)::uuid, 'full', at, 'UTC', at, true,
           CASE WHEN n %% 10 = 0 THEN md5('log' || n - 1)::uuid END
       FROM (SELECT n, %(now)s::timestamptz - n * interval '3 hours' AS at
             FROM generate_series(1, %(logs)s) AS n) AS times""",
    """INSERT INTO tracker_observation (log_id, child_id, observed_at, code, value_number, unit, value_code,
           value_text, route, severity, raw)
       SELECT id, child_id, observed_at, 'temperature', 36.8, 'C', '', '', '', '', ''
       FROM tracker_symptomlog WHERE observed_zone = 'UTC' AND child_id = %(child)s""",
    """INSERT INTO tracker_assessment (log_id, made_at, urgency, response, basis, knowledge_version)
       SELECT id, received_at, 'note', CASE WHEN received_at > %(now)s::timestamptz - interval '30 days'
           THEN like_it.response ELSE '{}' END, '{}', ''
       FROM tracker_symptomlog, (SELECT response FROM tracker_assessment WHERE id = %(like)s) AS like_it
       WHERE observed_zone = 'UTC' AND child_id = %(child)s""",
    "SET LOCAL session_replication_role = DEFAULT",
    "ANALYZE tracker_symptomlog, tracker_observation, tracker_assessment",
)


@pytest.fixture
def long_world(world: World) -> World:
    """The world of the access matrix, whose child has lived with it for decades."""
    told = {
        "child": world.child.pk,
        "mother": world.people["parent"].pk,
        "like": Assessment.objects.latest("pk").pk,
        "now": NOW,
        "logs": LOGS,
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # no check of each row's keys: seconds
        for sql in SEED:
            cursor.execute(sql, told if "%(" in sql else None)
    return world


class Plans:
    """Runs each SELECT once more for its plan. `too_much`: those that touched too many rows."""

    def __init__(self) -> None:
        self.seen: set[tuple[str, str]] = set()
        self.too_much: list[str] = []

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT") and (key := (sql, str(params))) not in self.seen:
            self.seen.add(key)
            with context["connection"].connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}", params)
                plan = cursor.fetchone()[0][0]["Plan"]
            if (rows := touched(plan)) > AT_MOST:
                self.too_much.append(f"{rows} rows: {sql[:3000]}")
        return execute(sql, params, many, context)


def touched(plan: dict[str, Any]) -> int:
    """The rows that the scans of this plan read, also those that they threw away."""
    own = 0
    if plan["Node Type"].endswith("Scan"):
        removed = sum(value for name, value in plan.items() if name.startswith("Rows Removed by"))
        own = (plan["Actual Rows"] + removed) * plan["Actual Loops"]
    return round(own) + sum(touched(part) for part in plan.get("Plans", ()))


@contextmanager
def plans() -> Iterator[Plans]:
    found = Plans()
    with transaction.atomic(), connection.execute_wrapper(found):
        yield found
        transaction.set_rollback(True)


def pages(world: World) -> Iterator[tuple[str, Callable[[], HttpResponse]]]:
    """Each page about this child and its ward, as its mother opens it; where she may not, as its nurse does."""
    known = [route for route in OURS if route.name not in COUNTS]
    for route in known + [route for route in ROUTES if route.name in ("home", "board")]:
        cells = [
            dict(zip(KINDS, row.cells, strict=True)) for row in rows_for(route.name) if "GET" in row.methods
        ]
        if kind := next((kind for kind in WHO for row in cells if row[kind] == "in"), None):
            yield route.name, partial(signed_in(world, kind).get, address(route, world))


def test_no_page_reads_the_whole_history(long_world: World) -> None:
    wrong, opened = [], {}
    for name, open_it in pages(long_world):
        with plans() as found:
            opened[name] = open_it().status_code
        wrong += [f"{name}: {complaint}" for complaint in found.too_much]
    assert not wrong, "\n\n".join(wrong)
    shown = {name for name, status in opened.items() if status == 200}
    assert {"today", "log-new", "answer", "days", "nurse-child", "team-board"} <= shown, opened

    typed = {"temperature": "38.4", "unit": "C", "when": "0", "client_uuid": str(uuid4())}
    with plans() as found:
        logged = signed_in(long_world, "parent").post(reverse("logs", args=[long_world.child.pk]), typed)
    assert (logged.status_code, found.too_much) == (303, [])

    with plans() as found:  # a planted one: as it was written once
        list(SymptomLog.objects.filter(child=long_world.child, corrections=None).order_by("-observed_at")[:1])
    assert found.too_much

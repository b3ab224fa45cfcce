"""A log that comes four days late, into a window with 240 later logs, against one with 15."""

import time
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

from benchmarks.databases import Database
from benchmarks.one import progress
from benchmarks.processes import worked
from benchmarks.row import Row

FEW, MANY, TURNS = 15, 240, 4
LATE = timedelta(days=4, hours=22)
SEEN = {"temperature": {"value": 37.4, "unit": "C"}, "symptoms": [{"code": "fatigue", "severity": "mild"}]}


def measure(database: Database) -> Iterator[Row]:
    took = {}
    for logs in (FEW, MANY):
        took[logs] = min(milliseconds(database, logs) for _ in range(TURNS))
        progress(0.5)
    words = f"a log that comes late, {MANY} logs in its five days, against {FEW}"
    yield Row(words, "ms of processor time", took[MANY], 3, took[FEW])


def milliseconds(database: Database, logs: int) -> float:
    from django.core.wsgi import get_wsgi_application
    from django.utils import timezone

    from benchmarks.families import family, remember
    from tracker.alerts.reassessing import reassess_from
    from tracker.logs.actions.record import record_log
    from tracker.models import Assessment, Child, SymptomLog

    now = timezone.now()
    home = family(get_wsgi_application(), 1)
    child = Child.objects.select_related("care_team").get(pk=home.child)
    first = SymptomLog.objects.get(pk=home.newest)
    like = Assessment.objects.filter(log=first).latest("pk")
    remember(child, first.caregiver, logs, like, now, LATE / (logs + 1))
    # each with the answer that it would have: what is remembered so fast is asked with the newest log's
    reassess_from(child=child, at=now - LATE, by=first.caregiver, now=now)
    before, worked_before = time.process_time(), worked(database.processes())
    record_log(
        child=child,
        caregiver=first.caregiver,
        answers=SEEN,
        observed_at=now - LATE,
        client_uuid=uuid4(),
        now=now,
    )
    return (time.process_time() - before + worked(database.processes()) - worked_before) * 1000

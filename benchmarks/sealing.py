"""`python -m benchmarks.sealing`: a million rows of the record are sealed and verified; how long, in how much memory.

In a SQLite file of its own that vanishes, or in the empty database that DATABASE_URL names. A fifth of the rows are
logs, two fifths their answers, a fifth assessments as the rules give them, a fifth audit events.
"""

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import uuid4

import django

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
TOGETHER = 5000


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=1_000_000)
    rows = arguments.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"VAR_DIR": folder, "AUDIT_KEY": "k" * 40, "AUDIT_HEAD": f"{folder}/head", "DEMO": "0"}
        os.environ |= {
            "SECRET_KEY": "s" * 50,
            "LOG_LEVEL": "ERROR",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        django.setup()
        measure(rows)


def measure(rows: int) -> None:
    from django.core.management import call_command

    from tracker.audit.chain import keep_head, seal
    from tracker.audit.verify import verify

    call_command("migrate", verbosity=0)
    keep_head(None)
    fill(rows // 5)
    before, began, sealed = peak(), time.monotonic(), 0
    while count := seal(now=BEGAN + timedelta(days=300), at_most=50_000):
        sealed += count
    print(f"{rows:,} rows, {sealed:,} links: sealed in {time.monotonic() - began:.0f} s")
    print(f"at most {peak() - before} MB more than before")
    before, began = peak(), time.monotonic()
    report = verify()
    print(f"verified in {time.monotonic() - began:.0f} s, {report.count} faults, {report.tail} not sealed")
    print(f"at most {peak() - before} MB more than before; {peak()} MB in all")


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def fill(logs: int) -> None:
    from tests.support.personas import answers, child_of, person
    from tracker.logs.actions.record import record_log
    from tracker.models import Assessment, AuditEvent, Observation, SymptomLog

    mother = person("mother")
    child = child_of(mother)
    seen = answers(temperature=38.4, chills="moderate")
    first = record_log(
        child=child, caregiver=mother, answers=seen, observed_at=BEGAN, client_uuid=uuid4(), now=BEGAN
    )
    given = first.assessment

    def blocks() -> Iterator[tuple[Any, list[Any], Any, Any]]:
        for number in range(logs):
            at = BEGAN + timedelta(seconds=10 * number)
            when = {"kind": "full", "observed_at": at, "received_at": at, "observed_zone": "UTC"}
            log = SymptomLog(child=child, caregiver=mother, client_uuid=uuid4(), signs_asked=True, **when)
            seen = [
                Observation(log=log, child=child, observed_at=at, code="temperature", value_number="38.4"),
                Observation(log=log, child=child, observed_at=at, code="chills", severity="moderate"),
            ]
            same = {"urgency": given.urgency, "response": given.response, "basis": given.basis}
            made = Assessment(log=log, made_at=at, **same)
            yield log, seen, made, AuditEvent(at=at, who=mother.pk, verb="child.read", child=child.pk)

    waiting = blocks()
    while block := list(islice(waiting, TOGETHER)):
        SymptomLog.objects.bulk_create(log for log, *_ in block)
        Observation.objects.bulk_create(one for _, seen, *_ in block for one in seen)
        Assessment.objects.bulk_create(made for _, _, made, _ in block)
        AuditEvent.objects.bulk_create(event for *_, event in block)


if __name__ == "__main__":
    main()

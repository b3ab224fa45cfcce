"""The visit summary of 90 days beside a bare page of Typst, in the same run: `python -m benchmarks.pdf`.

90 days, two logs a day with temperatures and signs, four doses a day, in a database of its own in memory.
"""

import os
import platform
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import typst
from django.core.management import call_command
from django.utils import timezone

import benchmarks.setting  # noqa: F401
from therapies.schedule import Event
from tracker.families.actions.children import begin_child
from tracker.families.numbers import Numbers
from tracker.home_care.actions.doses import add_medicine, give_dose
from tracker.home_care.documents.card import card_of, therapy_given
from tracker.home_care.documents.card_pdf import card_pdf
from tracker.home_care.documents.summary import summary_of
from tracker.home_care.documents.summary_pdf import summary_pdf
from tracker.logs.actions.record import record_log
from tracker.models import Child, User

NOW = datetime(2026, 11, 20, 20, tzinfo=UTC)
DAYS, RUNS = 90, 7
BARE = b'#set document(title: "A page")\n= A page\nWith one line.'


def family() -> Child:
    parent = User.objects.create_user("parent@example.org", name="Parent")
    child = begin_child(
        about={"nickname": "Juno"},
        numbers=Numbers(day_number="555 0100"),
        therapy="tisagenlecleucel",
        events=[Event("infusion", NOW - timedelta(days=DAYS))],
        by=parent,
        now=NOW - timedelta(days=DAYS),
    )
    label = {"name": "Levetiracetam", "dose": "5 mL", "as_needed": True, "times": [], "days": ""}
    medicine = add_medicine(
        child=child, label=label | {"gap_hours": 1, "lowers_fever": False}, by=parent, now=NOW
    )
    for hours in range(0, DAYS * 24, 6):
        at = NOW - timedelta(hours=hours)
        give_dose(medicine=medicine, slot_at=None, given_at=at, client_uuid=uuid4(), by=parent, now=at)
        if hours % 12 == 0:
            signs = [{"code": "headache", "severity": "mild"}] if hours % 5 else []
            reading = {"value": 36.4 + hours % 23 / 10, "unit": "C"}
            answers = {"temperature": reading, "symptoms": signs, "note": "Slept well, ate little."}
            record_log(
                child=child, caregiver=parent, answers=answers, observed_at=at, client_uuid=uuid4(), now=at
            )
    return child


def seconds(work: Callable[[], bytes]) -> tuple[float, float, int]:
    """The first time, for which nothing was kept; the middle of the next ones; how large it is."""
    times, size = [], 0
    for _ in range(RUNS + 1):
        began = time.perf_counter()
        size = len(work())
        times.append(time.perf_counter() - began)
    return times[0], statistics.median(times[1:]), size


def main() -> None:
    call_command("migrate", verbosity=0)
    child = family()
    timezone.activate(child.zone)
    papers = {
        "bare page of Typst": lambda: typst.compile(BARE, format="pdf", pdf_standards="ua-1"),
        "emergency card": lambda: card_pdf(
            card=card_of(child, NOW), numbers=[], day_label="", emergency_number=""
        ),
        "summary of 90 days": lambda: summary_pdf(
            summary_of(child, DAYS, NOW), therapy=therapy_given(child, NOW), day_label=""
        ),
    }
    print(
        f"{platform.machine()}, Python {platform.python_version()}, {os.cpu_count()} cores, median of {RUNS}"
    )
    for name, work in papers.items():
        first, later, size = seconds(work)
        print(f"{name:20} {first:7.3f} s {later:7.3f} s {size / 1000:6.0f} kB")


if __name__ == "__main__":
    main()

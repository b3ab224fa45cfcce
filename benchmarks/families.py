"""Families with a history, made fast: the same rows that the site would have written."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.test import Client
from django.utils import timezone

from benchmarks.site import Visitor
from therapies.schedule import Event
from tracker.families.actions.children import begin_child
from tracker.families.numbers import Numbers
from tracker.logs.actions.record import record_log
from tracker.models import Assessment, Child, Observation, SymptomLog, User

HOURS_APART = 4
BATCH = 5000


@dataclass(frozen=True)
class Home:
    visitor: Visitor
    child: UUID
    newest: UUID


def families(number: int, *, history: int) -> list[Home]:
    """So many families, each with a child six days after CAR T cells and so many logs, four hours apart."""
    application = get_wsgi_application()
    return [family(application, history) for _ in range(number)]


def family(application: Any, history: int) -> Home:
    now = timezone.now()
    parent = User.objects.create_user(f"{uuid4()}@example.org", name="Mum")
    child = begin_child(
        about={"nickname": "Juno", "birth_month": date(2018, 5, 1), "writes": True, "country": "US"},
        numbers=Numbers(day_number="555 0100", night_number="555 0142"),
        therapy="tisagenlecleucel",
        events=[Event("infusion", now - timedelta(days=6))],
        by=parent,
        now=now - timedelta(days=20),
    )
    quiet = {"temperature": {"value": 36.8, "unit": "C"}, "symptoms": [], "antipyretic_given": False}
    last = record_log(
        child=child, caregiver=parent, answers=quiet, observed_at=now - timedelta(hours=1),
        client_uuid=uuid4(), now=now,
    )  # fmt: skip
    remember(child, parent, history - 1, last.assessment, now)
    visitor = Visitor(application, {"session": session_of(parent)})
    visitor.get(f"/children/{child.pk}/logs/new/")  # takes the CSRF cookie, and renews the session for today
    return Home(visitor, child.pk, last.log.pk)


def session_of(person: User) -> str:
    """As a login leaves it."""
    client = Client()
    client.force_login(person)
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


def remember(
    child: Child,
    parent: User,
    number: int,
    like: Assessment,
    now: datetime,
    apart: timedelta = timedelta(hours=HOURS_APART),
) -> None:
    """Logs with three answers and an assessment each, in batches."""
    for logs in batches(logs_of(child, parent, number, now, apart)):
        SymptomLog.objects.bulk_create(logs)
        Observation.objects.bulk_create(answer for log in logs for answer in answers_of(log))
        Assessment.objects.bulk_create(
            Assessment(
                log=log,
                made_at=log.received_at,
                urgency=like.urgency,
                response=like.response,
                basis=like.basis,
                knowledge_version=like.knowledge_version,
            )
            for log in logs
        )


def logs_of(child: Child, parent: User, number: int, now: datetime, apart: timedelta) -> Iterator[SymptomLog]:
    for place in range(1, number + 1):
        at = now - apart * place
        yield SymptomLog(
            child=child,
            caregiver=parent,
            client_uuid=uuid4(),
            kind="full",
            observed_at=at,
            observed_zone="UTC",
            received_at=at,
            signs_asked=True,
        )


def answers_of(log: SymptomLog) -> Iterator[Observation]:
    of_log = {"log": log, "child_id": log.child_id, "observed_at": log.observed_at}
    yield Observation(**of_log, code="temperature", value_number="36.8", unit="C")
    yield Observation(**of_log, code="antipyretic_given", value_code="no")
    yield Observation(**of_log, code="fatigue", value_code="present", severity="mild")


def batches(rows: Iterator[SymptomLog]) -> Iterator[list[SymptomLog]]:
    while batch := list(islice(rows, BATCH)):
        yield batch

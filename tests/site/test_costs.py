"""What a log costs in queries: at most thirteen with the page around it, however long the history."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.support.pages import FEVER
from tests.support.personas import NOW, answers
from tracker.core.access import access_child
from tracker.logs.actions.calls import record_call
from tracker.logs.actions.record import Recorded, correct_log, record_log
from tracker.models import Alert, Child, Observation, SymptomLog, User

AT_MOST = 16  # of any page of a family, with its session and person
A_LOG = 13  # whatever it sets off
A_MINUTE = {"a log": 11, "its answer": 13, "Today": 13}
"""The queries of a parent's minute, each page with its session and person. Where they go: docs/performance.md."""
TRANSACTION = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
Log = Callable[..., Recorded]


@pytest.fixture
def session(mother: User) -> str:
    session = SessionStore()
    session["user"] = str(mother.pk)
    session.save()
    return str(session.session_key)


def post(
    session: str, child: Child, seen: dict[str, Any], corrects: SymptomLog | None = None, at: datetime = NOW
) -> int:
    """The queries of a whole submission: session, user, access, action."""
    when = {"observed_at": at, "client_uuid": uuid4(), "now": at}

    def submit() -> None:
        user = User.objects.get(pk=SessionStore(session)["user"])
        found = access_child(user, child.pk, to="log")
        assert (found.course.therapy, found.age_years(NOW)) == ("tisagenlecleucel", 8)  # the form asks
        if corrects:
            correct_log(log=corrects, caregiver=user, answers=seen, **when)
        else:
            record_log(child=found, caregiver=user, answers=seen, **when)

    return asked(submit)[1]


def test_an_uneventful_log(session: str, child: Child) -> None:
    assert post(session, child, answers(temperature=36.8)) <= 10


def test_an_emergency_that_takes_in_an_alert_and_tells_a_ward(
    session: str, log: Log, ward_child: Child, nurse: User
) -> None:
    log(temperature=38.4, hours_ago=1)
    assert post(session, ward_child, answers(temperature=38.9, seizure=None)) <= A_LOG
    assert Alert.objects.count() == 2


def test_a_log_that_comes_too_late_for_others(session: str, log: Log, ward_child: Child, nurse: User) -> None:
    for hours in range(1, 20):
        log(at=NOW + timedelta(hours=hours), temperature=36.8)
    assert post(session, ward_child, answers(seizure=None)) <= A_LOG


def test_a_correction(session: str, log: Log, ward_child: Child, nurse: User) -> None:
    first = log(temperature=37.2).log
    assert post(session, ward_child, answers(temperature=39.2), corrects=first) <= A_LOG


def test_sixty_answers_are_one_insert(session: str, child: Child) -> None:
    many = {f"sign_{number}": "mild" for number in range(60)}
    assert post(session, child, answers(temperature=36.8, **many)) <= A_LOG


def test_the_history_costs_no_query(session: str, child: Child, mother: User) -> None:
    remember(child, mother, 100)
    few = post(session, child, answers(temperature=36.8))
    remember(child, mother, 3_000)
    assert post(session, child, answers(temperature=36.8), at=NOW + timedelta(minutes=1)) == few <= 9


def test_the_history_is_read_from_an_index(child: Child, mother: User) -> None:
    """Neither the window nor the oldest weight reads what lies outside it."""
    remember(child, mother, 3_000)
    with CaptureQueriesContext(connection) as queries:
        record_log(child=child, caregiver=mother, answers={}, observed_at=NOW, client_uuid=uuid4(), now=NOW)
    window = next(query["sql"] for query in queries if "oldest_weight" in query["sql"])
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE")
        cursor.execute(("EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN ") + window)
        plan = "\n".join(str(row) for row in cursor.fetchall())
    assert "logs_of_a_child" in plan
    assert "answers_of_a_child" in plan
    for scan in (
        "SCAN tracker_symptomlog",
        "SCAN V0 ",
        "Seq Scan on tracker_symptomlog",
        "Seq Scan on tracker_obs",
    ):
        assert scan not in plan, plan


def test_a_call(child: Child, mother: User, log: Log, django_assert_max_num_queries: Any) -> None:
    log(temperature=38.4)
    with django_assert_max_num_queries(10):
        record_call(
            child=child,
            caregiver=mother,
            client_uuid=uuid4(),
            called_at=NOW,
            reached=True,
            told="Come in",
            now=NOW,
        )


def test_a_parents_minute(client: Client, child: Child, mother: User, clock_at_now: Any) -> None:
    """A log that raises an alert, the page that it leads to, and Today, of a child with two weeks of logs."""
    remember(child, mother, 40)
    client.force_login(mother)
    today = f"/children/{child.pk}/"
    client.get(today)  # renews the session for the day
    form = FEVER | {"client_uuid": str(uuid4())}
    saved, posted = asked(lambda: client.post(f"{today}logs/", form))
    answer, read = asked(lambda: client.get(saved["location"]))
    page, opened = asked(lambda: client.get(today))
    assert (saved.status_code, answer.status_code, page.status_code) == (303, 200, 200)
    assert dict(zip(A_MINUTE, (posted, read, opened), strict=True)) == A_MINUTE


def asked(task: Callable[[], Any]) -> tuple[Any, int]:
    """What it gives, and its queries but for those around a transaction."""
    with CaptureQueriesContext(connection) as queries:
        given = task()
    return given, sum(not query["sql"].startswith(TRANSACTION) for query in queries)


def remember(child: Child, mother: User, number: int) -> None:
    """So many logs, eight hours apart, each with three answers."""
    times = [NOW - timedelta(hours=8 * place + 1) for place in range(number)]
    logs = SymptomLog.objects.bulk_create(
        SymptomLog(
            child=child,
            caregiver=mother,
            client_uuid=uuid4(),
            kind="full",
            observed_at=at,
            observed_zone="UTC",
            received_at=at,
            signs_asked=True,
        )
        for at in times
    )
    Observation.objects.bulk_create(
        Observation(log=log, child=child, observed_at=log.observed_at, code=code, **value)
        for log in logs
        for code, value in (
            ("temperature", {"value_number": 37, "unit": "C"}),
            ("weight_kg", {"value_number": 20}),
            ("constipation", {"value_code": "present", "severity": "mild"}),
        )
    )

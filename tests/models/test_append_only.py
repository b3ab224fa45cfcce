"""The database itself refuses to rewrite the record, whatever the program does. Tried with plain SQL."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from tests.support.personas import NOW
from tracker.audit.chain import seal
from tracker.clinic.actions.nursing import write_note
from tracker.families.actions.ward_stays import admit
from tracker.lib.pictures import Picture
from tracker.logs.actions.calls import record_call
from tracker.logs.actions.photos import add_photo
from tracker.logs.actions.record import Recorded
from tracker.messaging.reminders import confirm_numbers
from tracker.models import Alert, AlertEvent, Child, SymptomLog, User
from tracker.models.append_only import erasing

APPEND_ONLY = (
    "symptomlog",
    "observation",
    "assessment",
    "alertevent",
    "call",
    "auditevent",
    "auditseal",
    "numbercheck",
    "carenote",
    "stayevent",
    "photo",
)
KEPT = (*APPEND_ONLY, "alert")
FROZEN = ("id", "child_id", "log_id", "urgency", "raised_at")


@pytest.fixture
def record(log: Callable[..., Recorded], child: Child, mother: User) -> Recorded:
    """A row in each of the tables."""
    recorded = log(temperature=38.4, chills="moderate")
    record_call(child=child, caregiver=mother, client_uuid=uuid4(), called_at=NOW, reached=False, now=NOW)
    confirm_numbers(child=child, by=mother, now=NOW)
    seal(now=NOW)
    write_note(child=child, text="Called back", by=mother, now=NOW)
    admit(child=child, by=mother, now=NOW)
    photo = {"kind": "rash", "picture": Picture(b"\xff\xd8", 1, 1), "client_uuid": uuid4()}
    add_photo(log=recorded.log, by=mother, now=NOW, **photo)
    return recorded


def run(sql: str) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.rowcount


def count(table: str) -> int:
    return apps.get_model("tracker", table).objects.count()


@pytest.mark.hazard("H09")
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_no_column_of_the_record_can_be_updated(record: Recorded, table: str) -> None:
    for field in apps.get_model("tracker", table)._meta.concrete_fields:
        with pytest.raises(IntegrityError, match="append-only"):
            run(f"UPDATE tracker_{table} SET {field.column} = {field.column}")


@pytest.mark.hazard("H09")
@pytest.mark.parametrize("table", KEPT)
def test_the_record_cannot_be_deleted(record: Recorded, table: str) -> None:
    before = count(table)
    with pytest.raises(IntegrityError, match="append-only"):
        run(f"DELETE FROM tracker_{table}")
    assert count(table) == before > 0


@pytest.mark.parametrize("table", KEPT)
def test_the_record_cannot_be_truncated_or_replaced(record: Recorded, table: str) -> None:
    if connection.vendor == "sqlite":
        sql = f"INSERT OR REPLACE INTO tracker_{table} SELECT * FROM tracker_{table}"
    else:
        connection.check_constraints()  # else PostgreSQL refuses for a reason of its own
        sql = f"TRUNCATE tracker_{table} CASCADE"
    with pytest.raises(IntegrityError, match="append-only"):
        run(sql)


@pytest.mark.parametrize("column", FROZEN)
def test_what_began_an_alert_is_frozen(record: Recorded, column: str) -> None:
    other = {
        "id": f"'{uuid4().hex}'",
        "child_id": f"'{uuid4().hex}'",
        "log_id": f"'{uuid4().hex}'",
        "urgency": "'today'",
        "raised_at": "'2020-01-01 00:00:00+00'",
    }
    with pytest.raises(IntegrityError, match="append-only"):
        run(f"UPDATE tracker_alert SET {column} = {other[column]}")


def test_who_holds_an_alert_can_change(record: Recorded, mother: User) -> None:
    alert = Alert.objects.get()
    alert.taken_by, alert.taken_until = mother, NOW
    alert.save()
    assert Alert.objects.get().taken_by == mother


def test_erasing_deletes_and_closes_the_gate_behind_it(record: Recorded, child: Child) -> None:
    with erasing():
        child.delete()
    assert not SymptomLog.objects.exists()
    assert not AlertEvent.objects.exists()
    with pytest.raises(IntegrityError, match="append-only"):
        run("DELETE FROM tracker_auditevent")


def test_erasing_does_not_allow_updates(record: Recorded) -> None:
    with pytest.raises(IntegrityError, match="append-only"), erasing():
        run("UPDATE tracker_symptomlog SET kind = 'neuro'")


def test_a_failed_erasing_closes_the_gate_and_keeps_everything(record: Recorded, child: Child) -> None:
    def fail() -> None:
        child.delete()
        raise InterruptedError

    with pytest.raises(InterruptedError), erasing():
        fail()
    assert SymptomLog.objects.exists()
    with pytest.raises(IntegrityError, match="append-only"):
        run("DELETE FROM tracker_call")


def test_an_inner_erasing_leaves_the_gate_to_the_outer_one(record: Recorded) -> None:
    with erasing():
        with erasing():
            pass
        assert run("DELETE FROM tracker_call") == 1


def test_a_child_cannot_be_deleted_by_accident(record: Recorded, child: Child) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        child.delete()


@pytest.mark.django_db(transaction=True)
def test_the_flush_between_tests_opens_the_gate(record: Recorded) -> None:
    """The test behind this one begins with empty tables, or the flush would have failed."""
    assert count("symptomlog") == 1


@pytest.mark.django_db
def test_every_append_only_table_still_has_its_triggers() -> None:
    """A migration that made SQLite copy a table would have dropped them without a word."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            if connection.vendor == "sqlite"
            else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
        )
        there = {name for (name,) in cursor.fetchall()}
    last = "no_replace" if connection.vendor == "sqlite" else "no_truncate"
    assert there >= {f"tracker_{table}_{name}" for table in KEPT for name in ("no_update", "no_delete", last)}

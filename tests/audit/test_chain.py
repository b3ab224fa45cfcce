"""The record of who did what is sealed into a chain: whatever is changed in the database afterwards is found."""

import random
import tracemalloc
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from tests.support.effort import tries
from tests.support.personas import NOW
from tracker.audit.chain import OVERTAKEN, keep_head, seal
from tracker.audit.verify import Fault, Report, verify
from tracker.core.audit import record_audit
from tracker.models import AuditEvent, AuditSeal, User, append_only

CHILD = UUID("6f3c0d5e-3f54-4c55-9d9b-1f0b2a3c4d5e")


class Editor:
    """What append_only asks of a schema editor."""

    connection = connection

    def execute(self, sql: str, params: object = None) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql)


@pytest.fixture(autouse=True)
def head(settings: Any, tmp_path: Path) -> Path:
    settings.AUDIT_HEAD = tmp_path / "head"
    keep_head(None)
    return settings.AUDIT_HEAD


def write(by: User, minute: float) -> None:
    record_audit("child.changed", by=by, now=NOW + timedelta(minutes=minute), child=CHILD, fields=["colour"])


@pytest.fixture
def sealed(mother: User) -> list[int]:
    """Twelve events, sealed three at a time; their numbers."""
    for minute in range(12):
        write(mother, minute)
        if minute % 3 == 2:
            assert seal(now=NOW + timedelta(minutes=minute, seconds=15)) == 3
    return list(AuditEvent.objects.order_by("pk").values_list("pk", flat=True))


@pytest.fixture
def no_triggers(sealed: list[int]) -> None:
    """As for somebody who owns the database."""
    for table in ("tracker_auditevent", "tracker_auditseal"):
        append_only.remove(Editor(), table)


def run(sql: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def column(value: Any) -> Any:
    return value.hex if connection.vendor == "sqlite" and isinstance(value, UUID) else value


def test_what_was_sealed_and_left_alone_holds(sealed: list[int]) -> None:
    assert verify() == Report(12, 0, [], 0)


def test_nothing_new_is_nothing_to_seal(sealed: list[int]) -> None:
    assert seal(now=NOW + timedelta(hours=1)) == 0
    assert AuditSeal.objects.count() == 12


def test_what_is_not_sealed_yet_is_named(sealed: list[int], mother: User) -> None:
    write(mother, 12)
    report = verify()
    assert report.tail == 1
    assert not report.faults


def test_an_event_committed_late_with_a_lower_number_is_sealed_all_the_same(
    no_triggers: None, mother: User
) -> None:
    AuditEvent.objects.create(
        pk=AuditEvent.objects.latest("pk").pk + 5, at=NOW + timedelta(minutes=12), who=mother.pk, verb="a"
    )
    seal(now=NOW + timedelta(minutes=12, seconds=5))
    AuditEvent.objects.create(
        pk=AuditEvent.objects.latest("pk").pk - 2, at=NOW + timedelta(minutes=12), who=mother.pk, verb="b"
    )
    assert seal(now=NOW + timedelta(minutes=12, seconds=20)) == 1
    assert verify() == Report(14, 0, [], 0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("at", NOW),
        ("who", uuid4()),
        ("who", None),
        ("verb", "child.begun"),
        ("child", None),
        ("about", uuid4()),
        ("detail", '{"fields": ["nickname"]}'),
    ],
)
def test_every_changed_column_is_found(
    sealed: list[int], no_triggers: None, name: str, value: object
) -> None:
    run(f"UPDATE tracker_auditevent SET {name} = %s WHERE id = %s", column(value), sealed[5])
    assert verify().faults == [Fault("changed", "auditevent", str(sealed[5]))]


def test_a_removed_event_is_found(sealed: list[int], no_triggers: None) -> None:
    run("DELETE FROM tracker_auditevent WHERE id = %s", sealed[5])
    assert verify().faults == [Fault("removed", "auditevent", str(sealed[5]))]


def test_an_event_removed_together_with_its_link_is_found(sealed: list[int], no_triggers: None) -> None:
    run("DELETE FROM tracker_auditseal WHERE id = 6")
    run("DELETE FROM tracker_auditevent WHERE id = %s", sealed[5])
    assert Fault("removed") in verify().faults


@pytest.mark.hazard("H31")
def test_a_tail_that_was_cut_off_is_found(sealed: list[int], no_triggers: None) -> None:
    run("DELETE FROM tracker_auditseal WHERE id > 9")
    run("DELETE FROM tracker_auditevent WHERE id > %s", sealed[8])
    assert verify().faults == [Fault("cut")]


@pytest.mark.hazard("H31")
@pytest.mark.parametrize("left", [9, 0])
def test_a_record_that_was_cut_together_with_its_head_is_found(
    sealed: list[int], no_triggers: None, head: Path, left: int
) -> None:
    head.unlink()
    run("DELETE FROM tracker_auditseal WHERE id > %s", left)
    run("DELETE FROM tracker_auditevent WHERE id > %s", ([0, *sealed])[left])
    assert verify().faults == [Fault("headless")]


@pytest.mark.hazard("H31")
@pytest.mark.parametrize("head_is_left", [True, False])
def test_sealing_goes_on_over_no_cut(
    sealed: list[int], no_triggers: None, mother: User, head: Path, head_is_left: bool
) -> None:
    """A new head would hide it fifteen seconds later."""
    run("DELETE FROM tracker_auditseal WHERE id > 9")
    run("DELETE FROM tracker_auditevent WHERE id > %s", sealed[8])
    if not head_is_left:
        head.unlink()
    write(mother, 12)
    assert seal(now=NOW + timedelta(minutes=13)) == 0
    assert verify().faults == [Fault("cut" if head_is_left else "headless")]


@pytest.mark.hazard("H31")
def test_an_old_row_under_a_negative_number_is_not_taken_for_the_sealed_one(
    sealed: list[int], no_triggers: None
) -> None:
    run(
        "INSERT INTO tracker_auditevent (id, at, who, verb, child, about, detail) "
        "SELECT -id, at, who, verb, child, about, detail FROM tracker_auditevent WHERE id = %s",
        sealed[0],
    )
    assert Fault("inserted", "auditevent", str(-sealed[0])) in verify().faults


@pytest.mark.parametrize("torn", ["", "12", "12 a b", "\0\0\0"])
def test_a_head_that_a_crash_has_torn_is_missing_and_can_be_accepted(
    sealed: list[int], head: Path, clock_at_now: Any, torn: str
) -> None:
    clock_at_now.shift(timedelta(minutes=20))
    head.write_text(torn)
    assert verify().faults == [Fault("headless")]
    assert seal(now=NOW + timedelta(minutes=20)) == 0
    call_command("audit", "accept")
    assert verify().faults == []


def test_a_loss_that_is_known_is_accepted_and_stays_on_record(
    sealed: list[int], no_triggers: None, clock_at_now: Any, capsys: Any
) -> None:
    run("DELETE FROM tracker_auditseal WHERE id > 9")
    run("DELETE FROM tracker_auditevent WHERE id > %s", sealed[8])
    clock_at_now.shift(timedelta(minutes=20))
    with pytest.raises(CommandError):
        call_command("audit", "verify")
    assert "audit accept" in capsys.readouterr().out
    call_command("audit", "accept")
    event = AuditEvent.objects.latest("pk")
    assert (event.verb, event.detail["kept"], event.detail["last"]) == ("chain.accepted", 12, 9)
    assert seal(now=NOW + timedelta(minutes=21)) == 1
    assert verify() == Report(10, 0, [], 0)


def test_another_machine_with_an_older_head_of_its_own_goes_on(
    sealed: list[int], mother: User, head: Path
) -> None:
    older = AuditSeal.objects.get(pk=6)
    keep_head(older)
    write(mother, 12)
    assert seal(now=NOW + timedelta(minutes=13)) == 1
    assert not verify().faults


@pytest.mark.hazard("H31")
def test_thousands_of_rows_are_verified(mother: User) -> None:
    """SQLite once took no more than 998 at a time."""
    event = {"at": NOW, "who": mother.pk, "verb": "child.changed", "child": CHILD}
    AuditEvent.objects.bulk_create(AuditEvent(**event) for _number in range(1500))
    assert seal(now=NOW) == 1500
    assert verify() == Report(1500, 0, [], 0)


def test_six_times_the_rows_take_no_more_memory(mother: User) -> None:
    event = {"at": NOW, "who": mother.pk, "verb": "child.changed", "child": CHILD}
    peaks = []
    for more in (1000, 5000):
        AuditEvent.objects.bulk_create((AuditEvent(**event) for _number in range(more)), batch_size=500)
        while seal(now=NOW):
            pass
        tracemalloc.start()
        assert not verify().count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]


def test_a_heap_is_sealed_sweep_by_sweep_and_none_of_it_counts_as_put_in_late(mother: User) -> None:
    for minute in range(5):
        write(mother, minute)
    sealed = [seal(now=NOW + timedelta(hours=hours), at_most=2) for hours in range(1, 5)]
    assert sealed == [2, 2, 1, 0]
    assert verify() == Report(5, 0, [], 0)


def test_a_clock_that_was_put_back_makes_nobody_a_forger(mother: User) -> None:
    write(mother, 120)
    seal(now=NOW + timedelta(minutes=120))
    write(mother, 1)
    seal(now=NOW + timedelta(minutes=1, seconds=15))
    assert verify() == Report(2, 0, [], 0)


def test_an_event_put_in_later_is_found_before_and_after_it_is_sealed(
    sealed: list[int], mother: User
) -> None:
    write(mother, 1)
    latest = AuditEvent.objects.latest("pk").pk
    assert verify().faults == [Fault("inserted", "auditevent", str(latest))]
    seal(now=NOW + timedelta(minutes=20))
    assert verify().faults == [Fault("inserted", "auditevent", str(latest))]


def test_an_event_put_in_among_the_old_numbers_is_never_sealed(no_triggers: None, mother: User) -> None:
    late = NOW + timedelta(minutes=13)
    highest = AuditEvent.objects.latest("pk").pk + 2 * OVERTAKEN
    AuditEvent.objects.create(pk=highest, at=late, who=mother.pk, verb="a")
    seal(now=late)
    AuditEvent.objects.create(pk=highest - OVERTAKEN - 1, at=late, who=mother.pk, verb="b")
    assert seal(now=late) == 0
    assert verify().faults == [Fault("inserted", "auditevent", str(highest - OVERTAKEN - 1))]


def test_another_key_finds_everything(sealed: list[int], settings: Any) -> None:
    settings.AUDIT_KEY = "k" * 40
    assert len(verify().faults) == 12


def test_hours_without_sealing_are_no_tampering(sealed: list[int], mother: User) -> None:
    for minute in (20, 60, 200):
        write(mother, minute)
    assert seal(now=NOW + timedelta(minutes=400)) == 3
    assert verify() == Report(15, 0, [], 0)


def test_nothing_is_sealed_without_a_key(mother: User, settings: Any) -> None:
    settings.AUDIT_KEY = "short"
    with pytest.raises(ImproperlyConfigured, match="AUDIT_KEY"):
        seal(now=NOW)


def tamperings(chance: random.Random, events: list[int]) -> list[Callable[[], None]]:
    one, other = chance.sample(events, 2)
    place = chance.randint(1, len(events))
    return [
        lambda: _shift(one, chance),
        lambda: run(f"DELETE FROM tracker_auditevent WHERE id = {one}"),
        lambda: run(f"DELETE FROM tracker_auditseal WHERE id = {place}"),
        lambda: run(f"UPDATE tracker_auditseal SET digest = %s WHERE id = {place}", "0" * 64),
        lambda: run(f"UPDATE tracker_auditevent SET verb = 'x{chance.random()}' WHERE id = {one}"),
        lambda: _swap(one, other),
        lambda: run(f"DELETE FROM tracker_auditseal WHERE id >= {place}"),
        lambda: run(f"UPDATE tracker_auditseal SET id = id + 100 WHERE id >= {place}"),
    ]


def _shift(event: int, chance: random.Random) -> None:
    at = AuditEvent.objects.get(pk=event).at + timedelta(seconds=chance.choice([-1, 1]) * chance.random())
    run(f"UPDATE tracker_auditevent SET at = %s WHERE id = {event}", str(at))


def _swap(one: int, other: int) -> None:
    for old, new in ((one, -1), (other, one), (-1, other)):
        run(f"UPDATE tracker_auditevent SET id = {new} WHERE id = {old}")


@pytest.mark.hazard("H31")
def test_each_random_tampering_is_found(sealed: list[int], no_triggers: None) -> None:
    chance = random.Random(2)
    for _round in range(tries(3, 25)):
        for tamper in tamperings(chance, sealed):
            with transaction.atomic():
                tamper()
                assert verify().faults
                transaction.set_rollback(True)
    assert verify() == Report(12, 0, [], 0)


def test_the_command_says_that_all_is_as_it_was(sealed: list[int], capsys: Any) -> None:
    call_command("audit", "verify")
    assert capsys.readouterr().out == "12 rows are sealed.\nNothing was changed, removed or put in.\n"


def test_the_command_names_what_is_wrong_and_fails(
    sealed: list[int], no_triggers: None, mother: User, capsys: Any
) -> None:
    run("DELETE FROM tracker_auditevent WHERE id = %s", sealed[5])
    write(mother, 12)
    with pytest.raises(CommandError, match="tampered"):
        call_command("audit", "verify")
    told = capsys.readouterr().out
    assert f"Audit event {sealed[5]} was removed." in told
    assert "Rows not sealed yet: 1." in told

"""The chain covers what parents wrote and what was answered, not only who did it: rewriting any of it is found."""

import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.conf import settings as site
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from tests.audit.test_chain import Editor, run
from tests.support.alert_machine import Machine, ward
from tests.support.effort import some
from tests.support.personas import NOW, child_of
from tracker.accounts import erasure
from tracker.accounts.erasure import erase_child
from tracker.alerts.actions import resolve_alert
from tracker.audit import chain, sealed_rows
from tracker.audit.chain import keep_head, seal
from tracker.audit.sealed_rows import AUDIT_EVENT, CLOSING, KINDS, Kind, items, key_of, unkeyed
from tracker.audit.verify import Fault, verify
from tracker.clinic.actions.nursing import write_note
from tracker.core.audit import record_audit
from tracker.families.actions.ward_stays import record_stay
from tracker.home_care.actions.doses import add_medicine, give_dose
from tracker.lib.pictures import Picture
from tracker.logs.actions.calls import record_call
from tracker.logs.actions.photos import add_photo
from tracker.logs.actions.record import Recorded, record_log
from tracker.messaging.reminders import confirm_numbers
from tracker.models import (
    Alert,
    Assessment,
    AuditEvent,
    AuditSeal,
    Child,
    Observation,
    PhoneEntry,
    StayKind,
    SymptomLog,
    Transfer,
    User,
    append_only,
)
from tracker.operations.retention import retain

LATER = NOW + timedelta(minutes=10)
CANARY = "Zoë-canary"
MEDICINE = {
    "name": CANARY,
    "dose": "5 ml",
    "as_needed": True,
    "times": [],
    "days": "",
    "gap_hours": 6,
    "lowers_fever": True,
}


@pytest.fixture
def record(ward_child: Child, mother: User, nurse: User, log: Callable[..., Recorded]) -> Recorded:
    """A row of every kind, sealed: an emergency that was answered and closed."""
    recorded = log(temperature=39.9, chills="moderate", note=CANARY)
    log(temperature=36.8, hours_ago=5)
    record_call(child=ward_child, caregiver=mother, client_uuid=uuid4(), called_at=NOW, reached=True, now=NOW)
    confirm_numbers(child=ward_child, by=mother, now=NOW)
    write_note(child=ward_child, text=CANARY, by=nurse, now=NOW)
    record_stay(child=ward_child, kind=StayKind.STILL_THERE, by=nurse, now=NOW)
    teams = {"left": ward_child.care_team, "joins": ward_child.care_team}
    Transfer.objects.create(child=ward_child, offered_by=nurse, offered_at=NOW, **teams)
    clocks = dict.fromkeys(("phone_at", "entered_at", "received_at"), NOW)
    PhoneEntry.objects.create(child=ward_child, author=mother, number=uuid4(), kind="call", **clocks)
    photo = {"kind": "rash", "picture": Picture(b"\xff\xd8", 1, 1), "client_uuid": uuid4()}
    add_photo(log=recorded.log, by=mother, now=NOW, **photo)
    medicine = add_medicine(child=ward_child, label=MEDICINE, by=mother, now=NOW)
    give_dose(medicine=medicine, slot_at=None, given_at=NOW, client_uuid=uuid4(), by=mother, now=NOW)
    resolve_alert(alert=Alert.objects.get(), outcome="emergency-room", note=CANARY, by=nurse, now=NOW)
    seal(now=LATER)
    return recorded


@pytest.fixture
def no_triggers(record: Recorded) -> None:
    """As for somebody who owns the database."""
    for table in {part for kind in KINDS.values() for part in (kind.model_name, *kind.parts)}:
        append_only.remove(Editor(), f"tracker_{table}")


def test_every_kind_of_row_is_sealed_and_holds(record: Recorded) -> None:
    assert set(AuditSeal.objects.values_list("kind", flat=True)) == set(KINDS)
    assert verify().faults == []
    assert verify().tail == 0
    assert seal(now=LATER) == 0


def test_every_table_that_cannot_be_changed_is_covered_by_the_chain(db: None) -> None:
    """A new one has to be put into KINDS, or nobody could prove what was in it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'"
            if connection.vendor == "sqlite"
            else "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal"
        )
        guarded = {
            table.removeprefix("tracker_") for table, name in cursor.fetchall() if name.endswith("no_delete")
        }
    covered = {part for kind in KINDS.values() for part in (kind.model_name, *kind.parts)}
    assert guarded - {"auditseal"} == covered


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"auditevent"}))
def test_every_column_that_says_something_is_in_the_digest(record: Recorded, kind: str) -> None:
    about = KINDS[kind]
    row = about.model._base_manager.order_by("pk").first()
    (item,) = items(kind, [row.pk]).values()
    digested = json.loads(item.text)[1]
    names = about.columns or [field.attname for field in about.model._meta.concrete_fields]
    telling = {name for name in names if getattr(row, name) not in (None, "", False)}
    assert telling <= set(digested)
    for part in about.parts:
        rows = apps.get_model("tracker", part)._base_manager.filter(log=row).order_by("pk")
        assert [found["id"] for found in digested.get(part, [])] == [found.pk for found in rows]


def test_a_column_that_a_later_version_adds_breaks_no_seal(record: Recorded, monkeypatch: Any) -> None:
    """As long as it is empty in the old rows."""
    plain = sealed_rows._values

    def with_a_column(kind: Kind, rows: Any) -> Any:
        return [(at, row | {"new": None, "words": "", "ticked": False}) for at, row in plain(kind, rows)]

    monkeypatch.setattr(sealed_rows, "_values", with_a_column)
    assert not verify().count


NOT_AS_SEALED = {
    "UPDATE tracker_observation SET value_number = 36.6 WHERE code = 'temperature'": "log",
    "UPDATE tracker_observation SET severity = 'mild' WHERE severity = 'moderate'": "log",
    "DELETE FROM tracker_observation WHERE code = 'temperature'": "log",
    "UPDATE tracker_symptomlog SET observed_zone = 'UTC+1'": "log",
    "UPDATE tracker_symptomlog SET signs_asked = (NOT signs_asked)": "log",
    "UPDATE tracker_assessment SET urgency = 'note'": "assessment",
    "UPDATE tracker_assessment SET response = '{}'": "assessment",
    "UPDATE tracker_assessment SET knowledge_version = 'other'": "assessment",
    "UPDATE tracker_alert SET urgency = 'today'": "alert",
    "UPDATE tracker_alertevent SET verb = 'lapsed' WHERE verb = 'called'": "alertevent",
    "UPDATE tracker_alertevent SET by_id = NULL WHERE verb = 'called'": "alertevent",
    "UPDATE tracker_alert SET outcome = 'false-alarm'": "closing",
    "UPDATE tracker_alert SET resolution_note = 'Told to wait'": "closing",
    "UPDATE tracker_call SET reached = (NOT reached)": "call",
    "UPDATE tracker_call SET told = 'Wait'": "call",
    "UPDATE tracker_carenote SET text = 'Nothing'": "carenote",
    "UPDATE tracker_stayevent SET kind = 'home'": "stayevent",
    "UPDATE tracker_transfer SET offered_at = '2026-11-01 00:00:00+00:00'": "transfer",
    "UPDATE tracker_dosegiven SET dose = '10 ml'": "dosegiven",
    "UPDATE tracker_auditevent SET verb = 'child.paused'": "auditevent",
}


@pytest.mark.hazard("H31")
@pytest.mark.parametrize(("sql", "kind"), NOT_AS_SEALED.items())
def test_whatever_is_rewritten_is_found(no_triggers: None, sql: str, kind: str) -> None:
    run(sql)
    assert {(fault.what, fault.kind) for fault in verify().faults} == {("changed", kind)}


@pytest.mark.hazard("H31")
@pytest.mark.parametrize("kind", sorted(set(KINDS) - {CLOSING, "log", "alert"}))
def test_whatever_is_removed_is_found(no_triggers: None, kind: str) -> None:
    row = KINDS[kind].model._base_manager.order_by("-pk").first()
    with append_only.erasing():
        KINDS[kind].model._base_manager.filter(pk=row.pk)._raw_delete("default")
    assert Fault("removed", kind, key_of(row.pk)) in verify().faults


@pytest.mark.hazard("H31")
def test_answers_that_were_deleted_through_the_gate_are_found(record: Recorded) -> None:
    """No trigger has to be dropped for it."""
    with append_only.erasing():
        Observation.objects.all().delete()
    assert {fault.what for fault in verify().faults} == {"changed"}


@pytest.mark.hazard("H31")
def test_a_log_that_was_deleted_is_found(record: Recorded) -> None:
    key = key_of(record.log.pk)
    with append_only.erasing():
        record.log.delete()
    assert Fault("removed", "log", key) in verify().faults


@pytest.mark.hazard("H31")
def test_an_open_alert_that_sql_closes_is_found(
    record: Recorded, log: Callable[..., Recorded], nurse: User
) -> None:
    """An alert's closing columns may change; only not without an event that says by whom."""
    log(temperature=39.0, seizure=None, at=LATER)
    seal(now=LATER)
    alert = Alert.objects.open().get()
    Alert.objects.filter(pk=alert.pk).update(
        resolved_at=LATER, resolved_by=nurse, outcome="false-alarm", resolution_note="-"
    )
    expected = [Fault("unexplained", "alert", key_of(alert.pk))]
    assert verify().faults == expected
    seal(now=LATER + timedelta(seconds=15))
    assert verify().faults == expected


@pytest.mark.hazard("H31")
def test_a_closed_alert_that_sql_opens_again_or_closes_otherwise_is_found(record: Recorded) -> None:
    Alert.objects.update(resolved_at=None, resolved_by=None, outcome="", resolution_note="", expected_by=None)
    assert [fault.what for fault in verify().faults] == ["changed"]


def test_a_closing_that_waits_to_be_sealed_is_no_fault(
    record: Recorded, log: Callable[..., Recorded], nurse: User
) -> None:
    log(temperature=39.0, seizure=None, at=LATER)
    resolve_alert(alert=Alert.objects.open().get(), outcome="clinic-today", note="", by=nurse, now=LATER)
    report = verify()
    assert report.faults == []
    assert report.tail > 0


@pytest.mark.hazard("H31")
@pytest.mark.parametrize("nurses", some([2], [5]))
def test_no_random_walk_of_alerts_looks_like_tampering(db: None, nurses: int) -> None:
    """Every lawful move leaves a record that holds, sealed or not yet. (The machine's logs are bare rows.)"""
    machine = Machine(*ward(nurses), NOW, seed=nurses)
    for _part in range(10):
        machine.play(30)
        assert {fault.kind for fault in verify().faults} <= {"log"}
        seal(now=machine.now)
    assert AuditSeal.objects.filter(kind=CLOSING).exists()
    assert {fault.kind for fault in verify().faults} <= {"log"}


# ------------------------------------------------------------ what may be missing


@pytest.mark.hazard("H31")
def test_a_family_that_erases_its_child_leaves_a_record_that_holds(
    record: Recorded, ward_child: Child, mother: User
) -> None:
    erase_child(child=ward_child, by=mother, now=LATER)
    assert not SymptomLog.objects.exists()
    assert not verify().count
    seal(now=LATER + timedelta(seconds=15))
    assert not verify().count
    named = AuditEvent.objects.filter(verb="record.erased")
    assert {kind for event in named for kind in event.detail["rows"]} == set(KINDS) - {CLOSING, "auditevent"}
    assert key_of(record.log.pk) in str(list(named.values_list("detail", flat=True)))


def test_what_is_kept_no_longer_leaves_a_record_that_holds(
    child: Child, log: Callable[..., Recorded]
) -> None:
    log(temperature=36.8)
    seal(now=NOW)
    assert retain(now=NOW + timedelta(days=4 * 365))["children"] == 1
    assert not verify().count


@pytest.mark.hazard("H31")
def test_an_erasure_excuses_no_other_row(
    record: Recorded, ward_child: Child, mother: User, stranger: User
) -> None:
    other = child_of(mother, "Theo")
    kept = record_log(
        child=other, caregiver=mother, answers={}, observed_at=NOW, client_uuid=uuid4(), now=LATER
    )
    erase_child(child=ward_child, by=mother, now=LATER)
    seal(now=LATER)
    with append_only.erasing():
        Assessment.objects.filter(pk=kept.assessment.pk)._raw_delete("default")
    assert verify().faults == [Fault("removed", "assessment", str(kept.assessment.pk))]


@pytest.mark.hazard("H31")
def test_an_erasure_that_the_site_did_not_write_excuses_nothing(record: Recorded, ward_child: Child) -> None:
    rows = {"assessment": [str(record.assessment.pk)]}
    record_audit("record.erased", by=None, now=LATER, child=ward_child.pk, rows=rows, proof="0" * 64)
    seal(now=LATER)
    with append_only.erasing():
        Assessment.objects.filter(pk=record.assessment.pk)._raw_delete("default")
    assert {fault.what for fault in verify().faults} == {"forged", "removed"}


def _throwaway(by: User) -> Child:
    return child_of(by, "Theo")


def _move(child: Child) -> dict[str, set[str]]:
    """Every sealed row of the ward's child goes over to another one, by SQL. Their keys."""
    moved = {}
    for kind, about in KINDS.items():
        if about.child == "child" and kind != CLOSING:
            rows = about.model._base_manager.exclude(child=child)
            moved[kind] = {key_of(pk) for pk in rows.values_list("pk", flat=True)}
            rows.update(child=child)
    return moved


@pytest.mark.hazard("H31")
@pytest.mark.parametrize("erased_by", ["family", "retention"])
def test_rows_moved_to_a_child_that_is_erased_stay_named(
    record: Recorded, no_triggers: None, stranger: User, erased_by: str
) -> None:
    """The site vouches for no row that is not where it was sealed."""
    child = _throwaway(stranger)
    number = child.pk
    hanging = {
        kind: {key_of(pk) for pk in KINDS[kind].model._base_manager.values_list("pk", flat=True)}
        for kind in ("assessment", "alertevent")
    }
    moved = _move(child) | hanging
    assert all(moved.values())
    if erased_by == "family":
        erase_child(child=child, by=stranger, now=LATER)
    else:
        over = NOW + timedelta(days=4 * 365)
        SymptomLog.objects.filter(child=child).update(received_at=NOW)
        assert retain(now=over)["children"]
    seal(now=LATER + timedelta(minutes=1))
    removed = {(fault.kind, fault.key) for fault in verify().faults if fault.what == "removed"}
    assert {(kind, key) for kind, keys in moved.items() for key in keys} <= removed
    told = AuditEvent.objects.filter(verb="record.unproved", child=number)
    named = {kind for event in told for kind in event.detail["rows"]}
    assert {"log", "assessment", "alert", "alertevent", "call", "carenote", "numbercheck"} <= named
    assert not AuditEvent.objects.filter(verb="record.erased", child=number).exists()


@pytest.mark.hazard("H31")
def test_a_row_rewritten_before_its_child_is_erased_stays_named_and_the_others_do_not(
    record: Recorded, no_triggers: None, ward_child: Child, mother: User
) -> None:
    call = ward_child.calls.get()
    run("UPDATE tracker_call SET reached = (NOT reached)")
    erase_child(child=ward_child, by=mother, now=LATER)
    seal(now=LATER + timedelta(minutes=1))
    assert verify().faults == [Fault("removed", "call", key_of(call.pk))]


@pytest.mark.hazard("H31")
def test_a_closing_rewritten_before_its_child_is_erased_stays_named(
    record: Recorded, no_triggers: None, ward_child: Child, mother: User
) -> None:
    key = key_of(Alert.objects.get().pk)
    run("UPDATE tracker_alert SET outcome = 'false-alarm'")
    erase_child(child=ward_child, by=mother, now=LATER)
    assert {Fault("removed", "alert", key), Fault("removed", CLOSING, key)} <= set(verify().faults)


@pytest.mark.hazard("H31")
def test_a_link_hidden_during_an_erasure_and_put_back_is_not_excused(
    record: Recorded, no_triggers: None, stranger: User
) -> None:
    """Without its link a row looks as if it had never been sealed."""
    append_only.remove(Editor(), "tracker_auditseal")
    child, call = _throwaway(stranger), apps.get_model("tracker", "call").objects.get()
    link = AuditSeal.objects.filter(kind="call", row_key=key_of(call.pk))
    place = link.get().pk
    link.update(row_key="0" * 32)
    type(call).objects.update(child=child)
    erase_child(child=child, by=stranger, now=LATER)
    seal(now=LATER + timedelta(minutes=1))
    AuditSeal.objects.filter(pk=place).update(row_key=key_of(call.pk))
    removed = [fault for fault in verify().faults if fault.what in ("removed", "changed")]
    assert removed == [Fault("removed", "call", key_of(call.pk))]


def test_rows_that_were_not_sealed_yet_may_be_sealed_by_a_sweep_that_had_read_them(
    record: Recorded, log: Callable[..., Recorded], ward_child: Child, mother: User, monkeypatch: Any
) -> None:
    """Its links come after the erasure, for rows that are gone; that is no fault."""
    log(temperature=36.8, at=LATER)
    waiting, is_all = chain._waiting(100)
    found = list(chain._items(waiting))
    erase_child(child=ward_child, by=mother, now=LATER)
    monkeypatch.setattr(chain, "_items", lambda waiting: iter(found))
    monkeypatch.setattr(chain, "_waiting", lambda at_most: (waiting, is_all))
    assert seal(now=LATER + timedelta(minutes=1)) == len(found)
    monkeypatch.undo()
    assert len(found) > 1
    assert not verify().count


def test_an_erasure_named_by_the_first_version_still_holds(
    record: Recorded, ward_child: Child, mother: User
) -> None:
    """It did not say from which link on."""
    rows = {"assessment": [str(record.assessment.pk)]}
    shown = chain.proof(child=str(ward_child.pk), rows=rows)
    record_audit("record.erased", by=mother, now=LATER, child=ward_child.pk, rows=rows, proof=shown)
    with append_only.erasing():
        Assessment.objects.filter(pk=record.assessment.pk)._raw_delete("default")
    assert not verify().count


@pytest.mark.hazard("H31")
@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("UPDATE tracker_assessment SET response = '{'", "assessment"),
        ("UPDATE tracker_assessment SET made_at = 'never'", "assessment"),
        (
            "UPDATE tracker_auditevent SET detail = '{' WHERE id = (SELECT max(id) FROM tracker_auditevent)",
            AUDIT_EVENT,
        ),
        ("UPDATE tracker_observation SET value_number = 'x'", "log"),
    ],
)
def test_a_row_that_cannot_be_read_is_named(no_triggers: None, sql: str, kind: str) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL takes no such value")
    run("PRAGMA ignore_check_constraints = 1")
    try:
        run(sql)
    finally:
        run("PRAGMA ignore_check_constraints = 0")
    assert {(fault.what, fault.kind) for fault in verify().faults} == {("changed", kind)}


@pytest.mark.hazard("H31")
@pytest.mark.parametrize("detail", ["[]", '{"rows": []}', '{"rows": {"log": 3}, "proof": 4}', '"-"'])
def test_an_erasure_that_makes_no_sense_is_named(record: Recorded, ward_child: Child, detail: str) -> None:
    event = AuditEvent.objects.create(
        at=LATER, verb="record.erased", child=ward_child.pk, detail=json.loads(detail)
    )
    assert Fault("forged", "auditevent", key_of(event.pk)) in verify().faults


def test_an_erasure_of_many_rows_names_them_in_several_events(
    child: Child, mother: User, monkeypatch: Any, log: Callable[..., Recorded]
) -> None:
    monkeypatch.setattr(erasure, "TOGETHER", 2)
    for hours in range(5):
        log(temperature=36.8, hours_ago=hours)
    seal(now=NOW)
    erase_child(child=child, by=mother, now=LATER)
    rows = [event.detail["rows"] for event in AuditEvent.objects.filter(verb="record.erased")]
    assert sorted(len(row["log"]) for row in rows if "log" in row) == [1, 2, 2]
    assert not verify().count


# ------------------------------------------------------------ what the chain gives away


@pytest.mark.hazard("H23")
def test_the_chain_holds_no_word_and_no_value_of_the_record(record: Recorded) -> None:
    """Keyed digests only: two equal answers look different, and without the key none can be guessed and tried."""
    everything = str(list(AuditSeal.objects.values()))
    assert CANARY not in everything
    assert "39.9" not in everything
    assert "chills" not in everything
    digests = list(AuditSeal.objects.values_list("digest", flat=True))
    assert len(set(digests)) == len(digests)
    first = AuditSeal.objects.get(pk=1)
    (item,) = items(first.kind, unkeyed(first.kind, [first.row_key])).values()
    assert sha256(item.text.encode()).hexdigest() != first.digest


def test_links_of_the_first_version_still_hold(mother: User) -> None:
    """They were of audit events only."""
    record_audit("child.changed", by=mother, now=NOW, child=uuid4(), fields=["colour"])
    event = AuditEvent.objects.get()
    told = (event.pk, NOW.isoformat(), event.who, event.verb, event.child, event.about, event.detail)
    text = json.dumps([1, LATER.isoformat(), "", *told], cls=DjangoJSONEncoder, sort_keys=True)
    digest = hmac.new(site.AUDIT_KEY.encode(), text.encode(), sha256).hexdigest()
    keep_head(
        AuditSeal.objects.create(pk=1, kind="auditevent", row_key=event.pk, sealed_at=LATER, digest=digest)
    )
    assert not verify().count

"""A backup is made while the site runs, and brings everything back: the drill, on the real databases."""

import gzip
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as site
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from tests.support.flush import delete_all_rows
from tests.support.pages import FEVER, Phone, text
from tests.support.personas import NOW
from tracker.accounts.erased_list import known_list, list_id, noted, prepare_list
from tracker.accounts.erasure import erase_child
from tracker.accounts.sign_in_mails import queue_sign_in_mail
from tracker.alerts.escalation import escalate_due
from tracker.audit.chain import keep_head, seal
from tracker.audit.verify import verify
from tracker.lib.encryption import key_id, new_key
from tracker.lib.pictures import Picture
from tracker.logs.actions.photos import add_photo
from tracker.logs.actions.record import Recorded, record_log
from tracker.management.commands.setup import keep_erased
from tracker.models import Alert, AuditEvent, AuditSeal, Child, Message, SymptomLog, User
from tracker.operations.backups import _tables, back_up, restore, snapshot
from tracker.operations.encryption_keys import note_newest_key

pytestmark = pytest.mark.django_db(transaction=True)
CHANGED_BY_RESTORING = {"auditevent", "auditseal", "message"}


@pytest.fixture
def outside(settings: Any, tmp_path: Path, db: None) -> Path:
    """The folder beside the database."""
    settings.AUDIT_HEAD, settings.ERASED = tmp_path / "head", tmp_path / "erased"
    keep_head(None)
    prepare_list(now=NOW)
    note_newest_key(now=NOW)
    return tmp_path


@pytest.fixture
def full(ward_child: Child, nurse: User, log: Callable[..., Recorded]) -> Child:
    """A ward, a family, an alert of which the ward is to be told, a sealed record."""
    recorded = log(temperature=39.0, chills="moderate", note="Zoë 🌙")
    photo = {"kind": "rash", "picture": Picture(bytes(range(256)), 1, 1), "client_uuid": uuid4()}
    add_photo(log=recorded.log, by=recorded.log.caregiver, now=NOW, **photo)
    log(temperature=36.8, hours_ago=3)
    escalate_due(now=NOW)
    seal(now=NOW)
    return ward_child


def plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def everything() -> dict[str, list[tuple[Any, ...]]]:
    return {
        model._meta.model_name: sorted(
            repr(list(map(plain, row))) for row in model._base_manager.values_list()
        )
        for model in _tables()
        if model._meta.model_name not in CHANGED_BY_RESTORING
    }


@pytest.mark.hazard("H29")
def test_the_drill(outside: Path, full: Child, mother: User) -> None:
    file, before, events = outside / "backup", everything(), AuditEvent.objects.count()
    waiting = Message.objects.waiting().count()
    assert waiting
    rows = back_up(file, now=NOW)
    delete_all_rows()
    assert not User.objects.exists()
    began = time.perf_counter()
    assert restore(file, now=timezone.now()) == rows
    assert time.perf_counter() - began < 60
    assert everything() == before
    assert AuditEvent.objects.count() == events + 1
    assert verify().faults == []
    assert not Message.objects.waiting().exists()
    assert Message.objects.filter(reason="restored").count() == waiting
    assert Alert.objects.open().exists()  # told again by the next sweep
    phone = Phone()
    phone.force_login(User.objects.get(pk=mother.pk))
    assert "Call your care team now" in text(phone.send(full, **FEVER))
    assert phone.get(reverse("today", args=[full.pk])).status_code == 200


def test_a_code_that_waited_to_be_mailed_is_dropped_with_its_words(outside: Path, full: Child) -> None:
    queue_sign_in_mail(to="m@example.org", subject="code", text="1", lives=timedelta(minutes=10), now=NOW)
    back_up(outside / "backup", now=NOW)
    delete_all_rows()
    restore(outside / "backup", now=timezone.now())
    mail = Message.objects.get(kind="sign-in")
    assert (mail.reason, mail.sealed) == ("restored", "")


@pytest.mark.hazard("H29")
def test_who_was_deleted_since_stays_deleted(outside: Path, full: Child, mother: User) -> None:
    back_up(outside / "backup", now=NOW)
    erase_child(child=full, by=mother, now=NOW)
    delete_all_rows()
    restore(outside / "backup", now=timezone.now())
    assert not Child.objects.exists()
    assert not SymptomLog.objects.exists()
    assert User.objects.filter(pk=mother.pk).exists()


@pytest.mark.hazard("H29")
def test_a_new_folder_without_the_list_of_who_was_erased_is_refused(
    outside: Path, full: Child, mother: User, settings: Any
) -> None:
    """Else the family that erased everything would be back, and be reminded at night."""
    back_up(outside / "backup", now=NOW)
    erase_child(child=full, by=mother, now=NOW)
    belongs_here = list_id()
    delete_all_rows()
    settings.ERASED = outside / "new-folder-erased"
    prepare_list(now=NOW)
    with pytest.raises(CommandError, match=belongs_here):
        call_command("restore", outside / "backup")
    assert not User.objects.exists()
    settings.ERASED = outside / "erased"
    restore(outside / "backup", now=timezone.now())
    assert not Child.objects.exists()


@pytest.mark.hazard("H29")
def test_a_list_that_is_lost_is_named_in_the_record(
    outside: Path, full: Child, mother: User, settings: Any
) -> None:
    back_up(outside / "backup", now=NOW)
    delete_all_rows()
    settings.ERASED = outside / "new-folder-erased"
    prepare_list(now=NOW)
    call_command("restore", outside / "backup", "--without", "erased-list")
    assert AuditEvent.objects.get(verb="database.restored").detail["without"] == ["erased-list"]
    assert known_list() == list_id()


@pytest.mark.hazard("H29")
def test_who_was_erased_stays_so_where_a_copy_is_put_back_by_hand(
    outside: Path, full: Child, mother: User
) -> None:
    """Past the command, as `.backup` and a point in time of PostgreSQL do: the next start erases again."""
    (outside / "erased").write_text(f"list {list_id()}\nchild {full.pk}\n")
    keep_erased()
    assert not Child.objects.exists()
    assert not verify().count
    (outside / "erased").unlink()
    with pytest.raises(CommandError, match="is not the list"):
        keep_erased()


def test_an_erasure_that_a_crash_kept_off_the_list_is_put_there_at_the_next_start(
    outside: Path, full: Child, mother: User
) -> None:
    number = str(full.pk)
    erase_child(child=full, by=mother, now=NOW)
    (outside / "erased").write_text(f"list {list_id()}\n")
    keep_erased()
    assert noted("child") == [number]
    keep_erased()
    assert noted("child") == [number]


def test_a_lost_list_is_begun_again_from_what_the_database_knows(
    outside: Path, full: Child, mother: User
) -> None:
    number = str(full.pk)
    erase_child(child=full, by=mother, now=NOW)
    before = list_id()
    (outside / "erased").unlink()
    call_command("erased", "new")
    keep_erased()
    assert noted("child") == [number]
    assert AuditEvent.objects.get(verb="erased-list.lost").detail == {"list": before}


@pytest.mark.hazard("H29")
@pytest.mark.parametrize("name", ["ENCRYPTION_KEYS", "AUDIT_KEY"])
def test_a_backup_is_refused_without_the_keys_that_it_names(
    outside: Path, full: Child, settings: Any, capsys: Any, name: str
) -> None:
    right = key_id(getattr(settings, name))
    call_command("backup", outside / "backup")
    assert right in capsys.readouterr().out
    delete_all_rows()
    setattr(settings, name, new_key())
    with pytest.raises(CommandError, match=right) as refused:
        call_command("restore", outside / "backup")
    assert name in str(refused.value)
    assert not User.objects.exists()


@pytest.mark.hazard("H29")
def test_a_backup_whose_keys_are_lost_for_good_is_restored_all_the_same(
    outside: Path, full: Child, nurse: User, settings: Any
) -> None:
    """The logs of ill children are in it. Nurses set up their second step anew."""
    back_up(outside / "backup", now=NOW)
    delete_all_rows()
    settings.ENCRYPTION_KEYS, settings.AUDIT_KEY = new_key(), new_key()
    call_command("restore", outside / "backup", "--without", "encryption-key", "--without", "audit-key")
    assert SymptomLog.objects.exists()
    assert not nurse.authenticator_set.exists()
    assert AuditEvent.objects.filter(verb="second-factor.lost", about=nurse.pk).exists()
    assert verify().count


def test_what_was_cut_off_by_a_restore_stands_in_the_record(outside: Path, full: Child, mother: User) -> None:
    back_up(outside / "backup", now=NOW)
    AuditEvent.objects.create(at=NOW, who=mother.pk, verb="child.changed")
    seal(now=NOW + timedelta(seconds=15))
    head = AuditSeal.objects.latest("pk").pk
    delete_all_rows()
    restore(outside / "backup", now=timezone.now())
    assert AuditEvent.objects.get(verb="database.restored").detail["kept"] == head


def test_the_database_overwrites_what_was_erased(db: None) -> None:
    assert "PRAGMA secure_delete=ON" in site.SQLITE["OPTIONS"]["init_command"]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            assert cursor.execute("PRAGMA secure_delete").fetchone() == (1,)


@pytest.mark.hazard("H29")
def test_what_was_written_after_the_backup_is_named_as_cut_off(
    outside: Path, full: Child, mother: User
) -> None:
    back_up(outside / "backup", now=NOW)
    AuditEvent.objects.create(at=NOW, who=mother.pk, verb="child.changed")
    seal(now=NOW + timedelta(seconds=15))
    kept = (outside / "head").read_text()
    delete_all_rows()
    restore(outside / "backup", now=timezone.now())
    (outside / "head").write_text(kept)
    assert [fault.what for fault in verify().faults] == ["cut"]


def test_only_the_sites_own_user_can_read_a_backup(outside: Path, full: Child) -> None:
    call_command("backup", outside / "backup")
    assert (outside / "backup").stat().st_mode & 0o777 == 0o600


@pytest.mark.hazard("H29")
@pytest.mark.parametrize("damage", [lambda whole: whole[:-40], lambda whole: b"", lambda whole: b"no gzip"])
def test_a_damaged_backup_is_refused_and_nothing_is_written(
    outside: Path, full: Child, damage: Callable[[bytes], bytes]
) -> None:
    back_up(outside / "backup", now=NOW)
    (outside / "backup").write_bytes(damage((outside / "backup").read_bytes()))
    delete_all_rows()
    with pytest.raises(CommandError, match="not a whole backup"):
        call_command("restore", outside / "backup")
    assert not User.objects.exists()


def test_a_backup_without_its_last_rows_is_refused(outside: Path, full: Child) -> None:
    back_up(outside / "backup", now=NOW)
    lines = gzip.decompress((outside / "backup").read_bytes()).splitlines(keepends=True)
    (outside / "backup").write_bytes(gzip.compress(b"".join([*lines[:-3], lines[-1]])))
    delete_all_rows()
    with pytest.raises(CommandError, match="not a whole backup"):
        call_command("restore", outside / "backup")


def test_a_backup_of_another_version_is_refused(outside: Path, full: Child) -> None:
    back_up(outside / "backup", now=NOW)
    whole = gzip.decompress((outside / "backup").read_bytes())
    (outside / "backup").write_bytes(gzip.compress(whole.replace(b"0001_initial", b"0009_other", 1)))
    delete_all_rows()
    with pytest.raises(CommandError, match="another version"):
        call_command("restore", outside / "backup")


def test_a_database_with_people_in_it_is_left_alone(outside: Path, full: Child) -> None:
    back_up(outside / "backup", now=NOW)
    with pytest.raises(CommandError, match="people in this database"):
        call_command("restore", outside / "backup")


def test_nobody_waits_for_a_backup(outside: Path, full: Child, mother: User) -> None:
    """A log that comes while it is read is saved at once, and is not in it."""

    def log() -> None:
        record_log(child=full, caregiver=mother, answers={}, observed_at=NOW, client_uuid=uuid4(), now=NOW)
        connection.close()

    with snapshot():
        seen = SymptomLog.objects.count()
        other = Thread(target=log)
        other.start()
        other.join(timeout=10)
        assert not other.is_alive()
        assert SymptomLog.objects.count() == seen
    assert SymptomLog.objects.count() == seen + 1

"""The whole database in one file, and back: the same file for SQLite and PostgreSQL.

A gzip of lines of JSON: what it is; each row as [table, values]; how many rows there were. Nobody waits for it: it is
read from a snapshot. Restoring wants an empty database of the same version, and takes all of the file or nothing.
"""

import gzip
import json
import os
from base64 import b64encode
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.core.management.color import no_style
from django.db import DatabaseError, connection, connections, models, transaction
from django.db.migrations.recorder import MigrationRecorder

from tracker.accounts.erased_list import belongs, known_list, list_id
from tracker.accounts.erasure import erase_again
from tracker.audit.chain import keep_head, kept_head, seal
from tracker.core.audit import record_audit
from tracker.core.refused import Refused
from tracker.lib.encryption import key_id, key_ids
from tracker.models import AuditSeal, Message, User
from tracker.models.append_only import erasing
from tracker.operations.encryption_keys import abandon_key, encrypt_anew, note_newest_key, noted_keys

FORMAT = 1
LOSABLE = ("encryption-key", "audit-key", "erased-list")
ALIAS = "default"
REPEATABLE_READ = 3  # psycopg's number for it
MADE_BEFORE = ("auth.Permission", "contenttypes.ContentType", "tracker.OutsidePart")  # by migrate and setup
_CHUNK = 500
_CHUNK_OF_PHOTOS = 20  # rows with bytes: 8 MB


def back_up(file: Path, *, now: datetime) -> int:
    """Writes the file, readable by nobody else, whole or not at all. The number of rows."""
    draft, count = file.with_name(f".{file.name}.new"), 0
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as raw, gzip.open(raw, "wt", encoding="utf-8") as out, snapshot():
        about = {"nightlight": FORMAT, "at": now, "migrations": _migrations(), "needs": needs()}
        print(_json(about), file=out)
        for row in _rows():
            print(_json(row), file=out)
            count += 1
        print(_json({"rows": count}), file=out)
    draft.replace(file)
    return count


def needs() -> dict[str, Any]:
    """The ids of what lies outside the database and has to be kept beside its backups."""
    return {
        "encryption keys": [str(key) for key in noted_keys().order_by("since")],
        "audit key": key_id(settings.AUDIT_KEY),
        "erased list": known_list(),
    }


def restore(file: Path, *, now: datetime, without: Collection[str] = ()) -> int:
    """Fills an empty database. What waited to be sent is dropped; who was erased since stays erased.

    Refused without the keys and the list of who was erased that the backup names; `without`: those of LOSABLE that
    are lost for good. A lost encryption key takes the second factors under it along.
    """
    about, count = _check(file)
    _refuse_without(about.get("needs", {}), without)
    with erasing():  # one transaction, in which what migrate has made gives way
        for label in MADE_BEFORE:
            apps.get_model(label).objects.all().delete()
        for label, rows in groupby(islice(_lines(file), 1, count + 1), key=itemgetter(0)):
            _insert(apps.get_model(label), (values for _label, values in rows))
        _set_counters()
        belongs(list_id(), now=now)
        for lost in [str(key) for key in noted_keys() if str(key) not in key_ids()]:
            abandon_key(identifier=lost, now=now)
        note_newest_key(now=now)
        encrypt_anew()
        erase_again(now=now)
        waiting = Message.objects.waiting()
        waiting.update(dropped_at=now, claimed_until=None, reason="restored", sealed="")
        record_audit(
            "database.restored", by=None, now=now, kept=(kept_head() or (None,))[0], without=sorted(without)
        )
    keep_head(AuditSeal.objects.order_by("-pk").first())
    seal(now=now)
    return count


@contextmanager
def snapshot() -> Iterator[None]:
    """In here this thread reads one moment, over a connection of its own, and keeps no writer waiting."""
    usual, options = connections[ALIAS], dict(connection.settings_dict["OPTIONS"])
    if connection.vendor == "sqlite":
        options["transaction_mode"] = "DEFERRED"
    else:
        options["isolation_level"] = REPEATABLE_READ
    reader = connections.create_connection(ALIAS)
    reader.settings_dict = {**connection.settings_dict, "OPTIONS": options}
    connections[ALIAS] = reader
    try:
        with transaction.atomic():
            yield
    finally:
        reader.close()
        connections[ALIAS] = usual


def _tables() -> list[type[models.Model]]:
    found = apps.get_models(include_auto_created=True)
    return [model for model in found if model._meta.managed and not model._meta.proxy]


def _rows() -> Iterator[list[Any]]:
    for model in _tables():
        names = [field.attname for field in model._meta.concrete_fields]
        rows = model._base_manager.order_by("pk").values_list(*names)
        for row in rows.iterator(_together(model)):
            yield [model._meta.label, row]


def _together(model: type[models.Model]) -> int:
    has_bytes = any(isinstance(field, models.BinaryField) for field in model._meta.concrete_fields)
    return _CHUNK_OF_PHOTOS if has_bytes else _CHUNK


def _insert(model: type[models.Model], rows: Iterator[list[Any]]) -> None:
    fields = model._meta.concrete_fields
    names = [field.attname for field in fields]
    while chunk := list(islice(rows, _together(model))):
        model._base_manager.bulk_create(
            model(
                **{
                    name: field.to_python(value)
                    for name, field, value in zip(names, fields, row, strict=True)
                }
            )
            for row in chunk
        )


def _set_counters() -> None:
    """The next number of each table is a new one."""
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), _tables()):
            cursor.execute(sql)


def _migrations() -> list[list[str]]:
    return sorted(map(list, MigrationRecorder(connection).applied_migrations()))


def _lines(file: Path) -> Iterator[Any]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _check(file: Path) -> tuple[dict[str, Any], int]:
    """What it says of itself, and the number of rows. Refused: it is not a whole backup of this version, or
    somebody is in the database.
    """
    try:
        if User.objects.exists():
            raise Refused("There are people in this database. A backup is restored into an empty one.")
    except DatabaseError:
        raise Refused("This database has no tables yet. Run `python manage.py setup` first.") from None
    about, last, count = None, None, -2  # the first line and the last are no rows
    try:
        for last in _lines(file):
            about = about or last
            count += 1
    except (OSError, EOFError, ValueError) as error:
        raise Refused("This is not a whole backup.") from error
    if not isinstance(about, dict) or about.get("nightlight") != FORMAT or last != {"rows": count}:
        raise Refused("This is not a whole backup.")
    if about["migrations"] != _migrations():
        raise Refused("This backup was made by another version. Restore it with that one, then update.")
    return about, count


def _refuse_without(wanted: dict[str, Any], without: Collection[str]) -> None:
    keys = [key for key in wanted.get("encryption keys", []) if key not in key_ids()]
    audit_key, erased = wanted.get("audit key", ""), wanted.get("erased list", "")
    missing = {}
    if keys:
        missing["encryption-key"] = f"the encryption key {', '.join(keys)} (ENCRYPTION_KEYS)"
    if audit_key and audit_key != key_id(settings.AUDIT_KEY):
        missing["audit-key"] = f"the audit key {audit_key} (AUDIT_KEY)"
    if erased and erased != list_id():
        missing["erased-list"] = f"the newest copy of the list {erased} of who was erased ({settings.ERASED})"
    for name, what in missing.items():
        if name not in without:
            raise Refused(
                f"This backup needs {what}. Put it in its place. If it is lost for good: "
                f"`restore --without {name}`; docs/deploy.md says what goes with it."
            )


def _json(value: object) -> str:
    return json.dumps(value, default=_text, ensure_ascii=False)


def _text(value: object) -> str:
    if isinstance(value, datetime | date | time):
        return value.isoformat()  # to the microsecond, or the seals would not hold
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return b64encode(value).decode()  # as BinaryField.to_python reads it
    raise TypeError(type(value).__name__)

"""Which rows the chain of seals covers, and what of each goes into its digest.

A log is one item together with its answers, since they are written together and none is ever added. Only columns that
say something are digested: a column that a later version adds, empty, breaks no seal that exists. So a new column of
these tables is nullable, blank or false to begin with, and none is ever renamed.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import CharField, Exists, Model, OuterRef, QuerySet, UUIDField, Value
from django.db.models.functions import Cast, Replace

from tracker.models import AuditSeal

AUDIT_EVENT, CLOSING = "auditevent", "closing"
UNREADABLE = (
    ValueError,
    TypeError,
    AttributeError,
    ArithmeticError,
)  # what no program of the site has written
ALERT_COLUMNS = ("id", "child_id", "log_id", "urgency", "raised_at")
DOSE_COLUMNS = ("id", "child_id", "medicine_id", "name", "dose", "given_at", "given_by_id", "recorded_at")
TRANSFER_COLUMNS = ("id", "child_id", "left_id", "joins_id", "offered_at", "offered_by_id")
CLOSING_COLUMNS = ("resolved_by_id", "resolved_at", "outcome", "resolution_note", "taken_in_by_id")
ENDS_OR_REOPENS = ("taken-in", "resolved", "undone", "reopened")
"""After these events of an alert its closing is sealed anew; anything else that changes it is no lawful change."""


@dataclass(frozen=True)
class Kind:
    """`at`: the column that says when a row was written. `child`: the path to whose record it is part of.

    `order`: the indexed column by which new rows are found; empty where another kind's rows lead to them. `columns`:
    where only some of them never change. `parts`: tables whose rows are written with it. `together`: how many are read
    at once.
    """

    model_name: str
    at: str
    child: str = ""
    order: str = ""
    columns: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    together: int = 5000

    @property
    def model(self) -> type[Model]:
        return apps.get_model("tracker", self.model_name)


KINDS = {
    "log": Kind("symptomlog", "received_at", "child", parts=("observation", "ownanswers")),
    "assessment": Kind("assessment", "made_at", "log__child", "pk"),
    "alert": Kind("alert", "raised_at", "child", columns=ALERT_COLUMNS),
    "alertevent": Kind("alertevent", "at", "alert__child", "pk"),
    CLOSING: Kind("alert", "raised_at", "child", columns=("id", *CLOSING_COLUMNS)),
    "call": Kind("call", "recorded_at", "child", "recorded_at"),
    "carenote": Kind("carenote", "at", "child", "at"),
    "stayevent": Kind("stayevent", "at", "child", "at"),
    "transfer": Kind("transfer", "offered_at", "child", "offered_at", TRANSFER_COLUMNS),
    "numbercheck": Kind("numbercheck", "at", "child", "at"),
    "dosegiven": Kind("dosegiven", "recorded_at", "child", "recorded_at", DOSE_COLUMNS),
    "phoneentry": Kind("phoneentry", "received_at", "child", "received_at"),
    "photo": Kind("photo", "received_at", "child", "received_at", together=20),
    AUDIT_EVENT: Kind("auditevent", "at", order="pk"),
}


@dataclass(frozen=True)
class Item:
    """A row as it stands in the database now. `text` is what its digest is made of: a list in JSON."""

    kind: str
    key: str
    at: datetime
    text: str


def key_of(pk: object) -> str:
    """A row's id as the chain writes it, the same on every database."""
    return pk.hex if isinstance(pk, UUID) else str(pk)


def is_sealed(kind: str) -> Exists:
    key: Cast | Replace = Cast(OuterRef("pk"), CharField())
    if isinstance(
        KINDS[kind].model._meta.pk, UUIDField
    ):  # elsewhere the row -5 would have the seal of the row 5
        key = Replace(key, Value("-"), Value(""))
    return Exists(AuditSeal.objects.filter(kind=kind, row_key=key))


def items(kind: str, pks: Collection[Any]) -> dict[str, Item]:
    """By key; rows that are not there are missing. The text of one that cannot be read is empty, and fits no seal."""
    if len(pks) > KINDS[kind].together:
        return {
            key: item
            for piece in _pieces(pks, KINDS[kind].together)
            for key, item in items(kind, piece).items()
        }
    try:
        return _items(kind, pks)
    except UNREADABLE:
        if len(pks) == 1:
            (pk,) = pks
            return {key_of(pk): Item(kind, key_of(pk), datetime.max.replace(tzinfo=UTC), "")}
    return {key: item for pk in pks for key, item in items(kind, [pk]).items()}


def _pieces(pks: Collection[Any], size: int) -> Iterator[list[Any]]:
    rest = iter(pks)
    while piece := list(islice(rest, size)):
        yield piece


def _items(kind: str, pks: Collection[Any]) -> dict[str, Item]:
    rows = _values(KINDS[kind], KINDS[kind].model._base_manager.filter(pk__in=pks))
    parts = {name: _parts(name, pks) for name in KINDS[kind].parts}
    return {key_of(row["id"]): Item(kind, key_of(row["id"]), at, _text(kind, row, parts)) for at, row in rows}


def unkeyed(kind: str, keys: Iterable[str]) -> list[Any]:
    """Primary keys again. What can be none is left out: nothing has it."""
    field, found = KINDS[kind].model._meta.pk, []
    for key in keys:
        try:
            found.append(field.to_python(key))
        except ValidationError:
            continue
    return found


def canonical(values: object) -> str:
    return json.dumps(values, default=_plain, sort_keys=True)


def _values(kind: Kind, rows: QuerySet) -> Iterable[tuple[datetime, dict[str, Any]]]:
    columns = kind.columns or [field.attname for field in kind.model._meta.concrete_fields]
    for at, *values in rows.values_list(kind.at, *columns):
        yield at, dict(zip(columns, values, strict=True))


def _parts(name: str, logs: Collection[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    model = apps.get_model("tracker", name)
    columns = [field.attname for field in model._meta.concrete_fields]
    found = defaultdict(list)
    for row in model._base_manager.filter(log__in=logs).order_by("pk").values(*columns):
        found[row["log_id"]].append(_telling(row))
    return found


def _text(kind: str, row: dict[str, Any], parts: Mapping[str, Mapping[UUID, list[dict[str, Any]]]]) -> str:
    if kind == AUDIT_EVENT:
        values = [row.pop(name) for name in _AUDIT_COLUMNS]
        return canonical([*values, added] if (added := _telling(row)) else values)
    whole = _telling(row) | {name: rows[row["id"]] for name, rows in parts.items() if row["id"] in rows}
    return canonical([kind, whole])


_AUDIT_COLUMNS = ("id", "at", "who", "verb", "child", "about", "detail")


def _telling(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value for name, value in row.items() if not (value is None or value is False or value == "")
    }


def _plain(value: object) -> str:
    if isinstance(value, bytes | memoryview):  # a photo: the digest of its bytes stands for them
        return sha256(value).hexdigest()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value)

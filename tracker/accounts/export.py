"""Everything that is kept about one child, as a zip: each table as CSV, and all of it as one JSON file.

Which rows belong to a child follows from the foreign keys, so that a new table is in it without a line here.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import BinaryField, Field, Model, Q, QuerySet
from django.utils.translation import gettext as _

from tracker.lib.csv_cells import cell
from tracker.models import AuditEvent, CareTeam, Child, Photo, User

SECRETS = {"token_digest", "join_code", "password", "sealed"}
BY_HAND = {Child: "pk", CareTeam: "children", AuditEvent: "child"}  # the path from a row to its child
_PIECE = 64 * 1024


def archive(child: Child) -> Iterator[bytes]:
    """The zip, piece by piece: nothing of it is ever kept whole."""
    sink = _Sink()
    with ZipFile(sink, "w", ZIP_DEFLATED) as zipped:
        for name, pieces in chain(_texts(child), _photos(child)):
            with zipped.open(name, "w", force_zip64=True) as file:
                for piece in pieces:
                    file.write(piece)
                    if sink.waiting > _PIECE:
                        yield sink.take()
    yield sink.take()


def tables_of(child: Child) -> dict[str, tuple[list[str], QuerySet]]:
    """Each table's columns and rows of this child."""
    tables = {
        model.__name__.lower(): (columns(model), model._default_manager.filter(**{path: child.pk}))
        for model, path in paths_to_a_child().items()
    }
    here = Q(memberships__child=child) | Q(pk__in=AuditEvent.objects.filter(child=child.pk).values("who"))
    people = User.objects.filter(pk__in=User.objects.filter(here).values("pk"))
    return {**tables, "person": (["id", "name"], people)}


def paths_to_a_child() -> dict[type[Model], str]:
    """The models whose rows belong to a child, each with the lookup that leads there."""
    found, size = dict(BY_HAND), 0
    while len(found) > size:
        size = len(found)
        for model in apps.get_app_config("tracker").get_models():
            if path := model not in found and _path(model, found):
                found[model] = path
    return found


def columns(model: type[Model]) -> list[str]:
    told = (field for field in model._meta.concrete_fields if field.name not in SECRETS)
    return [
        field.attname for field in told if not isinstance(field, BinaryField)
    ]  # photos are files of their own


def _path(model: type[Model], found: dict[type[Model], str]) -> str:
    for field in model._meta.concrete_fields:
        if field.related_model is Child:
            return field.name
        if _belongs(field) and field.related_model in found:
            return f"{field.name}__{found[field.related_model]}"
    return ""


def _belongs(field: Field) -> bool:
    """Whether a row is part of what this field names. A team is its children's, but its staff is not."""
    return bool(field.remote_field) and field.related_model not in (CareTeam, field.model)


def _texts(child: Child) -> Iterator[tuple[str, Iterator[bytes]]]:
    for name, texts in _files(child):
        yield name, map(str.encode, texts)


def _photos(child: Child) -> Iterator[tuple[str, list[bytes]]]:
    """One after the other, by the ids that photo.csv has."""
    for photo in Photo.objects.filter(child=child).order_by("received_at").iterator(chunk_size=5):
        yield f"photos/{photo.pk}.jpg", [bytes(photo.jpeg)]


def _files(child: Child) -> Iterator[tuple[str, Iterable[str]]]:
    tables = tables_of(child)
    yield "README.txt", [_about()]
    yield "everything.json", _as_json(tables)
    for name, (names, rows) in tables.items():
        yield f"{name}.csv", _as_csv(names, rows)


def _as_json(tables: dict[str, tuple[list[str], QuerySet]]) -> Iterator[str]:
    for number, (name, (names, rows)) in enumerate(tables.items()):
        yield f"{',' if number else '{'}\n{json.dumps(name)}: ["
        for row_number, row in enumerate(rows.values(*names).iterator()):
            text = json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False)
            yield f"{',' if row_number else ''}\n {text}"
        yield "]"
    yield "\n}\n"


def _as_csv(names: list[str], rows: QuerySet) -> Iterator[str]:
    line = io.StringIO()
    writer = csv.writer(line)
    yield "\ufeff"  # tells a spreadsheet that it is UTF-8
    for values in chain([names], rows.values_list(*names).iterator()):
        writer.writerow(map(_text, values))
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def _text(value: object) -> object:
    if isinstance(value, dict | list):
        return cell(json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False))
    return cell(value.isoformat() if isinstance(value, datetime) else value)


def _about() -> str:
    lines = (
        _("Everything that Nightlight keeps about one child."),
        _("Each .csv file opens in a spreadsheet; everything.json holds the same for programs."),
        _(
            "Times are in UTC. person.csv says who is behind an id: the family, and who of the clinic did something."
        ),
        _("auditevent.csv says who looked and who changed what."),
        _("The folder photos has each photo; photo.csv says of which log it is, and what it shows."),
    )
    return "\n".join((*lines, ""))


class _Sink(io.RawIOBase):
    """What the zip is written into, and taken from again piece by piece."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.waiting = 0

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self.pieces.append(bytes(piece))
        self.waiting += len(piece)
        return len(piece)

    def take(self) -> bytes:
        taken = b"".join(self.pieces)
        self.pieces, self.waiting = [], 0
        return taken

"""Photos as pages show them: those of one kind beside each other, the newest first. Never the bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet

from tracker.models import Child, Photo, PhotoKind, SymptomLog

BESIDE = 6
"""So many of a kind, and the first of all: a rash spreads within days, writing is compared with the first day's."""


@dataclass(frozen=True)
class Beside:
    """The photos of one kind. `left_out`: how many lie between the first of all and those that are shown."""

    name: Any
    photos: Sequence[Photo]
    left_out: int


def photos_of(child: Child, *, only: SymptomLog | None = None) -> list[Beside]:
    """By kind, in two queries; kinds without a photo are left out. `only`: of one log, for who sees no history."""
    around = _rows(child) if only is None else _rows(child).filter(log=only)
    rows = list(around.values_list("pk", "kind"))
    by_kind = {kind: [pk for pk, one in rows if one == kind] for kind in PhotoKind.values}
    shown = {pk for pks in by_kind.values() for pk in (*pks[:BESIDE], *pks[-1:])}
    found = {photo.pk: photo for photo in _rows(child).filter(pk__in=shown)}
    return [
        Beside(PhotoKind(kind).label, photos, len(pks) - len(photos))
        for kind, pks in by_kind.items()
        if (photos := [found[pk] for pk in pks if pk in found])
    ]


def _rows(child: Child) -> QuerySet[Photo]:
    seen_at = {"seen_at": F("log__observed_at")}
    rows = Photo.objects.filter(child=child).defer("jpeg").annotate(**seen_at)
    return rows.order_by("-log__observed_at", "-received_at")

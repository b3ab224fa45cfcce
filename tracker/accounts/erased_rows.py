"""Names the rows that an erasure takes, so that the chain of seals may lack those and no others.

Only a row that stands as it was sealed gets a proof. Else whoever can write to the database could move another child's
rows to a child of their own, and have the site erase them and vouch for it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from tracker.audit.chain import chain_key, fits, kept_head, proof
from tracker.audit.sealed_rows import CLOSING, KINDS, items, key_of, unkeyed
from tracker.audit.verify import ERASED, is_closing_now, overwritten
from tracker.core.audit import record_audit
from tracker.models import AuditSeal, User

UNPROVED = "record.unproved"  # rows that were erased and were not as they had been sealed


def name_rows(*, child: UUID, by: User | None, now: datetime, together: int) -> None:
    """`together`: rows in one audit event. What hangs on a row that does not fit gets no proof either."""
    unfit: dict[str, set[Any]] = {kind: set() for kind in KINDS}
    for kind, about in KINDS.items():
        if not about.child or kind == CLOSING:
            continue
        rows = about.model._base_manager.filter(**{about.child: child}).order_by("pk")
        pks = rows.values_list("pk", flat=True).iterator(together)
        while piece := list(islice(pks, together)):
            wrong = _unfit(kind, piece) | _hanging(rows, about.child, piece, unfit)
            unfit[kind] |= wrong
            _prove(child, kind, [pk for pk in piece if pk not in wrong], by, now)
            if wrong:
                keys = [key_of(pk) for pk in piece if pk in wrong]
                record_audit(UNPROVED, by=by, now=now, child=child, rows={kind: keys})


def _prove(child: UUID, kind: str, pks: Sequence[Any], by: User | None, now: datetime) -> None:
    """Rows without a seal are named too: a sweep that has just read them may seal them yet."""
    if not pks:
        return
    keys = [key_of(pk) for pk in pks]
    named, since = {kind: keys}, _since(kind, keys)
    shown = proof(child=str(child), rows=named, since=since)
    record_audit(ERASED, by=by, now=now, child=child, rows=named, since=since, proof=shown)


def _since(kind: str, keys: Sequence[str]) -> list[int]:
    """From which link on each row may be missing, so that a link hidden now and put back later is not excused."""
    seals = AuditSeal.objects.filter(kind=kind, row_key__in=keys).order_by("-pk")
    sealed = dict(seals.values_list("row_key", "pk"))
    last = AuditSeal.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    coming = max(last, (kept_head() or (0, ""))[0]) + 1
    return [sealed.get(key, coming) for key in keys]


def _unfit(kind: str, pks: Sequence[Any]) -> set[Any]:
    """The rows that are not what was sealed; of an alert, its closing as well."""
    keys = [key_of(pk) for pk in pks]
    wrong = set(_not_as_sealed(kind, keys))
    if kind == "alert":
        wrong |= {key for key in _not_as_sealed(CLOSING, keys) if not is_closing_now(key)}
    return {pk for pk in pks if key_of(pk) in wrong}


def _not_as_sealed(kind: str, keys: Sequence[str]) -> Iterable[str]:
    links = list(AuditSeal.objects.filter(kind=kind, row_key__in=keys))
    places = [link.pk - 1 for link in links]
    before = dict(AuditSeal.objects.filter(pk__in=places).values_list("pk", "digest"))
    found, skipped, key = items(kind, unkeyed(kind, keys)), overwritten(links), chain_key()
    for link in links:
        if link.pk not in skipped and not fits(
            key, before.get(link.pk - 1, ""), link, found.get(link.row_key)
        ):
            yield link.row_key


def _hanging(rows: QuerySet, path: str, pks: Sequence[Any], unfit: dict[str, set[Any]]) -> set[Any]:
    parent, _, is_below = path.partition("__")
    if not is_below or not unfit[parent]:
        return set()
    above = rows.filter(pk__in=pks).values_list("pk", f"{parent}_id")
    return {pk for pk, over in above if over in unfit[parent]}

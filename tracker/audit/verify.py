"""Walks the whole chain of seals and names what is not as it was sealed, in a memory that does not grow with it."""

import hmac
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, Max, OuterRef, Q, TextField
from django.db.models.functions import Cast

from tracker.audit.chain import chain_key, fits, head_fits, kept_head, proof, unsealed
from tracker.audit.sealed_rows import (
    AUDIT_EVENT,
    CLOSING,
    ENDS_OR_REOPENS,
    KINDS,
    UNREADABLE,
    Item,
    is_sealed,
    items,
    key_of,
    unkeyed,
)
from tracker.models import Alert, AlertEvent, AlertVerb, AuditEvent, AuditSeal

ERASED = "record.erased"
SLOW = timedelta(minutes=5)  # from a row's time to its commit, at most
NAMED = 1000  # faults are counted all, and named so many
_CHUNK = 500


class Fault(NamedTuple):
    """Where the record is not what was sealed.

    `what`: changed, removed, inserted, unexplained, forged; of the whole chain: cut, headless.
    """

    what: str
    kind: str = ""
    key: str = ""


@dataclass(frozen=True)
class Report:
    """`tail`: rows since the last sealing, for which nothing vouches yet. `faults`: the first of `count`."""

    sealed: int
    tail: int
    faults: list[Fault]
    count: int


class Walk:
    """One look at the whole chain."""

    def __init__(self) -> None:
        self.key = chain_key()
        self.erased = Erased()
        self.place, self.digest = 0, ""
        self.run: datetime | None = None
        self.complete: datetime | None = None  # when everything that was there was sealed
        self.was_complete: datetime | None = None  # the same, before this run
        self.tail = 0

    def faults(self) -> Iterator[Fault]:
        yield from _head()
        yield from self.erased.read()
        while links := list(AuditSeal.objects.filter(pk__gt=self.place).order_by("pk")[:_CHUNK]):
            yield from self._chunk(links)
        for kind in KINDS:
            yield from self._unsealed(kind)
        yield from _unexplained()

    def _chunk(self, links: Sequence[AuditSeal]) -> Iterator[Fault]:
        found, skipped = _rows(links), overwritten(links)
        for link in links:
            self._enter_run(link)
            if link.pk != self.place + 1:
                yield Fault("removed")
            if link.pk not in skipped:
                yield from self._link(link, found[link.kind].get(link.row_key))
            self.place, self.digest = link.pk, link.digest
            if link.nothing_left:
                self.complete = link.sealed_at

    def _enter_run(self, link: AuditSeal) -> None:
        if link.sealed_at == self.run:
            return
        went_back = self.run is not None and link.sealed_at < self.run  # the clock was wrong: it says nothing
        self.complete = None if went_back else self.complete
        self.run, self.was_complete = link.sealed_at, self.complete

    def _link(self, link: AuditSeal, item: Item | None) -> Iterator[Fault]:
        if item is None:
            if not self.erased.has(link):
                yield Fault("removed", link.kind, link.row_key)
        elif not fits(self.key, self.digest, link, item):
            if link.kind != CLOSING or not is_closing_now(link.row_key):
                yield Fault("changed", link.kind, link.row_key)
        elif link.kind != CLOSING and _is_late(item.at, self.was_complete):
            yield Fault("inserted", link.kind, link.row_key)

    def _unsealed(self, kind: str) -> Iterator[Fault]:
        """Rows without a seal: the tail, and what was put in among the old."""
        if kind == CLOSING:
            return
        about = KINDS[kind]
        late = Q(**{f"{about.at}__lt": self.complete - SLOW}) if self.complete else Q(pk__in=[])
        rows = about.model._base_manager.filter(~is_sealed(kind))
        if about.order:  # never to be sealed: its number is too low, or its time too long ago
            late |= ~Q(pk__in=unsealed(kind).values("pk"))
        for pk in rows.filter(late).order_by("pk").values_list("pk", flat=True).iterator(_CHUNK):
            yield Fault("inserted", kind, key_of(pk))
        self.tail += rows.exclude(late).count()


def verify() -> Report:
    walk, count = Walk(), 0
    named: list[Fault] = []
    for fault in walk.faults():
        count += 1
        if len(named) < NAMED:
            named.append(fault)
    return Report(walk.place, walk.tail, named, count)


class Erased:
    """The rows that the site itself says were erased, in a file that vanishes: they may be more than memory holds."""

    def __init__(self) -> None:
        self.rows = sqlite3.connect("")
        self.rows.execute("CREATE TABLE erased (kind, row_key, since, PRIMARY KEY (kind, row_key, since))")

    def read(self) -> Iterator[Fault]:
        events = AuditEvent.objects.filter(verb=ERASED).order_by("pk")
        for pk, child, text in events.values_list("pk", "child", Cast("detail", TextField())).iterator(
            _CHUNK
        ):
            try:
                self.rows.executemany("INSERT OR IGNORE INTO erased VALUES (?, ?, ?)", _proved(child, text))
            except UNREADABLE:
                yield Fault("forged", AUDIT_EVENT, key_of(pk))

    def has(self, link: AuditSeal) -> bool:
        kind = "alert" if link.kind == CLOSING else link.kind
        query = "SELECT 1 FROM erased WHERE kind = ? AND row_key = ? AND since <= ?"
        return self.rows.execute(query, (kind, link.row_key, link.pk)).fetchone() is not None


def _proved(child: UUID, text: str) -> list[tuple[str, str, int]]:
    """Kind, key and first link of each row. ValueError: the site did not write this."""
    detail = json.loads(text)
    rows, since = detail.get("rows", {}), detail.get("since")
    if not hmac.compare_digest(proof(child=str(child), rows=rows, since=since), detail.get("proof", "")):
        raise ValueError
    pairs = [(kind, key) for kind, keys in rows.items() for key in keys]
    places = [0] * len(pairs) if since is None else since
    return [(kind, key, place) for (kind, key), place in zip(pairs, places, strict=True)]


def _head() -> Iterator[Fault]:
    if kept_head() is None:
        yield Fault("headless")
    elif not head_fits():
        yield Fault("cut")


def _rows(links: Sequence[AuditSeal]) -> dict[str, dict[str, Item]]:
    keys = defaultdict(list)
    for link in links:
        keys[link.kind].append(link.row_key)
    known: defaultdict[str, dict[str, Item]] = defaultdict(dict)
    return known | {
        kind: items(kind, unkeyed(kind, wanted)) for kind, wanted in keys.items() if kind in KINDS
    }


def overwritten(links: Sequence[AuditSeal]) -> set[int]:
    """Seals of a closing that another one followed: what they vouched for is not in the alert's row any more."""
    keys = {link.row_key for link in links if link.kind == CLOSING}
    if not keys:
        return set()
    seals = AuditSeal.objects.filter(kind=CLOSING, row_key__in=keys)
    newest = set(seals.values("row_key").annotate(newest=Max("pk")).values_list("newest", flat=True))
    return {link.pk for link in links if link.kind == CLOSING} - newest


def is_closing_now(key: str) -> bool:
    """Something that ends or reopens this alert waits to be sealed."""
    events = unsealed("alertevent").filter(alert_id__in=unkeyed("alert", [key]))
    return events.filter(verb__in=ENDS_OR_REOPENS).exists()


def _unexplained() -> Iterator[Fault]:
    """Alerts that are closed, and no event says so."""
    events = AlertEvent.objects.filter(alert=OuterRef("pk"))
    resolved = events.filter(verb=AlertVerb.RESOLVED, at=OuterRef("resolved_at"), by=OuterRef("resolved_by"))
    # One that is reopened while another is open becomes a part of that one at once.
    taken_in = events.filter(verb__in=(AlertVerb.TAKEN_IN, AlertVerb.UNDONE, AlertVerb.REOPENED))
    wrong = Q(resolved_at__isnull=False) & ~Exists(resolved) | Q(taken_in_by__isnull=False) & ~Exists(
        taken_in
    )
    for pk in Alert.objects.filter(wrong).order_by("pk").values_list("pk", flat=True).iterator(_CHUNK):
        yield Fault("unexplained", "alert", key_of(pk))


def _is_late(at: datetime, complete: datetime | None) -> bool:
    """It was not there when everything was sealed, well after the time that it states."""
    return complete is not None and at < complete - SLOW

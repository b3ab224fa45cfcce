"""Audit events are sealed in order into a chain, keyed outside the database.

Whoever can write to the database but has not read the key can neither change, remove nor backdate an event without
`verify` finding it. The head of the chain is kept in a file as well: a tail cut off is found, too.
"""

import hmac
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet

from tracker.models import AuditEvent, AuditSeal

SHORTEST_KEY = 40
SLOW = timedelta(minutes=5)  # from an event's time to its commit, at most
OVERTAKEN = 1000  # with many writers a lower number may be committed later, but not by more than this
_CHUNK = 2000


class Fault(NamedTuple):
    """Where the record is not what was sealed. `what`: changed, removed, inserted or cut."""

    what: str
    event: int | None = None


class Report(NamedTuple):
    """`tail`: the events since the last sealing, for which nothing vouches yet."""

    sealed: int
    tail: list[int]
    faults: list[Fault]


def seal(*, now: datetime) -> int:
    """Seals what was written since the last time and says how much. Of two at once, one does it."""
    key = _key()
    try:
        with transaction.atomic():
            last = AuditSeal.objects.order_by("-pk").first()
            links = list(_links(key, last, _unsealed().order_by("pk").iterator(_CHUNK), now))
            AuditSeal.objects.bulk_create(links, batch_size=_CHUNK)
    except IntegrityError:  # another process was quicker
        return 0
    if links:
        keep_head(links[-1])
    return len(links)


def verify() -> Report:
    """Walks the whole chain."""
    key, head, faults = _key(), _kept_head(), []
    before, run, previous_run = AuditSeal(pk=0, digest=""), None, None
    for link in AuditSeal.objects.order_by("pk").prefetch_related("event").iterator(_CHUNK):
        event = getattr(link, "event", None)
        if link.sealed_at != run:
            run, previous_run = link.sealed_at, run
        if link.pk != before.pk + 1 or event is None:
            faults.append(Fault("removed", link.event_id if event is None else None))
        if event is not None and not _holds(key, before, link, event):
            faults.append(Fault("changed", event.pk))
        elif event is not None and _is_late(event, previous_run):
            faults.append(Fault("inserted", event.pk))
        before = link
    if head and not AuditSeal.objects.filter(pk=head[0], digest=head[1]).exists():
        faults.append(Fault("cut"))
    return Report(before.pk, *_rest(run, faults))


def keep_head(link: AuditSeal | None) -> None:
    """Notes outside the database how far the chain goes; of None, that there is none."""
    file = settings.AUDIT_HEAD
    if link is None:
        file.unlink(missing_ok=True)
        return
    draft = file.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(f"{link.pk} {link.digest}\n")
    draft.replace(file)


def _rest(run: datetime | None, faults: list[Fault]) -> tuple[list[int], list[Fault]]:
    """What is not sealed: the tail, and what was put in among the old."""
    unsealed = AuditEvent.objects.filter(seal=None).order_by("pk")
    tail = set(_unsealed().values_list("pk", flat=True))
    inserted = [event.pk for event in unsealed if event.pk not in tail or _is_late(event, run)]
    return sorted(tail.difference(inserted)), faults + [Fault("inserted", pk) for pk in inserted]


def _unsealed() -> QuerySet[AuditEvent]:
    highest = AuditSeal.objects.aggregate(highest=Max("event_id"))["highest"] or 0
    return AuditEvent.objects.filter(seal=None, pk__gt=highest - OVERTAKEN)


def _is_late(event: AuditEvent, run: datetime | None) -> bool:
    """It was not there at a sealing that came well after the time it states."""
    return run is not None and event.at < run - SLOW


def _links(
    key: bytes, last: AuditSeal | None, events: Iterable[AuditEvent], now: datetime
) -> Iterator[AuditSeal]:
    before = last or AuditSeal(pk=0, digest="")
    for event in events:
        link = AuditSeal(pk=before.pk + 1, event=event, sealed_at=now)
        link.digest = _digest(key, before, link, event)
        yield link
        before = link


def _holds(key: bytes, before: AuditSeal, link: AuditSeal, event: AuditEvent) -> bool:
    return hmac.compare_digest(_digest(key, before, link, event), link.digest)


def _digest(key: bytes, before: AuditSeal, link: AuditSeal, event: AuditEvent) -> str:
    told = (event.pk, _utc(event.at), event.who, event.verb, event.child, event.about, event.detail)
    whole = [link.pk, _utc(link.sealed_at), before.digest, *told]
    text = json.dumps(whole, cls=DjangoJSONEncoder, sort_keys=True)
    return hmac.new(key, text.encode(), sha256).hexdigest()


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _kept_head() -> tuple[int, str] | None:
    try:
        place, digest = settings.AUDIT_HEAD.read_text().split()
    except FileNotFoundError:
        return None
    return int(place), digest


def _key() -> bytes:
    if len(settings.AUDIT_KEY) < SHORTEST_KEY:
        raise ImproperlyConfigured(
            "Nothing is sealed without a key: set AUDIT_KEY or AUDIT_KEY_FILE (40 characters or more), "
            "or run `python manage.py setup`, which makes one."
        )
    return settings.AUDIT_KEY.encode()

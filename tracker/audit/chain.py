"""The record is sealed in order into a chain, keyed outside the database.

Whoever can write to the database but has not read the key can neither change, remove nor backdate a sealed row without
`verify` (verify.py) finding it. The head of the chain is kept in a file as well: a tail cut off is found, too. The
sweep seals, some seconds after a row was written: what a parent waits for is a plain insert.
"""

import hmac
import json
import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from tracker.audit.sealed_rows import CLOSING, ENDS_OR_REOPENS, KINDS, Item, is_sealed, items, key_of
from tracker.core.audit import record_audit
from tracker.models import AlertEvent, Assessment, AuditSeal

log = logging.getLogger(__name__)

SHORTEST_KEY = 40
OVERTAKEN = 1000  # with many writers a lower number may be committed later, but not by more than this
LOOKS_BACK = timedelta(days=2)  # the same for rows without numbers; longer than a clock is ever wrong
AT_MOST = 2000  # rows of a table in one sweep, which has more urgent things to do
_CHUNK = 500  # links that one transaction writes: a parent's log waits no longer than for those

Waiting = list[tuple[str, Any]]  # kind and primary key


def seal(*, now: datetime, at_most: int = AT_MOST) -> int:
    """Seals what was written since the last time and says how much. Of two at once, one does it.

    Where the kept head does not fit the chain nothing is sealed: a new head would hide that the end was cut off.
    """
    key, last, count = chain_key(), AuditSeal.objects.order_by("-pk").first(), 0
    if not head_fits():
        log.error("record_not_sealed")
        return 0
    waiting, is_all = _waiting(at_most)
    try:
        for start in range(0, len(waiting), _CHUNK):
            is_end = is_all and start + _CHUNK >= len(waiting)
            links = _links(key, last, waiting[start : start + _CHUNK], now, is_end)
            last = _append(links) or last
            count += len(links)
    except IntegrityError:  # another process was quicker
        return 0
    return count


def digest(key: bytes, before: str, link: AuditSeal, item: Item) -> str:
    place = json.dumps([link.pk, link.sealed_at.astimezone(UTC).isoformat(), before])
    text = f"{place[:-1]}, {item.text[1:]}" + ("+" if link.nothing_left else "")
    return hmac.new(key, text.encode(), sha256).hexdigest()


def fits(key: bytes, before: str, link: AuditSeal, item: Item | None) -> bool:
    return item is not None and hmac.compare_digest(digest(key, before, link, item), link.digest)


def proof(*, child: str, rows: Mapping[str, Sequence[str]], since: Sequence[int] | None = None) -> str:
    """Shows that the site itself named these rows as erased, and not somebody who only has the database.

    `since`: for each row the first link that may lack it. The first version named none.
    """
    said = ["erased", child, rows] if since is None else ["erased", child, rows, since]
    return hmac.new(chain_key(), json.dumps(said, sort_keys=True).encode(), sha256).hexdigest()


# ------------------------------------------------------------ the head, outside the database


def keep_head(link: AuditSeal | None) -> None:
    """Notes outside the database how far the chain goes; of None, that it has not begun."""
    file = settings.AUDIT_HEAD
    draft = file.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(f"{link.pk} {link.digest}\n" if link else "0 -\n")
    draft.replace(file)


def kept_head() -> tuple[int, str] | None:
    """Place and digest; None where the file is not there, or a crash left it empty or torn."""
    try:
        place, digest = settings.AUDIT_HEAD.read_text().split()
        return int(place), digest
    except (FileNotFoundError, ValueError):
        return None


def head_fits() -> bool:
    """The chain has the link that was noted last. It may go further: a crash, or another machine with its own file."""
    head = kept_head()
    if head is None:
        return False
    return head[0] == 0 or AuditSeal.objects.filter(pk=head[0], digest=head[1]).exists()


def accept_head(*, now: datetime) -> None:
    """Begins again from the last link that is there, and leaves on record where the chain was said to end."""
    head, last = kept_head(), AuditSeal.objects.order_by("-pk").first()
    place, noted = head or (None, "")
    record_audit("chain.accepted", by=None, now=now, kept=place, digest=noted, last=last.pk if last else 0)
    keep_head(last)


# ------------------------------------------------------------ what waits


def unsealed(kind: str) -> QuerySet:
    """The rows of a table that were written lately and have no seal, the oldest first."""
    rows, order = KINDS[kind].model._base_manager.all(), KINDS[kind].order
    newest = rows.filter(is_sealed(kind)).order_by(f"-{order}").values_list(order, flat=True).first()
    if newest is not None:
        rows = rows.filter(**{f"{order}__gt": newest - (OVERTAKEN if order == "pk" else LOOKS_BACK)})
    return rows.filter(~is_sealed(kind)).order_by(order)


def _waiting(at_most: int) -> tuple[Waiting, bool]:
    """What to seal now, and whether that is everything. A log is found by its assessment, an alert by its event."""
    found = {kind: _first(unsealed(kind), at_most) for kind, about in KINDS.items() if about.order}
    found["log"] = _new("log", Assessment.objects.filter(pk__in=found["assessment"]), "log_id")
    events = AlertEvent.objects.filter(pk__in=found["alertevent"])
    found["alert"] = _new("alert", events, "alert_id")
    ended = events.filter(verb__in=ENDS_OR_REOPENS).order_by("alert_id")
    found[CLOSING] = list(ended.values_list("alert_id", flat=True).distinct())
    is_all = all(len(pks) < at_most for pks in found.values())
    return [(kind, pk) for kind in KINDS for pk in found[kind]], is_all


def _first(rows: QuerySet, at_most: int) -> list[Any]:
    return list(rows.values_list("pk", flat=True)[:at_most])


def _new(kind: str, rows: QuerySet, column: str) -> list[Any]:
    """Those of which `rows` speak and that have no seal."""
    named = KINDS[kind].model._base_manager.filter(pk__in=rows.values(column))
    return list(named.filter(~is_sealed(kind)).order_by(KINDS[kind].at).values_list("pk", flat=True))


def _links(
    key: bytes, last: AuditSeal | None, waiting: Waiting, now: datetime, is_end: bool
) -> list[AuditSeal]:
    """The links of what is there; a row that was erased meanwhile needs none."""
    links, before = [], last or AuditSeal(pk=0, digest="")
    there = list(_items(waiting))
    for number, item in enumerate(there, 1):
        link = AuditSeal(pk=before.pk + 1, kind=item.kind, row_key=item.key, sealed_at=now)
        link.nothing_left = is_end and number == len(there)
        link.digest = digest(key, before.digest, link, item)
        links.append(link)
        before = link
    return links


def _items(waiting: Waiting) -> Iterator[Item]:
    by_kind = defaultdict(list)
    for kind, pk in waiting:
        by_kind[kind].append(pk)
    found = {kind: items(kind, pks) for kind, pks in by_kind.items()}
    for kind, pk in waiting:
        item = found[kind].get(key_of(pk))
        if item and item.text:  # one that cannot be read is not vouched for
            yield item


def _append(links: list[AuditSeal]) -> AuditSeal | None:
    if not links:
        return None
    with transaction.atomic():
        AuditSeal.objects.bulk_create(links)
    keep_head(links[-1])
    return links[-1]


def chain_key() -> bytes:
    if len(settings.AUDIT_KEY) < SHORTEST_KEY:
        raise ImproperlyConfigured(
            "Nothing is sealed without a key: set AUDIT_KEY or AUDIT_KEY_FILE (40 characters or more), "
            "or run `python manage.py setup`, which makes one."
        )
    return settings.AUDIT_KEY.encode()

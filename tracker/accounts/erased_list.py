"""The list of who was erased lies outside the database, so that no older copy of that brings anybody back.

Its first line is its id, which the database knows, too: a list of another site, or an empty new one beside a database
that is put back, is refused by name.
"""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID, uuid4

from django.conf import settings

from tracker.core.audit import record_audit
from tracker.core.refused import Refused
from tracker.models import AuditEvent, OutsideKind, OutsidePart

WHAT = {"child.erased": "child", "person.erased": "person"}  # by the verb of the audit event


def list_id() -> str:
    """Of the list that is here; empty where there is none, or one from before lists had ids."""
    lines = _lines()
    return lines[0].removeprefix("list ") if lines and lines[0].startswith("list ") else ""


def known_list() -> str:
    """Of the list that belongs to this database; empty in a new one."""
    part = OutsidePart.objects.filter(kind=OutsideKind.ERASED_LIST).first()
    return str(part) if part else ""


def note(what: str, number: UUID) -> None:
    with settings.ERASED.open("a") as file:
        file.write(f"{what} {number}\n")


def noted(what: str) -> list[str]:
    return [line.split()[1] for line in _lines() if line.startswith(f"{what} ")]


def prepare_list(*, now: datetime) -> None:
    """Before the site runs. Refused: the list of this database is not here."""
    known, here = known_list(), list_id()
    if known and known != here:
        raise Refused(wrong_list(known))
    if not here:
        _write(str(uuid4()), _lines())
    belongs(list_id(), now=now)
    _add_from_record()


def begin_list_anew(*, now: datetime) -> None:
    """The list is lost. What this database itself knows of erasures stands in the new one."""
    before = known_list()
    _write(str(uuid4()), [line for line in _lines() if not line.startswith("list ")])
    belongs(list_id(), now=now)
    _add_from_record()
    record_audit("erased-list.lost", by=None, now=now, list=before)


def belongs(identifier: str, *, now: datetime) -> None:
    """The list with this id is the one of this database from now on."""
    OutsidePart.objects.update_or_create(
        kind=OutsideKind.ERASED_LIST,
        defaults={"identifier": identifier},
        create_defaults={"identifier": identifier, "since": now},
    )


def wrong_list(known: str) -> str:
    return (
        f"Who was erased since would come back: {settings.ERASED} is not the list {known}. Put the newest copy of that "
        "file there. If it is lost: `python manage.py erased new` begins another, and you erase again by hand."
    )


def _add_from_record() -> None:
    """A crash between the commit and the note leaves an erasure that only the database knows."""
    have = {what: set(noted(what)) for what in WHAT.values()}
    for what, number in _on_record():
        if str(number) not in have[what]:
            note(what, number)


def _on_record() -> Iterator[tuple[str, UUID]]:
    events = AuditEvent.objects.filter(verb__in=WHAT).order_by("pk")
    for verb, child, about in events.values_list("verb", "child", "about").iterator():
        if number := child or about:
            yield WHAT[verb], number


def _lines() -> list[str]:
    return settings.ERASED.read_text().splitlines() if settings.ERASED.exists() else []


def _write(identifier: str, lines: list[str]) -> None:
    draft = settings.ERASED.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text("\n".join([f"list {identifier}", *lines]) + "\n")
    draft.replace(settings.ERASED)

"""What the care team does around a child, beside its alerts: looks, notes, finds it again in its own records."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from tracker.actions import Refused
from tracker.actions.audit import record_audit
from tracker.answers import cleaned
from tracker.models import AuditEvent, CareNote, Child, User

ONE_LOOK = timedelta(minutes=15)
LOOKED = "child.looked-at"
LONGEST_NOTE = 4000


def record_look(*, child: Child, by: User, now: datetime) -> None:
    """That this person of the staff has read this child's record: once in 15 minutes."""
    looks = AuditEvent.objects.filter(child=child.pk, at__gt=now - ONE_LOOK, who=by.pk, verb=LOOKED)
    if not looks.exists():
        record_audit(LOOKED, by=by, now=now, child=child.pk)


@transaction.atomic
def write_note(*, child: Child, text: str, by: User, now: datetime) -> CareNote:
    """A note of the care team. It is not shown to the family, and never changed."""
    text = cleaned(text).strip()[:LONGEST_NOTE]
    if not text:
        raise Refused(_("Write something first."))
    note = CareNote.objects.create(child=child, text=text, by=by, at=now)
    record_audit("note.written", by=by, now=now, child=child.pk, about=note.pk)
    return note


@transaction.atomic
def know_child(*, child: Child, record_number: str, call_back_number: str, by: User, now: datetime) -> None:
    """The clinic's number of the child, and where the team reaches the family."""
    child.record_number, child.call_back_number = cleaned(record_number), cleaned(call_back_number)
    child.changed_at = now
    fields = ("record_number", "call_back_number", "changed_at")
    child.save(update_fields=fields)
    record_audit("child.known-by-team", by=by, now=now, child=child.pk, fields=list(fields[:2]))

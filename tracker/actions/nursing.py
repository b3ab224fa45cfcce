"""What the care team does around a child, beside its alerts: notes, and its number in their own records."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tracker.actions import Refused
from tracker.actions.audit import record_audit
from tracker.actions.boards import redraw
from tracker.answers import cleaned
from tracker.models import CareNote, Child, User

LONGEST_NOTE = 4000


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
    redraw(child.care_team_id, now=now)
    record_audit("child.known-by-team", by=by, now=now, child=child.pk, fields=list(fields[:2]))

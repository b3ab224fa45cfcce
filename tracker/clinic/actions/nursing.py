"""What the care team does around a child, beside its alerts: notes, and its number in their own records."""

from datetime import datetime
from uuid import UUID, uuid4, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from tracker.core.audit import record_audit
from tracker.core.board_mark import mark_boards
from tracker.core.refused import Refused, within
from tracker.lib.text import cleaned, typed
from tracker.models import CareNote, Child, User

LONGEST_NOTE = 4000


@transaction.atomic
def write_note(
    *,
    child: Child,
    text: str,
    by: User,
    now: datetime,
    client_uuid: UUID | None = None,
    written_at: datetime | None = None,
) -> CareNote:
    """A note of the care team. It is not shown to the family, and never changed. A double tap gives the first."""
    text = within(LONGEST_NOTE, typed(text))
    if not text:
        raise Refused(_("Write something first."))
    key = uuid5(
        child.pk, f"note {by.pk} {client_uuid or uuid4()} {text}"
    )  # after Back, another text is another note
    at = min(written_at or now, now)
    note, is_new = CareNote.objects.get_or_create(
        pk=key, defaults={"child": child, "text": text, "by": by, "at": at}
    )
    if is_new:
        record_audit("note.written", by=by, now=now, child=child.pk, about=note.pk)
    return note


@transaction.atomic
def know_child(*, child: Child, record_number: str, call_back_number: str, by: User, now: datetime) -> None:
    """The clinic's number of the child, and where the team reaches the family."""
    child.record_number, child.call_back_number = typed(record_number), cleaned(call_back_number)
    child.changed_at = now
    fields = ("record_number", "call_back_number", "changed_at")
    child.save(update_fields=fields)
    mark_boards(child.care_team_id, now=now)
    record_audit("child.known-by-team", by=by, now=now, child=child.pk, fields=list(fields[:2]))

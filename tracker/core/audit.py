"""Who did what: plain inserts, with ids and names of columns, without health words."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from tracker.core.reads import CHILD_READ
from tracker.models import AuditEvent, User

READ_AGAIN = timedelta(minutes=15)


def record_audit(
    verb: str,
    *,
    by: User | None,
    now: datetime,
    child: uuid.UUID | None = None,
    about: uuid.UUID | None = None,
    **detail: Any,
) -> None:
    AuditEvent.objects.create(
        at=now, who=by.pk if by else None, verb=verb, child=child, about=about, detail=detail
    )


def record_read(verb: str, about: uuid.UUID, *, by: uuid.UUID, now: datetime) -> None:
    """Somebody of the staff looked at a child, or at a team's board: once per person, child and quarter of an hour.

    One query in the usual case. Two pages opened at once may leave two rows: that tells no less.
    """
    place = {"child" if verb == CHILD_READ else "about": about}
    lately = AuditEvent.objects.filter(**place, at__gt=now - READ_AGAIN, who=by, verb=verb)
    if not lately.exists():
        AuditEvent.objects.create(**place, at=now, who=by, verb=verb)

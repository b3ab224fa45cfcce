"""Who did what: plain inserts, with ids and names of columns, without health words."""

import uuid
from datetime import datetime
from typing import Any

from tracker.models import AuditEvent, User


def record_audit(
    verb: str,
    *,
    by: User,
    now: datetime,
    child: uuid.UUID | None = None,
    about: uuid.UUID | None = None,
    **detail: Any,
) -> None:
    AuditEvent.objects.create(at=now, who=by.pk, verb=verb, child=child, about=about, detail=detail)

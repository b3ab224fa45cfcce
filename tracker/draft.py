"""What happens to a filled form that comes too late: who it was given to, and what was typed in it.

The number in the form says whose page it was, signed for this purpose alone, without a word about health. What
was typed waits in the visitor's session, in the database, for a day (docs/adr/a-late-form-is-answered.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase
from django.core import signing
from django.http import QueryDict

from tracker.models import Child, User

FIELD = "form_of"
KEY = "unsaved_logs"
KEPT_FOR = timedelta(days=1)
FORM_LASTS = timedelta(days=30)
AT_MOST = 5  # unsaved logs of one visitor
_PURPOSE = "tracker.log-form"


@dataclass(frozen=True)
class Owner:
    """Whose page a form was on."""

    child_id: UUID
    person_id: UUID


@dataclass(frozen=True)
class Draft:
    """A log that was sent and not saved: where to, of which kind, and all that was typed."""

    child_id: UUID
    path: str
    kind: str
    typed: QueryDict
    sent_at: datetime


def form_of(child: Child, person: User) -> str:
    """What a form carries to be known again after its session or its CSRF cookie has gone."""
    return signing.dumps([child.pk.hex, person.pk.hex], salt=_PURPOSE)


def owner_of(typed: Mapping[str, str]) -> Owner | None:
    """Whose form it was; None where nothing, or nothing that we signed in the last month, says so."""
    try:
        child_id, person_id = signing.loads(typed.get(FIELD, ""), salt=_PURPOSE, max_age=FORM_LASTS)
    except (signing.BadSignature, ValueError):
        return None
    return Owner(UUID(child_id), UUID(person_id))


def keep(session: SessionBase, draft: Draft) -> None:
    """Sets it aside until somebody logs in. The same form again takes the place of the first."""
    number = draft.typed.get("client_uuid", "")
    others = [one for one in session.get(KEY, []) if one["number"] != number]
    one: dict[str, Any] = {
        "number": number,
        "child": str(draft.child_id),
        "path": draft.path,
        "kind": draft.kind,
        "typed": draft.typed.urlencode(),
        "sent_at": draft.sent_at.isoformat(),
    }
    session[KEY] = [*others, one][-AT_MOST:]


def kept(session: SessionBase, child: Child, now: datetime) -> Draft | None:
    """The oldest log of this child that waits to be saved."""
    for one in session.get(KEY, []):
        sent_at = datetime.fromisoformat(one["sent_at"])
        if one["child"] == str(child.pk) and now - sent_at < KEPT_FOR:
            return Draft(child.pk, one["path"], one["kind"], QueryDict(one["typed"]), sent_at)
    return None


def drop(session: SessionBase, number: str) -> None:
    """It is saved now, or nobody wants it."""
    waiting = session.get(KEY)
    if waiting:
        session[KEY] = [one for one in waiting if one["number"] != number]

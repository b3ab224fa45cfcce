"""What happens to a filled form that comes too late: who it was given to, and what was typed in it.

The text in the form says whose page it was, signed for this purpose alone, without a word about health. What
was typed waits in the visitor's session, in the database, for a day (docs/adr/a-late-form-is-answered.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from django.contrib.sessions.backends.base import SessionBase
from django.core import signing
from django.http import QueryDict

from tracker.models import Child, User

FIELD = "form_of"
SENT_AT = "sent_at"
NUMBER = "unsaved"
CSRF = "csrfmiddlewaretoken"
KEY = "unsaved_logs"
FORM = "form"  # the kind of every form that is no log
KEPT_FOR = timedelta(days=1)
FORM_LASTS = timedelta(days=30)
AT_MOST = 20  # unsaved forms of one visitor
_PURPOSE = "tracker.log-form"
_TIME = "tracker.form-sent-at"
_HOURS_AGO = ("0", "1", "2")


@dataclass(frozen=True)
class Owner:
    """Whose page a form was on."""

    child_id: UUID
    person_id: UUID


@dataclass(frozen=True)
class Draft:
    """A form that was sent and not saved: by whom, where to, of which kind, and all that was typed."""

    child_id: UUID
    person_id: UUID
    path: str
    kind: str
    typed: QueryDict
    sent_at: datetime

    @property
    def number(self) -> str:
        """The form's own number, else one made of all that it says: the same form again is the same draft."""
        said = "&".join(f"{name}={value}" for name, value in fields_of(self.typed))
        return self.typed.get("client_uuid") or str(uuid5(NAMESPACE_URL, f"{self.path}?{said}"))


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


# ------------------------------------------------------------ the time of a form


def signed_time(at: datetime) -> str:
    """When a form was first sent, for the form that sends it again."""
    return signing.dumps(at.isoformat(), salt=_TIME)


def sent_at(typed: Mapping[str, str], now: datetime) -> datetime:
    """When the form was first sent: what it calls "now". This moment where it is sent for the first time."""
    try:
        at = datetime.fromisoformat(signing.loads(typed.get(SENT_AT, ""), salt=_TIME, max_age=KEPT_FOR))
    except (signing.BadSignature, ValueError):
        return now
    return at if timedelta() <= now - at <= KEPT_FOR else now


def with_time(typed: QueryDict, zone: ZoneInfo, at: datetime) -> QueryDict:
    """A log's "now" and "an hour ago" as a picked time on the family's clock: they age while the log waits."""
    hours_ago = typed.get("when", "0")
    if hours_ago not in _HOURS_AGO:
        return typed
    copy = typed.copy()
    seen_at = (at - timedelta(hours=int(hours_ago))).astimezone(zone)
    copy["when"], copy["when_at"] = "pick", seen_at.strftime("%Y-%m-%dT%H:%M")
    return copy


# ------------------------------------------------------------ waiting for a login


def fields_of(typed: QueryDict) -> list[tuple[str, str]]:
    """Every name and value, to be sent again: without what belongs to one page or one sending."""
    own = (CSRF, FIELD, SENT_AT, NUMBER)
    return [(name, value) for name, values in typed.lists() for value in values if name not in own]


def keep(session: SessionBase, draft: Draft) -> None:
    """Sets it aside until somebody logs in. The same form again takes the place of the first."""
    others = [row for row in session.get(KEY, []) if row["number"] != draft.number]
    row: dict[str, Any] = {
        "number": draft.number,
        "child": str(draft.child_id),
        "person": str(draft.person_id),
        "path": draft.path,
        "kind": draft.kind,
        "typed": draft.typed.urlencode(),
        "sent_at": draft.sent_at.isoformat(),
    }
    session[KEY] = [*others, row][-AT_MOST:]


def kept(session: SessionBase, child: Child, now: datetime) -> Draft | None:
    """The oldest log of this child that waits to be saved, whoever of the family typed it."""
    return next((draft for draft in _waiting(session, child, now) if draft.kind != FORM), None)


def forms_kept(session: SessionBase, child: Child, person: User, now: datetime) -> list[Draft]:
    """The other forms that wait, for who sent them alone: a dose or a note is signed with a name."""
    waiting = _waiting(session, child, now)
    return [draft for draft in waiting if draft.kind == FORM and draft.person_id == person.pk]


def drop(session: SessionBase, number: str) -> None:
    """It is saved now, or nobody wants it."""
    waiting = session.get(KEY)
    if waiting:
        session[KEY] = [row for row in waiting if row["number"] != number]


def _waiting(session: SessionBase, child: Child, now: datetime) -> list[Draft]:
    drafts = map(_draft, session.get(KEY, []))
    return [draft for draft in drafts if draft.child_id == child.pk and now - draft.sent_at < KEPT_FOR]


def _draft(row: Mapping[str, str]) -> Draft:
    return Draft(
        child_id=UUID(row["child"]),
        person_id=UUID(row["person"]),
        path=row["path"],
        kind=row["kind"],
        typed=QueryDict(row["typed"]),
        sent_at=datetime.fromisoformat(row["sent_at"]),
    )

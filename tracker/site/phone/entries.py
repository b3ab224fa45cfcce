"""An entry that a phone made without the site: opened, judged again here, and recorded as any late one.

What the server says is the record. What it cannot take is kept word for word for the family and the team.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any
from uuid import UUID, uuid5

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tracker.core.access import access_child, of_child
from tracker.core.audit import record_audit
from tracker.core.board_mark import mark_boards
from tracker.core.forms import moment_in
from tracker.core.pages import REFUSED_FOR
from tracker.core.refused import Refused
from tracker.home_care.actions.doses import give_dose
from tracker.lib.text import cleaned
from tracker.logs import queries
from tracker.logs.actions.calls import record_call
from tracker.logs.actions.record import Recorded, correct_log, record_log
from tracker.logs.forms.call import CalledForm
from tracker.logs.views.common import log_form
from tracker.logs.views.late import answers_of
from tracker.models import Child, EntryKind, Medicine, PhoneEntry, Refusal, SymptomLog, Urgency, User
from tracker.models.logs import is_worse

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOST_FIELDS = 400
MOST_SHOWN = 5
UNREADABLE_FORM = {"raw": {"note": "?"}}
"""Answers that nobody can read: the rules then say to call."""


class Unknown(ValueError):
    """No entry that this site's pages make."""


@dataclass(frozen=True)
class Entry:
    """What was in the envelope. `phone_at` is by the phone's own clock, `entered_at` by ours as it last knew it."""

    author: UUID
    child: UUID
    kind: EntryKind
    number: UUID
    typed: QueryDict
    phone_at: datetime
    entered_at: datetime
    answer: Mapping[str, Any]
    medicine: UUID | None = None

    @property
    def urgency(self) -> str:
        said = self.answer.get("urgency", "")
        return said if said in Urgency.values else ""


@dataclass(frozen=True)
class Taken:
    """What became of it. `says`: why it was refused, or what the family has to know now."""

    refused: str = ""
    says: str = ""
    log: SymptomLog | None = None
    urgency: str = ""
    stricter: bool = False
    address: str = ""


def read_entry(text: str) -> Entry:
    """Raises Unknown where it is none."""
    try:
        said = json.loads(text)
        typed = QueryDict(mutable=True)
        for name, value in said["fields"][:MOST_FIELDS]:
            typed.appendlist(cleaned(str(name))[:100], cleaned(str(value)))
        answer = said.get("answer")
        phone_at = _moment(said["phone_at"])
        return Entry(
            author=UUID(said["author"]),
            child=UUID(said["child"]),
            kind=EntryKind(said["kind"]),
            number=UUID(said["number"]),
            typed=typed,
            phone_at=phone_at,
            entered_at=phone_at if said.get("entered_at") is None else _moment(said["entered_at"]),
            answer=answer if isinstance(answer, dict) else {},
            medicine=UUID(said["medicine"]) if said.get("medicine") else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise Unknown from error


def accept(*, entry: Entry, person: User, now: datetime) -> Taken:
    """Records it, once, however often it is sent. `person` is its author: who else is signed in sends nothing."""
    try:
        child = access_child(person, entry.child, to="log")
    except (Http404, PermissionDenied):
        return _not_theirs(entry, person, now)
    try:
        taken = _TAKE[entry.kind](entry, child, person, now)
    except _Refused as refused:
        return _refuse(entry, child, person, now, refused.why, str(refused))
    _keep(entry, child, person, now, log=taken.log)
    return taken


class _Refused(Exception):
    def __init__(self, why: str, says: str) -> None:
        super().__init__(says)
        self.why = why


# ------------------------------------------------------------ what is recorded


def _take_log(entry: Entry, child: Child, person: User, now: datetime) -> Taken:
    form = log_form(child, _at(entry, now), entry.kind, entry.typed)
    answers = answers_of(form)
    if answers is None:
        answers = UNREADABLE_FORM
    recorded = record_log(
        child=child,
        caregiver=person,
        answers=answers,
        observed_at=form.observed_at,
        client_uuid=entry.number,
        now=now,
        kind=entry.kind,
    )
    recorded = _corrected(recorded, person, answers, form.observed_at, now)
    urgency = recorded.assessment.urgency
    return Taken(
        log=recorded.log,
        urgency=urgency,
        stricter=not entry.urgency or is_worse(urgency, than=entry.urgency),
        address=reverse("answer", args=[recorded.log.pk]),
    )


def _corrected(
    recorded: Recorded, person: User, answers: Mapping[str, Any], observed_at: datetime, now: datetime
) -> Recorded:
    """Other answers under the number of a form that came before correct it."""
    if not recorded.differs:
        return recorded
    return correct_log(
        log=queries.newest_of(recorded.log),
        caregiver=person,
        answers=answers,
        observed_at=observed_at,
        client_uuid=uuid5(recorded.log.client_uuid, repr(sorted(answers.items(), key=itemgetter(0)))),
        now=now,
    )


def _take_call(entry: Entry, child: Child, person: User, now: datetime) -> Taken:
    form = CalledForm(entry.typed, now=_at(entry, now), zone=child.zone)
    if not form.is_valid():
        raise _Refused(Refusal.FORM, _("The call could not be recorded as it was typed. Enter it again."))
    call = form.as_recorded() | {"client_uuid": entry.number}
    record_call(child=child, caregiver=person, now=now, **call)
    return Taken(address=reverse("today", args=[child.pk]))


def _take_dose(entry: Entry, child: Child, person: User, now: datetime) -> Taken:
    """It was given, whoever gave another one meanwhile: a record that hides that would be the danger."""
    typed, at = entry.typed, _at(entry, now)
    try:
        medicine = of_child(Medicine.objects.select_related("child"), child, entry.medicine)
        with timezone.override(child.zone):
            given_at = moment_in(typed, "given_at", now, at)
        dose = give_dose(
            medicine=medicine,
            slot_at=datetime.fromisoformat(slot) if (slot := str(typed.get("slot", ""))) else None,
            given_at=given_at,
            client_uuid=entry.number,
            even_so=True,
            by=person,
            now=now,
        )
    except (Refused, ValidationError, Http404, ValueError) as error:
        why = _("This dose could not be recorded as it was typed. Look at the medicines and enter it again.")
        raise _Refused(Refusal.TIMES, why) from error
    says = _("Two doses stand here now. Call the care team and tell them.") if dose.again_after_id else ""
    return Taken(says=says, address=reverse("doses", args=[child.pk]))


_TAKE: Mapping[EntryKind, Callable[[Entry, Child, User, datetime], Taken]] = {
    EntryKind.FULL: _take_log,
    EntryKind.NOTHING_NEW: _take_log,
    EntryKind.NEURO: _take_log,
    EntryKind.CALL: _take_call,
    EntryKind.DOSE: _take_dose,
}


def _at(entry: Entry, now: datetime) -> datetime:
    """What its form calls now. A clock that was ahead of ours does not make a log of the future."""
    return min(entry.entered_at, now)


# ------------------------------------------------------------ what is refused


def _not_theirs(entry: Entry, person: User, now: datetime) -> Taken:
    """Somebody who once was of the family may have seen a danger: it is kept, and shown. Of others nothing is."""
    child = Child.objects.filter(pk=entry.child, memberships__user=person).select_related("care_team").first()
    if child is None:
        return Taken(refused="gone", says=_("This child is not on Nightlight any more. Nothing was saved."))
    says = _("You are not part of this family any more: it was not saved as a log. The team can read it.")
    return _refuse(entry, child, person, now, Refusal.MEMBERSHIP, says)


def _refuse(entry: Entry, child: Child, person: User, now: datetime, why: str, says: str) -> Taken:
    if _keep(entry, child, person, now, refused=why):
        record_audit("entry.refused", by=person, now=now, child=child.pk, why=why)
        mark_boards(child.care_team_id, now=now)
    return Taken(refused=why, says=says)


def _keep(
    entry: Entry,
    child: Child,
    person: User,
    now: datetime,
    *,
    log: SymptomLog | None = None,
    refused: str = "",
) -> bool:
    """Both clocks and the phone's own answer, once. False where they stand there already."""
    answer = {name: entry.answer.get(name) for name in ("urgency", "headline", "flags", "could_not_check")}
    _row, created = PhoneEntry.objects.get_or_create(
        child=child,
        author=person,
        number=entry.number,
        defaults={
            "kind": entry.kind,
            "phone_at": entry.phone_at,
            "entered_at": entry.entered_at,
            "received_at": now,
            "urgency": entry.urgency,
            "answer": answer if entry.urgency else {},
            "knowledge_version": str(entry.answer.get("knowledge_version", ""))[:64],
            "log": log,
            "refused": refused,
            "typed": list(entry.typed.items()) if refused else [],
        },
    )
    return created


def refused_lately(child: Child, now: datetime) -> list[PhoneEntry]:
    """For the other parents: it may tell of a danger that nobody has judged."""
    refused = child.phone_entries.filter(received_at__gt=now - REFUSED_FOR).exclude(refused="")
    return list(refused.select_related("author").order_by("-received_at")[:MOST_SHOWN])


def _moment(milliseconds: float) -> datetime:
    return EPOCH + timedelta(milliseconds=float(milliseconds))

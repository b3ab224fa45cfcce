"""What a late form says, in words: read before it is saved."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from tracker.assessment.follow_up import REPLIES, confirmed
from tracker.assessment.wording import name_of, temperature
from tracker.lib.hours import date_format
from tracker.logs.forms.call import CalledForm
from tracker.logs.self_report import ANSWERS, QUESTIONS, report_of
from tracker.models import Child


class Words(NamedTuple):
    """What was done, and each answer with its question."""

    title: str
    rows: list[tuple[Any, Any]]


def said_in(form: forms.Form) -> list[tuple[Any, Any]]:
    """Each field that was filled in: its label, and what was chosen or typed."""
    said = ((field.label, _said(field)) for field in form if not field.is_hidden)
    return [(label, words) for label, words in said if words]


def _said(field: forms.BoundField) -> str:
    value = field.value()
    if isinstance(field.field, forms.BooleanField):
        return _("Yes") if value else ""
    names = {str(code): str(name) for code, name in getattr(field.field, "choices", ())}
    values = value if isinstance(value, list) else [value or ""]
    return ", ".join(names.get(str(one), str(one)) for one in values)


def when(at: datetime | None) -> str:
    return date_format(localtime(at), "l H:i") if at else _("No time that can be read")


# ------------------------------------------------------------ what a family does


def call(child: Child, typed: QueryDict, at: datetime, **_which: UUID) -> Words:
    return Words(_("You have called"), said_in(CalledForm(typed, now=at, zone=child.zone)))


def reply(child: Child, typed: QueryDict, at: datetime, **_which: UUID) -> Words:
    report = signs_of_reply(typed) or {}
    rows = [(_("Temperature"), temperature(report)[0])] if "temperature" in report else []
    rows += [(_("Yes:"), name_of(sign["code"])) for sign in report.get("symptoms", ())]
    return Words(_("Your reply to a question"), rows)


def mistake(child: Child, typed: QueryDict, at: datetime, **_which: UUID) -> Words:
    return Words(_("It was logged by mistake"), [])


def own_answers(
    child: Child, typed: QueryDict, at: datetime, pair_id: UUID | None = None, **_which: UUID
) -> Words:
    by_child, words = pair_id is None, dict(ANSWERS)
    rows = [
        (one.child if by_child else one.adult, words.get(typed.get(one.key, ""), "")) for one in QUESTIONS
    ]
    return Words(_("Five questions"), [(question, answer) for question, answer in rows if answer])


# ------------------------------------------------------------ what a nurse does


# ------------------------------------------------------------ the signs in what is a log by another name


def signs_of_reply(typed: QueryDict) -> dict[str, Any] | None:
    """The reply alone: what the log said is shown to nobody who is signed out."""
    return confirmed({}, {key: typed.get(key, "") for key in REPLIES})


def signs_of_own_answers(typed: QueryDict) -> dict[str, Any] | None:
    return report_of({one.key: typed.get(one.key, "") for one in QUESTIONS})

"""What the answer page asks back about an odd number or a note, and what a reply makes of the log."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from therapies.note_questions import FIELD as NOTE
from therapies.note_questions import asks_of_danger, still_not_meant
from therapies.numbers import read_temperature
from therapies.response import Question, Response
from tracker.assessment.answers import MOST_LETTERS
from tracker.assessment.wording import Report, as_typed, name_of, vocabulary


def questions(response: Response) -> list[dict[str, Any]]:
    """Each question of an answer in words, with the replies that can be given by one tap. A danger comes first."""
    asked = sorted(response["needs_confirmation"], key=lambda one: not is_of_danger(one))
    return [
        {
            "message": one["message"],
            "field": one["field"],
            "is_danger": is_of_danger(one),
            "replies": _replies(one),
        }
        for one in asked
    ]


def is_of_danger(question: Question) -> bool:
    """What a note may mean, unless a "no" precedes it."""
    return asks_of_danger([question])


def _replies(question: Question) -> list[dict[str, str]]:
    values = question["values"]
    if question["field"] == "temperature" and "meant" in values:
        return [_temperature(values["meant"], values["other"])]
    if question["field"] == NOTE and (code := question.get("code") or _code_of(values.get("sign", ""))):
        answer = question.get("answer", "")
        meant = f"{code}.{answer}" if answer else code
        return [_yes(code, meant, values), {"label": _("No"), "name": "not_meant", "value": meant}]
    return []


def _yes(code: str, meant: str, values: Mapping[str, Any]) -> dict[str, str]:
    if code == "temperature":
        return _temperature(values["degrees"], values["unit"])
    if code != meant:
        said = f"{_(values['sign'])}: {_(values['answer'])}"
        return {"label": _("Yes: %(sign)s") % {"sign": said}, "name": "answer", "value": meant}
    return {"label": _("Yes: %(sign)s") % {"sign": name_of(code)}, "name": "sign", "value": code}


def _temperature(degrees: str, unit: str) -> dict[str, str]:
    label = _("Yes, %(temperature)s") % {"temperature": as_typed(Decimal(degrees), unit)}
    return {"label": label, "name": "temperature", "value": f"{degrees}|{unit}"}


def _code_of(name: str) -> str:
    """Of a question that was asked before it had a code."""
    known = vocabulary()
    signs = known.symptoms.values() if known else ()
    return next((sign.code for sign in signs if sign.name == name), "")


def confirmed(report: Report, reply: Mapping[str, str]) -> dict[str, Any] | None:
    """The answers of a log once a reply is known; None for a reply that cannot be read."""
    if sign := reply.get("sign"):
        return _with_sign(report, sign)
    if answer := reply.get("answer"):
        return _with_answer(report, answer)
    if meant := reply.get("not_meant"):
        return {**report, "not_meant": [*report.get("not_meant", ()), meant[:MOST_LETTERS]]}
    number, _bar, unit = reply.get("temperature", "").partition("|")
    try:
        value, said = read_temperature(number)
    except ValueError:
        return None
    if (said or unit) not in ("C", "F"):
        return None
    raw = {code: typed for code, typed in report.get("raw", {}).items() if code != "temperature"}
    reading = {**(report.get("temperature") or {}), "value": value, "unit": said or unit}
    return {**report, "temperature": reading, "raw": raw}


def with_earlier_denials(answers: Report, before: Report) -> Report:
    """A correction with what the family said that the note doesn't mean, where the note still says just that."""
    known, denied = vocabulary(), before.get("not_meant", ())
    if known is None or not denied:
        return answers
    notes = (before.get("note") or "", answers.get("note") or "")
    denied = [*answers.get("not_meant", ()), *still_not_meant(denied, *notes, known.danger_words)]
    return {**answers, "not_meant": list(dict.fromkeys(denied))} if denied else answers


def _with_sign(report: Report, code: str) -> dict[str, Any] | None:
    """The sign of the note as an answer; how bad it is was not asked, which the rules read as the worst."""
    known = vocabulary()
    if known is None or code not in known.symptoms:
        return None
    others = [sign for sign in report.get("symptoms") or () if sign["code"] != code]
    return {**report, "symptoms": [*others, {"code": code}]}


def _with_answer(report: Report, meant: str) -> dict[str, Any] | None:
    """The answer that a note meant, in place of what was ticked."""
    known, (code, _point, answer) = vocabulary(), meant.partition(".")
    asked = known.observations.get(code) if known else None
    if asked is None or answer not in {choice.code for choice in asked.choices}:
        return None
    return {**report, code: answer}


REPLIES = ("temperature", "sign", "answer", "not_meant")
"""By these names a reply comes back."""

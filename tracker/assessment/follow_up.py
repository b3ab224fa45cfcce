"""What the answer page asks back about an odd number or a note, and what a reply makes of the log."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from therapies.numbers import read_temperature
from therapies.response import Question, Response
from tracker.assessment.wording import Report, as_typed, name_of, vocabulary


def questions(response: Response) -> list[dict[str, Any]]:
    """Each question of an answer in words, with the replies that can be given by one tap. A danger comes first."""
    asked = sorted(response["needs_confirmation"], key=lambda one: one["field"] != "note")
    return [{"message": one["message"], "field": one["field"], "replies": _replies(one)} for one in asked]


def _replies(question: Question) -> list[dict[str, str]]:
    values = question["values"]
    if question["field"] == "temperature" and "meant" in values:
        meant, unit = values["meant"], values["other"]
        label = _("Yes, %(temperature)s") % {"temperature": as_typed(Decimal(meant), unit)}
        return [{"label": label, "name": "temperature", "value": f"{meant}|{unit}"}]
    if question["field"] == "note" and (code := _code_of(values.get("sign", ""))):
        return [{"label": _("Yes: %(sign)s") % {"sign": name_of(code)}, "name": "sign", "value": code}]
    return []


def _code_of(name: str) -> str:
    known = vocabulary()
    signs = known.symptoms.values() if known else ()
    return next((sign.code for sign in signs if sign.name == name), "")


def confirmed(report: Report, reply: Mapping[str, str]) -> dict[str, Any] | None:
    """The answers of a log once a reply is known; None for a reply that cannot be read."""
    if sign := reply.get("sign"):
        return _with_sign(report, sign)
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


def _with_sign(report: Report, code: str) -> dict[str, Any] | None:
    """The sign of the note as an answer; how bad it is was not asked, which the rules read as the worst."""
    known = vocabulary()
    if known is None or code not in known.symptoms:
        return None
    others = [sign for sign in report.get("symptoms") or () if sign["code"] != code]
    return {**report, "symptoms": [*others, {"code": code}]}

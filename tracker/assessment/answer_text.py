"""An answer of the rules in words, with the address under which each flag is explained."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django.urls import reverse
from django.utils.translation import gettext as _

from therapies.explaining import address, subjects
from therapies.fever import DEFAULT_RULE, FEVER_RULES
from therapies.model import CALL_AGAIN, Instruction
from therapies.response import Flag, Question, Response
from tracker.assessment.phone_script import ScriptFacts
from tracker.assessment.wording import therapy_of


class ShownFlag(Flag):
    """A flag in the reader's language. `how`: the address of the page that explains it."""

    how: str


def answer_in_words(response: Response, told: ScriptFacts) -> Response:
    """The response with its texts in the reader's language and the address of how each flag was decided."""
    flags: list[Flag] = [_in_words(flag, told.therapies) for flag in response["flags"]]
    asked: list[Question] = [
        {**one, "message": asked_in_words(one)} for one in response["needs_confirmation"]
    ]
    return {**response, "flags": flags, "needs_confirmation": asked}


def _in_words(flag: Flag, therapies: Sequence[str]) -> ShownFlag:
    return {**flag, "text": _(flag["text"]), "how": how_decided(flag, therapies)}


def asked_in_words(question: Question) -> str:
    """A question of the rules, with the texts among its values translated too."""
    values = {key: _(value) if isinstance(value, str) else value for key, value in question["values"].items()}
    return _(question["msgid"]) % values if values else _(question["msgid"])


def how_decided(flag: Flag, therapies: Sequence[str]) -> str:
    """The public page that shows the conditions, sources and worked cases of a flag."""
    return _how_decided(flag["id"], tuple(flag["because"]), tuple(therapies))


@lru_cache(maxsize=2048)
def _how_decided(flag_id: str, because: tuple[str, ...], therapies: tuple[str, ...]) -> str:
    for therapy_id in therapies:
        if sign := _subject_of(therapy_id, flag_id, because):
            return f"{reverse('how-sign', args=[address(therapy_id), address(sign)])}#{quote(flag_id)}"
    known = [therapy_id for therapy_id in therapies if therapy_of(therapy_id)]
    return reverse("how-therapy", args=[address(known[0])]) if known else reverse("how")


def _subject_of(therapy_id: str, flag_id: str, because: tuple[str, ...]) -> str:
    """The sign of the flag under which its page stands; nothing where the knowledge no longer has it."""
    therapy = therapy_of(therapy_id)
    if therapy is None or flag_id not in {flag.id for flag in therapy.red_flags}:
        return ""
    about = [one.code for one in subjects(therapy) if flag_id in {flag.id for flag in one.flags}]
    codes = [code.partition(".")[0] for code in because]
    return next((code for code in codes if code in about), about[0] if about else "")


def instructions(therapy_id: str, urgency: str = "now") -> list[Instruction]:
    """What to do and not to do until the team is reached: an ambulance does not wait for the team to answer.

    What always holds stands on the child's card.
    """
    therapy = therapy_of(therapy_id)
    left_out = {CALL_AGAIN} if urgency == "emergency" else set()
    found = therapy.instructions if therapy else ()
    return [one for one in found if one.when == "call" and one.id not in left_out]


def fever_rule(basis: Mapping[str, Any], team: str) -> str:
    """Which fever line was asked with and who set it; nothing where it is the documented default."""
    rule = basis.get("policy", {}).get("fever", DEFAULT_RULE)
    if rule == DEFAULT_RULE or rule not in FEVER_RULES:
        return ""
    values = {"rule": _(FEVER_RULES[rule]), "team": team or _("your care team")}
    return _("The fever line for this answer: %(rule)s. It was set by %(team)s.") % values

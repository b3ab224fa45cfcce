"""An answer of the rules in words, with the address under which each flag is explained."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote

from django.urls import reverse
from django.utils.translation import gettext as _

from therapies.explaining import address, subjects
from therapies.fever import DEFAULT_RULE, FEVER_RULES
from therapies.model import CALL_AGAIN, Citation, Instruction
from therapies.response import Flag, Question, Response
from tracker.assessment.phone_script import ScriptFacts
from tracker.assessment.wording import name_of, therapy_of, vocabulary

MOST_FIRST_AID = 3  # signs: nobody reads more with a child who needs them


class ShownFirstAid(NamedTuple):
    """`of`: the signs that were seen, in words."""

    of: str
    lines: Sequence[str]
    sources: Sequence[Citation]


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


def instructions(therapy_id: str, response: Response | None = None) -> list[Instruction]:
    """What to do and not to do until the team is reached. What always holds stands on the child's card.

    In an emergency only what matters: an ambulance does not wait for the team to answer, and first aid comes first.
    """
    therapy = therapy_of(therapy_id)
    found = [one for one in therapy.instructions if one.when == "call"] if therapy else []
    if response is None or response["urgency"] != "emergency":
        return found
    seen = {*response["unanswered"], *(code for flag in response["flags"] for code in flag["because"])}
    return [one for one in found if one.id != CALL_AGAIN and _matters(one, seen)]


def _matters(one: Instruction, seen: set[str]) -> bool:
    return not one.in_emergency_with or not seen.isdisjoint(one.in_emergency_with)


def first_aid(response: Response) -> list[ShownFirstAid]:
    """What to do for the child until help is here, for the signs that make this an emergency, the worst first."""
    flags = [flag for flag in response["flags"] if flag["urgency"] == "emergency"]
    codes = dict.fromkeys(code for flag in flags for code in flag["because"])
    found = known.first_aid_for(codes) if flags and (known := vocabulary()) else ()
    return [
        ShownFirstAid(_names(code for code in codes if code in one.signs), one.lines, one.sources)
        for one in found[:MOST_FIRST_AID]
    ]


def _names(codes: Iterable[str]) -> str:
    return ", ".join(map(name_of, codes))


def fever_rule(basis: Mapping[str, Any], team: str) -> str:
    """Which fever line was asked with and who set it; nothing where it is the documented default."""
    rule = basis.get("policy", {}).get("fever", DEFAULT_RULE)
    if rule == DEFAULT_RULE or rule not in FEVER_RULES:
        return ""
    values = {"rule": _(FEVER_RULES[rule]), "team": team or _("your care team")}
    return _("The fever line for this answer: %(rule)s. It was set by %(team)s.") % values

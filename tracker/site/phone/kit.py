"""The knowledge as a phone uses it without us: the rules, their words, what to do until somebody is reached.

It names nobody. Its version is its digest, and stands in its address: a phone that has one version has it whole.
"""

import json
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from therapies.catalogue import load
from therapies.fever import BANDS
from therapies.model import SYNDROMES, Catalogue, Citation, Instruction, Therapy
from therapies.rules_bundle import rules_bundle
from tracker.assessment.wording import URGENCIES, name_of, vocabulary
from tracker.logs.forms.check import ADULT, name_of_therapy
from tracker.site.phone.kit_words import phrases

LETTERS = 16  # of the digest


def kit_version() -> str:
    return sha256(kit_text().encode()).hexdigest()[:LETTERS]


def kit_text() -> str:
    """In the language of the moment."""
    return _kit(get_language() or "en")


def language_of(version: str) -> str | None:
    """In which language the kit of this address is: who asks for it may be nobody, and wish for another one."""
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            if kit_version() == version:
                return code
    return None


@lru_cache(maxsize=8)
def _kit(language: str) -> str:
    known = vocabulary()
    return json.dumps(_told(known) if known else {}, ensure_ascii=False, separators=(",", ":"), default=str)


def _told(known: Catalogue) -> dict[str, Any]:
    rules = rules_bundle(say=_)
    return {
        "rules": {"notes": rules["notes"]} | rules,  # it packs smaller where its largest part stands first
        "language": get_language(),
        "right_to_left": get_language_bidi(),
        "names": _names(known),
        "choices": {
            one.code: {c.code: _(c.name) for c in one.choices} for one in known.observations.values()
        },
        "bands": {unit: [float(end) for end in band] for unit, band in BANDS.items()},
        "lines": [float(line) for line in known.temperature_lines],
        "routes": {one.code: _(one.name) for one in known.observations["temperature"].routes},
        "in_minutes": [sign.code for sign in known.symptoms.values() if sign.duration_minutes],
        "syndromes": {
            code: [_(one.name), _(one.term) if one.term else ""] for code, one in SYNDROMES.items()
        },
        "urgencies": {code: str(word) for code, word in URGENCIES.items()},
        "therapies": {one.id: _therapy(one) for one in load().therapies.values()},
        "first_aid": [
            {"signs": one.signs, "lines": [_(line) for line in one.lines], "instead_of": one.instead_of}
            | {"cited": _cited(one.sources)}
            for one in known.first_aid
        ],
        "phrases": phrases(),
    }


def _names(known: Catalogue) -> dict[str, str]:
    asked = {one.code: _(one.name) for one in known.observations.values()}
    several = {one.code.partition(".")[0] for one in known.observations.values() if "." in one.code}
    together = {code: name_of(code) for code in sorted(several)}
    return asked | together | {one.code: _(one.name) for one in known.symptoms.values()}


def _therapy(one: Therapy) -> dict[str, Any]:
    adults = {"from_age": ADULT, "choice": name_of_therapy(one)} if one.minimum_age >= ADULT else {}
    return adults | {
        "name": _(one.name),
        "say": _(one.say) if one.say else "",
        "given": one.schedule.given,
        "until": [_instruction(told) for told in one.instructions if told.when == "call"],
    }


def _instruction(one: Instruction) -> dict[str, Any]:
    return {
        "id": one.id,
        "do": one.kind == "do",
        "text": _(one.text),
        "with": one.in_emergency_with,
        "cited": _cited(one.sources),
    }


def _cited(sources: Iterable[Citation]) -> list[str]:
    return [f"{one.source.publisher}: {one.source.title}. {one.locator}" for one in sources]

"""What an evaluator needs to judge by the same rules without a network: `manage.py catalogue --rules`.

The evaluator (tracker/static/tracker/rules/assess.js) holds the operators and the principles; every number, word, name
and order stands here, in plain JSON types.
"""

import hashlib
import json
import re
import sys
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import fields
from functools import lru_cache
from typing import Any

from therapies import conditions, facts, fever, marks, notes, numbers, request, rules
from therapies.catalogue import load
from therapies.export import plain
from therapies.model import NEAR_DAYS, SEVERITIES, URGENCIES, Catalogue, Citation, RedFlag, Schedule, Therapy
from therapies.notes import phrases, words
from therapies.notes.temperatures import AT_MOST, BELOW, NEAR, WEIGHTS, Measures

FORMAT = 1
"""Of the bundle. An evaluator answers `now` by one whose format it doesn't know."""
Say = Callable[[str], str]


def rules_bundle(therapies: Collection[str] = (), say: Say = str) -> dict[str, Any]:
    """The rules of these therapies, all without a choice, in the language of `say`. Raises KeyError for an unknown one.

    `hash` is of everything else: two bundles with one hash answer the same.
    """
    catalogue = load()
    chosen = [catalogue.therapies[name] for name in catalogue.therapies if not therapies or name in therapies]
    if unknown := set(therapies) - {therapy.id for therapy in chosen}:
        raise KeyError(min(unknown))
    bundle: dict[str, Any] = {
        "format": FORMAT,
        "version": catalogue.version,
        "urgencies": URGENCIES,
        "request": _request(),
        "constants": _constants(),
        "messages": _messages(catalogue, say),
        "observations": {code: _observation(one, say) for code, one in catalogue.observations.items()},
        "symptoms": {code: _named(one, say) for code, one in catalogue.symptoms.items()},
        "definitions": catalogue.definitions,
        **_flags(chosen, catalogue, say),
        "notes": _notes(catalogue),
        "typed": _typed(),
    }
    bundle = plain(bundle)
    return bundle | {"hash": digest(bundle)}


def digest(bundle: Mapping[str, Any]) -> str:
    """Of a bundle without its hash."""
    return hashlib.sha256(dumps(bundle).encode()).hexdigest()


def dumps(bundle: Mapping[str, Any]) -> str:
    """As short as JSON can be."""
    return json.dumps(bundle, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


# ------------------------------------------------------------------ what a request may say


def _request() -> dict[str, Any]:
    """The shape of a request; answers and severities from the best to the worst."""
    return {
        "keys": request.KEYS,
        "policy": request.POLICY_KEYS,
        "report": request.REPORT_KEYS,
        "temperature": request.TEMPERATURE_KEYS,
        "symptom": request.SYMPTOM_KEYS,
        "context_numbers": request.CONTEXT_NUMBERS,
        "context_flags": request.CONTEXT_FLAGS,
        "fever": tuple(fever.FEVER_RULES),
        "sensitivity": request.SENSITIVITIES,
        "units": request.UNITS,
        "routes": request.ROUTES,
        "route_unknown": request.ROUTE_UNKNOWN,
        "severities": SEVERITIES,
        "answers": request.ANSWERS,
        "neuro": request.NEURO,
    }


def _constants() -> dict[str, Any]:
    return {
        "bands": fever.BANDS,
        "fahrenheit": {"a_degree": fever.A_DEGREE, "at_zero": fever.AT_ZERO},
        "days": facts.DAYS,
        "hours": facts.HOURS,
        "first": facts.FIRST,
        "first_cycle": facts.FIRST_CYCLE,
        "near_days": NEAR_DAYS,
        "heaviest_kg": facts.HEAVIEST_KG,
        "months_a_year": facts.MONTHS_A_YEAR,
        "hours_a_day": facts.HOURS_A_DAY,
        "half_a_day": conditions.HALF_A_DAY,
        "minutes_an_hour": conditions.MINUTES_AN_HOUR,
        "hundred": 100,
        "ask_weight_percent": rules.ASK_WEIGHT_PERCENT,
        "remembered_hours": rules.REMEMBERED_HOURS,
        "old_hours": rules.OLD_HOURS,
        "looks_back_hours": rules.LOOKS_BACK_HOURS,
    }


@lru_cache(maxsize=1)
def _typed() -> dict[str, Any]:
    """What a number may be typed with. `zeros`: where the ten digits of a script begin, each a row without a gap."""
    signs = [chr(number) for number in range(sys.maxunicode + 1)]
    return {
        "longest": numbers.LONGEST,
        "digits": numbers.DIGITS,
        "decimals": numbers.DECIMALS,
        "units": numbers.UNITS,
        "separators": numbers.SEPARATORS,
        "degrees": marks.DEGREES,
        "invisible": marks.INVISIBLE + " ",
        "blanks": "".join(filter(str.isspace, signs)),
        "zeros": [ord(sign) for sign in signs if unicodedata.decimal(sign, -1) == 0],
    }


# ------------------------------------------------------------------ names and texts


def _messages(catalogue: Catalogue, say: Say) -> dict[str, str]:
    return {**_said(catalogue.messages, say), "could_not_check": say(rules.COULD_NOT_CHECK)}


def _said(texts: Mapping[str, str], say: Say) -> dict[str, str]:
    return {key: say(text) for key, text in texts.items()}


def _named(one: Any, say: Say) -> dict[str, Any]:
    return {"name": say(one.name)} | ({"counts_as": one.counts_as} if one.counts_as else {})


def _observation(one: Any, say: Say) -> dict[str, Any]:
    """Choices in their order, from the best to the worst."""
    found = _named(one, say) | {"choices": [(choice.code, say(choice.name)) for choice in one.choices]}
    return found | ({"expected": one.expected} if one.expected else {})


# ------------------------------------------------------------------ red flags


def _flags(therapies: Iterable[Therapy], catalogue: Catalogue, say: Say) -> dict[str, Any]:
    """Each flag, each source and each list of citations once; a therapy names its flags by their numbers.

    Of a flag that several therapies share each may cite documents of its own.
    """
    flags: dict[str, tuple[int, dict[str, Any]]] = {}
    cited: dict[tuple[Citation, ...], int] = {}
    found = {}
    for therapy in therapies:
        numbers = []
        for flag in therapy.red_flags:
            number, _ = flags.setdefault(flag.id, (len(flags), _flag(flag, say)))
            numbers.append((number, cited.setdefault(flag.sources, len(cited))))
        found[therapy.id] = {"schedule": _schedule(therapy.schedule), "red_flags": numbers}
    rule = catalogue.two_of_today
    two = {"id": rule.id, "text": say(rule.text), "fewest": rules.FEWEST_OF_TODAY}
    two["cited"] = cited.setdefault(rule.sources, len(cited))
    return {
        "two_of_today": two,
        "therapies": found,
        "red_flags": [flag for _, flag in flags.values()],
        **_citations(cited),
    }


def _flag(flag: RedFlag, say: Say) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": flag.id,
        "syndrome": flag.syndrome,
        "text": say(flag.text),
        "signs": flag.signs,
        "levels": dict(flag.levels),
        "counts_from": flag.counts_from,
        "counts_as": flag.counts_as,
    }
    if flag.confirm:
        found["confirm"] = {**flag.confirm, "message": say(flag.confirm["message"])}
    return found


def _citations(cited: Iterable[tuple[Citation, ...]]) -> dict[str, Any]:
    sources: dict[str, tuple[int, dict[str, Any]]] = {}
    found = []
    for citations in cited:
        numbers = []
        for citation in citations:
            document = {key: value for key, value in citation.as_dict().items() if key != "locator"}
            numbers.append(
                (sources.setdefault(citation.source.id, (len(sources), document))[0], citation.locator)
            )
        found.append(numbers)
    return {"citations": found, "sources": [document for _, document in sources.values()]}


def _schedule(schedule: Schedule) -> dict[str, Any]:
    return {
        "given": schedule.given,
        "early_hours": schedule.early_hours,
        "early_cycle_days": schedule.early_cycle_days,
        "dose_days": schedule.dose_days,
        "is_split": schedule.is_split,
        "infusions": [(one.first_day, one.last_day) for one in schedule.infusions],
    }


# ------------------------------------------------------------------ words of danger


def _notes(catalogue: Catalogue) -> dict[str, Any]:
    book = catalogue.danger_words
    lists = (
        "fillers",
        "articles",
        "denials",
        "leads",
        "alternatives",
        "slips",
        "ordinary",
        "current",
        "connectives",
        "repeats",
        "others",
        "links",
        "own",
    )
    return {
        "dangers": [{"code": one.code, "answer": one.answer, "phrases": one.phrases} for one in book.dangers],
        "synonyms": book.synonyms,
        "harmless": book.harmless,
        "elsewhere": book.elsewhere,
        **{name: getattr(book, name) for name in lists},
        "temperature": _measures(book.measures),
        "words": _letters()
        | {"endings": words.ENDINGS, "doubled": words.DOUBLED, "shortest_stem": words.SHORTEST}
        | {"prefixes": words.PREFIXES, "shortest_without": words.SHORTEST_WITHOUT},
        "reach": {
            "between": phrases.BETWEEN,
            "comma": phrases.COMMA,
            "sentence": phrases.SENTENCE,
            "back": phrases.BACK,
            "longest_with_a_slip": phrases.LONGEST_WITH_A_SLIP,
            "shortest_with_a_slip": phrases.SHORTEST_WITH_A_SLIP,
            "no_before": notes.BACK,
            "no_behind": notes.NO_BEHIND,
            "list_behind": notes.LIST_BEHIND,
            "denied_at_most": notes.DENIED_AT_MOST,
        },
    }


def _measures(measures: Measures) -> dict[str, Any]:
    reach = {"near": NEAR, "below": BELOW, "at_most": AT_MOST}
    known = {field.name: getattr(measures, field.name) for field in fields(measures)}
    return known | {"weight": WEIGHTS, "reach": reach}


@lru_cache(maxsize=1)
def _letters() -> dict[str, Any]:
    """Which letters become which, of all that there are: what is not named stays in ASCII, and is else a blank.

    A table and not a browser's own: which of two Unicode versions is newer must not decide what a note says.
    """
    meant: dict[str, str] = {}
    letters = [chr(number) for number in range(1, sys.maxunicode + 1)]
    for letter, found in zip(letters, words.plain("\0".join(letters)).split("\0"), strict=True):
        if found != (letter if letter.isascii() else " "):
            meant[found] = meant.get(found, "") + letter
    more = {sign for text in meant for sign in text if re.fullmatch(r"[^\W\d_]", sign) and not sign.isascii()}
    return {
        "letters": meant,
        "more_letters": "".join(sorted(more)),
        "marks": words.MARKS,
        "digits": words.DIGITS,
        "decimals": words.DECIMALS,
    }

"""What the loaded knowledge must still hold as a whole: nothing that a family can tell is left unread."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from therapies.conditions import KEYS, READS
from therapies.model import SEVERITIES, Condition, Observation, Symptom, Therapy
from therapies.request import CONTEXT_FLAGS, CONTEXT_NUMBERS

READ_IN_CODE = {"team_advised_hours_ago", "note"}
"""What no red flag reads, but therapies.rules does: what the team has advised on since, and words of danger."""


def unread_signs(symptoms: Mapping[str, Symptom], therapy: Therapy) -> Iterator[str]:
    """Signs that no red flag of the therapy looks at: whoever tells one would get no answer to it."""
    read = {code for flag in therapy.red_flags for code in flag.signs}
    yield from (code for code in symptoms if code not in read)


def unread_keys(
    observations: Mapping[str, Observation],
    definitions: Mapping[str, tuple[Condition, ...]],
    therapies: Iterable[Therapy],
) -> Iterator[str]:
    """Answers and keys of the context that no red flag of any therapy reads."""
    read = set(READ_IN_CODE)
    for condition in _conditions(definitions, therapies):
        for operator, argument in condition.items():
            read.update(argument if operator == "answer" else READS.get(operator, ()))
    yield from (key for key in (*observations, *CONTEXT_NUMBERS, *CONTEXT_FLAGS) if key not in read)


def wrong_argument(operator: str, argument: Any) -> str:
    """What is wrong with an operator's argument, as far as its names go; nothing where all is well."""
    if operator in ("severity", "severity_told", "another_sign") and argument not in SEVERITIES:
        return f"{operator} is one of {', '.join(SEVERITIES)}"
    if operator in KEYS:
        named = set(argument) if isinstance(argument, Mapping) else {str(argument)}
        unknown = named - KEYS[operator]
        if unknown:
            return f"{operator} does not know {', '.join(sorted(unknown))}"
    return ""


def _conditions(
    definitions: Mapping[str, tuple[Condition, ...]], therapies: Iterable[Therapy]
) -> Iterator[Condition]:
    for conditions in definitions.values():
        yield from conditions
    for therapy in therapies:
        for flag in therapy.red_flags:
            for _urgency, conditions in flag.levels:
                yield from conditions

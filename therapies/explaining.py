"""What stands behind the answers, sorted for readers: by therapy and by what is watched for."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from therapies.cases import Case, read_cases
from therapies.catalogue import load
from therapies.model import URGENCIES, Observation, RedFlag, Symptom, Therapy

NEURO_CHECK = "Thinking and talking as usual"
TEXTS = (NEURO_CHECK,)


@dataclass(frozen=True)
class Subject:
    """Something that is watched for with one therapy: a sign, a measurement or an answer."""

    code: str
    name: str
    area: str
    flags: tuple[RedFlag, ...]

    @property
    def urgencies(self) -> tuple[str, ...]:
        """What it can come to, worst first."""
        reached = {urgency for flag in self.flags for urgency, _ in flag.levels}
        return tuple(urgency for urgency in URGENCIES if urgency in reached)


def address(name: str) -> str:
    """A short name without a meaning: an address bar says nothing about a child's treatment."""
    return hashlib.sha256(name.encode()).hexdigest()[:8]


def therapy_at(place: str) -> Therapy | None:
    return next((therapy for therapy in load().therapies.values() if address(therapy.id) == place), None)


def subjects(therapy: Therapy) -> list[Subject]:
    """Everything that is watched for, in the order of the vocabulary."""
    catalogue = load()
    known: list[Observation | Symptom] = [*catalogue.observations.values(), *catalogue.symptoms.values()]
    found: dict[str, Subject] = {}
    for item in known:
        code = item.code.partition(".")[0]
        flags = tuple(flag for flag in therapy.red_flags if code in watched_by(flag))
        if flags and code not in found:
            found[code] = Subject(code, NEURO_CHECK if code == "neuro" else item.name, item.area, flags)
    return list(found.values())


def watched_by(flag: RedFlag) -> set[str]:
    """The codes that a flag is about: its signs, else what its conditions look at."""
    if flag.signs:
        return set(flag.signs)
    return set(_looked_at(condition for _, conditions in flag.levels for condition in conditions))


def _looked_at(conditions: Iterable[object]) -> Iterable[str]:
    for condition in conditions:
        assert isinstance(condition, dict)
        for operator, argument in condition.items():
            if operator.startswith("temperature") or argument == "fever":
                yield "temperature"
            elif operator.startswith("weight"):
                yield "weight_kg"
            elif operator == "answer" and "temperature" not in condition:
                yield from (code.partition(".")[0] for code in argument)


def cases_about(therapy: Therapy, subject: Subject) -> list[Case]:
    """The worked cases of the therapy that are about the subject, most urgent first."""
    about = [case for case in _cases(therapy.id) if _is_about(case, subject)]
    return sorted(about, key=lambda case: URGENCIES.index(case.urgency))


def _is_about(case: Case, subject: Subject) -> bool:
    """One of its flags fires or must not fire, and a sign is told in one of the reports."""
    named = {flag.partition(":")[0] for flag in (*case.flags, *case.not_flags)}
    if not named & {flag.id for flag in subject.flags}:
        return False
    told = {sign["code"] for report in case.request["reports"] for sign in report.get("symptoms", ())}
    return subject.code in told or subject.code not in load().symptoms


@lru_cache(maxsize=8)
def _cases(therapy_id: str) -> tuple[Case, ...]:
    return tuple(case for case in read_cases() if case.therapy == therapy_id)

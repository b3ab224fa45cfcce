"""A therapy on one page: how it is given, what is common, serious or found by tests only, with numbered sources."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from therapies.catalogue import load
from therapies.model import Citation, Effect, Fact, Instruction, Onset, Source, Therapy

SEEN = "infusion_reaction"
"""Stands among the findings, and no test is needed for it."""
Said = Fact | Effect | Instruction | Onset


@dataclass(frozen=True)
class Line:
    """A statement with the numbers of its sources; `why_not`: why it could not be verified."""

    text: str
    refs: tuple[int, ...]
    why_not: str = ""


@dataclass(frozen=True)
class Danger:
    """Serious effects of one syndrome, and when it has begun."""

    syndrome: str
    lines: tuple[Line, ...]
    onset: Line | None

    @property
    def refs(self) -> tuple[int, ...]:
        return tuple(sorted({ref for line in self.lines for ref in line.refs}))


@dataclass(frozen=True)
class Hidden:
    """What only a test finds, and the names of the signs that it shows itself by."""

    line: Line
    signs: tuple[str, ...]


@dataclass(frozen=True)
class Listed:
    """A source with everything that this page takes from it."""

    source: Source
    locators: tuple[str, ...]


@dataclass
class _Sources:
    """Numbers the sources in the order in which they are cited."""

    places: dict[str, dict[str, None]] = field(default_factory=dict)

    def refs(self, cited: Iterable[Citation]) -> tuple[int, ...]:
        for citation in cited:
            self.places.setdefault(citation.source.id, {})[citation.locator] = None
        numbers = {name: number for number, name in enumerate(self.places, 1)}
        return tuple(sorted({numbers[citation.source.id] for citation in cited}))

    def listed(self) -> tuple[Listed, ...]:
        known = load().sources
        return tuple(Listed(known[name], tuple(locators)) for name, locators in self.places.items())


@dataclass(frozen=True)
class Overview:
    given: tuple[Line, ...]
    common: tuple[Line, ...]
    warnings: tuple[Line, ...]
    serious: tuple[Danger, ...]
    hidden: tuple[Hidden, ...]
    do: tuple[Line, ...]
    do_not: tuple[Line, ...]
    sources: tuple[Listed, ...]

    @property
    def last_checked(self) -> date:
        return max(listed.source.checked for listed in self.sources)

    def is_due(self, today: date) -> bool:
        """Nobody has compared any of it with its source for a year."""
        return all(listed.source.is_due(today) for listed in self.sources)


def overview(therapy: Therapy) -> Overview:
    """Everything that the knowledge says of a therapy, but for the rules."""
    sources = _Sources()
    effects = therapy.effects
    return Overview(
        given=_lines((*therapy.given, *(one for one in effects if _is_about_giving(one))), sources),
        common=_lines((one for one in effects if one.listed_as == "common"), sources),
        warnings=_lines((one for one in effects if _is_of_all_signs(one)), sources),
        serious=_dangers(therapy, sources),
        hidden=tuple(_hidden(one, sources) for one in _found_by_tests(effects)),
        do=_lines((one for one in therapy.instructions if one.kind == "do"), sources),
        do_not=_lines((one for one in therapy.instructions if one.kind == "do-not"), sources),
        sources=sources.listed(),
    )


def _is_of_all_signs(effect: Effect) -> bool:
    """A sentence about side effects as such."""
    return effect.code == "other"


def _is_about_giving(effect: Effect) -> bool:
    """Neither a sign nor a finding: what is done around an infusion, and when effects come."""
    return effect.listed_as == "other" and effect.code is None and not effect.observed_as


def _found_by_tests(effects: Iterable[Effect]) -> Iterable[Effect]:
    """Each finding once, also where it is both common and serious."""
    found = (one for one in effects if one.finding not in (None, SEEN) and not _is_about_giving(one))
    return {one.finding: one for one in found}.values()


def _dangers(therapy: Therapy, sources: _Sources) -> tuple[Danger, ...]:
    groups: dict[str, list[Effect]] = {}
    for effect in therapy.effects:
        if effect.listed_as == "serious" and not _is_of_all_signs(effect):
            groups.setdefault(effect.syndrome, []).append(effect)
    return tuple(_danger(therapy, name, effects, sources) for name, effects in groups.items())


def _danger(therapy: Therapy, name: str, effects: list[Effect], sources: _Sources) -> Danger:
    onset = therapy.onset_of(name)
    return Danger(name, _lines(effects, sources), _line((onset,), sources) if onset else None)


def _hidden(effect: Effect, sources: _Sources) -> Hidden:
    catalogue = load()
    names = {code: symptom.name for code, symptom in catalogue.symptoms.items()}
    names |= {code: observation.name for code, observation in catalogue.observations.items()}
    signs = dict.fromkeys(names[code] for code in effect.observed_as)
    return Hidden(_line((effect,), sources), tuple(signs))


def _lines(said: Iterable[Said], sources: _Sources) -> tuple[Line, ...]:
    """What two lists say in the same words is one line with the sources of both."""
    by_text: dict[str, list[Said]] = {}
    for one in said:
        by_text.setdefault(one.text, []).append(one)
    return tuple(_line(same, sources) for same in by_text.values())


def _line(same: Iterable[Said], sources: _Sources) -> Line:
    """Verified where one of those that say the same is."""
    every = list(same)
    why_not = [getattr(one, "not_verified", None) for one in every]
    cited = [citation for one in every for citation in one.sources]
    return Line(every[0].text, sources.refs(cited), (all(why_not) and why_not[0]) or "")

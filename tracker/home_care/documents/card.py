"""What stands on the emergency card: for somebody who has never seen this therapy. Each statement has its source."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from therapies.catalogue import KnowledgeError, load
from therapies.fever import fahrenheit, fever_lines
from therapies.model import SYNDROMES, Citation, Effect, Instruction, Onset, Therapy
from therapies.schedule import Event
from tracker.assessment import wording
from tracker.assessment.courses import courses_of, still_counts
from tracker.assessment.fever_medicine import fever_medicine_since
from tracker.assessment.wording import syndrome, syndrome_term
from tracker.lib.bidi import ltr
from tracker.models import Child, Course, DoseGiven, EventKind, Medicine

MOST_DATES = 6


@dataclass(frozen=True)
class Statement:
    """A sentence in the reader's language, and the numbers of its sources in the list below."""

    text: str
    refs: tuple[int, ...]


@dataclass(frozen=True)
class Danger:
    """What can happen: in plain words, by its clinical name, how it shows, when it has begun, and first aid."""

    name: str
    term: str
    signs: Statement
    when: Statement | None
    first_aid: tuple[Statement, ...]


@dataclass(frozen=True)
class Given:
    """A therapy with its dates."""

    name: str
    brand: str
    dates: tuple[tuple[str, datetime], ...]


@dataclass
class Sources:
    """Numbers the sources in the order in which they are cited."""

    lines: list[str] = field(default_factory=list)

    def refs(self, cited: Sequence[Citation]) -> tuple[int, ...]:
        return tuple(sorted({self._number(_words(one)) for one in cited}))

    def _number(self, words: str) -> int:
        if words not in self.lines:
            self.lines.append(words)
        return self.lines.index(words) + 1


@dataclass(frozen=True)
class Card:
    child: Child
    age: str  # in words, empty where it is not known
    made_at: datetime
    therapy: Given | None
    earlier: tuple[Given, ...]
    fever_from: str
    first: tuple[Statement, ...]
    dangers: tuple[Danger, ...]
    do_not: tuple[Statement, ...]
    do: tuple[Statement, ...]
    medicines: tuple[Medicine, ...]
    fever_medicine: DoseGiven | None
    sources: tuple[str, ...]
    reviewed_by: str  # empty where no clinician has


def card_of(child: Child, at: datetime) -> Card:
    """The card as of now. Three queries, however long the history."""
    courses = courses_of(child)
    running = child.course or (courses[-1] if courses else None)
    sources, known = Sources(), _therapy(running)
    first, dangers = _fever(known, sources), _dangers(known, sources)  # in the order of the page: 1, 2, 3
    do_not, do = (_instructions(known, kind, sources) for kind in ("do-not", "do"))
    return Card(
        child=child,
        age=wording.age(child.age_months(at)),
        made_at=at,
        therapy=_given(running, at) if running else None,
        earlier=earlier_given(child, at, running),
        fever_from=_fever_from(child.care_team.fever_rule),
        first=first,
        dangers=dangers,
        do_not=do_not,
        do=do,
        medicines=tuple(child.medicines.filter(ended_at=None).order_by("as_needed", "begun_at")),
        fever_medicine=fever_medicine_since(child, at),
        sources=tuple(sources.lines),
        reviewed_by=load().review.by if known else "",
    )


def _therapy(course: Course | None) -> Therapy | None:
    """What is known of it; None where the knowledge cannot be read: dates and numbers still stand."""
    try:
        return load().therapies.get(course.therapy) if course else None
    except KnowledgeError:
        return None


def _given(course: Course, at: datetime) -> Given:
    known = _therapy(course)
    happened = [
        event for event in course.schedule if event.at <= at and event.kind not in ("delayed", "next")
    ]
    newest = sorted(happened, key=lambda event: event.at)[-MOST_DATES:]
    dates = tuple((_kind(event), event.at) for event in newest)
    return Given(_(known.name) if known else course.therapy, known.brand if known else "", dates)


def _kind(event: Event) -> str:
    words = str(EventKind(event.kind).label)
    if not event.cycle:
        return words
    return _("%(what)s, cycle %(cycle)d") % {"what": words, "cycle": event.cycle}


def _fever_from(rule: str) -> str:
    """ "38.0 °C / 100.4 °F": as both thermometers show it, in every language with a point."""
    return ", ".join(ltr(f"{line:.1f} °C / {fahrenheit(line):.1f} °F") for line in fever_lines(rule))


def _fever(therapy: Therapy | None, sources: Sources) -> tuple[Statement, ...]:
    """Why a fever alone is enough to call."""
    flags = [flag for flag in therapy.red_flags if flag.counts_as == "temperature"] if therapy else []
    urgent = [flag for flag in flags if flag.levels[0][0] == "now" and not flag.is_of_every_therapy]
    first_of = {flag.syndrome: flag for flag in reversed(urgent)}
    chosen = [flag for flag in urgent if first_of[flag.syndrome] is flag]
    return tuple(Statement(_(flag.text), sources.refs(flag.sources)) for flag in chosen)


def _dangers(therapy: Therapy | None, sources: Sources) -> tuple[Danger, ...]:
    """The serious effects, by syndrome, in the order in which the knowledge has them."""
    groups: dict[str, list[Effect]] = {}
    for effect in therapy.effects if therapy else ():
        if effect.listed_as == "serious" and effect.code != "other" and SYNDROMES[effect.syndrome].on_card:
            groups.setdefault(effect.syndrome, []).append(effect)
    return tuple(_danger(therapy, name, effects, sources) for name, effects in groups.items() if therapy)


def _danger(therapy: Therapy, name: str, effects: Sequence[Effect], sources: Sources) -> Danger:
    texts = dict.fromkeys(_verified_or_not(effect) for effect in effects)
    signs = Statement(" · ".join(texts), sources.refs([one for effect in effects for one in effect.sources]))
    onset = therapy.onset_of(name)
    when = Statement(_verified_or_not(onset), sources.refs(onset.sources)) if onset else None
    first_aid = tuple(_first_aid({effect.code for effect in effects}, sources))
    return Danger(syndrome(name), syndrome_term(name), signs, when, first_aid)


def _first_aid(codes: set[str | None], sources: Sources) -> Iterator[Statement]:
    for one in load().first_aid:
        if one.on_card and not codes.isdisjoint(one.signs):
            yield Statement(" ".join(map(_, one.lines)), sources.refs(one.sources))


def _verified_or_not(said: Effect | Onset) -> str:
    return _("%(text)s (not verified)") % {"text": _(said.text)} if said.not_verified else _(said.text)


def _instructions(therapy: Therapy | None, kind: str, sources: Sources) -> tuple[Statement, ...]:
    chosen: Sequence[Instruction] = therapy.instructions if therapy else ()
    return tuple(Statement(_(one.text), sources.refs(one.sources)) for one in chosen if one.kind == kind)


def _words(cited: Citation) -> str:
    revised = f" ({cited.source.revised})" if cited.source.revised else ""
    return f"{cited.source.publisher}: {cited.source.title}{revised}"


def instruction_about(child: Child, instruction_id: str) -> Instruction | None:
    """One sentence of what to do or not to do for this child's therapy, with its sources."""
    therapy = _therapy(child.course)
    found = [one for one in therapy.instructions if one.id == instruction_id] if therapy else []
    return found[0] if found else None


def therapy_given(child: Child, at: datetime) -> Given | None:
    """The running therapy with its dates."""
    courses_of(child)
    return _given(child.course, at) if child.course else None


def earlier_given(child: Child, at: datetime, running: Course | None) -> tuple[Given, ...]:
    """What was given before `running` and may still have late effects, the latest first."""
    before = [course for course in courses_of(child) if running is None or course.pk != running.pk]
    return tuple(_given(course, at) for course in reversed(before) if _may_still_count(course, at))


def _may_still_count(course: Course, at: datetime) -> bool:
    """Where the knowledge cannot be read, nobody knows: then it counts."""
    try:
        return still_counts(course, at)
    except KnowledgeError:
        return True

"""Reports of one child that many answers remember: each is read once, and looked at once.

What a report shows hangs on what its red flags can see: the therapy, the policy, what the context said by then, the
report itself, and those before it in their order, each on one side of every age at which a rule looks. All of that is
compared (`_seen`), and only where it is the same are the findings taken again: no answer changes by it. What is kept
belongs to one catalogue, lives in this process, and is bounded.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import count
from typing import Any, NamedTuple

from therapies.conditions import LOOKS_BACK
from therapies.facts import COUNTED, is_early, plausible_weights, temperatures_of, told_before
from therapies.model import Catalogue, Condition
from therapies.request import Report, Request, read_hours, read_report
from therapies.rules import Looked, look_back

MOST_TOLD, MOST_LOOKED = 2048, 4096
"""So many are kept: then all are dropped, and it begins anew."""
NEAR = Decimal("0.000001")
"""Hours: one so near to a limit may be on its other side in another request, whose hours are rounded otherwise."""
NOT_SEEN = COUNTED | {"team_advised_hours_ago"}
"""Of a context: what no red flag reads but by `is_early`, and the days since a transplant, which are compared apart."""
WORDS = ("note", "not_meant")
"""Of a report: what no red flag reads. Nobody's own words are kept."""
_TOLD, _OF = "told", "told of"  # where a report keeps them; no field of it


class Told(NamedTuple):
    """A report that was read, without its time. Two that say the same are one, with one number."""

    number: int
    report: Report

    def at(self, hours: float, of: Hashable) -> Report:
        """As it stands in a request, so many hours ago. `of`: the log that it is."""
        made = object.__new__(Report)
        vars(made).update(vars(self.report))
        vars(made).update({"hours_ago": read_hours(hours), _TOLD: self.number, _OF: of})
        return made


@dataclass(eq=False)
class Kept:
    """What was read with a catalogue, and what it showed."""

    catalogue: Catalogue
    limits: tuple[Decimal, ...]
    told: dict[str, Told] = field(default_factory=dict)
    looked: dict[Hashable, Looked] = field(default_factory=dict)
    numbers: Iterable[int] = field(
        default_factory=count
    )  # none is given twice: who was dropped is not mistaken


class Asked(NamedTuple):
    """Of one request, what is the same for all its reports."""

    request: Request
    facts: Hashable
    hours: Sequence[Decimal]
    weight: Decimal | None  # that stands in where no baseline was given
    weighed: int  # which report told it


class Looks:
    """The reports around one moment of one child. Every request about them has the same logs between its first and
    its last; how far it goes back at least: LOOKS_BACK_HOURS.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._kept = _kept(catalogue)
        self._told: dict[Hashable, Told] = {}
        self._pasts: dict[Hashable, Hashable] = {}
        self._asked: Asked | None = None

    @property
    def catalogue(self) -> Catalogue:
        return self._kept.catalogue

    def report(self, of: Hashable, told: Callable[[], Mapping[str, Any]], hours: float) -> Report:
        """The report of a log, for a request. Raises RequestError where it cannot be read."""
        known = self._told.get(of)
        if known is None:
            known = self._told[of] = self._read(told())
        return known.at(hours, of)

    def _read(self, report: Mapping[str, Any]) -> Told:
        coded = _told(self._kept, {key: value for key, value in report.items() if key not in WORDS})
        said = {key: report[key] for key in WORDS if key in report}
        if not said:
            return coded
        words = read_report(said, "reports", self._kept.catalogue)
        whole = replace(coded.report, note=words.note, not_meant=words.not_meant)
        temperatures_of(whole)
        return coded._replace(report=whole)

    def look(self, request: Request, position: int, catalogue: Catalogue) -> Looked:
        """What the report showed when it was made."""
        seen = self._seen(request, position) if catalogue is self._kept.catalogue else None
        known = None if seen is None else self._kept.looked.get(seen)
        if known is not None:
            return known
        looked = look_back(request, position, catalogue)
        if seen is not None and not looked.failed:
            _make_room(self._kept.looked, MOST_LOOKED)
            self._kept.looked[seen] = looked
        return looked

    def _seen(self, request: Request, position: int) -> Hashable:
        """All that the red flags can see of the report; None where it may not be compared."""
        own, asked = request.reports[position], self._of(request)
        past = self._past(request.reports, position, asked.hours)
        if past is None:
            return None
        passed = own.hours_ago - request.reports[0].hours_ago

        def told(key: str) -> Any:
            return told_before(request.context, key, passed)

        early = is_early(self._kept.catalogue.therapies[request.therapy].schedule, told)
        weight = asked.weight if asked.weighed > position else None
        return asked.facts, early, told("days_since_transplant"), weight, past

    def _of(self, request: Request) -> Asked:
        if self._asked is None or self._asked.request is not request:
            context = frozenset(item for item in request.context.items() if item[0] not in NOT_SEEN)
            facts = request.therapy, request.fever, request.sensitivity, context
            hours = [report.hours_ago for report in request.reports]
            self._asked = Asked(request, facts, hours, *_oldest_weight(request.reports))
        return self._asked

    def _past(self, reports: Sequence[Report], position: int, hours: Sequence[Decimal]) -> Hashable:
        """The report and those before it that a rule can reach, by number, and where each limit falls among them."""
        of = vars(reports[position]).get(_OF)
        known = self._pasts.get(of)
        if of is None or known is not None:
            return known
        targets = [hours[position] + limit for limit in self._kept.limits]
        cuts = [(bisect_left(hours, at, position), bisect_right(hours, at, position)) for at in targets]
        reached = max([position + 1, *(right for _, right in cuts)])
        numbers = tuple(vars(report).get(_TOLD) for report in reports[position:reached])
        if None in numbers:  # of one time with another, and so neither's alone
            return None
        past = numbers, tuple((left - position, right - position) for left, right in cuts)
        if not any(_is_near(hours, at, left, right) for at, (left, right) in zip(targets, cuts, strict=True)):
            self._pasts[of] = past
        return past


def _is_near(hours: Sequence[Decimal], limit: Decimal, left: int, right: int) -> bool:
    return left != right or any(abs(one - limit) < NEAR for one in hours[max(left - 1, 0) : left + 1])


def _oldest_weight(reports: Sequence[Report]) -> tuple[Decimal | None, int]:
    """The oldest plausible weight, the lower of two, and which report told it."""
    for position in range(len(reports) - 1, -1, -1):
        if weights := plausible_weights(reports[position]):
            return min(weights), position
    return None, -1


def _told(kept: Kept, report: Mapping[str, Any]) -> Told:
    """Its text tells apart what is equal and not the same, as 38 and 38.0."""
    text = repr(report)
    known = kept.told.get(text)
    if known is None:
        known = Told(next(iter(kept.numbers)), read_report(report, "reports", kept.catalogue))
        temperatures_of(known.report)
        _make_room(kept.told, MOST_TOLD)
        kept.told[text] = known
    return known


def _make_room(kept: dict[Any, Any], most: int) -> None:
    if len(kept) >= most:
        kept.clear()


_KEPT: list[Kept] = []


def _kept(catalogue: Catalogue) -> Kept:
    known = next((kept for kept in _KEPT if kept.catalogue is catalogue), None)
    if known is None:
        known = Kept(catalogue, limits_of(catalogue))
        _KEPT[:] = [known]
    return known


def limits_of(catalogue: Catalogue) -> tuple[Decimal, ...]:
    """The ages in hours at which a rule of the catalogue begins or ends to look at an earlier report."""
    flags = {flag.id: flag for therapy in catalogue.therapies.values() for flag in therapy.red_flags}
    levels = [conditions for flag in flags.values() for _urgency, conditions in flag.levels]
    every: list[Condition] = [one for many in (*catalogue.definitions.values(), *levels) for one in many]
    found = {
        Decimal(hours)
        for condition in every
        for name, argument in condition.items()
        if name in LOOKS_BACK
        for hours in LOOKS_BACK[name](argument)
    }
    return tuple(sorted(found - {0}))

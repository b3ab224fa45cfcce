"""What is known at the time of one report: this report, those before it, and the course as it was then."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from therapies.fever import fahrenheit, unit_of
from therapies.model import NEAR_DAYS, Catalogue, Schedule, Therapy
from therapies.request import Reading, Report, Request, Sign

DAYS = ("days_since_infusion", "days_since_last_dose", "days_since_transplant", "cycle_day")
HOURS = ("hours_since_start", "hours_since_infusion_end")
COUNTED = frozenset((*DAYS, *HOURS))
"""What grows with the time: an earlier report saw less of it."""
FIRST = {"cycle_day": 1}
FIRST_CYCLE = 1
HEAVIEST_KG = 300
MONTHS_A_YEAR = 12
HOURS_A_DAY = 24
_UNDERSTOOD = "understood"  # where a report keeps them; no field of it, so no two reports differ by it


@dataclass(frozen=True)
class Temperature:
    """A reading that could be understood. `other_unit` where it can only have been meant in the unit that
    was not chosen.
    """

    degrees_f: Decimal
    route: str
    reading: Reading
    other_unit: str | None


@dataclass(frozen=True)
class Moment:
    """One report with everything that was known when it was made; `earlier` begins with the newest before
    it.
    """

    catalogue: Catalogue
    therapy: Therapy
    context: Mapping[str, Any]
    fever: str
    sensitivity: str
    report: Report
    earlier: tuple[Report, ...]

    @cached_property
    def signs(self) -> Mapping[str, Sign]:
        return self.report.signs or {}

    @cached_property
    def temperatures(self) -> tuple[Temperature, ...]:
        return temperatures_of(self.report)

    @cached_property
    def found(self) -> dict[tuple[str, str | None], Any]:
        """What the named conditions of the catalogue have found out about this report, and for which sign."""
        return {}

    @property
    def temperature_unreadable(self) -> bool:
        return len(self.temperatures) < len(self.report.readings)

    @cached_property
    def weights(self) -> tuple[Decimal, ...]:
        return plausible_weights(self.report)

    @property
    def weight_unreadable(self) -> bool:
        return len(self.weights) < len(self.report.weights)

    @cached_property
    def baseline_weight(self) -> Decimal | None:
        """The baseline in kg, else the oldest weight that was told before this report."""
        given = self.context.get("baseline_weight_kg")
        if given is not None and _plausible_weight(given):
            return Decimal(given)
        told = (weights for report in reversed(self.earlier) if (weights := plausible_weights(report)))
        return min(next(told, ()), default=None)  # of two told for one hour the lower: the order says nothing

    def before(self, within: Any, at_least: Any = 0) -> Iterator[Report]:
        """The earlier reports that are from `at_least` to `within` hours older than this one."""
        for report in self.earlier:
            age = report.hours_ago - self.report.hours_ago
            if age > within:
                return
            if age >= at_least:
                yield report

    @property
    def infusion_may_run(self) -> bool:
        """Unknown counts as running: the stricter rules hold then."""
        return self.therapy.schedule.given == "pump" and self.context.get("infusion_running") is not False

    @cached_property
    def age_in_months(self) -> Decimal | None:
        """Where the two ages disagree the younger counts; in the first year only months say how young."""
        months, years = self.context.get("age_months"), self.context.get("age_years")
        if months is None or years is None:
            return months if years is None else years * MONTHS_A_YEAR
        agree = int(years) * MONTHS_A_YEAR <= months < (int(years) + 1) * MONTHS_A_YEAR
        return Decimal(months if agree else min(months, years * MONTHS_A_YEAR))

    @cached_property
    def is_early(self) -> bool:
        """Within the first hours after a start, restart or dose. Unknown is early."""
        return is_early(self.therapy.schedule, self.context.get)


def is_early(schedule: Schedule, told: Callable[[str], Any]) -> bool:
    """`told` is what the context says under a key, at the time in question; None where it says nothing."""
    if (hours := told("hours_since_start")) is not None:
        return bool(hours <= schedule.early_hours)
    # no cycle comes before the first: then its day says nothing either
    cycle = told("cycle")
    day = told("cycle_day") if cycle is None or cycle >= FIRST_CYCLE else None
    if schedule.early_cycle_days:
        return day is None or int(day) in schedule.early_cycle_days
    since_end = told("hours_since_infusion_end")
    if since_end is not None and since_end <= schedule.early_hours:
        return True
    infused, dosed = told("days_since_infusion"), told("days_since_last_dose")
    if schedule.is_split and infused is not None and dosed is None:
        return schedule.may_be_near_infusion(infused)
    known = [days for days in (infused, dosed) if days is not None]
    if known:
        return bool(min(known) < NEAR_DAYS)
    if day is not None and schedule.dose_days:
        return any(0 <= day - dose < NEAR_DAYS for dose in schedule.dose_days)
    return since_end is None


def moment(request: Request, position: int, catalogue: Catalogue) -> Moment:
    """The report at `position` (0 is the newest), seen as it was then."""
    report = request.reports[position]
    passed = report.hours_ago - request.reports[0].hours_ago
    return Moment(
        catalogue=catalogue,
        therapy=catalogue.therapies[request.therapy],
        context=_back(request.context, passed),
        fever=request.fever,
        sensitivity=request.sensitivity,
        report=report,
        earlier=request.reports[position + 1 :],
    )


def temperatures_of(report: Report) -> tuple[Temperature, ...]:
    """The readings that could be understood; converted once, for every rule and every later report that looks back."""
    kept = vars(report)
    if _UNDERSTOOD not in kept:
        kept[_UNDERSTOOD] = tuple(t for r in report.readings if (t := understood(r)) is not None)
    found: tuple[Temperature, ...] = kept[_UNDERSTOOD]
    return found


def understood(reading: Reading) -> Temperature | None:
    """The reading in the only unit that it can have; None where it is possible in neither."""
    unit = unit_of(reading.value)
    if not unit:
        return None
    degrees = fahrenheit(reading.value) if unit == "C" else reading.value
    return Temperature(degrees, reading.route, reading, unit if reading.unit not in (None, unit) else None)


def _back(context: Mapping[str, Any], hours: Decimal) -> dict[str, Any]:
    """The context `hours` earlier. What had not happened yet then is unknown."""
    told = ((key, told_before(context, key, hours)) for key in context)
    return {key: value for key, value in told if value is not None}


def told_before(context: Mapping[str, Any], key: str, hours: Decimal) -> Any:
    """What the context said under a key so many hours earlier; None where that had not happened yet."""
    value = context.get(key)
    if value is None or key not in COUNTED:
        return value
    value = value - (round(hours / HOURS_A_DAY) if key in DAYS else hours)
    return value if value >= FIRST.get(key, 0) else None


def plausible_weights(report: Report) -> tuple[Decimal, ...]:
    return tuple(filter(_plausible_weight, report.weights)) if report.weights else ()


def _plausible_weight(kg: Decimal) -> bool:
    return 0 < kg <= HEAVIEST_KG

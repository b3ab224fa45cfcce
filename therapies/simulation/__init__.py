"""Simulated children: how often would a nurse be called, and is everything documented and every worsening found?

Seeded and pure: the same seed and knowledge give the same figures. The rates, with their sources, stand in
rates.toml.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from random import Random
from typing import Any

from therapies.catalogue import load
from therapies.episodes import JOINS, Log
from therapies.model import SEVERITIES, URGENCIES
from therapies.request import read_request
from therapies.response import Response
from therapies.rules import assess_request
from therapies.simulation.courses import Step, draw
from therapies.simulation.nurse import ByUrgency, Nurse, moment

RATES = Path(__file__).with_name("rates.toml")
_CYCLE_DAYS = 42
_PUMP_DAYS = 28
_WINDOW_HOURS = 96
_BASELINE_KG = 20.0
_RULE_OF_WEIGHT = ("gemtuzumab-ozogamicin", "inotuzumab-ozogamicin")
COUNTED = ("told", "joined", "answered", "by urgency")
Report = dict[str, Any]
Span = tuple[int, int, float, Mapping[str, Any]]


@dataclass
class Figures:
    """What a run counted: by urgency and by rule, what was told to a nurse, what joined, what was answered, and what
    had been told if only urgency counted; documented signs, told and found; worsenings, and those not told.
    """

    children: int = 0
    child_weeks: float = 0
    logs: int = 0
    alerts: Counter[tuple[str, str]] = field(default_factory=Counter)  # what of it, and the urgency
    rules: Counter[tuple[str, str]] = field(default_factory=Counter)  # what of it, and the rule
    worsenings: int = 0
    untold: list[str] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)

    def add(self, other: "Figures") -> None:
        for name in (one.name for one in fields(self)):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def as_dict(self) -> dict[str, Any]:
        """Plain figures, alerts and rules per child-week."""
        return {
            "knowledge_version": load().version,
            "children": self.children,
            "child_weeks": round(self.child_weeks, 1),
            "logs": self.logs,
            "alerts_per_child_week": self._per_week(self.alerts, URGENCIES[:3]),
            "rules_per_child_week": self._per_week(self.rules, self._rules()),
            "signs_told": sum(self.told.values()),
            "signs_found": sum(self.found.values()),
            "missed": self.missed,
            "worsenings": self.worsenings,
            "untold": self.untold,
        }

    def _per_week(
        self, counted: Counter[tuple[str, str]], names: Iterable[str]
    ) -> dict[str, dict[str, float]]:
        weeks = self.child_weeks or 1
        return {name: {what: round(counted[what, name] / weeks, 4) for what in COUNTED} for name in names}

    def _rules(self) -> list[str]:
        """The one that was told most often first."""
        names = {rule for _what, rule in self.rules}
        return sorted(names, key=lambda rule: (-self.rules["told", rule], rule))


def simulate(
    children: int, days: int, seed: int, policy: Mapping[str, str], rates: Path = RATES
) -> Iterator[Figures]:
    """One child's figures after the other's."""
    table = tomllib.loads(rates.read_text("utf-8"))
    therapies, weights = list(table["mix"]), list(table["mix"].values())
    for number in range(children):
        random = Random(f"{seed}/{number}")
        therapy = random.choices(therapies, weights)[0]
        yield _Child(table, therapy, random, policy).live(days)


class _Child:
    """One simulated child: what happens to it, what its family logs, what the rules say."""

    def __init__(
        self, table: Mapping[str, Any], therapy: str, random: Random, policy: Mapping[str, str]
    ) -> None:
        self.table, self.therapy, self.random, self.policy = table, therapy, random, policy
        self.life = table["life"]
        self.logs: list[tuple[float, Report]] = []
        self.nurse = Nurse(table["nurse"], random)
        self.before = ByUrgency(table["nurse"])
        self.figures = Figures(children=1)

    def live(self, days: int) -> Figures:
        episodes = [e for e in self.table["episode"] if e["therapy"] == self.therapy]
        self.spans = [span for episode in episodes for span in self._spans(episode, days)]
        self.running: list[tuple[int, str, str]] = []
        busy = {day for first, last, *_more in self.spans for day in range(first, last)}
        course = draw(self.table["course"], busy, days - 3, self.random)
        self.nurse.treated_at = [moment(hour) for hour in course.doses]
        for day in range(days):
            self._everyday(day)
            for turn in range(self.life["logs_per_day"]):
                hour, chance = day * 24 + 8 + 12 * turn + self.random.random() * 3, self.random.random()
                if day not in course.quiet and chance < self._kept(hour):
                    self._log(day, hour)
            for step in course.steps:
                if step.day == day:
                    self._step(step)
        self.figures.child_weeks = days / 7
        return self.figures

    def _kept(self, hour: float) -> float:
        """How likely a log is made."""
        kept: float = self.life["kept"]
        return kept * self.table["nurse"]["kept_there"] if self.nurse.is_there(moment(hour)) else kept

    def _spans(self, episode: Mapping[str, Any], days: int) -> Iterator[Span]:
        """When it begins and ends, and how high its fever is, from 0 to 1."""
        cycles = range(0, days, _CYCLE_DAYS) if self.therapy == "blinatumomab" else (0,)
        for start in cycles:
            if self.random.random() < episode["chance"]:
                low, typical, high = episode["onset"]
                onset = start + int(self.random.triangular(low, high, typical))
                yield onset, onset + self.random.randint(*episode["days"]), self.random.random(), episode

    def _everyday(self, day: int) -> None:
        """Ends what is over and begins what begins today."""
        self.running = [sign for sign in self.running if sign[0] >= day]
        busy = {code for _, code, _ in self.running}
        for common in self.table["common"]:
            if common["code"] not in busy and self.random.random() < common["per_day"]:
                severity = self.random.choices(SEVERITIES, common["severity"])[0]
                self.running.append(
                    (day + self.random.randint(*common["days"]) - 1, common["code"], severity)
                )

    def _log(self, day: int, hour: float) -> None:
        asked: list[tuple[str, str]] = []
        report = self._quiet_report(day)
        signs = {code: {"code": code, "severity": severity} for _, code, severity in self.running}
        for first, last, height, episode in self.spans:
            if first <= day < last:
                for sign in episode["signs"]:
                    if self.random.random() < sign["chance"]:
                        asked.append((self._tell(sign, height, report, signs), sign["asks_for"]))
        report["symptoms"] = list(self._details(signs))
        self._assess(day, hour, report, asked)

    def _step(self, step: Step) -> None:
        """A log of a course, with nothing beside it."""
        report = self._quiet_report(step.day)
        if "temperature" in step.seen:
            report["temperature"]["value"] = step.seen["temperature"]
        report |= step.seen.get("answer", {}) | {"symptoms": step.seen.get("signs", [])}
        self.nurse.plan = step.closed
        was_told = self._assess(step.day, step.hour, report, [])
        if step.is_worse:
            self.figures.worsenings += 1
            self.figures.untold += [] if was_told else [f"{self.therapy}: {step.name}: {report}"]

    def _quiet_report(self, day: int) -> Report:
        value = round(self.random.gauss(self.life["temperature"], self.life["spread"]), 1)
        report: Report = {
            "temperature": {"value": min(37.4, max(36.1, value)), "unit": "C", "route": "oral"},
            "antipyretic_given": False,
            "fluids_kept": "all",
        }
        if self._running_on(day):
            report["pump"] = "ok"
        if self.therapy in _RULE_OF_WEIGHT:
            report["weight_kg"] = round(self.random.gauss(_BASELINE_KG, 0.1), 2)
        return report

    def _tell(self, sign: Mapping[str, Any], height: float, report: Report, signs: dict[str, Report]) -> str:
        """Puts one sign of an episode into the log; its name."""
        if "temperature" in sign:
            low, high = sign["temperature"]
            degrees = low + (high - low) * height + self.random.gauss(0, self.life["fever_spread"])
            report["temperature"]["value"] = round(min(high, max(low, degrees)), 1)
            return "temperature"
        if "weight_percent" in sign:
            report["weight_kg"] = round(_BASELINE_KG * (1 + sign["weight_percent"] / 100), 2)
            return "weight_kg"
        if "answer" in sign:
            report.update(sign["answer"])
            return str(next(iter(sign["answer"])))
        told: Report = {key: sign[key] for key in ("code", "severity") if key in sign}
        signs[sign["code"]] = told | ({"duration_hours": sign["hours"]} if "hours" in sign else {})
        return str(sign["code"])

    def _details(self, signs: Mapping[str, Report]) -> Iterator[Report]:
        """How long and how often, for the signs where the form asks."""
        for code, sign in signs.items():
            if code == "constipation":
                yield sign | {"duration_hours": self.random.choice((24, 36, 60))}
            elif code == "diarrhea":
                yield sign | {"episodes_24h": self.random.choice((1, 2, 2, 3, 4))}
            else:
                yield sign

    def _assess(self, day: int, hour: float, report: Report, asked: list[tuple[str, str]]) -> bool:
        """Whether a nurse was told."""
        self.logs = [log for log in self.logs if hour - log[0] <= _WINDOW_HOURS] + [(hour, report)]
        reports = [{"hours_ago": round(hour - at, 2), **log} for at, log in self.logs]
        request = {
            "therapy": self.therapy,
            "context": self._context(day, hour),
            "policy": dict(self.policy),
            "reports": reports,
        }
        response = assess_request(read_request(request, load()), load())
        self.figures.logs += 1
        self._count_found(response, asked, report)
        return self._count_alert(Log(moment(hour), report, response))

    def _context(self, day: int, hour: float) -> dict[str, Any]:
        context: dict[str, Any] = {"age_years": 8, "writes": True, "baseline_weight_kg": _BASELINE_KG}
        context["team_advised_hours_ago"] = self.nurse.advised_hours_ago(moment(hour))
        if self.therapy == "blinatumomab":
            day_of_cycle = day % _CYCLE_DAYS
            context |= {"cycle_day": day_of_cycle + 1, "infusion_running": self._running_on(day)}
            context["hours_since_start"] = round(hour - (day - day_of_cycle) * 24, 2)
        elif self.therapy == "tisagenlecleucel":
            context["days_since_infusion"] = day
        else:
            context["days_since_last_dose"] = day if day < 7 else day % 7 if day < 21 else day - 14
        return context

    def _running_on(self, day: int) -> bool:
        return self.therapy == "blinatumomab" and day % _CYCLE_DAYS < _PUMP_DAYS

    def _count_found(self, response: Response, asked: list[tuple[str, str]], report: Report) -> None:
        """Found: a flag speaks of the sign, and the answer is at least as urgent as the documents ask for."""
        spoken_of = {code for flag in response["flags"] for code in flag["because"]}
        for code, urgency in asked:
            self.figures.told[code] += 1
            if URGENCIES.index(response["urgency"]) <= URGENCIES.index(urgency) and code in spoken_of:
                self.figures.found[code] += 1
            else:
                self.figures.missed.append(f"{self.therapy}: {code} asked for {urgency}: {report}")

    def _count_alert(self, log: Log) -> bool:
        """What becomes of it, beside what would have if only urgency counted."""
        self.nurse.remember(log)
        urgency = log.answer["urgency"]
        if urgency == "note":
            return False
        was_told = self.nurse.hear(log) != JOINS
        counted = ["answered", "told" if was_told else "joined"]
        counted += ["by urgency"] if self.before.hear(log) != JOINS else []
        rules = {flag["id"] for flag in log.answer["flags"] if flag["urgency"] == urgency}
        self.figures.alerts.update((what, urgency) for what in counted)
        self.figures.rules.update((what, rule) for what in counted for rule in rules)
        return was_told

"""The nurse of a simulated child: what she is told, what joins, how she closes it, and who comes in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from therapies.episodes import (
    ADVICE,
    COME_IN_WITHIN,
    IS_NEW,
    IS_WORSE,
    JOINS,
    Advice,
    Known,
    Log,
    decide,
    reasons,
    still_held,
)
from therapies.model import URGENCIES

START = datetime(2026, 1, 1, tzinfo=UTC)


def moment(hour: float) -> datetime:
    return START + timedelta(hours=hour)


@dataclass
class _Alert:
    """`advice` lies ahead when it is raised: what she will do is drawn then, not asked of the rules."""

    urgency: str
    raised_at: datetime
    advice: Advice
    told: list[Log] = field(default_factory=list)


@dataclass
class Nurse:
    """`plan` is how the next alert is closed, where a course says so; else it is drawn."""

    rates: Mapping[str, Any]
    random: Random
    alerts: list[_Alert] = field(default_factory=list)
    logs: list[Log] = field(default_factory=list)
    treated_at: list[datetime] = field(default_factory=list)
    plan: Mapping[str, Any] | None = None

    def hear(self, log: Log) -> str:
        """What becomes of a log that calls for somebody: a word of therapies/episodes.py."""
        urgency, now = log.answer["urgency"], log.at
        opened, known = self._known(now)
        advised_at = opened[0].advice.at if opened and known and known.ends_at else None
        told = [one for alert in opened for one in alert.told]
        becomes = decide(urgency, now, known, lambda: reasons(log, told, self.logs[::-1], advised_at))
        if becomes == IS_NEW:
            self.alerts.append(_Alert(urgency, now, self._closing(urgency, now), [log]))
        elif becomes == IS_WORSE:
            opened[0].told.append(log)
        return becomes

    def remember(self, log: Log) -> None:
        """Whatever it says, it may show that a sign is gone."""
        self.logs = [one for one in self.logs if log.at - one.at < timedelta(days=3)] + [log]

    def advised_hours_ago(self, now: datetime) -> float | None:
        advised = [alert.advice.at for alert in self.alerts if alert.advice.outcome in ADVICE]
        last = max((at for at in advised if at <= now), default=None)
        return None if last is None else round((now - last) / timedelta(hours=1), 2)

    def is_there(self, now: datetime) -> bool:
        """The child is at the hospital, where others watch."""
        advice = self.alerts[-1].advice if self.alerts else None
        if advice is None or advice.home_at is None:
            return False
        return (advice.there_at or advice.at) <= now < advice.home_at

    def _known(self, now: datetime) -> tuple[Sequence[_Alert], Known | None]:
        """The alert that a log may join, the newest first, with those whose advice still holds."""
        recent = [alert for alert in reversed(self.alerts[-10:])]
        closed = [alert for alert in recent if alert.advice.at <= now]
        held = closed[: still_held([alert.advice for alert in closed], now, self.treated_at)]
        still_open = [alert for alert in recent if alert.advice.at > now]
        if still_open:
            newest = still_open[0]
            is_held = now - newest.raised_at >= timedelta(minutes=self.rates["taken_after_minutes"])
            return [*still_open, *held], Known(newest.urgency, newest.raised_at, is_held)
        if not held:
            return [], None
        ends_at = held[0].advice.ends_at(self.treated_at)
        return held, Known(held[0].urgency, held[0].raised_at, ends_at=ends_at)

    def _closing(self, urgency: str, now: datetime) -> Advice:
        """When and how she will close it, and whether the family will say that it is there."""
        plan, self.plan = self.plan or {}, None
        rates, random = self.rates, self.random
        hours = rates["closed_after_hours"][urgency]
        closed_at = now + timedelta(hours=hours)
        outcomes = rates["outcomes"]
        outcome = plan.get("outcome") or random.choices(list(outcomes), list(outcomes.values()))[0]
        says_so = plan.get("there", random.random() < rates["says_there"])
        there_at = closed_at + timedelta(hours=1) if outcome in COME_IN_WITHIN and says_so else None
        hours_there = rates["admitted_hours" if outcome == "admitted" else "stays_hours"]
        stays = timedelta(hours=plan.get("stays_hours", random.uniform(*hours_there)))
        home_at = (there_at or closed_at) + stays if there_at or outcome == "admitted" else None
        return Advice(outcome, closed_at, there_at, home_at)


@dataclass
class ByUrgency:
    """What was told before signs counted: a log that is more urgent, or comes when the alert is closed."""

    rates: Mapping[str, Any]
    open_until: datetime = START
    urgency: str = "note"

    def hear(self, log: Log) -> str:
        urgency = log.answer["urgency"]
        is_worse = URGENCIES.index(urgency) < URGENCIES.index(self.urgency)
        if log.at < self.open_until and not is_worse:
            return JOINS
        hours = self.rates["closed_after_hours"][urgency]
        self.urgency, self.open_until = urgency, log.at + timedelta(hours=hours)
        return IS_NEW

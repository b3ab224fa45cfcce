"""Whether a log that calls is told to a nurse, or joins an alert that she knows of.

The answer to the family hangs on none of it. Pure: it knows reports, answers and times. The site turns its rows into
them, the simulation its children; both ask here. What is told is worse than what was told, by sign and not by flag:
one flag speaks of many signs.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from therapies.facts import understood
from therapies.fever import fahrenheit
from therapies.model import SEVERITIES, URGENCIES
from therapies.request import ANSWERS, NEURO, Reading
from therapies.response import Flag, Response

# None of these is printed as a rule for paging in any source. Each is the nearest documented step, or, where there is
# none, a choice that a clinician has to confirm (docs/adr/choices-where-sources-are-silent.md).
RISE = Decimal("0.5")
"""°C above the highest that was told: the step of the rule for a rise (cclg-febrile, cuh-car-t)."""
COLD = Decimal("36.0")
"""°C; below it, a severe infection is as possible as above a fever's line (birmingham-unwell)."""
BACK_AFTER = timedelta(hours=12)
"""Without a sign for so long, it comes back as a new one: the window in which a rise is one rise. A choice."""
WORRIED_AGAIN_AFTER = timedelta(hours=4)
"""So long after the advice a caregiver who is still worried is heard again: the longest way to a clinic. A choice."""
TIMES = 2
"""So many times as often as was told is worse. A choice."""
ADVICE_LASTS = timedelta(hours=24)
"""As long as a danger is remembered (rules.REMEMBERED_HOURS)."""
COME_IN_WITHIN = {"emergency-room": timedelta(hours=2), "clinic-today": timedelta(hours=4)}
"""By outcome, when a family that was told to come in should have come. A choice."""
IS_THERE = "admitted"
ADVICE = ("advised-by-phone", *COME_IN_WITHIN, IS_THERE)
"""The outcomes with which a nurse told the family what to do. After any other the next log is a new episode."""
NEW_TREATMENT = ("infusion", "dose", "start", "restart", "transplant")
"""Events of a course after which what was advised before says little."""

_LADDERS: Mapping[str, tuple[Any, ...]] = {
    **{key: ANSWERS[key] for key in ("handwriting", "fluids_kept", "pump")},
    **{f"neuro.{part}": order for part, order in NEURO.items()},
}
"""Answers from the best to the worst. One that was not told counts as the best: then a step is noticed, not missed."""


@dataclass(frozen=True)
class Log:
    """What was told at one time, a report of the contract, and the answer to it."""

    at: datetime
    report: Mapping[str, Any]
    answer: Response


class Worse(NamedTuple):
    """Why a log is told: `what` has become worse about which code."""

    what: str
    code: str = ""


class Advice(NamedTuple):
    """A closing: its outcome, and when somebody said since that they are there, or at home again."""

    outcome: str
    at: datetime
    there_at: datetime | None = None
    home_at: datetime | None = None

    def ends_at(self, treated_at: Iterable[datetime] = ()) -> datetime:
        """Until then an urgent log joins what was closed. `treated_at`: when a treatment or a dose began."""
        if self.outcome not in ADVICE:
            return self.at
        has_come = self.there_at is not None or self.outcome not in COME_IN_WITHIN
        ends = [self.at + (ADVICE_LASTS if has_come else COME_IN_WITHIN[self.outcome])]
        ends += [self.home_at] if self.home_at else []
        return min([*ends, *(at for at in treated_at if at > self.at)])


def still_held(closed: Sequence[Advice], now: datetime, treated_at: Collection[datetime] = ()) -> int:
    """How many of these, the newest first, still hold. After one that does not, a false alarm, everything is new."""
    over = (
        place
        for place, advice in enumerate(closed)
        if advice.outcome not in ADVICE or advice.at > now or now >= advice.ends_at(treated_at)
    )
    return next(over, len(closed))


class Known(NamedTuple):
    """The alert that a log may join. `ends_at`: until when, of one that is closed."""

    urgency: str
    raised_at: datetime
    is_held: bool = False
    ends_at: datetime | None = None
    rests: bool = False  # the child was paused since: nobody is told of it


JOINS, IS_WORSE, IS_NEW = "joins", "is worse", "is new"
"""What becomes of a log: nobody is told; the open alert is told again; an alert of its own."""


def decide(urgency: str, now: datetime, known: Known | None, worse: Callable[[], Collection[Worse]]) -> str:
    """`worse` is asked only where it matters."""
    if known is None or known.rests or _rank(urgency) > _rank(known.urgency):
        return IS_NEW
    is_emergency = urgency == "emergency"
    if known.ends_at is not None:
        return IS_NEW if now >= known.ends_at or is_emergency or worse() else JOINS
    if is_emergency and known.is_held:
        return IS_NEW
    if now - known.raised_at >= ADVICE_LASTS and urgency == known.urgency:
        return IS_NEW  # an alert that nobody closes must not swallow the next night
    calls_by_night = _rank(urgency) >= _rank("now")
    return IS_WORSE if calls_by_night and worse() else JOINS


def reasons(
    log: Log, told: Sequence[Log], earlier: Iterable[Log] = (), advised_at: datetime | None = None
) -> list[Worse]:
    """Why the log is worse than what was told; nothing where it is not.

    `told`: what a nurse was told, as it stands. `earlier`: every log that stands, told or not, since the first of them,
    the newest first; gone through again for each code, and only as far as the last log that had it.
    """
    if log.answer["could_not_check"]:
        return [Worse("unchecked", code) for code in log.answer["could_not_check"]]
    codes = list(dict.fromkeys(_urgent_codes(log)))
    known = {code for one in told for code in _urgent_codes(one)}
    found = [Worse("level")] if not told or _level(log) > max(map(_level, told)) else []
    found += [Worse("new", code) for code in codes if code not in known]
    found += [
        Worse("back", code) for code in _own_codes(log) if code in known and _is_back(code, log, earlier)
    ]
    found += _signs(log, told)
    found += _answers(log, told)
    found += _temperature(log, told)
    is_late = advised_at is not None and log.at - advised_at >= WORRIED_AGAIN_AFTER
    found += [Worse("worried")] if is_late and log.report.get("worried") else []
    return found


# ------------------------------------------------------------ codes: new ones, and ones that are back


def _urgent_codes(log: Log) -> Iterator[str]:
    """What the answer calls for: of one that can wait until the day, also what can wait."""
    for flag in _urgent_flags(log):
        yield from flag["because"]


def _own_codes(log: Log) -> list[str]:
    """Without what only an earlier log told."""
    own = (flag for flag in _urgent_flags(log) if flag.get("reported_hours_ago") is None)
    return list(dict.fromkeys(code for flag in own for code in flag["because"]))


def _urgent_flags(log: Log) -> Iterator[Flag]:
    lowest = min(_level(log), _rank("now"))
    return (flag for flag in log.answer["flags"] if _rank(flag["urgency"]) >= lowest)


def _is_back(code: str, log: Log, earlier: Iterable[Log]) -> bool:
    """Gone for the time, with a log in between that did not have it. One that was not asked did not have it, too."""
    newest: datetime | None = None
    for one in (one for one in earlier if one.at < log.at):
        newest = newest or one.at
        if _has(one, code):
            return log.at - one.at >= BACK_AFTER and newest > one.at
    return False


def _has(log: Log, code: str) -> bool:
    own = (flag for flag in log.answer["flags"] if flag.get("reported_hours_ago") is None)
    return code in _signs_of(log) or any(code in flag["because"] for flag in own)


# ------------------------------------------------------------ how bad, how often, how hot


def _signs(log: Log, told: Sequence[Log]) -> Iterator[Worse]:
    """A sign that was told and is a step worse, or twice as often."""
    for code, sign in _signs_of(log).items():
        before = [signs[code] for one in told if code in (signs := _signs_of(one))]
        if not before:
            continue
        if _severity(sign) > max(map(_severity, before)):
            yield Worse("severity", code)
        often = sign.get("episodes_24h")
        if often is not None and often >= TIMES * max(_times(one) for one in before):
            yield Worse("times", code)


def _signs_of(log: Log) -> Mapping[str, Mapping[str, Any]]:
    return {sign["code"]: sign for sign in log.report.get("symptoms") or ()}


def _severity(sign: Mapping[str, Any]) -> int:
    """One that was not told counts as severe."""
    return SEVERITIES.index(sign.get("severity") or SEVERITIES[-1])


def _times(sign: Mapping[str, Any]) -> int:
    """A sign that is there was there once, whatever was counted."""
    return max(1, sign.get("episodes_24h") or 1)


def _answers(log: Log, told: Sequence[Log]) -> Iterator[Worse]:
    for key, order in _LADDERS.items():
        if _step(log, key, order) > max((_step(one, key, order) for one in told), default=0):
            yield Worse("answer", key)


def _step(log: Log, key: str, order: tuple[Any, ...]) -> int:
    name, _, part = key.partition(".")
    given = log.report.get(name)
    given = (given or {}).get(part) if part else given
    return order.index(given) if given in order else 0


def _temperature(log: Log, told: Sequence[Log]) -> Iterator[Worse]:
    """Compared exactly, in °F. A reading that cannot be understood is `could_not_check`, and told for that."""
    now, before = _degrees(log), [degrees for one in told if (degrees := _degrees(one)) is not None]
    if now is None:
        return
    if before and now - max(before) >= RISE * Decimal("1.8"):
        yield Worse("higher", "temperature")
    cold = fahrenheit(COLD)
    if now < cold and not any(degrees < cold for degrees in before):
        yield Worse("cold", "temperature")


def _degrees(log: Log) -> Decimal | None:
    given = log.report.get("temperature") or {}
    try:
        value = Decimal(str(given["value"]))
    except (KeyError, InvalidOperation):
        return None
    found = understood(Reading(value, given.get("unit"), given.get("route") or "unknown"))
    return found.degrees_f if found else None


def _level(log: Log) -> int:
    return _rank(log.answer["urgency"])


def _rank(urgency: str) -> int:
    """The worst has the highest."""
    return -[*map(str, URGENCIES)].index(urgency)

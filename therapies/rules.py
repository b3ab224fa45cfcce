"""`assess`: a request in, an answer out. Pure: the same request and the same knowledge give the same
answer.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from therapies.catalogue import KnowledgeError, load
from therapies.conditions import any_of, may_be
from therapies.facts import Moment, Temperature, moment
from therapies.model import URGENCIES, Catalogue, RedFlag, Therapy
from therapies.note_questions import asks_of_danger, note_questions
from therapies.request import Request, read_request
from therapies.response import Flag, Question, Response, Urgency

logger = logging.getLogger(__name__)
COULD_NOT_CHECK = "We could not check this. Call your care team now."
URGENT: tuple[Urgency, ...] = ("emergency", "now")
REMEMBERED_HOURS = 24
OLD_HOURS = 24
"""A report that is older says so in its headline."""
LOOKS_BACK_HOURS = 5 * 24
"""The oldest report that a rule looks at: three daily weights and half a day, seen from a report of yesterday."""
ASK_WEIGHT_PERCENT = 25
FEWEST_OF_TODAY = 2
"""So many findings for today in one report are one for now."""
_MOST_INDEXES = 64


@dataclass(frozen=True)
class Finding:
    """A red flag that fired: how urgent, because of what. `counts`: what it is counted as beside other findings for
    today. `ago` is set where an earlier report had it.
    """

    flag: RedFlag
    urgency: Urgency
    because: tuple[str, ...]
    counts: tuple[str, ...] = ()
    ago: Decimal | None = None

    def as_dict(self) -> Flag:
        found: Flag = {
            "id": self.flag.id,
            "syndrome": self.flag.syndrome,
            "urgency": self.urgency,
            "because": list(self.because),
            "text": self.flag.text,
            "sources": [citation.as_dict() for citation in self.flag.sources],
        }
        if self.ago is not None:
            found["reported_hours_ago"] = _json_number(self.ago)
        if self.urgency == "today":
            found["counts"] = list(self.counts)
        return found


class Counted(NamedTuple):
    """Of a finding what matters when findings for today are counted, of one therapy or of several."""

    counts: Collection[str]
    because: Collection[str]
    syndrome: str


@dataclass
class Looked:
    """What one report showed: the findings, what was not told and would matter, what could not be checked."""

    findings: list[Finding]
    missing: list[str]
    failed: list[str]


LookAt = Callable[[Request, int, Catalogue], Looked]
"""What the report at that position showed when it was made."""


def assess(data: Mapping[str, Any], look_at: LookAt | None = None) -> Response:
    """The response to one request, both as docs/assessment.md has them. Raises RequestError for a request
    that is refused. `look_at`: for who has many requests about the same reports (therapies/looks.py).

    A knowledge file that does not load is an answer, not an error: "We could not check this. Call your care
    team now."
    """
    try:
        catalogue = load()
    except KnowledgeError:
        logger.exception("the knowledge did not load")
        return unchecked("knowledge")
    return assess_request(read_request(data, catalogue), catalogue, look_at or look_back)


def unchecked(what: str) -> Response:
    """The answer when nothing could be checked."""
    return {
        "urgency": "now",
        "headline": COULD_NOT_CHECK,
        "flags": [],
        "syndromes": [],
        "unanswered": [],
        "needs_confirmation": [],
        "could_not_check": [what],
        "knowledge_version": "",
    }


def look_back(request: Request, position: int, catalogue: Catalogue) -> Looked:
    return look(moment(request, position, catalogue))


def assess_request(request: Request, catalogue: Catalogue, look_at: LookAt = look_back) -> Response:
    """The response to a request that was read."""
    now = moment(request, 0, catalogue)
    looked = look_at(request, 0, catalogue)
    urgent = {finding.flag.id for finding in looked.findings if finding.urgency in URGENT}
    remembered = _remembered(request, catalogue, urgent, look_at)
    findings = sorted(looked.findings + remembered, key=lambda finding: URGENCIES.index(finding.urgency))
    could_not = _unreadable(now) + looked.failed
    asked = _to_confirm(now, looked.findings, catalogue)
    urgency = _worst([finding.urgency for finding in findings] + ["now"] * bool(could_not))
    return {
        "urgency": urgency,
        "headline": _headline(urgency, could_not, findings, asked, now),
        "flags": [finding.as_dict() for finding in findings],
        "syndromes": list(dict.fromkeys(finding.flag.syndrome for finding in findings)),
        "unanswered": _unanswered(looked.missing, now),
        "needs_confirmation": asked,
        "could_not_check": could_not,
        "knowledge_version": catalogue.version,
    }


def worst_of(first: Response, *others: Response) -> Response:
    """One response of several to the same report, asked with several therapies: all that fired, the worst headline.

    What was not told, and what is asked back, is that of the first.
    """
    everything = (first, *others)
    worst = min(everything, key=lambda response: URGENCIES.index(response["urgency"]))
    urgency, headline = worst["urgency"], worst["headline"]
    flags: dict[str, Flag] = {}
    for response in everything:  # the first one's come first: they know most of what is given now
        for flag in response["flags"]:
            known = flags.get(flag["id"])
            if known is None or _is_worse(flag, known):
                flags[flag["id"]] = flag
    if urgency == "today" and (two := _two_of_today(map(_counted, flags.values()), load())):
        flags[two.flag.id] = two.as_dict()
        urgency, words = two.urgency, load().messages
        for milder in (words["today"], words["note_first"]):  # no question stands before a call now
            headline = headline.replace(milder, words["now"])
    found = sorted(flags.values(), key=lambda flag: URGENCIES.index(flag["urgency"]))
    could_not = (code for response in everything for code in response["could_not_check"])
    return first | {
        "urgency": urgency,
        "headline": headline,
        "flags": found,
        "syndromes": list(dict.fromkeys(flag["syndrome"] for flag in found)),
        "could_not_check": list(dict.fromkeys(could_not)),
    }


def _counted(flag: Flag) -> Counted:
    return Counted(flag.get("counts", ()), flag["because"], flag["syndrome"])


def _is_worse(flag: Flag, other: Flag) -> bool:
    return URGENCIES.index(flag["urgency"]) < URGENCIES.index(other["urgency"])


def look(now: Moment) -> Looked:
    """Every red flag of the therapy on one report. A flag that fails is named and stops no other."""
    looked = Looked([], [], [])
    for flag in _to_judge(now):
        try:
            finding, missing = _judge(flag, now)
        except Exception:
            logger.exception("red flag %s failed", flag.id)
            looked.failed.append(flag.id)
            continue
        looked.missing += missing
        if finding is not None:
            looked.findings.append(finding)
    looked.findings = [f for f in looked.findings if not _adds_nothing(f, looked.findings)]
    today = (Counted(f.counts, f.because, f.flag.syndrome) for f in looked.findings)
    if two := _two_of_today(today, now.catalogue):
        looked.findings.append(two)
    return looked


class Index(NamedTuple):
    """Where in a therapy's red flags those without signs stand, and those that each sign has."""

    therapy: Therapy
    without_signs: tuple[int, ...]
    of_sign: Mapping[str, tuple[int, ...]]


_INDEXES: dict[int, Index] = {}


def _index(therapy: Therapy) -> Index:
    known = _INDEXES.get(id(therapy))
    if known is not None and known.therapy is therapy:
        return known
    flags = list(enumerate(therapy.red_flags))
    codes = {code for flag in therapy.red_flags for code in flag.signs}
    made = Index(
        therapy,
        tuple(place for place, flag in flags if not flag.signs),
        {code: tuple(place for place, flag in flags if code in flag.signs) for code in codes},
    )
    if len(_INDEXES) >= _MOST_INDEXES:  # knowledge that was read for a trial is not kept for ever
        _INDEXES.clear()
    _INDEXES[id(therapy)] = made
    return made


def _to_judge(now: Moment) -> Iterable[RedFlag]:
    """In their order. A red flag none of whose signs is present says nothing, and is not looked at."""
    flags = now.therapy.red_flags
    if now.report.signs is None:
        return flags
    index = _index(now.therapy)
    places = set(index.without_signs)
    for code in now.report.signs:
        places.update(index.of_sign.get(code, ()))
    return [flags[place] for place in sorted(places)]


def _judge(flag: RedFlag, now: Moment) -> tuple[Finding | None, tuple[str, ...]]:
    """The flag at the worst urgency that holds, and what is missing to know whether a worse one would."""
    if flag.signs and now.report.signs is None:
        return None, ("symptoms",)
    missing: tuple[str, ...] = ()
    told = now.signs
    signs = [told[code] for code in flag.signs if code in told] if flag.signs else [None]
    if not signs:
        return None, ()
    for urgency, conditions in flag.levels:
        hits = [(sign, any_of(conditions, now, sign)) for sign in signs]
        if true := [(sign, found) for sign, found in hits if found.truth]:
            primary = tuple(sign.code for sign, _ in true if sign is not None)
            because = primary + tuple(code for _, found in true for code in found.because)
            unique = tuple(dict.fromkeys(because))
            return Finding(flag, urgency, unique, _counts(flag, urgency, primary or unique, now)), missing
        missing += tuple(code for _, found in hits for code in found.missing)
    return None, missing


def _adds_nothing(finding: Finding, others: Iterable[Finding]) -> bool:
    """The same sign is spoken of more urgently: for the same syndrome, or for any where this is only a
    note.
    """
    worse = [f for f in others if URGENCIES.index(f.urgency) < URGENCIES.index(finding.urgency)]
    if finding.urgency != "note":
        worse = [f for f in worse if f.flag.syndrome == finding.flag.syndrome]
    return set(finding.because) <= {code for f in worse for code in f.because}


def _counts(flag: RedFlag, urgency: Urgency, codes: Iterable[str], now: Moment) -> tuple[str, ...]:
    """What a finding for today is counted as: each sign that is bad enough, what stands for the same thing once."""
    if urgency != "today":
        return ()
    counted = (c for c in codes if c not in now.signs or may_be(now.signs[c], flag.counts_from))
    return tuple(dict.fromkeys(flag.counts_as or now.catalogue.counts_as(code) for code in counted))


def _two_of_today(findings: Iterable[Counted], catalogue: Catalogue) -> Finding | None:
    """Two findings for today in one report are one for now."""
    counting = [finding for finding in findings if finding.counts]
    if len({code for finding in counting for code in finding.counts}) < FEWEST_OF_TODAY:
        return None
    rule = catalogue.two_of_today
    flag = RedFlag(rule.id, counting[0].syndrome, rule.text, (), (), rule.sources)
    return Finding(flag, "now", tuple(dict.fromkeys(code for one in counting for code in one.because)))


def _remembered(request: Request, catalogue: Catalogue, known: set[str], look_at: LookAt) -> list[Finding]:
    """Danger of the last 24 hours that the team has not advised on since. It stays `now`."""
    advised = request.context.get("team_advised_hours_ago")
    found: dict[str, Finding] = {}
    for position, report in enumerate(request.reports[1:], start=1):
        if report.hours_ago - request.reports[0].hours_ago > REMEMBERED_HOURS:
            break
        if advised is not None and advised < report.hours_ago:
            continue
        for finding in look_at(request, position, catalogue).findings:
            if finding.urgency in URGENT and finding.flag.id not in known | found.keys():
                found[finding.flag.id] = Finding(finding.flag, "now", finding.because, ago=report.hours_ago)
    return list(found.values())


def _unreadable(now: Moment) -> list[str]:
    checks = {"temperature": now.temperature_unreadable, "weight_kg": now.weight_unreadable}
    return [field for field, unreadable in checks.items() if unreadable]


def _unanswered(missing: list[str], now: Moment) -> list[str]:
    """Of what is missing, what a family is expected to tell. An empty report is asked for the temperature
    first.
    """
    told = dict.fromkeys(missing)
    if now.report.is_empty:
        told.pop("symptoms", None)
    return [code for code in sorted(told, key=_asked_first) if _is_expected(code, now)]


def _asked_first(code: str) -> tuple[bool, str]:
    return code != "temperature", code


def _is_expected(code: str, now: Moment) -> bool:
    if code == "symptoms":
        return True
    expected = now.catalogue.observations[code].expected
    return expected == "always" or (expected == "while-infusion-runs" and now.infusion_may_run)


def _to_confirm(now: Moment, findings: list[Finding], catalogue: Catalogue) -> list[Question]:
    """What the answer page asks back: another unit, another way to measure, a weight that can hardly be."""
    words = catalogue.messages
    asked = list(note_questions(now))
    asked += [
        _message("temperature", words["other_unit"], _other_unit(t)) for t in now.temperatures if t.other_unit
    ]
    for finding in findings:
        if finding.flag.confirm and finding.urgency == "today":
            asked.append(_message(finding.flag.confirm["field"], finding.flag.confirm["message"], {}))
    base = now.baseline_weight
    if base is not None and any(abs(w - base) * 100 > base * ASK_WEIGHT_PERCENT for w in now.weights):
        values = {"before": _plain(base), "now": _plain(now.weights[0])}
        asked.append(_message("weight_kg", words["weight"], values))
    return asked


def _other_unit(temperature: Temperature) -> dict[str, Any]:
    typed = temperature.reading
    return {
        "typed": f"{typed.value:f}",
        "unit": typed.unit,
        "meant": _tenths(typed.value),
        "other": temperature.other_unit,
    }


def _message(field: str, msgid: str, values: dict[str, Any]) -> Question:
    return {"field": field, "message": msgid % values, "msgid": msgid, "values": values}


def _headline(
    urgency: str, could_not: list[str], findings: list[Finding], asked: list[Question], now: Moment
) -> str:
    """A danger that the note may mean is answered first, also before "call today": it may be an emergency, and the
    day's call keeps its number beside it. Where the answer is to call now, no question stands before the call.
    """
    words = now.catalogue.messages
    if could_not and all(URGENCIES.index(f.urgency) > URGENCIES.index("now") for f in findings):
        headline = COULD_NOT_CHECK
    elif urgency in ("note", "today") and asks_of_danger(asked):
        headline = words["note_first"]
    elif urgency == "note" and not now.report.readings:
        headline = words["no_temperature"]
    else:
        headline = words[urgency]
    hours = now.report.hours_ago
    if hours <= OLD_HOURS:
        return headline
    return f"{headline} {words['old'] % {'hours': _plain(hours)}}"


def _worst(urgencies: Iterable[Urgency]) -> Urgency:
    return min(urgencies, key=URGENCIES.index, default="note")


def _plain(number: Decimal) -> str:
    """38.0 stays 38.0, 30.00 hours are 30."""
    return f"{number:f}" if number != number.to_integral_value() else f"{number:.0f}"


def _tenths(number: Decimal) -> str:
    """At least one decimal, as a thermometer shows it."""
    return f"{number:.1f}" if number == round(number, 1) else f"{number:f}"


def _json_number(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)

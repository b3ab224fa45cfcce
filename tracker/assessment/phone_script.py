"""What a family reads on the answer and says on the phone, made of whole sentences that can be translated."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from therapies.response import Flag, Response
from tracker.assessment import wording
from tracker.assessment.wording import Report, therapy_of
from tracker.lib.hours import date_format
from tracker.models.alerts import AT_ANY_HOUR

A_MOMENT = 1 / 3600  # of an hour: the rules count in hours, and round
MOST_SIGNS = (
    6  # of what to say: nobody reads out more in one breath. What is urgent or severe is said all the same
)

SEVERITIES = ("severe", "moderate", "", "mild")  # nobody said how bad it is: before what is known to be mild


@dataclass(frozen=True)
class ScriptFacts:
    """What a script needs to know. `therapies` are the ids that the rules were asked with, the running one first."""

    report: Report
    therapies: Sequence[str] = ()
    age_years: int | None = None
    age_months: int | None = None  # whole months since birth, where they are known
    day_label: str = ""
    seen_at: datetime | None = None
    now: datetime | None = None
    earlier: Sequence[
        tuple[float, Report]
    ] = ()  # how many hours before, what was entered: what flags remember
    has_begun: bool = True  # False while the first infusion, start or dose is still planned
    earlier_therapies: Sequence[str] = ()  # those that still count, each with its day
    nothing_new: bool = False  # the log says of the signs that none is new and none is worse


class SaidSign(NamedTuple):
    """One sign, answer or weight, as it is said."""

    code: str
    severity: str
    words: str


# ---------------------------------------------------------------- the answer


# ---------------------------------------------------------------- one sentence


def summary(told: ScriptFacts) -> str:
    """ "38.4 °C (101.1 °F), under the arm, chills, shaking (moderate). Day 6 after the infusion." """
    said = [_reading(told.report), *(one.words for one in _seen(told.report, how_long=False))]
    if told.nothing_new:
        said.append(_("nothing new"))
    if told.report.get("worried"):
        said.append(_("you are worried"))
    entered = ", ".join(filter(None, said))
    return " · ".join(filter(None, (entered, told.day_label if entered else "")))


def _reading(report: Report) -> str:
    shown, other = wording.temperature(report)
    if report.get("raw", {}).get("temperature"):
        return _("temperature typed: %(typed)s") % {"typed": shown}
    route = wording.route_word((report.get("temperature") or {}).get("route", ""))
    return " ".join(filter(None, (shown, f"({other})" if other else "", route)))


def _seen(report: Report, *, how_long: bool) -> list[SaidSign]:
    """Signs, then answers that are not as usual, then a weight."""
    told, words = report.get("symptoms") or (), wording.signs(report, how_long=how_long)
    signs = [
        SaidSign(sign["code"], sign.get("severity", ""), said) for sign, said in zip(told, words, strict=True)
    ]
    usual = {"usual", "same", "all", "ok"}
    codes = {f"neuro.{part}": value for part, value in (report.get("neuro") or {}).items()}
    codes |= {code: report.get(code) for code in ("handwriting", "fluids_kept", "pump")}
    odd = {wording.name_of(code): code for code, value in codes.items() if value and value not in usual}
    answers = [(name, answer) for name, answer in wording.answers(report) if name in odd]
    signs += [SaidSign(odd[name], "", f"{name}: {answer}") for name, answer in answers]
    if weight := wording.weight(report):
        signs.append(SaidSign("weight_kg", "", _("weight %(weight)s") % {"weight": weight}))
    return signs


# ---------------------------------------------------------------- what to say


def what_to_say(told: ScriptFacts, flags: Sequence[Flag], urgency: str) -> list[str]:
    """A short script for the phone: who, what, since when, the number, medicines, a question."""
    sentences = [
        _who(told),
        *_treatment(told),
        *_earlier_therapies(told),
        *_signs(told, flags),
        _("I see nothing new and nothing worse.") if told.nothing_new else "",
        _temperature(told.report),
    ]
    sentences += [_medicine(told.report), *_remembered(flags, told)]
    if told.report.get("worried"):
        sentences.append(_("I am worried. Something is not right."))
    sentences.append(_question(urgency))
    return [sentence for sentence in sentences if sentence]


def _who(told: ScriptFacts) -> str:
    therapy = therapy_of(told.therapies[0]) if told.therapies else None
    says = _(therapy.say) if therapy and therapy.say and told.has_begun else ""
    if told.age_years is None:
        return _("My child %(says)s.") % {"says": says} if says else ""
    age = _age(told.age_years, told.age_months)
    return _("%(age)s and %(says)s.") % {"age": age, "says": says} if says else f"{age}."


def _age(years: int, months: int | None) -> str:
    """A baby's in months: which fever line holds hangs on them."""
    if years:
        text = ngettext("My child is %(years)d year old", "My child is %(years)d years old", years)
        return text % {"years": years}
    if months is None:
        return _("My child is less than 1 year old")
    if not months:
        return _("My child is less than 1 month old")
    text = ngettext("My child is %(months)d month old", "My child is %(months)d months old", months)
    return text % {"months": months}


def _treatment(told: ScriptFacts) -> list[str]:
    therapy = therapy_of(told.therapies[0]) if told.therapies else None
    if therapy is None:
        return []
    if told.has_begun and _(therapy.name) in _(therapy.say):  # the sentence before has named it
        return [f"{told.day_label}."] if told.day_label else []
    if not told.day_label:
        return [_("The treatment is %(therapy)s.") % {"therapy": _(therapy.name)}]
    return [_("The treatment is %(therapy)s: %(day)s.") % {"therapy": _(therapy.name), "day": told.day_label}]


def _earlier_therapies(told: ScriptFacts) -> list[str]:
    """They are watched for too, and may be the very reason to call."""
    return [_("Earlier treatment: %(therapy)s.") % {"therapy": one} for one in told.earlier_therapies]


def _signs(told: ScriptFacts, flags: Sequence[Flag]) -> list[str]:
    seen = _worst_first(_seen(told.report, how_long=True), flags)
    if not seen:
        return []
    signs = ", ".join(seen)
    if told.seen_at is None or told.now is None:
        return [_("I see: %(signs)s.") % {"signs": signs}]
    return [_("At %(time)s I saw: %(signs)s.") % {"time": _clock(told.seen_at, told.now), "signs": signs}]


def _worst_first(seen: Iterable[SaidSign], flags: Sequence[Flag]) -> list[str]:
    """What an emergency or a "call now" hangs on, then by how bad it is. Of the mild rest, as many as fit in."""
    urgent = {flag["urgency"]: set[str]() for flag in flags}
    for flag in flags:
        urgent[flag["urgency"]] |= set(flag["because"])

    def rank(one: SaidSign) -> tuple[bool, bool, int]:
        codes = {one.code, one.code.partition(".")[0]}  # the parts of the neuro check are flagged as one
        first, second = (codes.isdisjoint(urgent.get(urgency, ())) for urgency in ("emergency", "now"))
        return first, first and second, SEVERITIES.index(one.severity)

    ranked = sorted(seen, key=rank)
    must = sum(not rank(one)[1] or one.severity == "severe" for one in ranked)
    said = [one.words for one in ranked[: max(must, MOST_SIGNS)]]
    if more := len(ranked) - len(said):
        said.append(ngettext("and %(n)d more sign", "and %(n)d more signs", more) % {"n": more})
    return said


def _clock(at: datetime, now: datetime) -> str:
    """The time, with the day where it was not today."""
    at, now = timezone.localtime(at), timezone.localtime(now)
    return date_format(at, "H:i" if at.date() == now.date() else "j F, H:i")


def _temperature(report: Report) -> str:
    shown, other = wording.temperature(report)
    if not shown:
        return _("I have not measured the temperature.")
    if meant := wording.probably(report):
        values = {"typed": shown, "meant": meant}
        return _("For the temperature I wrote %(typed)s. It was probably %(meant)s.") % values
    if not other:
        return _("For the temperature I wrote %(typed)s.") % {"typed": shown}
    values = {"shown": shown, "other": other}
    route = wording.route_word((report.get("temperature") or {}).get("route", ""))
    if not route:
        return _("The temperature was %(shown)s, which is %(other)s.") % values
    return _("The temperature was %(shown)s, which is %(other)s, measured %(route)s.") % {
        **values,
        "route": route,
    }


def _medicine(report: Report) -> str:
    given = report.get("antipyretic_given")
    if given is None:
        return ""
    if given:
        return _("My child had a fever medicine in the last 6 hours.")
    return _("My child had no fever medicine in the last 6 hours.")


def _remembered(flags: Iterable[Flag], told: ScriptFacts) -> list[str]:
    """What an earlier log had, with its number or how bad it was, and nobody has advised on since.

    One of the same moment is an earlier one too: to the rules both are one report.
    """
    found: dict[int, list[str]] = {}
    for flag in flags:
        hours, codes = flag.get("reported_hours_ago", 0), flag["because"]
        reports = [report for ago, report in told.earlier if abs(ago - hours) < A_MOMENT]
        if "reported_hours_ago" not in flag:
            known = [code for code in codes if any(_holds(one, code) for one in reports)]
            codes = [code for code in known if not _holds(told.report, code)]
        if codes:
            found.setdefault(round(hours), []).extend(_logged(codes, reports))
    return [_logged_then(hours, ", ".join(dict.fromkeys(words))) for hours, words in sorted(found.items())]


def carried_over(response: Response, told: ScriptFacts) -> str:
    """The first sentence of an answer that says to call only because of earlier logs; nothing for any other."""
    urgent = [flag for flag in response["flags"] if flag["urgency"] in AT_ANY_HOUR]
    if response["could_not_check"] or not urgent or any("reported_hours_ago" not in flag for flag in urgent):
        return ""
    newest = min(flag["reported_hours_ago"] for flag in urgent)
    codes = [code for flag in urgent if flag["reported_hours_ago"] == newest for code in flag["because"]]
    reports = [report for ago, report in told.earlier if abs(ago - newest) < A_MOMENT]
    values = {
        "when": wording.hours_ago(newest),
        "signs": ", ".join(dict.fromkeys(_logged(codes, reports))),
    }
    return _("An earlier log says so, %(when)s: %(signs)s. The team has not advised on it yet.") % values


def _holds(report: Report, code: str) -> bool:
    if code == "temperature":
        return bool(_reading(report))
    return any(code in (one.code, one.code.partition(".")[0]) for one in _seen(report, how_long=False))


def _logged(codes: Iterable[str], reports: Sequence[Report]) -> Iterator[str]:
    """Each of the codes as it was entered; by its name alone where it was not, or was corrected since."""
    known = [one for report in reports for one in _seen(report, how_long=True)]
    readings = list(filter(None, map(_reading, reports)))
    for code in codes:
        said = [one.words for one in known if code in (one.code, one.code.partition(".")[0])]
        yield from said or (readings if code == "temperature" else ()) or [wording.name_of(code)]


def _logged_then(hours: int, signs: str) -> str:
    if hours < 1:
        return _("Less than an hour ago I logged: %(signs)s.") % {"signs": signs}
    text = ngettext(
        "About %(hours)d hour ago I logged: %(signs)s.",
        "About %(hours)d hours ago I logged: %(signs)s.",
        hours,
    )
    return text % {"hours": hours, "signs": signs}


def _question(urgency: str) -> str:
    if urgency == "emergency":
        return _("What do I do until help is here?")
    if urgency == "now":
        return _("Should we come in now?")
    return _("What should we do, and when should we call again?")

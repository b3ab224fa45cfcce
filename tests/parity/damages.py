"""Damages planted in the phone's module: each must be seen.

    python -m tests.parity.damages

A damage is a file, what stands in it once, and what stands there instead. Every operator is among them. Each is tried
on the worked cases, the boundaries and some requests by chance; one that nobody sees is named, and the exit code is 1.
"""

import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

from tests.parity.boundaries import boundary_requests
from tests.parity.node import MODULE, SOURCE, Question, phone_answers, python_answer
from tests.parity.questions import by_chance, noted, together, typed_numbers, worked
from therapies.conditions import OPERATORS
from therapies.rules_bundle import dumps, rules_bundle
from tracker.lib.served_scripts import without_remarks

_BY_CHANCE, _SEED, _AT_ONCE = 2000, 7, 1000


class Damage(NamedTuple):
    file: str
    stands: str
    instead: str


DAMAGES = (
    # ------------------------------------------------ the operators, each by its own line
    Damage("conditions.js", "yesOrNo(mayBe(sign, lowest, moment.rules))", "yesOrNo(sign.severity === lowest)"),
    Damage("conditions.js", "sign.severity !== null && isAtLeast(", "sign.severity === null || isAtLeast("),
    Damage("conditions.js", "if (sign.hours === null) return YES;", "if (sign.hours === null) return NO;"),
    Damage("conditions.js", "sign.hours >= units(wanted.from)", "sign.hours > units(wanted.from)"),
    Damage("conditions.js", "minutes > units(wanted.over_minutes)", "minutes < units(wanted.over_minutes)"),
    Damage("conditions.js", "sign.hours > units(wanted.over))", "sign.hours >= units(wanted.over))"),
    Damage("conditions.js", "sign.hours === null ? NO : lasting", "sign.hours === null ? YES : lasting"),
    Damage("conditions.js", "sign.times > units(most)", "sign.times >= units(most)"),
    Damage("conditions.js", "units(wanted.within), units(wanted.from ?? 0)", "units(wanted.within)"),
    Damage("conditions.js", "report.signs?.has(sign.code)", "report.signs?.size"),
    Damage("conditions.js", "codes.filter((code) => code !== sign?.code)", "codes"),
    Damage("conditions.js", "moment.signs.has(code) && mayBe(", "moment.signs.has(code) || mayBe("),
    Damage("conditions.js", "rules.request.severities.at(-1)", "rules.request.severities.at(1)"),
    Damage("conditions.js", "countsAs(code, moment.rules) !== own && code", "code"),
    Damage("conditions.js", "code !== own && mayBe(other, lowest", "code !== own && isAtLeast(other.severity, lowest"),
    Damage("conditions.js", "const seen = codes.filter((code) => moment.signs.has(code))", "const seen = codes"),
    Damage("conditions.js", 'NO : found(null, [], ["temperature"])', "NO : NO"),
    Damage("conditions.js", 'degreesF >= line("from")', 'degreesF > line("from")'),
    Damage("conditions.js", 'degreesF < line("below")', 'degreesF <= line("below")'),
    Damage("conditions.js", "wanted.route.includes(route)", "true"),
    Damage("conditions.js", "!wanted.not_route.includes(route)", "true"),
    Damage("conditions.js", "units(wanted.within), units(wanted.at_least)", "units(wanted.within)"),
    Damage("conditions.js", "smallest(before) >= by", "smallest(before) > by"),
    Damage("conditions.js", "- smallest(before)", "- largest(before)"),
    Damage("conditions.js", "yesOrNo(!moment.temperatures.length)", "yesOrNo(!moment.report.readings.length)"),
    Damage("conditions.js", "weight * hundred >= base", "weight * hundred > base"),
    Damage("conditions.js", "chain.push(smallest(higher))", "chain.push(largest(higher))"),
    Damage("conditions.js", "weight > chain.at(-1)", "weight >= chain.at(-1)"),
    Damage("conditions.js", "day === days && base", "base"),
    Damage("conditions.js", "day * aDay + half", "day * aDay"),
    Damage("conditions.js", "day * aDay - half", "day * aDay"),
    Damage("conditions.js", "codes.includes(given)", "codes[0] === given"),
    Damage("conditions.js", 'key.split(".")[0]', "key"),
    Damage("conditions.js", "yesOrNo(moment.isEarly)", "YES"),
    Damage("conditions.js", "yesOrNo(moment.mayRun)", "YES"),
    Damage("conditions.js", "age === null || age < times(", "age !== null && age < times("),
    Damage("conditions.js", "age !== null && age < units(months)", "age === null || age < units(months)"),
    Damage("conditions.js", "< times(units(years)", "<= times(units(years)"),
    Damage("conditions.js", "age < units(months)", "age <= units(months)"),
    Damage("conditions.js", '"low_counts_known") === true', '"low_counts_known") !== false'),
    Damage("conditions.js", "since <= units(wanted.days)", "since < units(wanted.days)"),
    Damage("conditions.js", '"writes") !== false', '"writes") === true'),
    Damage("conditions.js", "moment.given[key] === value", "moment.given[key] !== undefined"),
    Damage("conditions.js", "unknown ??= one", "unknown = null"),
    Damage("conditions.js", "isUnknown ? null : false, [], missing", "isUnknown ? null : false, []"),
    *(Damage("conditions.js", f"  {name}{end}", f"  {name}: () => NO,\n") for name, end in (
        ("severity", ",\n"), ("lasting", ",\n"), ("again", ",\n"), ("temperature", ",\n"), ("answer", ",\n"),
        ("early", ",\n"), ("running", ",\n"), ("writes", ",\n"), ("policy", ",\n"), ("is", ",\n"),
        ("severity_told", ": severityTold,\n"),
        ("lasting_told", ": lastingTold,\n"), ("episodes_over", ": episodesOver,\n"), ("with", ": withOthers,\n"),
        ("with_severe", ": withSevere,\n"), ("another_sign", ": anotherSign,\n"), ("unread", ": nothingRead,\n"),
        ("earlier_temperature", ": earlierTemperature,\n"), ("temperature_rise", ": temperatureRise,\n"),
        ("weight_over_baseline", ": weightOverBaseline,\n"), ("weight_rises", ": weightRises,\n"),
        ("age_under", ": ageUnder,\n"), ("under_months", ": underMonths,\n"), ("low_counts", ": lowCounts,\n"),
        ("after_transplant", ": afterTransplant,\n"),
    )),
    # ------------------------------------------------ what is known at the time
    Damage("facts.js", "age(report) <= within", "age(report) < within"),
    Damage("facts.js", "age(report) >= atLeast", "age(report) > atLeast"),
    Damage("facts.js", '"infusion_running") !== false', '"infusion_running") === true'),
    Damage("facts.js", "months < (whole(years) + 1n)", "months <= (whole(years) + 1n)"),
    Damage("facts.js", "agree ? months :", "true ? months :"),
    Damage("facts.js", "return hours <= units(schedule.early_hours)", "return hours < units(schedule.early_hours)"),
    Damage("facts.js", "sinceEnd <= units(schedule.early_hours)", "sinceEnd < units(schedule.early_hours)"),
    Damage("facts.js", "smallest(days) < near", "smallest(days) <= near"),
    Damage("facts.js", "day >= units(dose) && day", "day"),
    Damage("facts.js", "return sinceEnd === undefined", "return true"),
    Damage("facts.js", "?? first) >= first", "?? first) > first"),
    Damage("facts.js", "value >= units(constants.first[key] ?? 0)", "value >= 0n"),
    Damage("facts.js", "for (const key of constants.hours) move(key, passed);", ""),
    Damage("facts.js", "for (const key of constants.days) move(key, days);", ""),
    Damage("facts.js", "units(low) <= value", "units(low) < value"),
    Damage("facts.js", "value <= units(high)", "value < units(high)"),
    Damage("facts.js", "told.at(-1)", "told.at(0)"),
    Damage("facts.js", "kg <= units(constants.heaviest_kg)", "kg < units(constants.heaviest_kg)"),
    Damage("decimal.js", "floor % 2n === 1n", "true"),
    Damage("decimal.js", "return number % ONE ? text : String(number / ONE)", "return text"),
    Damage("decimal.js", "number % tenth ? text : shown", "true ? text : shown"),
    # ------------------------------------------------ a request, and two reports of one time
    Damage("request.js", "severity === null ? severities.length", "severity === null ? -1"),
    Damage("request.js", "sign.hours === null || other.hours === null ? null", "other.hours === null ? sign.hours"),
    Damage("request.js", "order.indexOf(value) <= order", "order.indexOf(value) >= order"),
    Damage("request.js", "[...one.readings, ...other.readings]", "one.readings"),
    Damage("request.js", "found === null || found.units < 0n", "found === null"),
    Damage("request.js", "one.hoursAgo.units < other.hoursAgo.units ? -1 : 1", "0"),
    Damage("request.js", "if (!keys.includes(key))", "if (false)"),
    # ------------------------------------------------ the principles
    Damage("assess.js", "(finding.urgency === \"note\" || other.flag", "(other.flag"),
    Damage("assess.js", ".filter((finding) => !addsNothing(finding, looked.findings, rules))", ""),
    Damage("assess.js", "if (two) looked.findings.push(two);", ""),
    Damage("assess.js", "flag.counts_as || countsAs(code, rules)", "code"),
    Damage("assess.js", "mayBe(signs.get(code), flag.counts_from, rules)", "true"),
    Damage("assess.js", "> units(rules.constants.remembered_hours)", ">= units(rules.constants.remembered_hours)"),
    Damage("assess.js", "advised < ago.units", "advised <= ago.units"),
    Damage("assess.js", "hours.units <= units(constants.old_hours)", "hours.units < units(constants.old_hours)"),
    Damage("assess.js", "(constants.hundred) > base", "(constants.hundred) >= base"),
    Damage("assess.js", "if (couldNot.length && !findings.some(isUrgent))", "if (couldNot.length)"),
    Damage("assess.js", "!isUrgent({ urgency }) && asksOfDanger(asked)", 'urgency === "note" && asksOfDanger(asked)'),
    Damage("assess.js", 'if (flag.confirm && urgency === "today")', "if (flag.confirm)"),
    Damage("assess.js", 'code === "symptoms" && isEmpty', 'code === "symptoms"'),
    Damage("assess.js", "!known || rank(flag, rules) < rank(known, rules)", "!known"),
    Damage("assess.js", 'for (const milder of ["today", "note_first"])', 'for (const milder of ["today"])'),
    Damage("assess.js", "urgency === \"today\" && rules ? twoOfToday", "false ? twoOfToday"),
    # ------------------------------------------------ notes, and what was typed
    Damage("words.js", "word !== found.at(-1)", "true"),
    Damage("words.js", "rest.slice(0, 2) === swapped(others)", "false"),
    Damage("words.js", "base.at(-1) === base.at(-2)", "false"),
    Damage("words.js", "for (const prefix of table.prefixes)", "for (const prefix of [])"),
    Damage("phrases.js", "!names.length && !this.ordinary.has(word)", "!names.length"),
    Damage("phrases.js", "place - lastLater[number] < back", "place - lastLater[number] < 3"),
    Damage("phrases.js", "if (!phrase.between.has(note.words[place])) return null;", ""),
    Damage("phrases.js", "if (note.positions[place] < farthest) return null;", ""),
    Damage("phrases.js", "danger < 0 ? this.articles", "danger < -9 ? this.articles"),
    Damage("phrases.js", "if (ENDS.has(word)) return reach.sentence;", ""),
    Damage("temperatures.js", "fever || low ? labelOf", "fever ? labelOf"),
    Damage("temperatures.js", "slice(Math.max(0, place - reach.below), place)", "slice(place, place)"),
    Damage("temperatures.js", "isOne(place + 1)) place += 1", "isOne(place + 1)) place += 0"),
    Damage("notes.js", "return [...said, ...found.filter", "return [...found.filter"),
    Damage("notes.js", "if (places.some((place) => harmless.has(place))) continue;", ""),
    Damage("notes.js", "isElsewhere() || isNegated(", "isNegated("),
    Damage("notes.js", " || places.at(-1) < (others.get(places[0]) ?? 0)", ""),
    Damage("notes.js", "notes.repeats.includes(note.words[place])", "false"),
    Damage("notes.js", "one >= place && index.own.has(words[one])", "false"),
    Damage("notes.js", "isNamed ? index.links : index.articles", "index.articles"),
    Damage("notes.js", "isNoBefore(places, note, notes) || ", ""),
    Damage("notes.js", " || isNoAfter(places, note, notes)", ""),
    Damage("notes.js", "isLow ? degreesF <= spoken", "isLow ? degreesF >= spoken"),
    Damage("notes.js", "moment.signs.has(code) || report", "report"),
    Damage("numbers.js", "if (zero !== undefined) return", "if (zero === 0x30) return"),
    Damage("numbers.js", "signs.length > typed.longest", "signs.length >= typed.longest"),
    Damage("numbers.js", "typed.invisible + typed.degrees", "typed.invisible"),
)  # fmt: skip


def unseen(damages: Sequence[Damage], questions: Sequence[Question]) -> Iterator[Damage]:
    """The damages under which every answer is still Python's. Most are seen by some of the first questions."""
    wanted = [python_answer(question) for question in questions]
    parts = [slice(start, start + _AT_ONCE) for start in range(0, len(questions), _AT_ONCE)]
    with tempfile.TemporaryDirectory() as folder:
        rules = Path(folder) / "rules.json"
        rules.write_text(dumps(rules_bundle()), "utf-8")
        for number, damage in enumerate(damages):
            module = planted(damage, Path(folder) / str(number))
            if all(phone_answers(questions[part], rules, module) == wanted[part] for part in parts):
                yield damage


def planted(damage: Damage, folder: Path) -> Path:
    """The damaged module, as it would be sent, in a folder of its own. Raises ValueError where it fits no more."""
    shutil.copytree(MODULE.parent, folder)
    text = (SOURCE.parent / damage.file).read_text("utf-8")
    if text.count(damage.stands) != 1:
        raise ValueError(f"{damage.file}: {damage.stands!r} stands there {text.count(damage.stands)} times")
    damaged = without_remarks(text.replace(damage.stands, damage.instead))
    (folder / damage.file).write_text(damaged, "utf-8")
    return folder / MODULE.name


def operators_damaged() -> set[str]:
    """The operators that some damage makes say no."""
    return {name for name in OPERATORS for damage in DAMAGES if damage.instead == f"  {name}: () => NO,\n"}


def main() -> int:
    questions = [*worked(), *({"ask": [one]} for one in boundary_requests(every_therapy=False))]
    questions += [*by_chance(_BY_CHANCE, _SEED), *together(_BY_CHANCE, _SEED)]
    questions += [*noted(_BY_CHANCE, _SEED), *typed_numbers(_BY_CHANCE, _SEED)]
    Random(_SEED).shuffle(questions)
    found = []
    for damage in unseen(DAMAGES, questions):
        found.append(damage)
        sys.stdout.write(f"not seen: {damage}\n")
        sys.stdout.flush()
    sys.stdout.write(
        f"{len(DAMAGES) - len(found)} of {len(DAMAGES)} damages seen by {len(questions)} questions\n"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

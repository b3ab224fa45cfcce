"""Requests by chance: what a family may tell, and what it hardly can. The same seed draws the same ones."""

import tomllib
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from therapies import request
from therapies.catalogue import load
from therapies.fever import BANDS, FEVER_RULES
from therapies.model import SEVERITIES
from therapies.notes.phrases import Danger

_NOTES = Path(__file__).parent.parent / "therapies" / "notes"
_LANGUAGES = Path(__file__).parent.parent / "languages"
_HOURS = (0, 0, 0, 1, 3, 12, 23.5, 24, 24.25, 36, 48, 60, 72, 84, 119.75, 130, -1, 1 / 3)
_LENGTHS = (0, 0.05, Decimal("0.0833"), 1, 6, 8, 24, 47.99, 48, 49, 72, -1)
_SAID = (
    "{danger}", "no {danger}", "no {danger}, {danger} or {danger}", "{danger}: none", "{danger}? No.",
    "mum had {danger}", "the tower has {danger}", "jelly {danger}, {danger}",
    "dogs are all {danger} and he {danger}",
    "my table is {danger} like him",
    "last year {danger}, {danger} now",
    "last month {danger} and another now", "he was fine but then {danger}", "{number} {danger}",
    "temp {number} this morning",
    "{number}", "thirty nine point five", "one hundred and one point two {danger}", "never seen him so {danger}",
    "{danger} when he was a baby", "under {number}", "{number}\u00b0F", "\uff13\uff19.\uff15 {danger}", "{DANGER}!!",
    "{harmless}", "{harmless}, {danger}", "stra\u00dfe {danger}",
    "{danger}\u2026 {danger}", "{number}/{number} {danger}",
    "\u0644\u0627 {danger}\u060c {danger}", "\u0648{danger}\u061f \u0644\u0627.",
    "\u0628\u062f\u0648\u0646 {danger} \u0648\u0644\u0627 {danger}",
    "\u0627\u0644{danger} \u0663\u0668\u066b\u0665", "\u062d\u0631\u0627\u0631\u062a\u0647 {number}",
)  # fmt: skip
_ODD = (
    "\ud800",
    "\u0130",
    "\u017f",
    "\ufb01t",
    "\u00bd",
    "\u0663\u0669",
    "se\u0301izure",
    "can\u2019t wake",
    "\u200bfit",
    "\u062d\u064f\u0645\u0651\u0649 \u06f3\u06f9\u066b\u06f2",
    "\u0642\u0640\u0640\u064a\u0621",
)
_WRONG: tuple[tuple[str, Any], ...] = (
    *(
        ("therapy", "x"),
        ("therapy", None),
        ("context", []),
        ("context", {"age": 3}),
        ("policy", {"fever": "39"}),
    ),
    *(("reports", {}), ("reports", [None]), ("reports", [{"hours_ago": "soon"}]), ("reports", [{"mood": 1}])),
    *(("reports", [{"symptoms": [{"severity": "mild"}]}]), ("reports", [{"symptoms": [{"code": "x"}]}])),
    *(("reports", [{"symptoms": 1}]), ("reports", [{"worried": "yes"}]), ("reports", [{"pump": True}])),
    *(("reports", [{"temperature": {"value": True}}]), ("reports", [{"temperature": {"unit": "K"}}])),
    *(
        ("reports", [{"note": 1}]),
        ("reports", [{"not_meant": "x"}]),
        ("reports", [{"neuro": {"talks": "much"}}]),
    ),
    *(("context", {"writes": 1}), ("extra", 1), ("policy", 3), ("reports", [{"weight_kg": [20]}])),
)


def random_requests(number: int, seed: int) -> Iterator[dict[str, Any]]:
    """So many, one after the other; every fiftieth is one that is refused."""
    draw = _Draw(seed)
    for position in range(number):
        asked = draw.request()
        if position % 50 == 49:
            key, value = draw.one(_WRONG)
            asked |= {key: value}
        yield asked


def requests_with_a_note(number: int, seed: int) -> Iterator[dict[str, Any]]:
    """So many in which little else is told: now and then a sign that the note may speak of, or a reading."""
    draw = _Draw(seed)
    therapy = next(iter(draw.catalogue.therapies))
    for _ in range(number):
        report: dict[str, Any] = {"hours_ago": 0, "note": draw.note()}
        if draw.often(0.3):
            report["temperature"] = {"value": draw.one((35.2, 35.4, 35.6, 38.6, 39.5))}
        if draw.often(0.3):
            report["symptoms"] = [{"code": danger.code} for danger in draw.asked_of()]
        yield {"therapy": therapy, "reports": [report]}


def _in_other_languages() -> Iterator[str]:
    """Twice each: there are fewer of them than of English ones."""
    for file in 2 * sorted(_LANGUAGES.glob("*_notes.toml")):
        for texts in tomllib.loads(file.read_text("utf-8")).values():
            for notes in texts.values():
                yield from notes


class _Draw:
    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.catalogue = load()
        self.texts = [
            line.split(",", 1)[-1]
            for name in ("dangers.csv", "harmless.csv", "danger_phrases.csv")
            for line in (_NOTES / name).read_text("utf-8").splitlines()[1:]
        ]
        self.texts += [*_in_other_languages()]

    def one(self, values: Sequence[Any]) -> Any:
        return self.chance.choice(values)

    def often(self, chance: float) -> bool:
        return self.chance.random() < chance

    def request(self) -> dict[str, Any]:
        asked: dict[str, Any] = {"therapy": self.one([*self.catalogue.therapies]), "context": self.context()}
        if self.often(0.3):
            asked["policy"] = {
                "fever": self.one([*FEVER_RULES]),
                "sensitivity": self.one(request.SENSITIVITIES),
            }
        asked["reports"] = [self.report() for _ in range(self.one((0, 1, 1, 1, 1, 2, 3, 5)))]
        return asked

    def context(self) -> dict[str, Any]:
        """Few keys, so that what is not known is met as often as what is."""
        days: Sequence[Any] = (0, 1, 2, 3, 7, 8, 14, 15, 20, 28, 30, 99, 100, 101, 365, -1, 1.5)
        drawn: dict[str, Sequence[Any]] = {
            **dict.fromkeys(request.CONTEXT_NUMBERS, days),
            **dict.fromkeys(request.CONTEXT_FLAGS, (True, False, None)),
            "age_years": (0, 1, 2, 3, 7, 7.5, 17),
            "age_months": (0, 2, 3, 11, 12, 35, 36, 90, 98),
            "hours_since_start": (0, 3, 23.99, 24, 24.01, 80, 500),
            "hours_since_infusion_end": (0, 22, 24, Decimal("24.00"), 25),
            "baseline_weight_kg": (20, Decimal("20.0"), 12.4, 0, 300, 301),
            "team_advised_hours_ago": (0, 1, 3, 12, 24, 30),
        }
        return {key: self.one(values) for key, values in drawn.items() if self.often(0.35)}

    def report(self) -> dict[str, Any]:
        found: dict[str, Any] = {"hours_ago": self.one(_HOURS)} if self.often(0.95) else {}
        if self.often(0.6):
            found["temperature"] = self.temperature()
        if self.often(0.9):
            found["symptoms"] = [self.sign() for _ in range(self.one((0, 0, 1, 1, 1, 2, 2, 3, 5)))]
        if self.often(0.3):
            found["weight_kg"] = self.one(
                (20, 20.2, 20.4, Decimal("21.0"), 21.5, 25, 25.1, 15, 0, 300.1, 18.9)
            )
        for key, values in request.ANSWERS.items():
            if self.often(0.2):
                found[key] = self.one(values)
        if self.often(0.2):
            found["neuro"] = {key: self.one(said) for key, said in request.NEURO.items() if self.often(0.5)}
        if self.often(0.3):
            found["note"] = self.note()
            found["not_meant"] = (
                [self.one([*self.catalogue.symptoms, "temperature"])] if self.often(0.2) else []
            )
        return found

    def temperature(self) -> dict[str, Any]:
        low, high = self.one([*BANDS.values(), (Decimal(36), Decimal(39)), (Decimal(30), Decimal(115))])
        value = Decimal(self.chance.randint(int(low * 10) - 2, int(high * 10) + 2)) / 10
        found: dict[str, Any] = {
            "value": self.one((value, value, float(value), value.quantize(Decimal("0.01"))))
        }
        if self.often(0.8):
            found["unit"] = self.one(request.UNITS)
        if self.often(0.6):
            found["route"] = self.one(request.ROUTES)
        return found

    def sign(self) -> dict[str, Any]:
        found: dict[str, Any] = {"code": self.one([*self.catalogue.symptoms])}
        if self.often(0.8):
            found["severity"] = self.one((*SEVERITIES, SEVERITIES[0]))
        if self.often(0.4):
            found["duration_hours"] = self.one(_LENGTHS)
        if self.often(0.4):
            found["episodes_24h"] = self.one((0, 1, 2, 3, 4, 3.5, -1))
        return found

    def note(self) -> str:
        parts = [self.said() for _ in range(self.one((1, 1, 2, 3)))]
        return self.one((" ", ". ", ", ", "\n", " and ")).join(parts)

    def said(self) -> str:
        if self.often(0.1):
            return str(self.one(_ODD))
        if self.often(0.3):
            return str(self.one(self.texts))
        text = str(self.one(_SAID))
        while "{" in text:
            text = text.replace("{danger}", self.phrase(), 1).replace("{DANGER}", self.phrase().upper(), 1)
            text = text.replace("{number}", self.number(), 1).replace("{harmless}", self.harmless(), 1)
        return text

    def asked_of(self) -> list[Danger]:
        """Signs that notes are searched for."""
        signs = [one for one in self.catalogue.danger_words.dangers if one.code in self.catalogue.symptoms]
        return self.chance.sample(signs, len(signs) // 2)

    def number(self) -> str:
        value = self.one(
            ("37", "38", "39", "39.5", "38,5", "101.2", "35.4", "100.4", "104", "33.1", "38.25", "039.1")
        )
        return str(value)

    def phrase(self) -> str:
        return self.spelled(self.one(self.one(self.catalogue.danger_words.dangers).phrases))

    def harmless(self) -> str:
        book = self.catalogue.danger_words
        return self.spelled(self.one((*book.harmless, *book.elsewhere)))

    def spelled(self, phrase: str) -> str:
        """One of the ways to say it, now and then with a slip of a letter or another ending."""
        words = [self.word(part) for part in phrase.replace("-", " ").split()]
        return " ".join(map(self.slipped, words))

    def word(self, part: str) -> str:
        name = self.one(part.split("|"))
        if name.startswith("@"):
            return self.word(self.one(self.catalogue.danger_words.synonyms[name[1:]]))
        return str(name.removeprefix("="))

    def slipped(self, word: str) -> str:
        if self.often(0.85) or len(word) < 3:
            return word
        place = self.chance.randrange(1, len(word))
        ways = (
            word[:place] + word[place + 1 :],
            word[:place] + "x" + word[place:],
            word[:place] + word[place:][:2][::-1] + word[place + 2 :],
            *(word + ending for ending in ("s", "ed", "ing", "ly", "iness", "ies")),
            *(word + word[-1] + ending for ending in ("ed", "ing")),
        )
        return str(self.one(ways))

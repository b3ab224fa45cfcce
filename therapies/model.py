"""The shapes of the knowledge: what the TOML files say, after they have been checked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import Any

from therapies.fever import lines_in
from therapies.notes.phrases import Phrasebook
from therapies.response import Cited, Urgency

URGENCIES: tuple[Urgency, ...] = ("emergency", "now", "today", "note")  # worst first
SEVERITIES = ("mild", "moderate", "severe")
NEAR_DAYS = 2  # the day of a dose or infusion and the next are near it
CHECKED_EVERY_DAYS = 365  # a source is looked at again
LISTED_AS = ("serious", "common", "other")

Condition = Mapping[str, Any]
"""Operators of therapies.rules by name; all of them must hold."""


@dataclass(frozen=True)
class Syndrome:
    """What a finding may be. `on_card`: the emergency card tells of it as something that can happen."""

    name: str
    term: str = ""
    on_card: bool = True


SYNDROMES: Mapping[str, Syndrome] = {
    "crs": Syndrome("Whole-body reaction", "possible cytokine release syndrome, CRS"),
    "neurotoxicity": Syndrome("Reaction of the brain", "possible neurotoxicity, ICANS"),
    "infusion-reaction": Syndrome("Reaction to the infusion", "possible infusion reaction or allergy"),
    "infection": Syndrome("Infection", "possible infection with few defences"),
    "low-blood-counts": Syndrome("Low blood counts", "possible cytopenia"),
    "bleeding": Syndrome("Bleeding", "possible low platelets"),
    "liver-vod": Syndrome("Liver", "possible blocked liver veins, VOD"),
    "heart-rhythm": Syndrome("Heartbeat", "possible change in heart rhythm"),
    "tumor-lysis": Syndrome("Waste from leukemia cells that die", "possible tumor lysis syndrome"),
    "capillary-leak": Syndrome("Fluid leaking into the body", "possible capillary leak"),
    "bowel-or-pancreas": Syndrome("Bowel or pancreas", "possible bowel inflammation or pancreatitis"),
    "hlh": Syndrome("Overactive defence cells", "possible hemophagocytic lymphohistiocytosis, HLH"),
    "pump-or-line": Syndrome("Pump or line"),
    "emergency-sign": Syndrome("Emergency sign", on_card=False),
    "caregiver-concern": Syndrome("You are worried", "caregiver concern", on_card=False),
    "common-side-effect": Syndrome("Known side effect", on_card=False),
    "late-effect": Syndrome("Late effect", "possible late effect of an earlier treatment"),
    "unlisted": Syndrome("Another sign", on_card=False),
}
"""The names stand in code: a page says them of an answer that was stored, whether or not the knowledge loads."""


@dataclass(frozen=True)
class Source:
    """A document that is cited. `revised` is the document's own date, `checked` the day somebody last looked.

    Without a date (None) or a public address (empty), `why` says what was looked for.
    """

    id: str
    title: str
    publisher: str
    address: str
    revised: str | None
    checked: date
    why: str = ""

    def is_due(self, today: date) -> bool:
        """Silence is not "still true": somebody looks at it again."""
        return (today - self.checked).days > CHECKED_EVERY_DAYS


@dataclass(frozen=True)
class Citation:
    """A source and where in it."""

    source: Source
    locator: str

    def as_dict(self) -> Cited:
        return {
            "id": self.source.id,
            "title": self.source.title,
            "publisher": self.source.publisher,
            "locator": self.locator,
            "revised": self.source.revised,
        }


@dataclass(frozen=True)
class Area:
    """A tile of the log form."""

    code: str
    name: str


@dataclass(frozen=True)
class Choice:
    code: str
    name: str


@dataclass(frozen=True)
class Unit:
    """A unit of temperature with the lowest and highest plausible value."""

    code: str
    name: str
    plausible: tuple[Decimal, Decimal]


@dataclass(frozen=True)
class Observation:
    """A typed answer that is not a symptom."""

    code: str
    name: str
    question: str
    kind: str
    area: str
    hint: str = ""
    term: str = ""
    hpo: str = ""
    loinc: str = ""
    unit: str = ""
    expected: str = ""
    counts_as: str = ""
    choices: tuple[Choice, ...] = ()
    units: tuple[Unit, ...] = ()
    routes: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class Symptom:
    """A sign; mild, moderate and severe say what each word means for it. Not graded: asked as yes or no."""

    code: str
    name: str
    area: str
    hint: str = ""
    graded: bool = True
    mild: str = ""
    moderate: str = ""
    severe: str = ""
    asks: tuple[str, ...] = ()
    duration_question: str = ""
    duration_minutes: bool = False
    term: str = ""
    hpo: str = ""
    counts_as: str = ""


@dataclass(frozen=True)
class Effect:
    """A documented side effect: `code` where a family can see it, `finding` where only a test can.

    `not_verified`, here and below: why nobody could read it in the document that is cited.
    """

    id: str
    text: str
    syndrome: str
    listed_as: str
    code: str | None
    finding: str | None
    observed_as: tuple[str, ...]
    sources: tuple[Citation, ...]
    not_verified: str | None = None


@dataclass(frozen=True)
class Fact:
    """How a therapy is made, given and followed up. Words for pages alone."""

    id: str
    text: str
    sources: tuple[Citation, ...]
    not_verified: str | None = None


@dataclass(frozen=True)
class RedFlag:
    """A cited rule. Each of `signs` is looked at on its own; without signs the conditions stand alone.

    `levels` has, worst urgency first, the conditions of which one must hold. From `counts_from` on a sign is
    one of two findings of a day (catch-alls count from moderate); `counts_as` makes it one finding whatever it
    was seen by.
    `confirm` is asked when the flag stops at `today`.
    """

    id: str
    syndrome: str
    text: str
    signs: tuple[str, ...]
    levels: tuple[tuple[Urgency, tuple[Condition, ...]], ...]
    sources: tuple[Citation, ...]
    counts_from: str = SEVERITIES[0]
    counts_as: str = ""
    confirm: Mapping[str, str] | None = None

    @property
    def is_of_every_therapy(self) -> bool:
        return self.id.startswith("ANY-")


@dataclass(frozen=True)
class Principle:
    """A rule about findings, not about signs."""

    id: str
    text: str
    sources: tuple[Citation, ...]


@dataclass(frozen=True)
class Instruction:
    """What to do (kind "do") or not to do ("do-not") until the care team says so.

    `when`: "call" until they are reached, "long-pause" while a pump is stopped, "always". In an emergency it is
    said only beside one of `in_emergency_with`, if there are any: first aid comes first.
    """

    id: str
    kind: str
    text: str
    when: str
    sources: tuple[Citation, ...]
    in_emergency_with: tuple[str, ...] = ()


CALL_AGAIN = "ANY-DO-01"
"""The instruction for when nobody answers the phone."""
ASK_FIRST = "ANY-DONT-01"
"""The instruction about medicines that the team has not allowed."""


@dataclass(frozen=True)
class FirstAid:
    """What to do until help is here. Beside it the lines of `instead_of` would say another position."""

    signs: tuple[str, ...]
    lines: tuple[str, ...]
    sources: tuple[Citation, ...]
    instead_of: tuple[str, ...] = ()
    on_card: bool = False


@dataclass(frozen=True)
class Onset:
    """When a syndrome has begun, as the documents have it. Words for the card alone: no rule is gated by time."""

    syndrome: str
    text: str
    sources: tuple[Citation, ...]
    not_verified: str | None = None


@dataclass(frozen=True)
class Infusion:
    """One of the infusions of a split dose: the planned day after the first, and the days on which it may come."""

    day: int
    first_day: int
    last_day: int


@dataclass(frozen=True)
class Schedule:
    """The therapy's own calendar, in days of a cycle that begins with day 1.

    `given` is "once" (cells, day 0, or a split dose in `infusions`), "pump" (a continuous infusion) or "doses".
    Early are the hours after a start or dose in which common signs may be the start of a reaction. `cycle_days`:
    the shortest cycle of doses; 0 where doses have none.
    """

    given: str
    text: str
    early_hours: int
    infusion_days: int = 0
    free_days: int = 0
    dose_days: tuple[int, ...] = ()
    cycle_days: int = 0
    early_cycle_days: tuple[int, ...] = ()
    hospital_days: tuple[Mapping[str, Any], ...] = ()
    infusions: tuple[Infusion, ...] = (Infusion(0, 0, 0),)
    sources: tuple[Citation, ...] = ()

    @property
    def is_split(self) -> bool:
        return len(self.infusions) > 1

    def may_be_near_infusion(self, days: Decimal) -> bool:
        """So many days after the first, on the day of an infusion or the next: it may come on any of its days."""
        return any(one.first_day <= days < one.last_day + NEAR_DAYS for one in self.infusions)


@dataclass(frozen=True)
class Therapy:
    """One entry of the catalogue. `red_flags` has those of every therapy too.

    `late_effects_days`: how long after it the therapy still counts beside the next one, None for life.
    `near_hospital_days`: how long after its infusion a silent family is asked for.
    """

    id: str
    name: str
    brand: str
    kind: str
    say: str
    minimum_age: int
    late_effects_days: int | None
    near_hospital_days: int
    neuro_check: bool
    red_flags: tuple[RedFlag, ...]
    effects: tuple[Effect, ...]
    schedule: Schedule
    instructions: tuple[Instruction, ...]
    onsets: tuple[Onset, ...]
    given: tuple[Fact, ...]

    def may_act_after(self, days: float) -> bool:
        """Whether its late effects may still come so many days after its last event."""
        return self.late_effects_days is None or days <= self.late_effects_days

    def onset_of(self, syndrome: str) -> Onset | None:
        return next((onset for onset in self.onsets if onset.syndrome == syndrome), None)


@dataclass(frozen=True)
class Review:
    """A clinician's sign-off: who, and on which day. Both empty where nobody has."""

    by: str = ""
    on: str = ""


@dataclass(frozen=True)
class Catalogue:
    """The whole knowledge. `definitions` are named lists of conditions that red flags refer to."""

    version: str
    review: Review
    areas: tuple[Area, ...]
    observations: Mapping[str, Observation]
    symptoms: Mapping[str, Symptom]
    sources: Mapping[str, Source]
    therapies: Mapping[str, Therapy]
    definitions: Mapping[str, tuple[Condition, ...]]
    danger_words: Phrasebook
    two_of_today: Principle
    first_aid: tuple[FirstAid, ...] = ()
    messages: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def temperature_lines(self) -> tuple[Decimal, ...]:
        """Every temperature in °C at which an answer can change, the lowest first."""
        flags = {flag.id: flag for therapy in self.therapies.values() for flag in therapy.red_flags}
        levels = (conditions for flag in flags.values() for _urgency, conditions in flag.levels)
        return tuple(sorted(set().union(*map(lines_in, (*self.definitions.values(), *levels)))))

    @property
    def widest_step(self) -> tuple[Decimal, Decimal]:
        """The two neighbouring lines that are farthest apart: between them no answer hangs on the temperature."""
        return max(pairwise(self.temperature_lines), key=lambda step: step[1] - step[0])

    def first_aid_for(self, signs: Iterable[str]) -> tuple[FirstAid, ...]:
        """What to do for these signs, the worst first, in one position."""
        wanted = set(signs)
        found: list[FirstAid] = []
        for one in self.first_aid:
            if wanted & set(one.signs):
                found.append(one)
                wanted -= {*one.instead_of, *one.signs}
        return tuple(found)

    def counts_as(self, code: str) -> str:
        """The finding that `code` counts as when findings of a day are counted."""
        known = self.symptoms.get(code) or self.observations.get(code)
        return (known.counts_as if known else "") or code

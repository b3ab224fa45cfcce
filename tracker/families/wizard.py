"""The draft of a beginning: five screens of what was typed, kept as it was typed until the child is there."""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, overload
from uuid import uuid4

from django.utils.translation import gettext as _

from therapies.catalogue import load
from tracker.core.forms import PageForm
from tracker.families.forms.child import ChildForm, TherapyForm, age_years
from tracker.families.forms.dates import Clock, DatesForm
from tracker.families.forms.numbers import BeginNumbersForm
from tracker.families.forms.start import StartForm
from tracker.lib import emergency_numbers, time_zones
from tracker.models.users import zone_named

STEPS = ("child", "therapy", "dates", "numbers", "start")
NEEDED = ("therapy", "numbers")
KEY = "begin"


@dataclass
class Draft:
    """What was typed, by screen. The forms are made from it each time: an earlier answer changes a later screen."""

    now: datetime
    asks_name: bool
    region: str = ""  # the country that the browser's language names: "US" of "en-US"
    child_id: str = field(default_factory=lambda: str(uuid4()))
    typed: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, session: Mapping[str, Any], **about: Any) -> "Draft":
        return cls(**about, **session.get(KEY, {}))

    def keep(self, session: MutableMapping[str, Any]) -> None:
        session[KEY] = {"child_id": self.child_id, "typed": self.typed}

    @overload
    def form(self, step: Literal["child"], data: Mapping[str, str] | None = None) -> ChildForm: ...
    @overload
    def form(self, step: Literal["dates"], data: Mapping[str, str] | None = None) -> DatesForm: ...
    @overload
    def form(self, step: Literal["numbers"], data: Mapping[str, str] | None = None) -> BeginNumbersForm: ...
    @overload
    def form(self, step: Literal["start"], data: Mapping[str, str] | None = None) -> StartForm: ...
    @overload
    def form(self, step: str, data: Mapping[str, str] | None = None) -> PageForm: ...
    def form(self, step: str, data: Mapping[str, str] | None = None) -> PageForm:
        """The form of a screen: with `data`, else with what was typed there before, else as one begins."""
        data = self.typed.get(step) if data is None else data
        form: PageForm = getattr(self, f"_{step}")(data)
        return form

    def told(self, step: str) -> dict[str, Any]:
        """The answers of a screen, empty where it was skipped. What is wrong on it is left out."""
        form = self.form(step)
        form.is_valid()
        return getattr(form, "cleaned_data", {})

    def to_do(self) -> str:
        """The first screen after the last that was answered."""
        answered = [number for number, step in enumerate(STEPS) if step in self.typed]
        return STEPS[min(max(answered, default=-1) + 1, len(STEPS) - 1)]

    def to_look_at(self) -> str | None:
        """The first screen that stands in the way of a child: needed and not there, or wrong."""
        for step in STEPS:
            if step not in self.typed:
                if step in NEEDED:
                    return step
            elif not self.form(step).is_valid():
                return step
        return None

    @property
    def therapy(self) -> str | None:
        return self.told("therapy").get("therapy")

    @property
    def guessed_zone(self) -> str:
        """As the browser told it on the first screen."""
        guess = self.typed.get("child", {}).get("zone_guess", "")
        return guess if time_zones.is_zone(guess) else ""

    @property
    def guessed_country(self) -> str:
        return time_zones.country_of(self.guessed_zone) or self.region

    @property
    def zone(self) -> str:
        """As chosen, else as guessed, else UTC."""
        return self.told("start").get("time_zone") or self.guessed_zone or "UTC"

    @property
    def country(self) -> str:
        return time_zones.country_of(self.zone) or self.region

    @property
    def emergency_number(self) -> str:
        """Only one of the family's own: that of its country follows it when it travels."""
        number = self.told("numbers").get("emergency_number", "")
        filled_in = {_emergency_number(self.guessed_country), _emergency_number(self.country)}
        return "" if number in filled_in else number

    @property
    def clock(self) -> Clock:
        return Clock(self.now, zone_named(self.zone), self.told("child").get("born"))

    def _child(self, data: Mapping[str, str] | None) -> ChildForm:
        return ChildForm(data, initial={"colour": "teal"}, now=self.now, asks_name=self.asks_name)

    def _therapy(self, data: Mapping[str, str] | None) -> TherapyForm:
        return TherapyForm(data, age_years=age_years(self.told("child").get("born"), self.now))

    def _dates(self, data: Mapping[str, str] | None) -> DatesForm:
        return DatesForm(data, therapy=self.therapy or next(iter(load().therapies)), clock=self.clock)

    def _numbers(self, data: Mapping[str, str] | None) -> BeginNumbersForm:
        filled_in = {"emergency_number": _emergency_number(self.guessed_country)}
        return BeginNumbersForm(data, initial=filled_in, country=self.country)

    def _start(self, data: Mapping[str, str] | None) -> StartForm:
        unit = "F" if time_zones.uses_fahrenheit(self.guessed_country) else "C"
        filled_in = {"unit": unit, "time_zone": self.guessed_zone, "reminders": "twice"}
        asks, country = self._asks_sentence(), self.guessed_country
        return StartForm(data, initial=filled_in, asks_sentence=asks, country=country)

    def _asks_sentence(self) -> bool:
        """Where handwriting is checked later, it is compared with what was written before."""
        known = load().therapies.get(self.therapy or "")
        return bool(known and known.neuro_check) and self.told("child").get("writes") != "no"

    def about_child(self) -> dict[str, Any]:
        """What the child's row takes of all screens."""
        child = self.form("child")
        about = child.about() if "child" in self.typed and child.is_valid() else {"nickname": _("My child")}
        return about | {
            "units": self.told("start").get("unit") or self.form("start").initial["unit"],
            "time_zone": self.zone,
            "country": self.country,
            "emergency_number": self.emergency_number,
            "first_sentence": self.told("start").get("first_sentence", ""),
        }


def _emergency_number(country: str) -> str:
    return emergency_numbers.EMERGENCY_NUMBERS.get(country, "")

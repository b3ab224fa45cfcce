"""The log form: what a caregiver sees, asked in the words of the vocabulary."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from crispy_forms.layout import Div, Field
from django import forms
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, gettext_noop
from django.utils.translation import gettext as _

from therapies.fever import BANDS
from therapies.model import Area, Catalogue, Choice, Observation, Symptom, Unit
from therapies.request import NEURO, neuro_parts
from tracker.assessment.wording import vocabulary
from tracker.core.forms import PageForm, WordsField, number_field
from tracker.lib.present import present
from tracker.logs.forms.fields import Bounds, NumberField, SignsField, TemperatureField, WhenField

NOTE_AT_MOST = 4000
PICTURES = {
    "fever": "thermometer",
    "breathing": "wind",
    "thinking": "brain",
    "stomach": "utensils",
    "bleeding": "droplet",
    "skin": "hand",
    "pain": "zap",
    "energy": "battery-low",
    "line": "cable",
}
EMPTY = {
    "full": gettext_lazy(
        "Nothing is entered yet. Type the temperature, or tap what you see. "
        "Is nothing new? Go back and choose “Nothing new”."
    ),
    "neuro": gettext_lazy("Nothing is chosen yet. Answer what you can."),
}
BARE_UNITS = tuple(Unit(code, f"°{code}", band) for code, band in BANDS.items())


@dataclass(frozen=True, kw_only=True)
class Asking:
    """What one log form asks, of whom. `kind` "check" is the form without a login: nothing of it is kept.

    `neuro`: the therapy asks for the neuro check. `pump`: it runs through a pump. `writes`: the child can
    write, and wrote `first_sentence` on the first day. A log lies not before `begun` or `born`. One that `corrects`
    another may take back all of it.
    """

    now: datetime
    zone: ZoneInfo
    kind: str = "full"  # or "nothing-new", "neuro", "check"
    unit: str = "C"
    age_years: int | None = None
    neuro: bool = False
    pump: bool = False
    writes: bool = False
    first_sentence: str = ""
    begun: datetime | None = None
    born: date | None = None
    corrects: bool = False

    @property
    def neuro_questions(self) -> tuple[str, ...]:
        """The parts of the neuro check that fit the child's age; all of them where the age is not known."""
        if not (self.neuro or self.kind == "neuro"):
            return ()
        return neuro_parts(self.age_years)


class Tile(Div):
    """One area of the body: a tile that opens on its signs and questions."""

    template = "tracker/core/fields/tile.html"

    def __init__(self, area: Area, *fields: Any, is_open: bool, alike: Hashable = None) -> None:
        super().__init__(*fields, css_id=f"id_signs_{area.code}")
        self.area, self.picture, self.is_open = area, PICTURES.get(area.code, "circle-question-mark"), is_open
        self.alike = alike

    def render(self, form: Any, context: Any, *args: Any, **kwargs: Any) -> SafeString:
        """One in which nothing is chosen is drawn once for all forms that ask alike: there are thirteen in each."""
        draw = partial(super().render, form, context, *args, **kwargs)
        if self.alike is None or self.is_open:
            return draw()
        return UNTOUCHED.get((get_language(), self.area, self.alike), draw)


class Untouched:
    """Drawn tiles that nobody has touched, by all that they show. The newest `at_most` are kept."""

    def __init__(self, at_most: int) -> None:
        self.at_most = at_most
        self.drawn: OrderedDict[Hashable, SafeString] = OrderedDict()

    def get(self, key: Hashable, draw: Callable[[], SafeString]) -> SafeString:
        found = self.drawn.get(key)
        if found is None:
            found = self.drawn[key] = draw()
            if len(self.drawn) > self.at_most:
                self.drawn.popitem(last=False)
        return found


UNTOUCHED = Untouched(at_most=500)


class LogForm(PageForm):
    """One log. Valid data gives `answers()`, `observed_at` and `client_uuid`. No number makes it invalid.

    If the vocabulary does not load, temperature, note and "I'm worried" are still asked.
    """

    def __init__(self, data: Any = None, *, asking: Asking, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.asking = asking
        self.known = vocabulary()
        asks_signs = asking.kind in ("full", "check")
        self.areas: tuple[Area, ...] = self.known.areas if self.known and asks_signs else ()
        self.fields |= self._fields()

    @property
    def _vocabulary(self) -> Catalogue:
        """Where there are areas, there is one."""
        return present(self.known)

    # ------------------------------------------------------------ what is asked

    def _fields(self) -> dict[str, forms.Field]:
        asked: dict[str, forms.Field] = {}
        if self.asking.kind != "neuro":
            asked["temperature"] = self._temperature()
            asked |= self._yes_no("antipyretic_given")
        for area in self.areas:
            asked[f"signs_{area.code}"] = SignsField(self._signs(area), label=area.name)
        for code in self._questions():
            asked |= self._choice(code)
        if self.areas and "weight_kg" in self._vocabulary.observations:
            question = self._vocabulary.observations["weight_kg"].question
            asked["weight_kg"] = NumberField(label=_(question), required=False)
        asked["worried"] = forms.BooleanField(
            label=_("I'm worried, or they are not themselves"), required=False
        )
        if self.asking.kind != "check":
            asked |= self._time_and_note()
        return asked

    def _temperature(self) -> TemperatureField:
        asked = self.known.observations.get("temperature") if self.known else None
        units, routes = (asked.units, asked.routes) if asked else (BARE_UNITS, ())
        label = _(asked.question) if asked else _("What does the thermometer say?")
        return TemperatureField(units, routes, self.asking.unit, label=label)

    def _signs(self, area: Area) -> list[Symptom]:
        return [sign for sign in self._vocabulary.symptoms.values() if sign.area == area.code]

    def _questions(self) -> list[str]:
        """The codes of the questions with a choice of answers, beyond the signs."""
        codes = (
            [f"neuro.{part}" for part in self.asking.neuro_questions]
            if self.asking.kind != "nothing-new"
            else []
        )
        if codes and self.asking.writes:
            codes.append("handwriting")
        if self.areas:
            codes.append("fluids_kept")
        if self.asking.pump and self.asking.kind != "neuro":
            codes.append("pump")
        return codes

    def _choice(self, code: str) -> dict[str, forms.Field]:
        asked = self.known.observations.get(code) if self.known else None
        if asked is None:
            return {}
        hint = _(asked.hint) if asked.hint else ""
        if code == "handwriting" and self.asking.first_sentence:
            hint = _("On the first day: “%(sentence)s”") % {"sentence": self.asking.first_sentence}
        return {_field(code): _chips(asked.question, asked.choices, hint)}

    def _yes_no(self, code: str) -> dict[str, forms.Field]:
        asked: Observation | None = self.known.observations.get(code) if self.known else None
        if asked is None:
            return {}
        choices = (Choice("no", gettext_noop("No")), Choice("yes", gettext_noop("Yes")))
        return {code: _chips(asked.question, choices, _(asked.hint) if asked.hint else "")}

    def _time_and_note(self) -> dict[str, forms.Field]:
        bounds = Bounds(self.asking.now, self.asking.zone, self.asking.begun, self.asking.born)
        note = WordsField(
            label=_("Anything else, in your own words"),
            help_text=_("Nobody reads this right away."),
            at_most=NOTE_AT_MOST,
            required=False,
        )
        when = WhenField(bounds, label=_("When was this?"))
        asked = {"when": when, "note": note, "client_uuid": number_field()}
        if self.asking.kind == "nothing-new":
            del asked["note"]
        return asked

    # ------------------------------------------------------------ how it is laid out

    def rows(self) -> Sequence[Any]:
        number = [self._field("temperature", "bare"), self._field("antipyretic_given", "chips")]
        checks = [] if self.areas else [self._field(_field(code), "chips") for code in self._questions()]
        rest = [self._field("when", "bare"), self._field("note", "text")]
        return (
            *_part(number, "log-number"),
            Div(
                *[self._tile(area) for area in self.areas],
                css_class="tiles",
                template="tracker/core/fields/tiles.html",
            ),
            *_part(checks, "log-checks"),
            Div(Field("worried", template="tracker/core/fields/worried.html"), css_class="log-worried"),
            *_part(rest, "log-rest"),
            *[name for name in ("client_uuid",) if name in self.fields],
        )

    def _field(self, name: str, template: str) -> Field | None:
        return Field(name, template=f"tracker/core/fields/{template}.html") if name in self.fields else None

    def _tile(self, area: Area) -> Tile:
        own = [code for code in self._questions() if self._vocabulary.observations[code].area == area.code]
        names = [_field(code) for code in own]
        inner = [self._field(name, "chips") for name in names] + [self._field(f"signs_{area.code}", "bare")]
        if area.code == "stomach":
            names.append("weight_kg")
            inner.append(self._field("weight_kg", "number"))
        names.append(f"signs_{area.code}")
        shown = [name for name in names if name in self.fields]
        told = any(self[name].value() or self[name].errors for name in shown)
        return Tile(area, *_shown(inner), is_open=told, alike=self._alike(shown))

    def _alike(self, names: Sequence[str]) -> Hashable:
        """All that a tile shows where nothing is chosen. None where it shows what is this family's alone."""
        if "handwriting" in names and self.asking.first_sentence:
            return None
        return self.auto_id, self.prefix, tuple(_looks(name, self.fields[name]) for name in names)

    # ------------------------------------------------------------ what was answered

    def clean(self) -> dict[str, Any]:
        """Of two answers to one question none may win unseen. Our page cannot send that; what stands between may."""
        if hasattr(self.data, "lists") and any(len(set(told)) > 1 for _name, told in self.data.lists()):
            raise forms.ValidationError(
                _("One question came with two answers. Look at what stands here, and send it again.")
            )
        if self._is_empty():
            raise forms.ValidationError(EMPTY[self.asking.kind])
        return self.cleaned_data

    def _is_empty(self) -> bool:
        """A slip of the thumb: it would stand in the record for good. "Nothing new" says something without a number."""
        if self.errors or self.asking.corrects or self.asking.kind not in EMPTY:
            return False
        answers = self.answers()
        return not (answers.pop("symptoms", ()) or answers)

    @property
    def observed_at(self) -> datetime:
        """When it was seen, in the family's zone."""
        return self.cleaned_data.get("when") or self.asking.now.astimezone(self.asking.zone)

    def answers(self) -> dict[str, Any]:
        """One report of the assessment contract, numbers as Decimal, without `hours_ago`.

        `raw` holds what was typed where a number cannot be read. No signs asked, no `symptoms`.
        """
        told = self.cleaned_data
        report: dict[str, Any] = {}
        if self.areas:
            report["symptoms"] = [sign for area in self.areas for sign in told[f"signs_{area.code}"]]
        neuro = {part: told.get(_field(f"neuro.{part}")) for part in NEURO}
        report["neuro"] = {part: answer for part, answer in neuro.items() if answer}
        for code in ("handwriting", "fluids_kept", "pump"):
            report[code] = told.get(code)
        report["antipyretic_given"] = {"yes": True, "no": False}.get(told.get("antipyretic_given", ""))
        report["worried"] = told["worried"] or None
        report["note"] = told.get("note")
        report |= self._numbers()
        return {key: value for key, value in report.items() if value not in (None, "", {})}

    def _numbers(self) -> dict[str, Any]:
        temperature, weight = self.cleaned_data.get("temperature"), self.cleaned_data.get("weight_kg")
        raw: dict[str, str] = {}
        if temperature and "raw" in temperature:
            raw["temperature"], temperature = temperature["raw"], None
        if weight is not None and not isinstance(weight, Decimal):
            raw["weight_kg"], weight = weight, None
        return {"temperature": temperature, "weight_kg": weight, "raw": raw}


def initial_from(report: Mapping[str, Any], observed_at: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """The `initial` of a LogForm that corrects a log: its report as `answers()` has it, and when it was."""
    told = {
        key: report[key] for key in ("handwriting", "fluids_kept", "pump", "worried", "note") if key in report
    }
    told |= {_field(f"neuro.{part}"): answer for part, answer in report.get("neuro", {}).items()}
    if "antipyretic_given" in report:
        told["antipyretic_given"] = "yes" if report["antipyretic_given"] else "no"
    raw, temperature = report.get("raw", {}), report.get("temperature", {})
    number = raw.get("temperature") or _plain(temperature.get("value"))
    told["temperature"] = {"unit": "", "route": "", **temperature, "temperature": number}
    told["weight_kg"] = raw.get("weight_kg") or _plain(report.get("weight_kg"))
    told["when"] = {"when": "pick", "when_at": observed_at.astimezone(zone).strftime("%Y-%m-%dT%H:%M")}
    known, signs = vocabulary(), report.get("symptoms", [])
    symptoms = known.symptoms if known else {}
    for area in known.areas if known else ():
        told[f"signs_{area.code}"] = {
            sign["code"]: {
                "severity": sign.get("severity", "yes"),
                "duration": _plain(sign.get("duration_hours")),
                "episodes": _plain(sign.get("episodes_24h")),
            }
            for sign in signs
            if sign["code"] in symptoms and symptoms[sign["code"]].area == area.code
        }
    return told


def _plain(number: Any) -> str:
    """A number as people type it: 38.50 is 38.5."""
    return "" if number is None else f"{Decimal(str(number)).normalize():f}"


def _chips(question: str, choices: Sequence[Choice], hint: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_(question),
        choices=[(choice.code, _(choice.name)) for choice in choices],
        help_text=hint,
        required=False,
        widget=forms.RadioSelect,
    )


def _field(code: str) -> str:
    """The form field of an observation: a dot would be awkward in an id."""
    return code.replace(".", "_")


def _looks(name: str, field: forms.Field) -> Hashable:
    signs = tuple(field.signs.values()) if isinstance(field, SignsField) else ()
    choices = tuple(field.widget.choices) if isinstance(field, forms.ChoiceField) else ()
    return name, str(field.label), str(field.help_text), signs, choices


def _part(fields: Sequence[Any], css_class: str) -> list[Div]:
    """A part of the form; none where nothing of it is asked."""
    shown = _shown(fields)
    return [Div(*shown, css_class=css_class)] if shown else []


def _shown(fields: Sequence[Any]) -> list[Any]:
    return [field for field in fields if field is not None]

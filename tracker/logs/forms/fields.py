"""The fields of the log form that are more than one input: temperature, the signs of an area, time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from therapies.marks import is_blank
from therapies.model import Symptom, Unit
from therapies.numbers import read_number, read_temperature
from tracker.core.forms import AHEAD, on_clock
from tracker.lib.rendered import rendered
from tracker.lib.text import typed

TYPED_AT_MOST = 100  # characters kept of a number that cannot be read
SEVERITIES = {
    "mild": gettext_lazy("Mild"),
    "moderate": gettext_lazy("Moderate"),
    "severe": gettext_lazy("Severe"),
}
HOURS = (
    ("0.5", gettext_lazy("less than an hour")),
    ("1", gettext_lazy("1 hour")),
    ("2", gettext_lazy("2 hours")),
    ("3", gettext_lazy("3 hours")),
    ("4", gettext_lazy("4 hours")),
    ("6", gettext_lazy("6 hours")),
    ("8", gettext_lazy("8 hours")),
    ("12", gettext_lazy("12 hours")),
    ("24", gettext_lazy("since yesterday")),
    ("48", gettext_lazy("2 days")),
    ("72", gettext_lazy("3 days")),
    ("168", gettext_lazy("a week or more")),
)
MINUTES = (
    ("0.05", gettext_lazy("less than 5 minutes")),
    ("0.1", gettext_lazy("more than 5 minutes")),
    ("0.35", gettext_lazy("more than 20 minutes")),
)
TIMES = (
    ("1", gettext_lazy("once")),
    ("2", gettext_lazy("twice")),
    ("3", gettext_lazy("3 times")),
    ("4", gettext_lazy("4 times")),
    ("5", gettext_lazy("5 times")),
    ("6", gettext_lazy("6 times or more")),
)


class TemplateWidget(forms.Widget):
    """A widget drawn by a template of this project, which Django's own form renderer does not see."""

    template_name: str

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return rendered(self.template_name, self.drawn(name, value or {}, attrs or {}))

    def drawn(self, name: str, value: Any, attrs: Mapping[str, str]) -> dict[str, Any]:
        """What the template needs."""
        is_invalid = "aria-invalid" in attrs
        return {"name": name, "value": value, "id": attrs.get("id", name), "is_invalid": is_invalid}


# ---------------------------------------------------------------- temperature


class TemperatureWidget(TemplateWidget):
    template_name = "tracker/core/fields/temperature.html"

    def __init__(self, units: Sequence[Unit], routes: Sequence[Any], unit: str) -> None:
        super().__init__()
        self.units, self.routes, self.unit = units, routes, unit

    def value_from_datadict(self, data: Mapping[str, str], files: Any, name: str) -> dict[str, str]:
        return {part: data.get(part, "") for part in ("temperature", "unit", "route")}

    def drawn(self, name: str, value: Any, attrs: Mapping[str, str]) -> dict[str, Any]:
        chosen = value.get("unit") or self.unit
        return super().drawn(name, value, attrs) | {
            "units": self.units,
            "routes": self.routes,
            "unit": chosen,
        }


class TemperatureField(forms.Field):
    """Never refuses: what cannot be read as a number is handed on as it was typed, to be asked about.

    Cleans to None, {"value": Decimal, "unit": "C", "route": "oral"} or {"raw": "38.5.1"}.
    """

    def __init__(self, units: Sequence[Unit], routes: Sequence[Any], unit: str, **kwargs: Any) -> None:
        self.units, self.routes = {u.code for u in units}, {r.code for r in routes}
        super().__init__(widget=TemperatureWidget(units, routes, unit), required=False, **kwargs)

    def clean(self, value: Mapping[str, str]) -> dict[str, Any] | None:
        text = typed(value["temperature"])
        if is_blank(text):
            return None
        try:
            number, said_unit = read_temperature(text)
        except ValueError:
            return {"raw": text[:TYPED_AT_MOST]}
        parts = {"value": number, "unit": said_unit or value["unit"], "route": value["route"]}
        allowed = {"unit": self.units, "route": self.routes}
        return {key: part for key, part in parts.items() if key == "value" or part in allowed[key]}


class NumberField(forms.CharField):
    """A number that is never refused. Cleans to None, a Decimal, or the text that cannot be read."""

    def clean(self, value: str | None) -> Decimal | str | None:
        text = typed(value or "")
        if is_blank(text):
            return None
        try:
            return read_number(text)
        except ValueError:
            return text[:TYPED_AT_MOST]


# ---------------------------------------------------------------- the signs of one area


class SignsWidget(forms.Widget):
    def __init__(self, signs: Sequence[Symptom]) -> None:
        super().__init__()
        self.signs = signs

    def value_from_datadict(
        self, data: Mapping[str, str], files: Any, name: str
    ) -> dict[str, dict[str, str]]:
        return {
            sign.code: {
                "severity": data[f"sign-{sign.code}"],
                "duration": data.get(f"sign-{sign.code}-duration", ""),
                "episodes": data.get(f"sign-{sign.code}-episodes", ""),
            }
            for sign in self.signs
            if data.get(f"sign-{sign.code}")
        }

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        told = value or {}
        rows = (_told_row(s, told[s.code]) if s.code in told else _row(s, get_language()) for s in self.signs)
        return mark_safe("".join(rows))


@lru_cache(maxsize=512)
def _row(sign: Symptom, language: str | None) -> SafeString:
    """A sign that was not chosen, in one language. Kept: a form has fifty of them, and they are all alike."""
    return _told_row(sign, {})


def _told_row(sign: Symptom, told: Mapping[str, str]) -> SafeString:
    words = [(code, word, getattr(sign, code)) for code, word in SEVERITIES.items()] if sign.graded else []
    asks = [(ask, _question(sign, ask), _choices(sign, ask), told.get(ask, "")) for ask in sign.asks]
    context = {"sign": sign, "told": told.get("severity", ""), "words": words, "asks": asks}
    return rendered("tracker/core/fields/sign.html", context)


def _question(sign: Symptom, ask: str) -> str:
    if ask == "episodes":
        return _("How often in 24 hours?")
    return _(sign.duration_question) if sign.duration_question else _("How long?")


def _choices(sign: Symptom, ask: str) -> tuple[tuple[str, Any], ...]:
    if ask == "episodes":
        return TIMES
    return MINUTES if sign.duration_minutes else HOURS


class SignsField(forms.Field):
    """The signs of one area that were chosen. Cleans to a list of the contract's symptoms.

    "yes" is a sign of which nobody said how bad it is: it has no severity, which the rules read as the worst.
    """

    def __init__(self, signs: Sequence[Symptom], **kwargs: Any) -> None:
        self.signs = {sign.code: sign for sign in signs}
        super().__init__(widget=SignsWidget(signs), required=False, **kwargs)

    def clean(self, value: Mapping[str, Mapping[str, str]]) -> list[dict[str, Any]]:
        return [self._told(self.signs[code], told) for code, told in value.items()]

    def _told(self, sign: Symptom, told: Mapping[str, str]) -> dict[str, Any]:
        severity = told["severity"]
        if severity != "yes" and not (sign.graded and severity in SEVERITIES):
            raise ValidationError(_("Choose one of the words under “%(sign)s”.") % {"sign": _(sign.name)})
        found: dict[str, Any] = {"code": sign.code}
        if severity != "yes":
            found["severity"] = severity
        if told["duration"] in dict(MINUTES if sign.duration_minutes else HOURS):
            found["duration_hours"] = Decimal(told["duration"])
        if told["episodes"] in dict(TIMES):
            found["episodes_24h"] = int(told["episodes"])
        return found


# ---------------------------------------------------------------- when


@dataclass(frozen=True)
class Bounds:
    """Where a time may lie: not before the treatment, not before the birth, not ahead of the clock."""

    now: datetime
    zone: ZoneInfo
    begun: datetime | None = None
    born: date | None = None


class WhenWidget(TemplateWidget):
    template_name = "tracker/core/fields/when.html"

    def __init__(self, bounds: Bounds) -> None:
        super().__init__()
        self.bounds = bounds

    def value_from_datadict(self, data: Mapping[str, str], files: Any, name: str) -> dict[str, str]:
        return {"when": data.get("when", "0"), "when_at": data.get("when_at", "")}

    def drawn(self, name: str, value: Any, attrs: Mapping[str, str]) -> dict[str, Any]:
        chips = (("0", _("Now")), ("1", _("1 hour ago")), ("2", _("2 hours ago")), ("pick", _("Earlier")))
        extra = {"chips": chips, "when": value.get("when", "0"), "when_at": value.get("when_at", "")}
        return super().drawn(name, value, attrs) | extra | {"zone": str(self.bounds.zone).replace("_", " ")}


class WhenField(forms.Field):
    """When it was seen. Cleans to an aware datetime in the family's zone, never in the future."""

    def __init__(self, bounds: Bounds, **kwargs: Any) -> None:
        self.bounds = bounds
        super().__init__(widget=WhenWidget(bounds), required=False, **kwargs)

    def clean(self, value: Mapping[str, str]) -> datetime:
        now = self.bounds.now.astimezone(self.bounds.zone)
        if value["when"] in ("0", "1", "2"):
            return now - timedelta(hours=int(value["when"]))
        at = self._read(typed(value["when_at"]))
        if at > now + AHEAD:
            raise ValidationError(_("This time is still to come. Pick a time that has passed."))
        if self.bounds.born and at.date() < self.bounds.born:
            raise ValidationError(_("This is before your child was born. Check the date."))
        if self.bounds.begun and at < self.bounds.begun:
            raise ValidationError(_("This is before the treatment began. Check the date."))
        return min(at, now)

    def _read(self, text: str) -> datetime:
        try:
            text = text[:16].replace(" ", "T")
            return on_clock(datetime.strptime(text, "%Y-%m-%dT%H:%M").replace(tzinfo=self.bounds.zone))
        except (ValueError, OverflowError):
            raise ValidationError(_("Pick the day and the time.")) from None

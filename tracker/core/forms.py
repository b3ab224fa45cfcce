"""What all forms share: how a field is drawn, the form's own number, times on the family's clock."""

import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils import dates, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.lib import time_zones
from tracker.lib.text import too_long, typed

AHEAD = timedelta(minutes=5)  # how far a phone's clock may run ahead
WEEKDAYS, SHORT_WEEKDAYS = (
    tuple((str(number + 1), name) for number, name in names.items())
    for names in (dates.WEEKDAYS, dates.WEEKDAYS_ABBR)
)


class PageForm(forms.Form):
    """A form whose page has the form tag. `drawn_as` names the template of a field that has its own;
    `side_by_side` are two neighbours that share a line where it is long enough. One with a layout of its own has
    its own `rows`."""

    drawn_as: ClassVar[dict[str, str]] = {}
    side_by_side: ClassVar[tuple[str, ...]] = ()

    @property
    def helper(self) -> FormHelper:
        """Laid out when the page is drawn: by then all fields are there."""
        helper = FormHelper()
        helper.form_tag, helper.disable_csrf = False, True
        helper.layout = Layout(*self.rows())
        return helper

    def rows(self) -> Sequence[Any]:
        """The fields in their order."""
        rows: list[Any] = []
        for name in self.fields:
            if name in self.side_by_side[1:] or not self._is_drawn(name):
                continue
            pair = name in self.side_by_side
            rows.append(Div(*self.side_by_side, css_class="side-by-side") if pair else self._drawn(name))
        return rows

    @property
    def form_number(self) -> uuid.UUID:
        """What makes a double tap one entry, in a form with a number_field."""
        return number_in(self.cleaned_data.get("client_uuid", ""))

    def _is_drawn(self, name: str) -> bool:
        """False for a field that another one's template draws."""
        return True

    def _drawn(self, name: str) -> Any:
        how = self.drawn_as.get(name)
        return Field(name, template=f"tracker/core/fields/{how}.html") if how else name


def let_choose(form: forms.Form, name: str, choices: Sequence[tuple[Any, Any]]) -> None:
    """For a field whose choices are known only when the form is made."""
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(name)
    field.choices = choices


class MonthField(forms.CharField):
    """The month of birth. Browsers without a month picker get a text field: 2018-05 and 5/2018 are read."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"type": "month", "placeholder": "2018-05", "autocomplete": "off"}
        super().__init__(widget=forms.TextInput(attrs), **kwargs)

    def clean(self, value: str | None) -> date | None:
        text = super().clean(value)
        if not text:
            return None
        found = re.fullmatch(r"(?P<year>\d{4})[-/. ](?P<month>\d{1,2})", text) or re.fullmatch(
            r"(?P<month>\d{1,2})[-/. ](?P<year>\d{4})", text
        )
        try:
            year, month = found.group("year", "month") if found else ("", "")
            return date(int(year), int(month), 1)
        except ValueError:
            raise ValidationError(_("Type the year and the month, for example 2018-05.")) from None


class DayField(forms.DateField):
    def __init__(self, **kwargs: Any) -> None:
        errors = {"invalid": gettext_lazy("Pick the day, or type it like 2026-05-31.")}
        widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=widget, error_messages=errors, input_formats=["%Y-%m-%d"], **kwargs)


class MomentField(forms.CharField):
    """A day and a time on the family's clock. Cleans to an aware datetime in `zone`, or None."""

    def __init__(self, zone: ZoneInfo, **kwargs: Any) -> None:
        self.zone = zone
        super().__init__(widget=forms.TextInput({"type": "datetime-local"}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, datetime):
            return value.astimezone(self.zone).strftime("%Y-%m-%dT%H:%M")
        return value

    def clean(self, value: str | None) -> datetime | None:
        text = typed(super().clean(value))[:16].replace(" ", "T")
        if not text:
            return None
        try:
            return on_clock(datetime.strptime(text, "%Y-%m-%dT%H:%M").replace(tzinfo=self.zone))
        except (ValueError, OverflowError):
            raise ValidationError(
                _("Pick the day and the time, or type them like 2026-05-31 14:30.")
            ) from None


class ZoneField(forms.ChoiceField):
    """A time zone, chosen by its place: the clocks of the country first, then all. A browser may know it by an older
    name. `country`: where nothing is chosen yet, as far as it is known."""

    country = ""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=lambda: [("", _("Choose")), *time_zones.zones_by_region()],
            error_messages={"invalid_choice": gettext_lazy("Choose a place from the list.")},
            **kwargs,
        )
        self.widget.attrs["data-zone"] = ""

    def valid_value(self, value: str) -> bool:
        return time_zones.is_zone(value)

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> forms.BoundField:
        """An older name gets a place in the list, so that it is not lost on the way back."""
        bound = super().get_bound_field(form, field_name)
        value = bound.value()
        listed = {code for _region, zones in time_zones.zones_by_region() for code, _place in zones}
        likely = time_zones.likely_zones(time_zones.country_of(value or "") or self.country)
        if value and value not in listed and time_zones.is_zone(value):
            likely = [(value, value.replace("_", " ")), *likely]
        first = [(_("Likely"), likely)] if likely else []
        self.choices = [("", _("Choose")), *first, *time_zones.zones_by_region()]
        return bound


_TIME_ERRORS = {"invalid": gettext_lazy("Type the time like 08:00.")}


def clock_field(label: Any, at: time | None) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        initial=at,
        required=False,
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
        error_messages=_TIME_ERRORS,
    )


class TypedField(forms.CharField):
    """A line as it was typed. Of marks that nobody sees it is empty: no name, no dose and no answer."""

    def to_python(self, value: Any) -> str:
        return typed(super().to_python(value) or "")


class WordsField(TypedField):
    """Words of one's own, counted as they were typed. Too many are refused, never cut off."""

    def __init__(self, *, at_most: int, **kwargs: Any) -> None:
        self.at_most = at_most
        super().__init__(widget=forms.Textarea({"rows": 3}), **kwargs)

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if len(text) > self.at_most:
            raise ValidationError(too_long(text, self.at_most))
        return text


def number_field() -> forms.CharField:
    return forms.CharField(widget=forms.HiddenInput, required=False, initial=uuid.uuid4)


def number_in(text: str) -> uuid.UUID:
    """The form's own number; a form that lost it is a new one."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.uuid4()


def on_clock(at: datetime) -> datetime:
    """The moment itself, where the clock of its zone ever showed it: of an hour that comes twice, the first.

    Refused is one that the clock left out. An hour later or earlier would be a guess, and be recorded as told.
    """
    if at.astimezone(UTC).astimezone(at.tzinfo).replace(tzinfo=None) != at.replace(tzinfo=None):
        raise ValidationError(_("The clocks went forward that night and left this time out. Pick another."))
    return at


def moment_in(typed: Mapping[str, str], name: str, now: datetime, tapped_at: datetime) -> datetime:
    """The picked time, on the family's clock, which is active; when the button was tapped, where that said "now".

    Refused is a time that is missing, broken or still to come: taken for now, it would be another one than was meant.
    """
    text, at = typed.get(name, "").strip(), typed.get("at", "")
    if at == "now" or not (text or at == "picked"):
        return tapped_at
    try:
        local = datetime.fromisoformat(text)
        moment = local if local.tzinfo else on_clock(local.replace(tzinfo=timezone.get_current_timezone()))
        if moment <= now + AHEAD:
            return min(moment, now)
    except ValidationError as left_out:
        raise ValidationError(f"{_('Nothing was recorded.')} {left_out.message}") from None
    except (ValueError, OverflowError):
        pass
    raise ValidationError(_("Nothing was recorded. Pick the day and the time when it was, up to now."))

"""Whom to call and when; or the code by which the clinic's own team takes over."""

from datetime import time
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.core.access import care_team_with
from tracker.core.forms import clock_field
from tracker.core.phone_forms import PhoneField, PhoneForm
from tracker.models import CareTeam

WEEK, WORKDAYS = "1234567", "12345"
DAYS = ((WORKDAYS, gettext_lazy("Monday to Friday")), (WEEK, gettext_lazy("Every day")))


def team_language_field() -> forms.ChoiceField:
    """Asked of who keeps the numbers; a form without it leaves the site's own."""
    return forms.ChoiceField(
        label=gettext_lazy("Language of the care team"),
        help_text=gettext_lazy("Families who read another one see the answer in this one too."),
        choices=settings.LANGUAGES,
        required=False,
    )


class NumbersForm(PhoneForm):
    day_number = PhoneField(label=gettext_lazy("By day"), required=False)
    days = forms.ChoiceField(
        label=gettext_lazy("Somebody answers it"), choices=DAYS, initial=WORKDAYS, required=False
    )
    opens = clock_field(gettext_lazy("From"), time(8))
    closes = clock_field(gettext_lazy("Until"), time(17))
    night_number = PhoneField(
        label=gettext_lazy("At all other hours"),
        help_text=gettext_lazy("Only one number? Type it above and leave this empty."),
        required=False,
    )
    second_number = PhoneField(
        label=gettext_lazy("A second line, if nobody answers"),
        help_text=gettext_lazy("It is offered when you tell us that nobody answered."),
        required=False,
    )
    emergency_number = PhoneField(label=gettext_lazy("Emergency number where you are"), required=False)
    drawn_as: ClassVar[dict[str, str]] = {"days": "chips"}
    side_by_side: ClassVar[tuple[str, ...]] = ("opens", "closes")

    def clean(self) -> None:
        super().clean()
        told = self.cleaned_data
        said_something_wrong = {"day_number", "night_number"} & set(self.errors)
        has_one = told.get("day_number") or told.get("night_number") or said_something_wrong
        if self.needs_a_number() and not has_one:
            self.add_error("day_number", self.without_a_number())

    def needs_a_number(self) -> bool:
        return True

    def without_a_number(self) -> str:
        return _("Type one number at least: it is what this is for.")

    def numbers(self) -> dict[str, Any]:
        """The fields of actions.people.Numbers, but for the time zone."""
        told = self.cleaned_data
        return {
            "day_number": told["day_number"],
            "night_number": told["night_number"],
            "second_number": told.get("second_number", ""),
            "open_days": told["days"] or WORKDAYS,
            "opens_at": told["opens"] or time(8),
            "closes_at": told["closes"] or time(17),
        }


class CodeField(forms.CharField):
    """The code of a clinic's team. Cleans to the team, or None."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        super().__init__(
            label=gettext_lazy("A code from your clinic"), widget=forms.TextInput(attrs), **kwargs
        )

    def clean(self, value: str | None) -> CareTeam | None:
        code = super().clean(value)
        team = care_team_with(code) if code else None
        if code and team is None:
            raise ValidationError(_("No care team has this code. Check it with your nurse."))
        return team


class BeginNumbersForm(NumbersForm):
    """The numbers, or the clinic's code, which brings them along."""

    code = CodeField(
        help_text=gettext_lazy("If your nurse gave you one: your clinic's numbers then come by themselves."),
        required=False,
        max_length=40,
    )

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._country = country
        del self.fields["second_number"]  # Settings asks for it: the beginning is short

    def country(self) -> str:
        return self._country

    def needs_a_number(self) -> bool:
        return not self.cleaned_data.get("code") and "code" not in self.errors

    def without_a_number(self) -> str:
        return _("Type one number at least, or the code from your clinic.")

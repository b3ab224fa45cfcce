"""Settings: the child and oneself, the clinic's code, the pause."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from therapies.numbers import read_number
from tracker.core.forms import PageForm, TypedField, ZoneField
from tracker.core.phone_forms import PhoneField, PhoneForm
from tracker.families.forms.child import ChildForm, sentence_field
from tracker.families.forms.numbers import CodeField, NumbersForm, team_language_field
from tracker.families.forms.start import UNITS
from tracker.lib import hours, time_zones
from tracker.lib.text import typed
from tracker.models import CareTeam, Child, User
from tracker.models.children import CHOSEN

LAST = ("your_name", "language", "clock")
CLOCKS = (
    (hours.TWENTY_FOUR, gettext_lazy("24 hours: 20:30")),
    (hours.TWELVE, gettext_lazy("12 hours: 8:30 PM")),
)
WRITES: dict[bool | None, str] = {True: "yes", False: "no"}
LIGHTEST, HEAVIEST = 1, 250  # kg


class SettingsForm(PhoneForm, ChildForm):
    """What the first screen asked, and what only some families need."""

    first_sentence = sentence_field(
        gettext_lazy("A sentence they wrote on the first day"),
        gettext_lazy("To compare with: ask for the same one when you check how they think and talk."),
    )
    weight = forms.CharField(label=gettext_lazy("Weight on the first day"), max_length=20, required=False)
    unit = forms.ChoiceField(label=gettext_lazy("Your thermometer shows"), choices=UNITS)
    time_zone = ZoneField(label=gettext_lazy("Your clock is that of"))
    emergency_number = PhoneField(label=gettext_lazy("Emergency number where you are"), required=False)
    home_care_number = PhoneField(
        label=gettext_lazy("Home-care company"),
        help_text=gettext_lazy("Who brings the pump or its supplies, if you have one."),
        required=False,
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES, required=False)
    clock = forms.ChoiceField(
        label=gettext_lazy("Times are written"), choices=CLOCKS, required=False, widget=forms.RadioSelect
    )
    drawn_as: ClassVar[dict[str, str]] = {
        **ChildForm.drawn_as,
        "clock": "chips",
        "first_sentence": "text",
        "weight": "number",
        "unit": "chips",
    }

    def __init__(self, *args: Any, child: Child, shown_number: str, **kwargs: Any) -> None:
        known = {"emergency_number": shown_number, "home_care_number": child.home_care_number}
        initial = known | kwargs.pop("initial", {})
        super().__init__(*args, asks_name=True, initial=initial, **kwargs)
        self.child, self.shown_number = child, shown_number
        del self.fields["zone_guess"]
        self.order_fields([name for name in self.fields if name not in LAST] + list(LAST))
        self.fields["your_name"].label = _("And you?")
        if len(settings.LANGUAGES) < 2:
            del self.fields["language"]
        self.fields["nickname"].error_messages["required"] = _("Type a nickname.")

    def country(self) -> str:
        return time_zones.country_of(self.cleaned_data.get("time_zone", "")) or self.child.country

    def clean_weight(self) -> Any:
        text = typed(self.cleaned_data["weight"])
        if not text:
            return None
        try:
            weight = read_number(text)
        except ValueError:
            raise ValidationError(_("Type the weight in kg, for example 18.5.")) from None
        if not LIGHTEST <= weight <= HEAVIEST:
            raise ValidationError(_("This can hardly be a weight in kg. Check it."))
        return round(weight, 2)

    def about(self) -> dict[str, Any]:
        told = self.cleaned_data
        return super().about() | {
            "first_sentence": told["first_sentence"],
            "baseline_weight_kg": told["weight"],
            "units": told["unit"],
            "home_care_number": told["home_care_number"],
            **self._where(),
        }

    def _where(self) -> dict[str, str]:
        """A family that travels gets the emergency number of where it is, unless it chose its own."""
        told, child = self.cleaned_data, self.child
        number = told["emergency_number"]
        if number == self.shown_number:
            number = child.emergency_number
        country = time_zones.country_of(told["time_zone"]) if told["time_zone"] != child.time_zone else ""
        return {
            "time_zone": told["time_zone"],
            "country": country or child.country,
            "emergency_number": number,
        }

    def about_oneself(self) -> dict[str, str]:
        told = {"name": self.cleaned_data["your_name"], "language": self.cleaned_data.get("language")}
        if (
            self.cleaned_data["clock"] and "clock" in self.changed_data
        ):  # until then it is that of their region
            told["clock"] = self.cleaned_data["clock"]
        return {name: value for name, value in told.items() if value}


def standing(child: Child, user: User, number: str) -> Mapping[str, Any]:
    """What the settings are now."""
    return {
        "your_name": user.name,
        "nickname": child.nickname,
        "born": child.birth_month.strftime("%Y-%m") if child.birth_month else "",
        "colour": child.colour,
        "writes": WRITES.get(child.writes),
        "first_sentence": child.first_sentence,
        "weight": "" if child.baseline_weight_kg is None else f"{child.baseline_weight_kg.normalize():f}",
        "unit": child.units,
        "time_zone": child.time_zone,
        "emergency_number": number,
        "home_care_number": child.home_care_number,
        "language": user.language,
        "clock": hours.clock_of(user),
    }


class KeptNumbersForm(NumbersForm):
    """The numbers that the family keeps itself, on the clinic's clock: the family may travel."""

    clinic_zone = ZoneField(label=gettext_lazy("The clinic's clock is that of"))
    language = team_language_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["emergency_number"]  # it is the family's, and stands with the child

    def country(self) -> str:
        """The clinic's: its number is dialled as from there, wherever the family is."""
        return time_zones.country_of(self.cleaned_data.get("clinic_zone", ""))


def kept(team: CareTeam) -> dict[str, Any]:
    """What stands of the numbers."""
    return {
        "day_number": team.day_number,
        "days": "1234567" if team.open_days == "1234567" else "12345",
        "opens": team.opens_at,
        "closes": team.closes_at,
        "night_number": team.night_number,
        "second_number": team.second_number,
        "clinic_zone": team.time_zone,
        "language": team.language,
    }


class ClinicForm(PageForm):
    """Joining the clinic's own team."""

    code = CodeField(
        help_text=gettext_lazy(
            "Your nurse has it. The clinic's nurses then see what you log, and its numbers come by themselves."
        ),
        max_length=40,
        error_messages={"required": gettext_lazy("Type the code.")},
    )


class NicknameForm(PageForm):
    """What is said of one child and would hurt if it were another."""

    nickname = TypedField(label=gettext_lazy("Type the nickname"), max_length=80, required=False)

    def __init__(self, *args: Any, child: Child, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.child = child

    def clean_nickname(self) -> str:
        entered = " ".join(self.cleaned_data["nickname"].split()).casefold()
        if entered != " ".join(self.child.nickname.split()).casefold():
            raise ValidationError(_("This is not the nickname that stands here. Nothing has changed."))
        return entered


class PauseForm(PageForm):
    reason = forms.ChoiceField(
        label=gettext_lazy("Why?"),
        choices=CHOSEN,
        error_messages={"required": gettext_lazy("Choose one of these.")},
    )
    drawn_as: ClassVar[dict[str, str]] = {"reason": "cards"}

"""What /check asks beside the signs: the therapy, the age, where in the treatment. All but the first can stay open."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from therapies.model import Therapy
from tracker.assessment.wording import vocabulary
from tracker.core.forms import PageForm, let_choose

ADULT = 18
A_YEAR = 12  # months
RUNNING = (("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No")), ("", gettext_lazy("Not sure")))
MONTHS_OF_A_BABY = gettext_lazy("From 1 year on, write the years. It was left out of this answer.")
NOT_A_NUMBER = gettext_lazy("Write it as a number, like 8. It was left out of this answer.")


class AboutForm(PageForm):
    """Valid with a therapy alone. An odd age or day is said and left open: unknown counts as the worse one."""

    therapy = forms.ChoiceField(
        label=gettext_lazy("Which therapy?"), error_messages={"required": gettext_lazy("Choose the therapy.")}
    )
    age_years = forms.IntegerField(label=gettext_lazy("Age in years"), required=False, min_value=0)
    age_months = forms.IntegerField(
        label=gettext_lazy("Or in months"), required=False, min_value=0, max_value=A_YEAR - 1
    )
    days = forms.IntegerField(
        label=gettext_lazy("Days since the infusion or the last dose"),
        required=False,
        min_value=0,
    )
    running = forms.ChoiceField(
        label=gettext_lazy("Does a pump run now?"), choices=RUNNING, required=False, widget=forms.RadioSelect
    )
    adult = forms.CharField(required=False, widget=forms.HiddenInput)
    drawn_as: ClassVar[dict[str, str]] = {"running": "chips"}
    side_by_side: ClassVar[tuple[str, ...]] = ("age_years", "age_months")

    def __init__(self, data: Any = None, *, adult: bool = False) -> None:
        super().__init__(data, initial={"running": "", "adult": "yes" if adult else ""})
        self.is_for_an_adult = _is_adult(data) if data else adult
        let_choose(self, "therapy", [("", _("Choose")), *self._offered()])
        self.fields["therapy"].error_messages["invalid_choice"] = _("Choose one of these therapies.")
        for name in ("age_years", "age_months", "days"):
            field = self.fields[name]
            field.error_messages |= {"invalid": NOT_A_NUMBER, "max_value": MONTHS_OF_A_BABY}
            field.widget = forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "maxlength": "3"})

    def _offered(self) -> list[tuple[str, str]]:
        """A therapy that is given to adults only shows for adults only."""
        known = vocabulary()
        therapies = known.therapies.values() if known else ()
        return [
            (one.id, name_of_therapy(one))
            for one in therapies
            if one.minimum_age < ADULT or self.is_for_an_adult
        ]

    @property
    def chosen(self) -> str:
        """The therapy; nothing where none of those offered was chosen."""
        return self.cleaned_data.get("therapy", "") if self.is_bound and "therapy" not in self.errors else ""

    @property
    def years(self) -> int | None:
        """A baby's, of whom the months are told, are none."""
        years = self.cleaned_data.get("age_years")
        return 0 if years is None and self.cleaned_data.get("age_months") is not None else years

    def context(self) -> dict[str, Any]:
        """The keys of a request's context, as far as they were told."""
        told = self.cleaned_data
        days, running = told.get("days"), {"yes": True, "no": False}.get(told.get("running", ""))
        therapies = known.therapies if (known := vocabulary()) else {}
        given = therapies[self.chosen].schedule.given if self.chosen in therapies else ""
        context: dict[str, Any] = {"age_years": self.years, "age_months": told.get("age_months")}
        if given == "once":
            context["days_since_infusion"] = days
        elif given == "doses":
            context["days_since_last_dose"] = days
        elif given == "pump":
            context |= {"infusion_running": running, "cycle_day": None if days is None else days + 1}
        return {key: value for key, value in context.items() if value is not None}


def _is_adult(data: Any) -> bool:
    """Python reads no number of more than 4300 digits; nobody's age has more than three."""
    age = data.get("age_years", "").strip()
    return int(age) >= ADULT if age.isdecimal() and len(age) <= 3 else bool(data.get("adult"))


def name_of_therapy(therapy: Therapy) -> str:
    return f"{_(therapy.name)}, {therapy.brand}" if therapy.brand else _(therapy.name)

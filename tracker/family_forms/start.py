"""The last screen: unit, time zone, and whether it is clear that saving calls nobody."""

from typing import ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.family_forms.fields import PageForm, ZoneField

UNITS = (("C", "°C"), ("F", "°F"))


class StartForm(PageForm):
    unit = forms.ChoiceField(label=gettext_lazy("Your thermometer shows"), choices=UNITS, required=False)
    time_zone = ZoneField(
        label=gettext_lazy("Your clock is that of"),
        help_text=gettext_lazy("A place near you, in the same time zone."),
        required=False,
    )
    after_saving = forms.ChoiceField(
        label=gettext_lazy(
            "It is 2 in the morning. Your child is hot, and you have saved it here. What next?"
        ),
        choices=(("wait", gettext_lazy("I wait for the nurse")), ("call", gettext_lazy("I call"))),
        required=False,
    )
    drawn_as: ClassVar[dict[str, str]] = {"unit": "chips", "after_saving": "chips"}

    def clean_after_saving(self) -> str:
        answer = self.cleaned_data["after_saving"]
        if answer == "wait":
            raise ValidationError(
                _("Saving calls nobody, and a nurse may see it only hours later. You call.")
            )
        return answer

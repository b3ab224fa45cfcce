"""The last screen: a sentence to compare with, unit, time zone, reminders, and whether it is clear that saving calls
nobody."""

from datetime import time
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.core.forms import PageForm, ZoneField
from tracker.families.forms.child import sentence_field

MORNING, EVENING = time(8), time(19, 30)
UNITS = (("C", "°C"), ("F", "°F"))


class StartForm(PageForm):
    """`asks_sentence`: the therapy has the thinking check, and the child writes. `country`: for the likely clocks."""

    first_sentence = sentence_field(
        gettext_lazy("A sentence in your child's own hand"),
        gettext_lazy(
            "Let your child write one sentence on paper, today. Keep the paper and type the sentence here. "
            "In the thinking check your child writes it again."
        ),
    )
    unit = forms.ChoiceField(label=gettext_lazy("Your thermometer shows"), choices=UNITS, required=False)
    time_zone = ZoneField(
        label=gettext_lazy("Your clock is that of"),
        help_text=gettext_lazy("A place near you, in the same time zone."),
        required=False,
    )
    reminders = forms.ChoiceField(
        label=gettext_lazy("Remind you to log?"),
        choices=(
            ("twice", gettext_lazy("Morning and evening")),
            ("once", gettext_lazy("Evening")),
            ("", gettext_lazy("Not now")),
        ),
        required=False,
    )
    after_saving = forms.ChoiceField(
        label=gettext_lazy(
            "It is 2 in the morning. Your child is hot, and you have saved it here. What next?"
        ),
        choices=(("wait", gettext_lazy("I wait for the nurse")), ("call", gettext_lazy("I call"))),
        required=False,
    )
    drawn_as: ClassVar[dict[str, str]] = {
        "first_sentence": "text",
        "unit": "chips",
        "reminders": "chips",
        "after_saving": "chips",
    }

    def __init__(self, *args: Any, asks_sentence: bool, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_sentence:
            del self.fields["first_sentence"]
        zone = self.fields["time_zone"]
        if isinstance(zone, ZoneField):
            zone.country = country

    def times(self) -> list[time]:
        """When to remind, on the family's clock. Other times are chosen in More."""
        return {"twice": [MORNING, EVENING], "once": [EVENING]}.get(self.cleaned_data["reminders"], [])

    def clean_after_saving(self) -> str:
        answer = self.cleaned_data["after_saving"]
        if answer == "wait":
            raise ValidationError(
                _("Saving calls nobody, and a nurse may see it only hours later. You call.")
            )
        return answer

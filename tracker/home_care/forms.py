"""Forms of the family's own pages: doses, the pump, questions, the drill."""

import re
from datetime import time
from typing import Any, ClassVar

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.core.forms import SHORT_WEEKDAYS, PageForm, TypedField, WordsField
from tracker.models.pump import FEWEST_DAYS, MOST_DAYS

LONGEST_QUESTION = 2000
_TIME = re.compile(r"(\d{1,2})[:.h]?(\d{2})?\s*(am|pm)?", re.IGNORECASE)
LONGEST_GAP = 72


class MedicineForm(PageForm):
    """What the label says. Nothing is computed from it but the clock."""

    name = TypedField(label=gettext_lazy("Name on the label"), max_length=80)
    dose = TypedField(
        label=gettext_lazy("Dose, as written on the label"),
        max_length=80,
        help_text=gettext_lazy("For example: 5 mL, or half a tablet. It is shown as you type it."),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("When is it given?"),
        choices=(("times", gettext_lazy("At fixed times")), ("needed", gettext_lazy("As needed"))),
        widget=forms.RadioSelect,
    )
    times = forms.CharField(
        label=gettext_lazy("Times, for fixed times"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("For example: 08:00, 20:00"),
    )
    days = forms.MultipleChoiceField(
        label=gettext_lazy("Only on these days"),
        choices=SHORT_WEEKDAYS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None ticked means every day."),
    )
    gap_hours = forms.IntegerField(
        label=gettext_lazy("Shortest gap in hours, for as needed"),
        required=False,
        min_value=1,
        max_value=LONGEST_GAP,
        help_text=gettext_lazy("As the label or your care team says."),
    )
    lowers_fever = forms.BooleanField(
        label=gettext_lazy("It lowers a fever. A fever medicine can hide a fever."), required=False
    )
    drawn_as: ClassVar[dict[str, str]] = {"kind": "chips", "days": "weekdays"}

    def clean_times(self) -> list[str]:
        return times_in(self.cleaned_data["times"])

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("kind") == "times" and "times" in found and not found["times"]:
            self.add_error("times", _("Type at least one time."))
        if found.get("kind") == "needed" and "gap_hours" in found and not found["gap_hours"]:
            self.add_error("gap_hours", _("Type the shortest gap. The label or your care team has it."))
        return found

    @property
    def label(self) -> dict[str, Any]:
        """As the actions want it."""
        found = self.cleaned_data
        return {
            "name": found["name"],
            "dose": found["dose"],
            "as_needed": found["kind"] == "needed",
            "times": found["times"],
            "days": "".join(sorted(found["days"])),
            "gap_hours": found["gap_hours"],
            "lowers_fever": found["lowers_fever"],
        }


class IntervalForm(PageForm):
    """The clinic's intervals. Clinics differ: 2 to 7 days, some change a bag every day."""

    bag = forms.IntegerField(label=gettext_lazy("Bag, days"))
    needle = forms.IntegerField(label=gettext_lazy("Needle, days"))
    dressing = forms.IntegerField(label=gettext_lazy("Dressing, days"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False
            field.validators += [MinValueValidator(FEWEST_DAYS), MaxValueValidator(MOST_DAYS)]
            field.widget.attrs |= {"inputmode": "numeric", "min": FEWEST_DAYS, "max": MOST_DAYS}


class QuestionForm(PageForm):
    """One question for the next visit."""

    text = WordsField(
        label=gettext_lazy("A question for the next visit"),
        at_most=LONGEST_QUESTION,
        error_messages={"required": gettext_lazy("Type the question first.")},
    )
    drawn_as: ClassVar[dict[str, str]] = {"text": "text"}


def times_in(text: str) -> list[str]:
    """ "8, 20:00, 9:30 pm" as "HH:MM" each, in order."""
    found = set()
    for part in filter(None, (part.strip() for part in re.split(r"[,;\n]| and ", text))):
        match = _TIME.fullmatch(part)
        if match is None:
            raise forms.ValidationError(_("“%(text)s” is not a time.") % {"text": part})
        found.add(_clock(match, part))
    return sorted(found)


def _clock(match: re.Match[str], part: str) -> str:
    hour, minute, half = int(match[1]), int(match[2] or 0), (match[3] or "").lower()
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    try:
        return time(hour, minute).isoformat("minutes")
    except ValueError:
        raise forms.ValidationError(_("“%(text)s” is not a time.") % {"text": part}) from None

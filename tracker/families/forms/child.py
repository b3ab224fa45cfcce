"""About the child, and the therapy."""

from datetime import date, datetime
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from therapies.catalogue import load
from tracker.core.forms import MonthField, PageForm, TypedField, let_choose
from tracker.models import Child
from tracker.models.children import Colour

YES_OR_NOT = (("yes", gettext_lazy("Yes")), ("no", gettext_lazy("Not yet")))
SENTENCE_AT_MOST = 200
OLDEST = 40  # years: the care of a childhood leukemia ends long before


def sentence_field(label: Any, hint: Any) -> TypedField:
    """What the child writes while all is as usual: the thinking check compares with it."""
    return TypedField(
        label=label,
        help_text=hint,
        max_length=SENTENCE_AT_MOST,
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )


class ChildForm(PageForm):
    """Who the child is: as little as the pages need."""

    your_name = TypedField(
        label=gettext_lazy("Who are you?"),
        help_text=gettext_lazy("As the family says it: Mum, Dad, Oma. It stands beside what you log."),
        max_length=60,
        required=False,
    )
    nickname = TypedField(
        label=gettext_lazy("Nickname"),
        max_length=40,
        error_messages={"required": gettext_lazy("Type a nickname, or skip this for now.")},
    )
    born = MonthField(label=gettext_lazy("Born in"), required=False)
    colour = forms.ChoiceField(label=gettext_lazy("Colour"), choices=Colour, required=False)
    writes = forms.ChoiceField(
        label=gettext_lazy("Can they write a sentence?"), choices=YES_OR_NOT, required=False
    )
    zone_guess = forms.CharField(
        required=False, max_length=60, widget=forms.HiddenInput({"data-zone": "", "autocomplete": "off"})
    )
    drawn_as: ClassVar[dict[str, str]] = {"colour": "swatches", "writes": "chips"}

    def __init__(self, *args: Any, now: datetime, asks_name: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        if not asks_name:
            del self.fields["your_name"]

    def clean_born(self) -> date | None:
        born = self.cleaned_data["born"]
        if born and born > self.now.date():
            raise ValidationError(_("This month is still to come. Check the year."))
        if born and self.now.year - born.year > OLDEST:
            raise ValidationError(_("This is long ago. Check the year."))
        return born

    def about(self) -> dict[str, Any]:
        """What the child's row takes of it."""
        told = self.cleaned_data
        return {
            "nickname": told["nickname"],
            "birth_month": told["born"],
            "colour": told["colour"] or Colour.TEAL,
            "writes": {"yes": True, "no": False}.get(told["writes"]),
        }


class TherapyForm(PageForm):
    """One of the catalogue. A therapy for adults shows for them only."""

    therapy = forms.ChoiceField(
        label=gettext_lazy("Which one?"),
        error_messages={
            "required": gettext_lazy("Choose the therapy: without it nothing can be checked."),
            "invalid_choice": gettext_lazy("Choose one of these."),
        },
    )
    drawn_as: ClassVar[dict[str, str]] = {"therapy": "cards"}

    def __init__(self, *args: Any, age_years: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        let_choose(self, "therapy", therapies_for(age_years))


def therapies_for(age_years: int | None) -> list[tuple[str, str]]:
    """The therapies that are given at this age, with the name on the box. An age not known is a child's."""
    return [
        (therapy.id, format_html("{} <small>{}</small>", capfirst(_(therapy.name)), therapy.brand))
        for therapy in load().therapies.values()
        if therapy.minimum_age <= (age_years or 0)
    ]


def age_years(born: date | None, now: datetime) -> int | None:
    return Child(birth_month=born).age_years(now)

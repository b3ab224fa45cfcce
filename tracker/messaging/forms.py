"""When to remind, and by which number to reach somebody."""

import re
from collections.abc import Sequence
from datetime import time
from typing import Any, ClassVar

from crispy_forms.layout import Div
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.core.forms import PageForm, clock_field, let_choose
from tracker.core.phone_forms import PhoneField, PhoneForm
from tracker.lib import telephone
from tracker.models import ReminderPlan, User

TIMES = ("time_1", "time_2", "time_3", "time_4")
NUDGES = (
    ("0", gettext_lazy("Not")),
    ("15", gettext_lazy("After 15 minutes")),
    ("30", gettext_lazy("After half an hour")),
    ("60", gettext_lazy("After an hour")),
)
E_164 = re.compile(r"\+[1-9]\d{6,14}")
OTHERS = (("yes", gettext_lazy("Yes")), ("", gettext_lazy("No")))


class PlanForm(PageForm):
    """Up to four times of day. An empty one is none."""

    time_1 = clock_field(gettext_lazy("Remind at"), None)
    time_2 = clock_field(gettext_lazy("and at"), None)
    time_3 = clock_field(gettext_lazy("and at"), None)
    time_4 = clock_field(gettext_lazy("and at"), None)
    first = forms.ChoiceField(label=gettext_lazy("Who is reminded first"))
    nudge_minutes = forms.ChoiceField(label=gettext_lazy("Nobody logged? Once more"), choices=NUDGES)
    tells_others = forms.ChoiceField(
        label=gettext_lazy("Then remind the other parent too"), choices=OTHERS, required=False
    )
    quiet_from = clock_field(gettext_lazy("Quiet from"), time(22))
    quiet_until = clock_field(gettext_lazy("until"), time(6))
    drawn_as: ClassVar[dict[str, str]] = {"nudge_minutes": "chips", "tells_others": "chips"}

    def __init__(self, *args: Any, parents: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        let_choose(self, "first", [(str(parent.pk), str(parent)) for parent in parents])
        if len(parents) < 2:
            del self.fields["first"], self.fields["tells_others"]

    def rows(self) -> Sequence[Any]:
        """Two clocks in a line."""
        pairs = [TIMES[:2], TIMES[2:], ("quiet_from", "quiet_until")]
        lines = [Div(*pair, css_class="side-by-side") for pair in pairs]
        others = [name for name in self.fields if not any(name in pair for pair in pairs)]
        return [*lines[:2], *(self._drawn(name) for name in others), lines[2]]

    def times(self) -> list[time]:
        return [at for name in TIMES if (at := self.cleaned_data.get(name)) is not None]

    def about(self) -> dict[str, Any]:
        told = self.cleaned_data
        quiet = {name: told.get(name) or time(0) for name in ("quiet_from", "quiet_until")}
        if told["quiet_from"] is None or told["quiet_until"] is None:
            quiet = dict.fromkeys(quiet, time(0))
        about = {"nudge_minutes": int(told["nudge_minutes"]), **quiet}
        if "first" in self.fields:
            about |= {"first_id": told["first"], "tells_others": told["tells_others"] == "yes"}
        return about


def as_typed(plan: ReminderPlan | None) -> dict[str, Any]:
    """What the form begins with."""
    if plan is None:
        return {"nudge_minutes": "30", "tells_others": "yes"}
    times = sorted(row.at for row in plan.times.all())
    return {
        **dict(zip(TIMES, times, strict=False)),
        "first": str(plan.first_id),
        "nudge_minutes": str(plan.nudge_minutes),
        "tells_others": "yes" if plan.tells_others else "",
        "quiet_from": plan.quiet_from,
        "quiet_until": plan.quiet_until,
    }


class MobileForm(PhoneForm):
    """The number that an SMS goes to, as the networks want it: E.164."""

    number = PhoneField(
        label=gettext_lazy("Mobile number"),
        help_text=gettext_lazy("With the country: +1 202 555 0100"),
        autocomplete="tel",
    )

    def __init__(self, *args: Any, country: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._country = country

    def country(self) -> str:
        return self._country

    def clean_number(self) -> str:
        """Before it is asked about: no tick gives a number its country."""
        text = self.cleaned_data["number"]
        number = telephone.of(text, self.country())
        if number and (number.extension or not E_164.fullmatch(number.dialled)):
            raise ValidationError(_("Begin with + and the country, for example +1 202 555 0100."))
        return text

    def clean(self) -> None:
        super().clean()
        if number := telephone.of(self.cleaned_data.get("number", "")):
            self.cleaned_data["number"] = number.dialled


class BrowserForm(PageForm):
    """What a browser tells of itself when it lets itself be pushed to."""

    endpoint = forms.CharField(max_length=1000)
    p256dh = forms.RegexField(r"^[A-Za-z0-9_-]{80,100}=*$")
    auth = forms.RegexField(r"^[A-Za-z0-9_-]{20,30}=*$")

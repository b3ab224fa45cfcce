"""The forms of a care team's lead."""

from datetime import time
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.core.forms import WEEKDAYS, PageForm, TypedField, ZoneField, clock_field
from tracker.core.phone_forms import PhoneField, PhoneForm
from tracker.families.forms.numbers import team_language_field
from tracker.families.numbers import Numbers
from tracker.lib import time_zones
from tracker.models import CareTeam, Child, Role, Sensitivity
from tracker.models.care_teams import FEVER_RULE_CHOICES, LONGEST_WAIT


class TeamNumbersForm(PhoneForm):
    """The numbers that families are told, and the hours of each."""

    day_number = PhoneField(label=gettext_lazy("In your hours"), required=False)
    night_number = PhoneField(label=gettext_lazy("At all other hours"), required=False)
    second_number = PhoneField(
        label=gettext_lazy("A second line, if nobody answers"),
        help_text=gettext_lazy("A family that says so is offered it, and the next of your team is told."),
        required=False,
    )
    open_days = forms.MultipleChoiceField(
        label=gettext_lazy("Days"), choices=WEEKDAYS, widget=forms.CheckboxSelectMultiple, required=False
    )
    opens_at = clock_field(gettext_lazy("From"), time(8))
    closes_at = clock_field(gettext_lazy("Until"), time(17))
    time_zone = ZoneField(label=gettext_lazy("Where you are"))
    language = team_language_field()
    side_by_side: ClassVar[tuple[str, ...]] = ("opens_at", "closes_at")

    def country(self) -> str:
        return time_zones.country_of(self.cleaned_data.get("time_zone", ""))

    def clean(self) -> None:
        super().clean()
        told = self.cleaned_data
        if not self.errors and not (told.get("day_number") or told.get("night_number")):
            self.add_error("day_number", _("Type one number at least: families are told to call it."))

    def numbers(self) -> Numbers:
        told = self.cleaned_data
        return Numbers(
            day_number=told["day_number"],
            night_number=told["night_number"],
            second_number=told["second_number"],
            open_days="".join(sorted(told["open_days"])),
            opens_at=told["opens_at"] or time(8),
            closes_at=told["closes_at"] or time(17),
            time_zone=told["time_zone"],
            language=told["language"] or settings.LANGUAGE_CODE,
        )

    @staticmethod
    def kept(team: CareTeam) -> dict[str, Any]:
        names = (
            "day_number",
            "night_number",
            "second_number",
            "opens_at",
            "closes_at",
            "time_zone",
            "language",
        )
        return {name: getattr(team, name) for name in names} | {"open_days": list(team.open_days)}


class KnowForm(PhoneForm):
    """What the team knows of a child from its own records."""

    call_back_number = PhoneField(label=gettext_lazy("Where you reach the family"), required=False)
    record_number = TypedField(
        label=gettext_lazy("Your record number of this child"), max_length=32, required=False
    )

    def __init__(self, *args: Any, child: Child, **kwargs: Any) -> None:
        self.child = child
        known = {name: getattr(child, name) for name in ("call_back_number", "record_number")}
        super().__init__(*args, initial=known, **kwargs)

    def country(self) -> str:
        return time_zones.country_of(self.child.care_team.time_zone)

    def told(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("call_back_number", "record_number")}


class PolicyForm(PageForm):
    """The documented fever rule, and how literally the documents are read."""

    fever_rule = forms.ChoiceField(
        label=gettext_lazy("A fever is"), choices=FEVER_RULE_CHOICES, widget=forms.RadioSelect
    )
    sensitivity = forms.ChoiceField(
        label=gettext_lazy("Signs"),
        choices=(
            (Sensitivity.CALIBRATED, gettext_lazy("calibrated: mild signs that are common can wait")),
            (
                Sensitivity.LITERAL,
                gettext_lazy("literal: every sign that a document names counts, however mild"),
            ),
        ),
        widget=forms.RadioSelect,
    )
    drawn_as: ClassVar[dict[str, str]] = {"fever_rule": "cards", "sensitivity": "cards"}


class EscalationForm(PageForm):
    """Minutes after an alert until each level is told."""

    first = forms.IntegerField(label=gettext_lazy("The first on call, after (minutes)"), min_value=0)
    second = forms.IntegerField(label=gettext_lazy("The next on call, after (minutes)"), min_value=1)
    third = forms.IntegerField(
        label=gettext_lazy("The lead and the family, after (minutes)"), min_value=2, max_value=LONGEST_WAIT
    )

    def minutes(self) -> list[int]:
        return [self.cleaned_data[name] for name in ("first", "second", "third")]

    @classmethod
    def kept(cls, team: CareTeam) -> dict[str, Any]:
        return dict(zip(cls.base_fields, team.escalation_minutes, strict=False))


class StaffForm(PageForm):
    """Whom the link is for."""

    role = forms.ChoiceField(
        label=gettext_lazy("As"),
        choices=(
            (Role.NURSE, gettext_lazy("nurse: sees the children of this team, takes and closes alerts")),
            (Role.LEAD, gettext_lazy("lead nurse: also sets numbers, rules and staff")),
        ),
        initial=Role.NURSE,
        widget=forms.RadioSelect,
    )
    address = forms.EmailField(
        label=gettext_lazy("Their e-mail address"),
        help_text=gettext_lazy("The link works for this address alone, and is sent there."),
        error_messages={
            "required": gettext_lazy("Type the address."),
            "invalid": gettext_lazy("Type an address like name@hospital.org."),
        },
    )
    drawn_as: ClassVar[dict[str, str]] = {"role": "cards"}


class TransferForm(PageForm):
    """The ward that a child is offered to."""

    code = TypedField(
        label=gettext_lazy("Their code"),
        help_text=gettext_lazy("The other ward's code for families: its lead has it."),
        max_length=40,
        error_messages={"required": gettext_lazy("Type the code.")},
    )

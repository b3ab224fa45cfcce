"""The dates of a therapy, as its own schedule has them, and the events that follow from them."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from therapies.catalogue import load
from therapies.schedule import Event
from tracker.core.forms import DayField, MomentField, PageForm

LONG_AGO = timedelta(days=10 * 366)
DOSES = (
    gettext_lazy("First dose of this course"),
    gettext_lazy("Second dose"),
    gettext_lazy("Third dose"),
)
DOSES_OF_A_CYCLE = (
    gettext_lazy("First dose of this cycle"),
    gettext_lazy("Second dose of this cycle"),
    gettext_lazy("Third dose of this cycle"),
)
ABOUT = gettext_lazy("About the right hour is enough.")
STILL_TO_COME = gettext_lazy("A day in the future is fine, too.")


@dataclass(frozen=True)
class Clock:
    """Where a time may lie: the family's clock, and the month of birth."""

    now: datetime
    zone: ZoneInfo
    born: date | None = None

    def check(self, day: date) -> None:
        """Refuses what cannot be: a slip of the finger in the year."""
        if self.born and day < self.born:
            raise ValidationError(_("This is before your child was born. Check the date."))
        if self.now.astimezone(self.zone).date() - day > LONG_AGO:
            raise ValidationError(_("This is many years ago. Check the year."))
        if day - self.now.astimezone(self.zone).date() > timedelta(days=366):
            raise ValidationError(_("This is more than a year away. Check the year."))

    def event(self, kind: str, at: datetime, cycle: int | None = None) -> Event:
        """What happened; what is still to come is planned."""
        if at > self.now:
            return Event("next", self.now, cycle=cycle, until=at)
        return Event(kind, at, cycle=cycle)


class DatesForm(PageForm):
    """The fields of one therapy's schedule. All may stay empty."""

    def __init__(self, *args: Any, therapy: str, clock: Clock, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clock = clock
        self.therapy = load().therapies[therapy]
        self.given = self.therapy.schedule.given
        {"once": self._ask_once, "pump": self._ask_pump, "doses": self._ask_doses}[self.given]()

    def _ask_once(self) -> None:
        label, split = _("Day of the infusion"), self.therapy.schedule.is_split
        for number in range(1, len(self.therapy.schedule.infusions) + 1):
            self.fields["infusion" if number == 1 else f"infusion_{number}"] = DayField(
                label=_("Day of infusion %(number)d") % {"number": number} if split else label,
                help_text=STILL_TO_COME,
                required=False,
            )

    def _ask_pump(self) -> None:
        self.fields["start"] = MomentField(
            self.clock.zone,
            label=_("When did the pump start, in this cycle?"),
            help_text=f"{ABOUT} {STILL_TO_COME}",
            required=False,
        )
        self.fields["cycle"] = cycle_field()

    def _ask_doses(self) -> None:
        has_cycles = self.therapy.schedule.cycle_days > 0
        for number, label in enumerate(DOSES_OF_A_CYCLE if has_cycles else DOSES, 1):
            self.fields[f"dose_{number}"] = MomentField(
                self.clock.zone, label=label, help_text="" if number > 1 else ABOUT, required=False
            )
        if has_cycles:
            self.fields["cycle"] = cycle_field()

    def clean(self) -> None:
        seen: dict[Any, str] = {}
        for name, value in list(self.cleaned_data.items()):
            if not isinstance(value, date):
                continue
            try:
                self.clock.check(value.date() if isinstance(value, datetime) else value)
            except ValidationError as error:
                self.add_error(name, error)
            if value in seen:
                self.add_error(name, _("This is the same as the one before. Check the date."))
            seen[value] = name

    def events(self) -> list[Event]:
        """What the dates mean for the course."""
        told = self.cleaned_data
        moments = [(name, at) for name, at in told.items() if isinstance(at, date)]
        kinds = {"once": "infusion", "pump": "start", "doses": "dose"}
        return [
            self.clock.event(kinds[self.given], self._moment(at), told.get("cycle")) for _name, at in moments
        ]

    def _moment(self, at: date) -> datetime:
        """A day alone is its noon, on the day itself as late as it is now."""
        if isinstance(at, datetime):
            return at
        noon = datetime.combine(at, time(12), self.clock.zone)
        today = self.clock.now.astimezone(self.clock.zone).date()
        return min(noon, self.clock.now) if at == today else noon


def cycle_field() -> forms.IntegerField:
    return forms.IntegerField(
        label=_("Which cycle is it?"),
        help_text=_("The first is 1."),
        required=False,
        min_value=1,
        max_value=30,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            name: _("Type the number of the cycle, for example 2.")
            for name in ("invalid", "min_value", "max_value")
        },
    )

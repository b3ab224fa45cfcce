"""What may change in a treatment: which changes fit what is recorded, and the few questions that each asks."""

from datetime import datetime, time, timedelta
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from therapies.catalogue import load
from therapies.schedule import Event, Pump, doses_at, infused, pump_at
from tracker.assessment.courses import counts_low_since
from tracker.core.forms import AHEAD, DayField, MomentField, PageForm, let_choose
from tracker.families.forms.child import therapies_for
from tracker.families.forms.dates import Clock, cycle_field
from tracker.models import Child, Course

THERAPY, DATES = "therapy", "dates"  # changes that begin a course, in two screens
WORDS = {
    "infusion": gettext_lazy("The cells were given"),
    "moved": gettext_lazy("The day of the infusion is wrong here"),
    "stop": gettext_lazy("The pump was stopped"),
    "planned": gettext_lazy("Whether the team planned that the pump is off"),
    "restart": gettext_lazy("The pump was started again"),
    "end": gettext_lazy("The cycle has ended"),
    "start": gettext_lazy("A new cycle has begun"),
    "dose": gettext_lazy("A dose was given"),
    "delayed": gettext_lazy("The next one is put off"),
    "next": gettext_lazy("The next one is planned"),
    "transplant": gettext_lazy("A transplant was done"),
    "low-counts": gettext_lazy("The blood counts are low"),
    "counts-recovered": gettext_lazy("The blood counts have recovered"),
    THERAPY: gettext_lazy("Another therapy, or a new course"),
}
PLANNED = ("delayed", "next")
COUNTS = ("low-counts", "counts-recovered")
BY_DAY = ("infusion", "moved", "transplant", *COUNTS)
STOPS = ("stop", "planned")
PLANNED_STOP = (
    ("yes", gettext_lazy("Yes, they planned it")),
    ("no", gettext_lazy("No")),
    ("unsure", gettext_lazy("I am not sure")),
)
TWICE = timedelta(minutes=1)


def changes_for(course: Course | None, now: datetime) -> list[tuple[str, str]]:
    """The changes that can follow from what is recorded, most likely first."""
    if course is None:
        return [(THERAPY, str(WORDS[THERAPY]))]
    given = load().therapies[course.therapy].schedule.given
    codes = {"once": _once, "pump": _pump, "doses": _doses}[given](course, now)
    every = (*codes, "transplant", counts_change(course.child, now), THERAPY)
    return [(code, str(WORDS[code])) for code in every]


def counts_change(child: Child, now: datetime) -> str:
    """What can follow of the blood counts: low from some day on, until somebody ends it."""
    return "counts-recovered" if counts_low_since(child, now) else "low-counts"


def _once(course: Course, now: datetime) -> list[str]:
    """Of a split dose each infusion is entered; a wrong day of it is taken back."""
    schedule = load().therapies[course.therapy].schedule
    if len(infused(course.schedule)) < len(schedule.infusions):
        return ["infusion", "next", "delayed"]
    return [] if schedule.is_split else ["moved"]


def _pump(course: Course, now: datetime) -> list[str]:
    """A cycle that has ended is not started again: the next one begins."""
    pump = pump_of(course, now)
    if pump and pump.running:
        return ["stop", "end", "start", "next", "delayed"]
    if pump and pump.stop:
        unclear = [] if pump.stop.is_planned else ["planned"]
        return [*unclear, "restart", "end", "start", "next", "delayed"]
    return ["start", "next", "delayed"]


def _doses(course: Course, now: datetime) -> list[str]:
    return ["dose", "delayed", "next"]


def is_stopped(course: Course | None, at: datetime) -> bool:
    """The pump is off within a cycle."""
    pump = pump_of(course, at) if course else None
    return pump is not None and pump.stop is not None


def pump_of(course: Course, at: datetime) -> Pump | None:
    past = sorted((event for event in course.schedule if event.at <= at), key=lambda event: event.at)
    return pump_at(past, at.astimezone(course.child.zone))


def has_cycles(course: Course) -> bool:
    return load().therapies[course.therapy].schedule.cycle_days > 0


def cycle_of(course: Course, change: str, at: datetime) -> int | None:
    """The number that is likely: of the next cycle of the pump, of the cycle that a dose of this moment is in.

    Empty where the number before it was never entered; 1 where nothing was given before.
    """
    past = sorted((event for event in course.schedule if event.at <= at), key=lambda event: event.at)
    if change == "start":
        pump = pump_at(past, at.astimezone(course.child.zone))
        return (pump.cycle and pump.cycle + 1) if pump else 1
    schedule = load().therapies[course.therapy].schedule
    if doses_at(schedule, past) is None:
        return 1
    dosing = doses_at(schedule, [*past, Event("dose", at.astimezone(course.child.zone))])
    return dosing.cycle if dosing else None


class ChangeForm(PageForm):
    """When it was, the cycle where one begins, and of a stop of the pump whether the team planned it."""

    drawn_as: ClassVar[dict[str, str]] = {"planned": "cards"}

    def __init__(self, *args: Any, change: str, course: Course, clock: Clock, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.change, self.course, self.clock = change, course, clock
        self.fields["kind"] = forms.CharField(widget=forms.HiddenInput, initial=change, required=False)
        if change != "planned":
            self.fields["at"] = self._when()
        if change in STOPS:
            self.fields["planned"] = self._planned()
        if change == "start" or (change == "dose" and has_cycles(course)):
            self.fields["cycle"] = cycle_field()
            self.fields["cycle"].initial = cycle_of(course, change, clock.now)

    def _when(self) -> forms.Field:
        missing = {"required": _("Say when.")}
        if self.change in BY_DAY:
            day = DayField(label=_("On which day?"))
            day.error_messages |= missing
            return day
        label = _("When will it be?") if self.change in PLANNED else _("When was it?")
        initial = None if self.change in PLANNED else self.clock.now
        field = MomentField(self.clock.zone, label=label, initial=initial)
        field.error_messages |= missing
        return field

    def _planned(self) -> forms.Field:
        return forms.ChoiceField(
            label=_("Did the care team plan this?"),
            choices=PLANNED_STOP,
            widget=forms.RadioSelect,
            error_messages={"required": _("Choose one. Not sure? Choose that.")},
        )

    def clean_at(self) -> datetime:
        at = self._moment(self.cleaned_data["at"])
        self.clock.check(at.date())
        if self.change == "stop" and self._is_recorded(at):
            return at  # a second tap leads where the first one did
        if self.change in PLANNED and at <= self.clock.now:
            raise ValidationError(_("This time has passed. If it was given, record that."))
        if self.change not in PLANNED and at > self.clock.now + AHEAD:
            raise ValidationError(_("This is still to come. Record it when it has happened."))
        self._check_pump(at)
        self._check_counts(at)
        self._check_twice(at)
        return at if self.change in PLANNED else min(at, self.clock.now)

    def _moment(self, day: Any) -> datetime:
        """A day alone is its noon, today as late as it is now."""
        if isinstance(day, datetime):
            return day
        today = self.clock.now.astimezone(self.clock.zone).date()
        noon = datetime.combine(day, time(12), self.clock.zone)
        return min(noon, self.clock.now) if day == today else noon

    def _check_pump(self, at: datetime) -> None:
        if self.change not in ("stop", "restart", "end"):
            return
        pump = pump_of(self.course, at)
        if pump is None:
            raise ValidationError(_("This is before the first cycle began. Check the time."))
        if self.change == "restart" and pump.ended_at is not None:
            raise ValidationError(_("This cycle has ended. Record that a new cycle has begun."))
        if self.change == "restart" and pump.running:
            raise ValidationError(
                _("By what is recorded the pump was running then. Record first that it was stopped.")
            )
        if self.change == "stop" and not pump.running:
            raise ValidationError(_("By what is recorded the pump was off then. Check the time."))

    def _check_counts(self, at: datetime) -> None:
        if self.change == "counts-recovered" and not counts_low_since(self.course.child, at):
            raise ValidationError(_("By what is recorded they were not low then. Check the day."))

    def _check_twice(self, at: datetime) -> None:
        if self._is_recorded(at):
            raise ValidationError(_("This is recorded already."))

    def _is_recorded(self, at: datetime) -> bool:
        """A second tap on the button, or both parents."""
        alike = [event for event in self.course.schedule if event.kind == self.change]
        return any(abs((event.until or event.at) - at) < TWICE for event in alike)

    def event(self) -> Event:
        if self.change in STOPS:
            return self._stop()
        at, cycle = self.cleaned_data["at"], self.cleaned_data.get("cycle")
        if self.change in PLANNED:
            return Event(self.change, self.clock.now, until=at)
        return Event("infusion" if self.change == "moved" else self.change, at, cycle=cycle)

    def _stop(self) -> Event:
        """Not sure is not planned: then the answer is to call."""
        pump = pump_of(self.course, self.clock.now)
        standing = pump.stop if pump else None
        at = standing.at if self.change == "planned" and standing else self.cleaned_data["at"]
        return Event("stop", at, is_planned=self.cleaned_data["planned"] == "yes")


class NewTherapyForm(PageForm):
    """The first of two screens: which therapy begins. The dates come on the next."""

    therapy = forms.ChoiceField(
        label=gettext_lazy("Which one?"),
        error_messages={
            name: gettext_lazy("Choose one of these.") for name in ("required", "invalid_choice")
        },
    )
    kind = forms.CharField(widget=forms.HiddenInput, initial=THERAPY, required=False)
    drawn_as: ClassVar[dict[str, str]] = {"therapy": "cards"}

    def __init__(self, *args: Any, age_years: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        let_choose(self, "therapy", therapies_for(age_years))

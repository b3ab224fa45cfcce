""" "I have called": the form under an answer."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.core.forms import PageForm, WordsField, let_choose, number_field, on_clock
from tracker.lib.clock import local_date, moment
from tracker.lib.hours import time_format
from tracker.models import Advised

TOLD_AT_MOST = 2000
HALF_A_DAY = timedelta(hours=12)
HOURS = (
    ("1", gettext_lazy("In 1 hour")),
    ("2", gettext_lazy("In 2 hours")),
    ("4", gettext_lazy("In 4 hours")),
)
NO_ADVICE = ("none", gettext_lazy("They did not say"))
NOT_SAID = ("", gettext_lazy("They did not say"))
EVENING, MORNING = time(22), time(8)


class ReachedForm(PageForm):
    """When somebody of the team reached a silent family. Left empty: just now."""

    reached_at = forms.TimeField(
        label=gettext_lazy("Reached at"),
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
        required=False,
        error_messages={"invalid": gettext_lazy("Enter the time like 02:14.")},
    )

    def __init__(self, data: Any = None, *, now: datetime, zone: ZoneInfo) -> None:
        self.now, self.zone = now, zone
        super().__init__(data, initial={"reached_at": now.astimezone(zone).time()})

    def clean_reached_at(self) -> datetime:
        clock = self.cleaned_data["reached_at"]
        return last_time_of(clock, self.now, self.zone) if clock else self.now


def last_time_of(clock: time, now: datetime, zone: ZoneInfo) -> datetime:
    """The end of that minute. 23:50, entered at ten past midnight, was yesterday; a little ahead is a fast clock."""
    local_now = now.astimezone(zone)
    at = datetime.combine(local_now, clock.replace(second=59), zone)
    if at - local_now > HALF_A_DAY:
        at -= timedelta(days=1)
    # "in an hour" is an hour after it, whatever the clocks do
    return min(on_clock(at), now).astimezone(UTC)


class OverForm(PageForm):
    """What happened, in words or none."""

    note = WordsField(
        label=gettext_lazy("What happened? You may leave this empty."),
        at_most=TOLD_AT_MOST,
        required=False,
    )


class CalledForm(PageForm):
    """When, who answered or not, what they said to do, when to look again. Times are those of the family's clock."""

    reached = forms.ChoiceField(
        label=gettext_lazy("Did somebody answer?"),
        choices=(("yes", gettext_lazy("Yes")), ("no", gettext_lazy("Nobody answered"))),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one.")},
    )
    advice = forms.ChoiceField(
        label=gettext_lazy("What did they say to do?"),
        choices=(*Advised.choices, NO_ADVICE),
        widget=forms.RadioSelect,
        required=False,
    )
    told = WordsField(label=gettext_lazy("What did they tell you?"), at_most=TOLD_AT_MOST, required=False)
    look_again = forms.ChoiceField(
        label=gettext_lazy("When to look again?"),
        widget=forms.RadioSelect,
        required=False,
    )
    called_at = forms.TimeField(
        label=gettext_lazy("Called at"),
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
        error_messages={
            "required": gettext_lazy("Enter the time of the call."),
            "invalid": gettext_lazy("Enter the time like 02:14."),
        },
    )
    client_uuid = number_field()

    def __init__(self, data: Any = None, *, now: datetime, zone: ZoneInfo) -> None:
        self.now, self.zone = now, zone
        super().__init__(data, initial={"called_at": now.astimezone(zone).time(), "look_again": ""})
        let_choose(self, "look_again", (*HOURS, *self._clocks(), NOT_SAID))

    def clean(self) -> dict[str, Any]:
        """Who reached them says what to do now: that is what ends a danger, and no word typed beside it."""
        told = super().clean() or self.cleaned_data
        if told.get("reached") == "yes" and not told.get("advice") and "advice" not in self.errors:
            self.add_error("advice", _("Choose what they said to do."))
        return told

    def clean_called_at(self) -> datetime:
        """A call about a log comes after it, if both were in the same minute."""
        return last_time_of(self.cleaned_data["called_at"], self.now, self.zone)

    @property
    def look_again_at(self) -> datetime | None:
        """Counted from the call, so that a form which lay open means what it said."""
        said, at = self.cleaned_data.get("look_again"), self.cleaned_data["called_at"]
        if not said:
            return None
        if said == "tonight":
            return max(self._moment(EVENING, at), at)
        return self._next_morning(at) if said == "morning" else at + timedelta(hours=int(said))

    def _clocks(self) -> Iterator[tuple[str, str]]:
        """ "Tonight" and "in the morning", with the day that they mean at this hour."""
        if (
            self.is_bound or self._moment(EVENING, self.now) > self.now
        ):  # it was ahead when the form was opened
            yield "tonight", _("Tonight, %(time)s") % {"time": time_format(EVENING, "H:i")}
        is_today = self._next_morning(self.now) == self._moment(MORNING, self.now)
        morning = _("This morning, %(time)s") if is_today else _("Tomorrow morning, %(time)s")
        yield "morning", morning % {"time": time_format(MORNING, "H:i")}

    def _next_morning(self, at: datetime) -> datetime:
        today = self._moment(MORNING, at)
        return today if today > at else self._moment(MORNING, at + timedelta(days=1))

    def _moment(self, clock: time, at: datetime) -> datetime:
        """When the family's clock shows it on the day of `at`."""
        return moment(local_date(at, self.zone), clock, self.zone)

    def as_recorded(self) -> dict[str, Any]:
        """What `record_call` wants to know of the call."""
        return {
            "client_uuid": self.form_number,
            "called_at": self.cleaned_data["called_at"],
            "reached": self.cleaned_data["reached"] == "yes",
            "advice": self.cleaned_data["advice"].removesuffix(NO_ADVICE[0]),
            "told": self.cleaned_data["told"],
            "look_again_at": self.look_again_at,
        }

"""The forms of a team's rota: a week of it, and days on which somebody is away."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.alerts.on_shift import Shift, shifts_of
from tracker.core.forms import DayField, PageForm, clock_field, let_choose
from tracker.models import Place, Rota, ShiftPart

PLACES = {Place.FIRST: gettext_lazy("First"), Place.SECOND: gettext_lazy("Second")}


class RotaWeekForm(PageForm):
    """Two people a shift, and when day and night begin. Left empty is a gap, and may stand."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    day_from = clock_field(gettext_lazy("The day begins at"), None)
    night_from = clock_field(gettext_lazy("The night begins at"), None)

    def __init__(
        self,
        data: Any,
        *,
        monday: date,
        staff: Sequence[tuple[UUID, str]],
        laid: Mapping[tuple[Shift, int], UUID],
        rota: Rota,
    ) -> None:
        super().__init__(
            data, initial={name: getattr(rota, name) for name in ("version", "day_from", "night_from")}
        )
        self.monday = monday
        choices = [("", _("Nobody")), *((str(person), name) for person, name in staff)]
        for shift, place in self.cells():
            label = f"{_day_words(shift)}: {PLACES[place]}"
            who = laid.get((shift, place), "")
            self.fields[cell_name(shift, place)] = forms.ChoiceField(
                label=label, choices=choices, initial=str(who), required=False
            )

    def cells(self) -> Iterator[tuple[Shift, Place]]:
        for shift in shifts_of(self.monday, 7):
            for place in PLACES:
                yield shift, place

    def clean(self) -> None:
        super().clean()
        told = self.cleaned_data
        begins, ends = told.get("day_from"), told.get("night_from")
        if not self.errors and not (begins and ends and begins < ends):
            self.add_error("night_from", _("Type both times. The night begins after the day."))
        for shift in shifts_of(self.monday, 7):
            first, second = (told.get(cell_name(shift, place)) for place in PLACES)
            if first and first == second:
                self.add_error(
                    cell_name(shift, Place.SECOND),
                    _("They are first already. Choose somebody else, or nobody."),
                )

    def laid(self) -> dict[tuple[Shift, int], UUID | None]:
        told = {cell: self.cleaned_data[cell_name(*cell)] for cell in self.cells()}
        return {cell: UUID(who) if who else None for cell, who in told.items()}

    def times(self) -> tuple[time, time]:
        return self.cleaned_data["day_from"], self.cleaned_data["night_from"]

    def days(self) -> Iterator[tuple[date, list[tuple[str, list[Any]]]]]:
        """For the page: each day, its two parts, and the two fields of each."""
        for ahead in range(7):
            day = self.monday + timedelta(days=ahead)
            yield (
                day,
                [
                    (
                        str(part.label),
                        [(words, self[cell_name(Shift(day, part), at)]) for at, words in PLACES.items()],
                    )
                    for part in ShiftPart
                ],
            )


def cell_name(shift: Shift, place: int) -> str:
    return f"{shift.day.isoformat()}-{shift.part}-{place}"


def _day_words(shift: Shift) -> str:
    return f"{shift.day:%d.%m.} {ShiftPart(shift.part).label}"


class AbsenceForm(PageForm):
    """Whom, from which day until which: the lead anybody, a nurse herself."""

    person = forms.ChoiceField(label=gettext_lazy("Who"))
    from_day = DayField(label=gettext_lazy("First day"))
    until_day = DayField(label=gettext_lazy("Last day"))
    side_by_side: ClassVar[tuple[str, ...]] = ("from_day", "until_day")

    def __init__(self, *args: Any, people: Sequence[tuple[UUID, str]], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        let_choose(self, "person", [(str(person), name) for person, name in people])

    def clean(self) -> None:
        super().clean()
        first, last = self.cleaned_data.get("from_day"), self.cleaned_data.get("until_day")
        if first and last and last < first:
            self.add_error("until_day", _("The last day is before the first one."))
        elif last and last < self.today:
            self.add_error("until_day", _("These days are over."))

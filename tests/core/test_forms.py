"""What every form shares: one base, one number of its own, one rule for the hour that the clocks leave out."""

import ast
import pkgutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

import tracker
from therapies.catalogue import load
from tracker.core.forms import SHORT_WEEKDAYS, WEEKDAYS, PageForm, TypedField, WordsField, moment_in
from tracker.families.forms.dates import Clock, DatesForm
from tracker.families.forms.treatment import ChangeForm
from tracker.logs.forms.call import CalledForm, ReachedForm
from tracker.logs.forms.log import Asking, LogForm
from tracker.models import Course

HOUSE = Path(tracker.__path__[0])
ALLAUTHS = "tracker.accounts.forms"
"""Signing in: allauth makes these forms, and its templates lay them out."""
ADMINS = "tracker.admin"
"""The administration is Django's own, with its layout."""


def forms_of(base: type[forms.BaseForm]) -> Iterator[type[forms.BaseForm]]:
    for form in base.__subclasses__():
        yield form
        yield from forms_of(form)


UNSEEN = "\ufeff\u2060 \u200b"


@pytest.mark.parametrize("field", [TypedField(), WordsField(at_most=9)])
def test_what_nobody_sees_is_no_name_and_no_text(field: forms.Field) -> None:
    with pytest.raises(ValidationError):
        field.clean(UNSEEN)
    assert field.clean(f" {UNSEEN}Juno ") == f"{UNSEEN}Juno"


def test_every_line_that_is_kept_as_typed_goes_through_one_field() -> None:
    """What is parsed, chosen or hidden says itself that it is empty."""
    parsed = {"weight", "times", "endpoint", "kind", "code", "number"}
    plain = {
        (form.__name__, name)
        for form in forms_of(PageForm)
        for name, field in form.base_fields.items()
        if type(field) is forms.CharField and not field.widget.is_hidden and name not in parsed
    }
    assert not plain


def test_every_form_has_the_same_base() -> None:
    for module in pkgutil.walk_packages(tracker.__path__, "tracker."):
        if ".migrations" not in module.name:
            import_module(module.name)
    ours = {form for form in forms_of(forms.BaseForm) if form.__module__.startswith("tracker.")}
    assert len(ours) > 30
    others = {form.__module__ for form in ours if not issubclass(form, PageForm)}
    assert others == {ALLAUTHS, ADMINS}


def test_no_form_but_the_base_asks_crispy_for_a_layout_of_its_own() -> None:
    made = [path.as_posix() for path in sources() if "FormHelper" in (HOUSE / path).read_text()]
    assert made == ["core/forms.py"]


def test_a_form_that_lost_its_number_is_a_new_one() -> None:
    number = "0d3c1f7e-5c5f-4a44-9a57-0e6a0c6f2f10"
    for kept, typed in ((True, number), (False, ""), (False, "broken")):
        for form in (
            CalledForm({"client_uuid": typed}, now=datetime.now(UTC), zone=ZoneInfo("UTC")),
            LogForm({"client_uuid": typed}, asking=Asking(now=datetime.now(UTC), zone=ZoneInfo("UTC"))),
        ):
            form.is_valid()
            assert (form.form_number == UUID(number)) is kept


def test_the_week_begins_on_monday_as_in_iso_8601() -> None:
    assert [code for code, _name in WEEKDAYS] == [code for code, _name in SHORT_WEEKDAYS] == list("1234567")
    assert [str(WEEKDAYS[0][1]), str(SHORT_WEEKDAYS[6][1])] == ["Monday", "Sun"]


# ------------------------------------------------------------ the hour that the clocks leave out

NIGHTS = {"America/New_York": "2026-03-08", "Europe/Berlin": "2026-03-29"}
"""In both the clocks go from 02:00 to 03:00."""
LEFT_OUT = "The clocks went forward that night and left this time out. Pick another."
Refusals = Sequence[str]


def log(local: str, now: datetime, zone: ZoneInfo) -> Refusals:
    typed = {"temperature": "37.2", "unit": "C", "when": "pick", "when_at": local}
    return LogForm(typed, asking=Asking(now=now, zone=zone)).errors.get("when", [])


def first_days(given: str, field: str) -> Callable[[str, datetime, ZoneInfo], Refusals]:
    def read(local: str, now: datetime, zone: ZoneInfo) -> Refusals:
        therapy = next(one.id for one in load().therapies.values() if one.schedule.given == given)
        form = DatesForm({field: local}, therapy=therapy, clock=Clock(now, zone))
        assert field in form.fields
        return form.errors.get(field, [])

    return read


def planned(local: str, now: datetime, zone: ZoneInfo) -> Refusals:
    course = Course(
        therapy=next(one.id for one in load().therapies.values() if one.schedule.given == "doses")
    )
    before = Clock(datetime(2026, 3, 1, tzinfo=UTC), zone)
    field = ChangeForm({"kind": "next", "at": local}, change="next", course=course, clock=before).fields["at"]
    return refusals(lambda: field.clean(local))


def call(local: str, now: datetime, zone: ZoneInfo) -> Refusals:
    form = CalledForm({"reached": "no", "called_at": local[11:]}, now=now, zone=zone)
    return form.errors.get("called_at", [])


def reached(local: str, now: datetime, zone: ZoneInfo) -> Refusals:
    return ReachedForm({"reached_at": local[11:]}, now=now, zone=zone).errors.get("reached_at", [])


def dose_or_pump(local: str, now: datetime, zone: ZoneInfo) -> Refusals:
    with timezone.override(zone):
        return refusals(lambda: moment_in({"at": "picked", "given_at": local}, "given_at", now, now))


def refusals(read: Callable[[], object]) -> Refusals:
    try:
        read()
    except ValidationError as refused:
        return refused.messages
    return []


READERS = {
    "log": log,
    "start of the pump": first_days("pump", "start"),
    "first dose": first_days("doses", "dose_1"),
    "change of the treatment": planned,
    "call": call,
    "family reached": reached,
    "dose or pump": dose_or_pump,
}


@pytest.mark.hazard("H18")
@pytest.mark.parametrize("zone", NIGHTS)
@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_a_time_that_the_clocks_left_out_is_refused_and_the_form_says_why(
    read: Callable[[str, datetime, ZoneInfo], Refusals], zone: str
) -> None:
    day, clock = NIGHTS[zone], ZoneInfo(zone)
    now = datetime.fromisoformat(f"{day}T10:00").replace(tzinfo=clock).astimezone(UTC)
    for left_out in ("02:00", "02:30", "02:59"):
        (said,) = read(f"{day}T{left_out}", now, clock)
        assert said.removeprefix("Nothing was recorded. ") == LEFT_OUT
    for shown in ("01:59", "03:00"):
        assert read(f"{day}T{shown}", now, clock) == []


@pytest.mark.parametrize("zone", NIGHTS)
def test_a_call_just_after_the_clocks_went_forward_is_written_down(zone: str) -> None:
    now = datetime.fromisoformat(f"{NIGHTS[zone]}T03:05").replace(tzinfo=ZoneInfo(zone))
    form = CalledForm({"reached": "no", "called_at": "01:58"}, now=now, zone=ZoneInfo(zone))
    assert form.is_valid()
    assert (now - form.cleaned_data["called_at"]).total_seconds() == 6 * 60 + 1


def test_in_two_hours_is_two_hours_even_when_the_clocks_change() -> None:
    zone = ZoneInfo("Europe/Berlin")
    now = datetime(2026, 3, 29, 1, 30, 59, tzinfo=zone)
    typed = {"reached": "no", "called_at": "01:30", "look_again": "2"}
    form = CalledForm(typed, now=now, zone=zone)
    assert form.is_valid()
    assert form.look_again_at == datetime(2026, 3, 29, 4, 30, 59, tzinfo=zone)


TIMES = {
    "forms.TimeField",
    "forms.DateTimeField",
    "forms.SplitDateTimeField",
    "MomentField",
    "WhenField",
    "clock_field",
    "moment_in",
}
EVERY_DAY = {
    "clinic/forms.py clock_field": 2,  # the hours of a team
    "clinic/rota_forms.py clock_field": 2,  # when day and night begin
    "core/forms.py forms.TimeField": 1,  # what clock_field makes
    "families/forms/numbers.py clock_field": 2,  # the hours of a number
    "messaging/forms.py clock_field": 6,  # reminders and quiet hours
}
"""Times of every day, of no night: where the clocks leave one out, lib.clock.moment says when it is."""
OF_ONE_DAY = {
    "families/forms/dates.py MomentField": 2,
    "families/forms/treatment.py MomentField": 1,
    "home_care/late_words.py moment_in": 1,  # read again when it is saved
    "home_care/views/doses.py moment_in": 1,
    "home_care/views/pump.py moment_in": 1,
    "logs/forms/call.py forms.TimeField": 2,
    "site/phone/entries.py moment_in": 1,  # the same form, as a phone kept it
    "logs/forms/log.py WhenField": 1,
}


def test_every_place_that_reads_a_time_of_one_day_is_tried_above() -> None:
    found: Counter[str] = Counter()
    for path in sources():
        for node in ast.walk(ast.parse((HOUSE / path).read_text())):
            if isinstance(node, ast.Call) and (name := ast.unparse(node.func)) in TIMES:
                found[f"{path.as_posix()} {name}"] += 1
    assert found == EVERY_DAY | OF_ONE_DAY


def sources() -> list[Path]:
    return sorted(path.relative_to(HOUSE) for path in HOUSE.rglob("*.py"))

"""Treatment: what changed, on the page and in what the rules see."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from tests.support.personas import NOW, answers, child_of
from therapies.schedule import Event
from tracker.logs.actions.record import record_log
from tracker.models import Alert, Child, TreatmentEvent, User

pytestmark = pytest.mark.django_db
UTC = ZoneInfo("UTC")


@pytest.fixture(autouse=True)
def at_night(clock: Any) -> None:
    clock.move_to(NOW)


@pytest.fixture
def as_mother(client: Client, mother: User) -> Client:
    client.force_login(mother)
    return client


@pytest.fixture
def pump_child(mother: User) -> Child:
    """Theo: cycle 1, the pump runs for four days."""
    return child_of(mother, "Theo", "blinatumomab", Event("start", NOW - timedelta(days=4), cycle=1))


@pytest.fixture
def dose_child(mother: User) -> Child:
    return child_of(mother, "Nour", "inotuzumab-ozogamicin", Event("dose", NOW - timedelta(days=8)))


def page(child: Child) -> str:
    return reverse("treatment", args=[child.pk])


def change(client: Client, child: Child, kind: str, at: str, **more: str) -> Any:
    return client.post(page(child), {"kind": kind, "at": at, **more})


def label(child: Child) -> list[str]:
    return [text % values for text, values in Child.objects.get(pk=child.pk).course.day_labels(NOW)]


def test_a_pump_that_stops_and_starts_again_shows_at_once(as_mother, pump_child):
    assert change(as_mother, pump_child, "stop", "2026-11-19T20:00", planned="yes").status_code == 303
    assert label(pump_child) == ["Cycle 1, day 5", "pump stopped since 2026-11-19 20:00:00+00:00"]
    assert "pump stopped since Thursday 20:00" in as_mother.get(page(pump_child)).content.decode()
    change(as_mother, pump_child, "restart", "2026-11-20T01:30")
    assert label(pump_child)[1].startswith("pump running until")


def test_a_cycle_ends_and_the_next_one_is_planned_and_begins(as_mother, pump_child):
    change(as_mother, pump_child, "end", "2026-11-20T00:00")
    change(as_mother, pump_child, "next", "2026-12-04T09:00")
    assert label(pump_child)[-1].startswith("Next: 2026-12-04")
    form = as_mother.get(page(pump_child) + "?change=start").context["form"]
    assert form["cycle"].value() == 2
    change(as_mother, pump_child, "start", "2026-11-20T01:00", cycle="2")
    assert label(pump_child)[0] == "Cycle 2, day 1"


def test_a_dose_is_given_and_the_next_one_put_off(as_mother, dose_child):
    change(as_mother, dose_child, "dose", "2026-11-19T10:00")
    change(as_mother, dose_child, "delayed", "2026-11-29T10:00")
    labels = label(dose_child)
    assert labels[:2] == ["Cycle number not entered, day 9", "1 day after dose 2"]
    assert labels[2].startswith("Next: 2026-11-29")


def test_a_transplant_has_its_own_day(as_mother, child):
    change(as_mother, child, "transplant", "2026-11-18")
    assert "Day 2 after the transplant" in label(child)


def test_a_wrong_infusion_day_is_corrected_and_the_old_one_stays_on_record(as_mother, child):
    change(as_mother, child, "moved", "2026-11-15")
    assert label(child) == ["Day 5 after the infusion"]
    old = TreatmentEvent.objects.exclude(withdrawn_at=None).get()
    assert old.kind == "infusion"
    assert "taken back" in as_mother.get(page(child)).content.decode()


def test_the_rules_follow_a_change_at_once(as_mother, mother, pump_child):
    """A pause of the pump makes the next start a fresh one: what was harmless before is looked at again."""
    record_log(
        child=pump_child,
        caregiver=mother,
        answers=answers(36.8, headache="mild"),
        observed_at=NOW - timedelta(hours=1),
        client_uuid=pump_child.pk,
        now=NOW,
    )
    before = pump_child.logs.get().assessments.count()
    change(as_mother, pump_child, "stop", "2026-11-19T12:00", planned="yes")
    change(as_mother, pump_child, "restart", "2026-11-20T00:30")
    assert pump_child.logs.get().assessments.count() > before
    assert Alert.objects.filter(child=pump_child).exists()


def test_another_therapy_begins_with_its_own_dates(as_mother, child):
    first = as_mother.post(page(child), {"kind": "therapy", "therapy": "blinatumomab"})
    assert "Blinatumomab" in first.content.decode()
    sent = {name: first.context["form"][name].value() or "" for name in first.context["form"].fields}
    response = as_mother.post(page(child), sent | {"start": "2026-11-19T09:00", "cycle": "1"})
    assert response.status_code == 303
    again = as_mother.post(page(child), sent | {"start": "2026-11-19T09:00", "cycle": "1"})
    assert again.status_code == 303
    running = Child.objects.get().course
    assert (running.therapy, Child.objects.get().courses.count()) == ("blinatumomab", 2)
    assert label(child)[0] == "Cycle 1, day 2"


@pytest.mark.parametrize("kind", ["therapy", "dates"])
def test_a_therapy_that_is_not_for_this_age_does_not_begin(as_mother, child, kind):
    sent = {"kind": kind, "therapy": "brexucabtagene-autoleucel", "infusion": "2026-11-19"}
    assert as_mother.post(page(child), sent).status_code in (303, 422)
    assert Child.objects.get().course.therapy == "tisagenlecleucel"


def test_what_was_recorded_by_mistake_is_taken_back(as_mother, pump_child):
    change(as_mother, pump_child, "stop", "2026-11-19T20:00", planned="yes")
    event = TreatmentEvent.objects.get(kind="stop")
    assert as_mother.post(reverse("treatment-withdraw", args=[event.pk])).status_code == 303
    assert label(pump_child)[1].startswith("pump running")


@pytest.mark.parametrize(
    ("kind", "at", "said"),
    [
        ("stop", "2026-11-21T02:00", "still to come"),
        ("stop", "2026-11-10T02:00", "before the first cycle began"),
        ("stop", "soon", "Pick the day and the time"),
        ("stop", "", "Say when"),
        ("next", "2026-11-19T02:00", "This time has passed"),
        ("next", "2031-11-19T02:00", "more than a year away"),
        ("end", "1999-11-19T02:00", "before your child was born"),
        ("transplant", "2026-11-22", "still to come"),
        ("start", "2026-11-19T09:00", "number of the cycle"),
    ],
)
def test_a_time_that_cannot_be_is_said_plainly_and_kept(as_mother, pump_child, kind, at, said):
    response = change(as_mother, pump_child, kind, at, cycle="first")
    assert response.status_code == 422
    page = response.content.decode()
    assert said in page
    assert f'value="{at}"' in page or not at
    assert TreatmentEvent.objects.count() == 1


def test_a_pump_that_runs_cannot_be_started_again(as_mother, pump_child):
    change(as_mother, pump_child, "stop", "2026-11-20T02:00", planned="yes")
    response = change(as_mother, pump_child, "restart", "2026-11-19T02:00")
    assert "the pump was running then" in response.content.decode()


def test_a_second_tap_records_nothing_twice(as_mother, dose_child):
    change(as_mother, dose_child, "dose", "2026-11-19T10:00")
    again = change(as_mother, dose_child, "dose", "2026-11-19T10:00")
    assert "recorded already" in again.content.decode()
    assert TreatmentEvent.objects.filter(kind="dose").count() == 2


@pytest.mark.parametrize("kind", ["restart", "dose", "nonsense", ""])
def test_a_change_that_does_not_fit_changes_nothing(as_mother, pump_child, kind):
    response = change(as_mother, pump_child, kind, "2026-11-19T10:00")
    assert response.status_code == 303
    assert TreatmentEvent.objects.count() == 1
    assert as_mother.get(page(pump_child) + f"?change={kind}").status_code == 200


def test_the_family_clock_is_the_one_that_counts(as_mother, pump_child):
    pump_child.time_zone = "America/New_York"
    pump_child.save()
    change(as_mother, pump_child, "stop", "2026-11-19T20:00", planned="yes")
    stop = TreatmentEvent.objects.get(kind="stop")
    assert stop.at == datetime(2026, 11, 20, 1, tzinfo=UTC)

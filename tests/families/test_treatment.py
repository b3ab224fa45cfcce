"""Courses and what happens in them: appended and withdrawn, never edited; the rules follow at once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from tests.support.personas import NOW, answers, child_of
from therapies.schedule import Event
from tracker.families.actions.children import update_child
from tracker.families.actions.treatment import end_course, record_event, start_course, withdraw_event
from tracker.logs.actions.record import Recorded, record_log
from tracker.models import Alert, AuditEvent, Child, Course, EventKind, TreatmentEvent, User

Log = Callable[..., Recorded]


@pytest.fixture
def pump_child(mother: User) -> Child:
    """Theo, in the first cycle of blinatumomab for ten days."""
    return child_of(mother, "Theo", "blinatumomab", Event("start", NOW - timedelta(days=10), cycle=1))


def labels(child: Child, at: datetime = NOW) -> list[str]:
    return [msgid % values for msgid, values in Child.objects.get(pk=child.pk).course.day_labels(at)]


def urgency(child: Child, mother: User, **seen: Any) -> str:
    return record_log(
        child=child, caregiver=mother, answers=answers(**seen), observed_at=NOW, client_uuid=uuid4(), now=NOW
    ).assessment.urgency


def test_the_day_label_follows_the_infusion(child: Child) -> None:
    assert labels(child) == ["Day 6 after the infusion"]


def test_without_knowledge_there_is_no_label_and_no_error(child: Child, mother: User) -> None:
    course = start_course(child=child, therapy="a therapy of yesterday", by=mother, now=NOW)
    assert course.day_labels(NOW) == []


def test_days_are_those_of_the_familys_calendar(child: Child, mother: User) -> None:
    update_child(child=child, about={"time_zone": "Pacific/Auckland"}, by=mother, now=NOW)
    assert labels(child, NOW + timedelta(hours=9)) == ["Day 7 after the infusion"]
    update_child(child=child, about={"time_zone": "UTC"}, by=mother, now=NOW)
    assert labels(child, NOW + timedelta(hours=9)) == ["Day 6 after the infusion"]


@pytest.mark.hazard("H28")
def test_a_stopped_pump_is_known_to_the_label_and_to_the_rules(pump_child: Child, mother: User) -> None:
    record_event(course=pump_child.course, event=Event("stop", NOW - timedelta(hours=1)), by=mother, now=NOW)
    assert labels(pump_child) == ["Cycle 1, day 11", f"pump stopped since {NOW - timedelta(hours=1)}"]
    recorded = record_log(
        child=pump_child, caregiver=mother, answers={}, observed_at=NOW, client_uuid=uuid4(), now=NOW
    )
    assert recorded.assessment.basis["context"]["infusion_running"] is False


def test_a_restart_after_a_long_pause_is_early_again(pump_child: Child, mother: User) -> None:
    assert urgency(pump_child, mother, headache="mild") == "today"
    course = pump_child.course
    record_event(course=course, event=Event("stop", NOW - timedelta(hours=8)), by=mother, now=NOW)
    record_event(course=course, event=Event("restart", NOW - timedelta(hours=2)), by=mother, now=NOW)
    assert urgency(pump_child, mother, headache="mild") == "now"


@pytest.mark.hazard("H28")
def test_recent_logs_are_asked_about_again(pump_child: Child, mother: User) -> None:
    """The restart was told only after the log: its answer rises, and the alert with it."""
    recorded = record_log(
        child=pump_child,
        caregiver=mother,
        answers=answers(headache="mild"),
        observed_at=NOW,
        client_uuid=uuid4(),
        now=NOW,
    )
    assert Alert.objects.get().urgency == "today"
    course, later = pump_child.course, NOW + timedelta(hours=1)
    record_event(course=course, event=Event("stop", NOW - timedelta(hours=8)), by=mother, now=later)
    record_event(course=course, event=Event("restart", NOW - timedelta(hours=2)), by=mother, now=later)
    assert recorded.log.assessment.urgency == "now"
    assert Alert.objects.open().get().urgency == "now"


def test_an_event_is_withdrawn_and_another_takes_its_place(child: Child, mother: User) -> None:
    wrong = child.course.events.get()
    right = Event("infusion", NOW - timedelta(days=9))
    record_event(course=child.course, event=right, instead_of=wrong, by=mother, now=NOW)
    assert labels(child) == ["Day 9 after the infusion"]
    wrong.refresh_from_db()
    assert (wrong.withdrawn_at, wrong.withdrawn_by) == (NOW, mother)
    assert TreatmentEvent.objects.count() == 2
    assert Course.objects.get().begun_at == right.at


def test_withdrawing_twice_is_withdrawing_once(child: Child, mother: User, father: User) -> None:
    event = child.course.events.get()
    withdraw_event(event=event, by=mother, now=NOW)
    withdraw_event(event=event, by=father, now=NOW + timedelta(hours=1))
    event.refresh_from_db()
    assert event.withdrawn_by == mother
    assert AuditEvent.objects.filter(verb="event.withdrawn").count() == 1
    assert labels(child) == ["Date of the infusion not entered"]


def test_the_next_course_ends_the_one_before(child: Child, mother: User) -> None:
    first = child.course
    second = start_course(child=child, therapy="blinatumomab", by=mother, now=NOW)
    first.refresh_from_db()
    assert (first.ended_at, first.ended_by) == (NOW, mother)
    assert child.course == Child.objects.get().course == second


def test_the_rules_of_a_course_that_is_told_late_hold_since_it_began(child: Child, mother: User) -> None:
    recorded = record_log(
        child=child, caregiver=mother, answers={}, observed_at=NOW, client_uuid=uuid4(), now=NOW
    )
    begun = Event("start", NOW - timedelta(days=1))
    later = NOW + timedelta(hours=1)
    start_course(child=child, therapy="blinatumomab", events=[begun], by=mother, now=later)
    assert recorded.log.assessment.basis["therapy"] == "blinatumomab"


def switched(mother: User, days_ago: int) -> Child:
    """Ravi had inotuzumab, and a course of blinatumomab began since."""
    then = NOW - timedelta(days=days_ago)
    ravi = child_of(mother, "Ravi", "inotuzumab-ozogamicin", Event("dose", then))
    since = NOW - timedelta(days=10)
    start_course(child=ravi, therapy="blinatumomab", events=[Event("start", since)], by=mother, now=NOW)
    return Child.objects.get(pk=ravi.pk)


def test_late_effects_of_an_earlier_therapy_are_still_watched_for(mother: User) -> None:
    """Belly pain is noted on blinatumomab; after inotuzumab it can be the liver."""
    assert urgency(switched(mother, 40), mother, abdominal_pain="mild") == "today"


def test_after_a_year_an_earlier_therapy_is_history(mother: User) -> None:
    assert urgency(switched(mother, 365), mother, abdominal_pain="mild") == "today"
    assert urgency(switched(mother, 366), mother, abdominal_pain="mild") == "note"


def test_an_earlier_therapy_that_the_knowledge_no_longer_has_stops_nothing(mother: User) -> None:
    child = switched(mother, 40)
    Course.objects.filter(child=child, therapy="inotuzumab-ozogamicin").update(therapy="forgotten")
    assert urgency(child, mother) == "note"


def test_a_course_ends_once(child: Child, mother: User, father: User) -> None:
    course = child.course
    end_course(course=course, by=mother, now=NOW)
    end_course(course=course, by=father, now=NOW + timedelta(hours=1))
    course.refresh_from_db()
    assert course.ended_by == mother
    assert Child.objects.get().course is None
    assert AuditEvent.objects.filter(verb="course.ended").count() == 1


def test_a_child_runs_one_course(child: Child) -> None:
    with pytest.raises(IntegrityError, match=r"UNIQUE|one_course_runs"):
        Course.objects.create(child=child, therapy="blinatumomab", begun_at=NOW)


@pytest.mark.parametrize("wrong", [{"kind": "party"}, {"withdrawn_at": NOW}])
def test_an_event_that_cannot_be_is_refused(child: Child, wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        TreatmentEvent.objects.update(**wrong)


def test_the_kinds_are_those_of_the_schedule() -> None:
    from therapies.schedule import KINDS

    assert set(EventKind.values) == set(KINDS)


def test_no_health_word_is_in_the_audit(child: Child, mother: User) -> None:
    record_event(course=child.course, event=Event("transplant", NOW), by=mother, now=NOW)
    for audit in AuditEvent.objects.all():
        assert "transplant" not in f"{audit.verb} {audit.detail}"
        assert "tisagenlecleucel" not in f"{audit.verb} {audit.detail}"

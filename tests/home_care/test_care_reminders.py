"""Reminders of planned doses and of the line: once each, to who is on duty, and never of what is done."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tests.support.personas import NOW, child_of
from therapies.schedule import Event
from tracker.families.actions.children import pause, update_child
from tracker.home_care.actions.care_reminders import doses_due, lines_due
from tracker.home_care.actions.doses import add_medicine, end_medicine, give_dose
from tracker.home_care.actions.duty import take_baton
from tracker.home_care.actions.pump import record_change, set_intervals
from tracker.models import Kind, Message, Reminder
from tracker.operations import sweep

MORNING, EVENING = datetime(2026, 11, 20, 8, tzinfo=UTC), datetime(2026, 11, 20, 20, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
LABEL = {"name": "Levetiracetam", "dose": "5 ml", "as_needed": False, "times": ["20:00", "08:00"]}
LABEL |= {"days": "", "gap_hours": None, "lowers_fever": False}


@pytest.fixture(autouse=True)
def mail_is_kept(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def medicine(child, mother):
    return add_medicine(child=child, label=LABEL, by=mother, now=NOW)


def told():
    rows = Message.objects.filter(kind=Kind.REMINDER).order_by("due_at", "recipient__name")
    return [(row.recipient.name, row.due_at) for row in rows]


def test_a_planned_dose_reminds_every_parent_once(medicine, father, mailoutbox):
    for minute in range(3):
        sweep.sweep(now=MORNING + minute * MINUTE, deliver=True)
    assert told() == [("Father", MORNING), ("Mother", MORNING)]
    assert len(mailoutbox) == 2
    assert not any("Levetiracetam" in f"{mail.subject} {mail.body}" for mail in mailoutbox)


def test_who_is_on_duty_is_reminded_alone(child, medicine, mother, father):
    take_baton(child=child, instead_of=None, by=father, now=NOW)
    doses_due(now=MORNING)
    assert told() == [("Father", MORNING)]


def test_a_dose_that_was_given_reminds_nobody(medicine, mother):
    give_dose(
        medicine=medicine, slot_at=MORNING, given_at=MORNING, client_uuid=uuid4(), by=mother, now=MORNING
    )
    doses_due(now=MORNING + MINUTE)
    assert told() == []
    doses_due(now=EVENING)
    assert told() == [("Mother", EVENING)]


def test_after_a_standstill_only_the_newest_dose_reminds(medicine):
    while doses_due(now=EVENING + 30 * MINUTE):
        pass
    assert told() == [("Mother", EVENING)]


def test_a_paused_child_and_a_stopped_medicine_remind_nobody(child, medicine, mother):
    pause(child=child, reason="hospital", by=mother, now=NOW)
    doses_due(now=MORNING)
    end_medicine(medicine=medicine, by=mother, now=NOW)
    doses_due(now=EVENING)
    assert Reminder.objects.count() == 0


def test_the_clock_of_another_zone_moves_the_dose(child, medicine, mother):
    update_child(child=child, about={"time_zone": "America/New_York"}, by=mother, now=NOW)
    while doses_due(now=MORNING + 5 * 60 * MINUTE):
        pass
    assert told() == [("Mother", MORNING + 5 * 60 * MINUTE)]


def test_many_doses_cost_as_much_as_one(child, medicine, mother, django_assert_max_num_queries):
    for name in "ABC":
        other = child_of(mother, name, "tisagenlecleucel", Event("infusion", NOW - 2 * DAY))
        add_medicine(child=other, label=LABEL, by=mother, now=NOW)
    with django_assert_max_num_queries(12):
        assert doses_due(now=MORNING) == 4


def test_a_bag_whose_days_are_over_reminds_once(mother):
    child = child_of(mother, "Theo", "blinatumomab", Event("start", NOW - 3 * DAY, cycle=1))
    set_intervals(child=child, days={"bag": 4}, by=mother, now=NOW)
    record_change(child=child, part="bag", changed_at=NOW, client_uuid=uuid4(), by=mother, now=NOW)
    for moment in (NOW + 4 * DAY - MINUTE, NOW + 4 * DAY, NOW + 4 * DAY + MINUTE):
        lines_due(now=moment)
    assert told() == [("Mother", NOW + 4 * DAY)]

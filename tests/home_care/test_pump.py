"""The pump at home: the clinic's intervals, the cycle, and a problem in one tap."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from tests.support.personas import NOW, child_of
from therapies.schedule import Event
from tracker.families.actions.children import pause
from tracker.families.actions.treatment import record_event
from tracker.home_care.actions.pump import record_change, set_intervals, take_back_change
from tracker.home_care.queries.pump import due_changes, hospital_days, line_clock, pump_cycle
from tracker.models import Alert, LineChange, SymptomLog

DAY = timedelta(days=1)
START = NOW - 5 * DAY


@pytest.fixture
def pumped(mother):
    return child_of(mother, "Ada", "blinatumomab", Event("start", START, cycle=1))


def changed(child, by, part="bag", at=NOW, **more):
    number = more.pop("client_uuid", None) or uuid4()
    return record_change(child=child, part=part, changed_at=at, client_uuid=number, by=by, now=NOW)


def intervals(child, by, **days):
    set_intervals(
        child=child, days={"bag": None, "needle": None, "dressing": None} | days, by=by, now=NOW - DAY
    )


def clock_of(child, part, at=NOW):
    return next(one for one in line_clock(child, at) if one.part == part)


def test_a_bag_is_due_after_the_clinic_s_days(pumped, mother):
    intervals(pumped, mother, bag=4, needle=7)
    changed(pumped, mother, at=NOW - DAY)
    assert clock_of(pumped, "bag").due_at == NOW + 3 * DAY
    assert clock_of(pumped, "needle").due_at is None


def test_a_cycle_begins_with_a_new_bag(pumped, mother):
    intervals(pumped, mother, bag=3)
    changed(pumped, mother, at=START - DAY)
    assert clock_of(pumped, "bag").due_at == START + 3 * DAY


def test_without_the_clinic_s_days_nothing_is_worked_out(pumped, mother):
    changed(pumped, mother)
    assert clock_of(pumped, "bag").due_at is None


def test_a_change_taken_back_does_not_count(pumped, mother):
    intervals(pumped, mother, dressing=7)
    changed(pumped, mother, "dressing", at=NOW - 2 * DAY)
    assert take_back_change(change=changed(pumped, mother, "dressing"), by=mother, now=NOW)
    assert clock_of(pumped, "dressing").due_at == NOW + 5 * DAY


def test_a_double_tap_is_one_change(pumped, mother):
    number = uuid4()
    assert changed(pumped, mother, client_uuid=number) == changed(pumped, mother, client_uuid=number)


def test_a_change_is_due_in_its_hour_and_not_of_a_paused_child(pumped, mother):
    intervals(pumped, mother, bag=4)
    changed(pumped, mother, at=NOW - DAY)
    due_at = NOW + 3 * DAY
    assert due_changes(due_at - timedelta(minutes=1)) == []
    assert [(one.part, one.at) for one in due_changes(due_at + timedelta(minutes=30))] == [("bag", due_at)]
    assert due_changes(due_at + timedelta(hours=2)) == []
    pause(child=pumped, reason="hospital", by=mother, now=NOW)
    assert due_changes(due_at) == []


def test_the_cycle_ends_after_28_days_then_14_without_the_pump(pumped):
    cycle = pump_cycle(pumped, NOW)
    assert (cycle.number, cycle.day, cycle.is_running) == (1, 6, True)
    assert cycle.ends_at == START + 28 * DAY
    assert cycle.next_at == START + 42 * DAY


def test_a_pause_of_the_pump_moves_the_end_and_the_next_start(pumped, mother):
    for kind, at in (("stop", NOW - 2 * DAY), ("restart", NOW - DAY)):
        record_event(course=pumped.course, event=Event(kind, at), by=mother, now=NOW)
    cycle = pump_cycle(pumped, NOW)
    assert cycle.ends_at == START + 29 * DAY
    assert cycle.next_at == START + 43 * DAY


def test_the_next_start_counts_from_the_real_end_and_what_was_typed_wins(pumped, mother):
    record_event(course=pumped.course, event=Event("end", NOW - DAY), by=mother, now=NOW)
    cycle = pump_cycle(pumped, NOW)
    assert cycle.ends_at is None
    assert cycle.next_at == NOW + 13 * DAY
    planned = Event("next", NOW, until=NOW + 20 * DAY)
    record_event(course=pumped.course, event=planned, by=mother, now=NOW)
    cycle = pump_cycle(pumped, NOW)
    assert cycle.next_is_planned
    assert cycle.next_at == NOW + 20 * DAY


def test_the_hospital_days_stand_as_the_sources_have_them(pumped):
    rows, sources = hospital_days(pumped, pump_cycle(pumped, NOW))
    assert [(row.cycle, row.first_day, row.last_day) for row in rows] == [(1, 1, 3), (1, 1, 9), (2, 1, 2)]
    assert rows[0].dates == (START, START + 2 * DAY)
    assert rows[2].dates is None
    assert "blincyto-administration" in [cited.source.id for cited in sources]


def test_a_child_without_a_pump_has_a_line_and_no_cycle(child):
    assert pump_cycle(child, NOW) is None
    assert hospital_days(child, None) == ([], ())
    assert len(line_clock(child, NOW)) == 3


# ------------------------------------------------------------------ the pages


def test_a_pump_problem_is_call_now_in_one_tap_and_logged_in_the_next(client, pumped, mother, clock_at_now):
    client.force_login(mother)
    address = reverse("pump-problem", args=[pumped.pk])
    html = client.get(address).content.decode()
    assert "Call the care team now" in html
    assert "settings of the pump" in html
    assert not SymptomLog.objects.exists()
    number = uuid4()
    for _ in range(2):
        answer = client.post(address, {"pump": "alarm", "client_uuid": number})
        assert answer.status_code == 303
    assert SymptomLog.objects.get().assessment.urgency == "now"
    assert Alert.objects.get().urgency == "now"


def test_a_helper_logs_a_pump_problem_and_records_no_change(client, pumped, helper_of_pumped, clock_at_now):
    client.force_login(helper_of_pumped)
    assert (
        client.post(
            reverse("pump-problem", args=[pumped.pk]), {"pump": "leak", "client_uuid": uuid4()}
        ).status_code
        == 303
    )
    assert client.get(reverse("pump", args=[pumped.pk])).status_code == 200
    assert client.post(reverse("pump-changed", args=[pumped.pk]), {"part": "bag"}).status_code == 403


@pytest.fixture
def helper_of_pumped(pumped, mother):
    from tests.support.personas import join, person
    from tracker.models import Role

    helper = person("grandma")
    join(helper, Role.HELPER, child=pumped, by=mother)
    return helper


def test_the_pages_keep_days_and_changes(client, pumped, mother, clock_at_now):
    client.force_login(mother)
    address = reverse("pump-intervals", args=[pumped.pk])
    assert client.post(address, {"bag": "9"}).status_code == 422
    assert client.post(address, {"bag": "4", "needle": ""}).status_code == 303
    client.post(
        reverse("pump-changed", args=[pumped.pk]),
        {"part": "bag", "changed_at": "2026-11-19T10:00", "client_uuid": uuid4()},
    )
    html = client.get(reverse("pump", args=[pumped.pk])).content.decode()
    assert "Monday 23 November" in html
    change = LineChange.objects.get()
    client.post(reverse("pump-take-back", args=[pumped.pk, change.pk]))
    assert "taken back" in client.get(reverse("pump", args=[pumped.pk])).content.decode()


def test_a_stranger_finds_no_pump(client, pumped, stranger):
    client.force_login(stranger)
    for name in ("pump", "pump-problem"):
        assert client.get(reverse(name, args=[pumped.pk])).status_code == 404


def test_the_page_costs_the_same_whatever_the_history(
    client, pumped, mother, clock_at_now, django_assert_max_num_queries
):
    for number in range(30):
        changed(pumped, mother, at=NOW - timedelta(hours=number))
    client.force_login(mother)
    with django_assert_max_num_queries(15):
        client.get(reverse("pump", args=[pumped.pk]))

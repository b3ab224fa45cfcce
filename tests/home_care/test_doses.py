"""Doses: each once, whoever of the family is faster; what was given is never hidden."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from tests.support.personas import NOW, child_of
from tracker.assessment.fever_medicine import fever_medicine_since
from tracker.core.refused import Refused
from tracker.families.actions.children import update_child
from tracker.home_care.actions.doses import (
    AlreadyGiven,
    add_medicine,
    change_medicine,
    give_dose,
    take_back_dose,
)
from tracker.home_care.forms import MedicineForm
from tracker.home_care.queries.doses import plan_of, slots_between
from tracker.logs import queries
from tracker.models import DoseGiven

EVENING = datetime(2026, 11, 20, 20, tzinfo=UTC)
FIXED = {
    "name": "Levetiracetam",
    "dose": "5 mL",
    "as_needed": False,
    "times": ["20:00", "08:00"],
    "days": "",
    "gap_hours": None,
    "lowers_fever": False,
}
NEEDED = FIXED | {"name": "Ondansetron", "as_needed": True, "times": [], "gap_hours": 8}


@pytest.fixture
def fixed(child, mother):
    return add_medicine(child=child, label=FIXED, by=mother, now=NOW)


@pytest.fixture
def needed(child, mother):
    return add_medicine(child=child, label=NEEDED, by=mother, now=NOW)


def give(medicine, by, at=EVENING, slot=None, now=None, **more):
    return give_dose(
        medicine=medicine,
        slot_at=slot,
        given_at=at,
        client_uuid=more.pop("client_uuid", None) or uuid4(),
        by=by,
        now=now or at,
        **more,
    )


@pytest.mark.hazard("H32")
def test_two_parents_cannot_give_the_same_planned_dose(fixed, mother, father):
    first = give(fixed, mother, slot=EVENING)
    with pytest.raises(AlreadyGiven) as refused:
        give(fixed, father, at=EVENING + timedelta(minutes=10), slot=EVENING)
    assert refused.value.dose == first
    assert DoseGiven.objects.get().given_by == mother


@pytest.mark.hazard("H32")
def test_the_database_itself_keeps_a_planned_dose_single(fixed, mother, father):
    dose = give(fixed, mother, slot=EVENING)
    dose.pk, dose.client_uuid = uuid4(), uuid4()
    with pytest.raises(IntegrityError), transaction.atomic():
        dose.save(force_insert=True)


def test_as_needed_waits_for_the_gap_on_the_label_from_either_side(needed, mother, father):
    give(needed, mother)
    for hours in (7.99, -7.99):
        with pytest.raises(AlreadyGiven):
            give(needed, father, at=EVENING + timedelta(hours=hours), now=EVENING + timedelta(days=1))
    assert give(needed, father, at=EVENING + timedelta(hours=8)).again_after is None


def test_a_second_dose_that_was_given_is_recorded_and_marked(needed, mother, father):
    first = give(needed, mother)
    second = give(needed, father, at=EVENING + timedelta(hours=1), even_so=True)
    assert second.again_after == first


def test_a_dose_that_comes_in_late_keeps_its_own_time_and_says_so(needed, father):
    dose = give(needed, father, at=EVENING, now=EVENING + timedelta(hours=3))
    assert dose.given_at == EVENING
    assert dose.is_late


def test_a_dose_is_never_given_in_the_future(needed, mother):
    assert give(needed, mother, at=EVENING + timedelta(hours=2), now=EVENING).given_at == EVENING


def test_a_double_tap_is_one_dose(needed, mother):
    number = uuid4()
    assert give(needed, mother, client_uuid=number) == give(needed, mother, client_uuid=number)


def test_a_dose_taken_back_makes_room_again(fixed, mother, father):
    dose = give(fixed, mother, slot=EVENING)
    assert take_back_dose(dose=dose, by=mother, now=EVENING)
    assert not take_back_dose(dose=dose, by=father, now=EVENING)
    assert give(fixed, father, slot=EVENING).again_after is None


def test_a_time_that_is_not_on_the_label_is_refused(fixed, mother):
    with pytest.raises(Refused):
        give(fixed, mother, slot=EVENING + timedelta(minutes=1))


def test_a_changed_label_leaves_what_was_given_as_it_was(needed, mother):
    dose = give(needed, mother)
    change_medicine(medicine=needed, label=NEEDED | {"dose": "8 mg"}, by=mother, now=EVENING)
    dose.refresh_from_db()
    assert dose.dose == "5 mL"


@pytest.mark.parametrize("column", ["given_at", "name", "medicine_id"])
def test_what_was_given_cannot_be_rewritten(needed, mother, column):
    give(needed, mother)
    other = {"given_at": "'2020-01-01 00:00:00+00'", "name": "'x'", "medicine_id": f"'{uuid4().hex}'"}[column]
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        connection.cursor().execute(f"UPDATE tracker_dosegiven SET {column} = {other}")


@pytest.mark.parametrize("name", ["Tylenol Children", "PARACETAMOL 250 mg", "Ibuprofen"])
def test_a_well_known_fever_medicine_counts_as_one_without_a_tick(child, mother, name):
    medicine = add_medicine(child=child, label=NEEDED | {"name": name}, by=mother, now=NOW)
    dose = give(medicine, mother)
    assert fever_medicine_since(child, EVENING + timedelta(hours=5, minutes=59)) == dose
    assert fever_medicine_since(child, EVENING + timedelta(hours=6)) is None
    assert fever_medicine_since(child, EVENING - timedelta(minutes=1)) is None


def test_another_medicine_hides_no_fever(child, needed, mother):
    give(needed, mother)
    assert fever_medicine_since(child, EVENING) is None


@pytest.mark.parametrize(
    ("day", "hours"),
    [(datetime(2026, 3, 29, tzinfo=UTC), ["01:30"]), (datetime(2026, 10, 25, tzinfo=UTC), ["00:30"])],
    ids=["the hour that is skipped", "the hour that comes twice"],
)
def test_a_dose_at_half_past_two_is_planned_once_when_the_clocks_change(child, mother, day, hours):
    update_child(child=child, about={"time_zone": "Europe/Berlin"}, by=mother, now=NOW)
    medicine = add_medicine(child=child, label=FIXED | {"times": ["02:30"]}, by=mother, now=NOW)
    slots = list(slots_between(medicine, day - timedelta(hours=1), day + timedelta(hours=20), child.zone))
    assert [f"{slot:%H:%M}" for slot in slots] == hours


def test_a_medicine_of_three_days_a_week_is_planned_on_these(child, mother):
    medicine = add_medicine(child=child, label=FIXED | {"days": "57"}, by=mother, now=NOW)
    week = slots_between(medicine, NOW, NOW + timedelta(days=7), child.zone)
    assert {slot.isoweekday() for slot in week} == {5, 7}


def test_after_midnight_the_dose_of_last_night_is_still_open(child, fixed, mother):
    after_midnight = EVENING + timedelta(hours=4, minutes=30)
    (planned,) = plan_of(child, after_midnight)
    assert planned.slots[0].at == EVENING
    assert planned.slots[0].given is None


# ------------------------------------------------------------------ the pages


def post(client, user, route, *args, **data):
    client.force_login(user)
    return client.post(reverse(route, args=args), data)


@pytest.mark.hazard("H32")
def test_the_other_parent_sees_who_gave_it_before_any_button(
    client, child, needed, mother, father, clock_at_now
):
    give(needed, mother, at=NOW)
    clock_at_now.shift(timedelta(minutes=5))
    client.force_login(father)
    html = client.get(reverse("doses", args=[child.pk])).content.decode()
    assert "Given at 02:14 by Mother" in html
    assert "lasts until 10:14" in html
    assert "Given now" not in html


def test_a_page_that_was_open_too_long_says_who_was_faster_and_records_nothing(
    client, child, needed, mother, father, clock_at_now
):
    give(needed, mother, at=NOW)
    answer = post(client, father, "dose-give", child.pk, needed.pk, client_uuid=uuid4())
    assert answer.status_code == 409
    assert "Mother gave it at 02:14" in answer.content.decode()
    assert DoseGiven.objects.count() == 1
    again = post(client, father, "dose-give", child.pk, needed.pk, client_uuid=uuid4(), even_so="yes")
    assert again.status_code == 303
    assert "a second dose" in client.get(again.url).content.decode()


def test_a_helper_gives_a_dose_and_changes_no_label(client, child, needed, helper, clock_at_now):
    assert post(client, helper, "dose-give", child.pk, needed.pk, client_uuid=uuid4()).status_code == 303
    assert DoseGiven.objects.get().given_by == helper
    assert post(client, helper, "medicine", child.pk, needed.pk, stop="yes").status_code == 403
    assert post(client, helper, "medicine-new", child.pk).status_code == 403


def test_a_nurse_sees_the_doses_and_gives_none(
    client, ward_child, nurse, child, mother, needed, clock_at_now
):
    client.force_login(nurse)
    assert "Ondansetron" in client.get(reverse("doses", args=[ward_child.pk])).content.decode()
    assert post(client, nurse, "dose-give", child.pk, needed.pk).status_code == 403


def test_a_stranger_finds_no_dose(client, child, needed, mother, stranger):
    dose = give(needed, mother, at=NOW)
    client.force_login(stranger)
    assert client.get(reverse("doses", args=[child.pk])).status_code == 404
    assert post(client, stranger, "dose-take-back", child.pk, dose.pk).status_code == 404


def test_another_child_s_medicine_is_not_there(client, child, needed, mother, clock_at_now):
    other = child_of(mother, "Mila")
    assert post(client, mother, "dose-give", other.pk, needed.pk).status_code == 404


def test_a_time_of_the_past_is_read_on_the_family_s_clock(client, child, needed, mother, clock_at_now):
    update_child(child=child, about={"time_zone": "America/New_York"}, by=mother, now=NOW)
    post(client, mother, "dose-give", child.pk, needed.pk, client_uuid=uuid4(), given_at="2026-11-19T19:00")
    assert DoseGiven.objects.get().given_at == datetime(2026, 11, 20, 0, tzinfo=UTC)


@pytest.mark.parametrize("slot", ["", "yesterday", "2026-11-20T20:00", "2026-11-20T20:01:00+00:00"])
def test_a_broken_planned_time_records_nothing(client, child, fixed, mother, slot, clock_at_now):
    answer = post(client, mother, "dose-give", child.pk, fixed.pk, slot=slot, client_uuid=uuid4())
    assert answer.status_code == 303
    assert not DoseGiven.objects.exists()


@pytest.mark.hazard("H18")
@pytest.mark.parametrize(
    ("typed", "given_at"),
    [
        ({"at": "now", "given_at": "2026-11-19T19:00"}, NOW),
        ({"at": "picked", "given_at": "2026-11-19T19:00"}, datetime(2026, 11, 19, 19, tzinfo=UTC)),
        ({"at": "picked", "given_at": "2026-11-20T02:18"}, NOW),
        ({"at": "picked", "given_at": ""}, None),
        ({"at": "picked", "given_at": "half past seven"}, None),
        ({"at": "picked", "given_at": "2026-11-20T23:00"}, None),
        ({"given_at": "9999-12-31T23:59"}, None),
    ],
)
def test_a_dose_is_recorded_with_the_time_that_was_meant_or_not_at_all(
    client, child, needed, mother, typed, given_at, clock_at_now
):
    """A picked time that is missing, broken or still to come was taken for now."""
    post(client, mother, "dose-give", child.pk, needed.pk, client_uuid=uuid4(), **typed)
    assert [dose.given_at for dose in DoseGiven.objects.all()] == ([given_at] if given_at else [])
    if given_at is None:
        assert "Nothing was recorded." in client.get(reverse("doses", args=[child.pk])).content.decode()


@pytest.mark.hazard("H18")
@pytest.mark.parametrize(
    ("zone", "night"), [("America/New_York", "2026-03-08"), ("Europe/Berlin", "2026-03-29")]
)
def test_a_dose_is_never_recorded_at_a_time_that_the_clocks_left_out(
    client, child, needed, mother, zone, night, clock_at_now
):
    update_child(child=child, about={"time_zone": zone}, by=mother, now=NOW)
    post(client, mother, "dose-give", child.pk, needed.pk, client_uuid=uuid4(), given_at=f"{night}T02:30")
    assert not DoseGiven.objects.exists()
    html = client.get(reverse("doses", args=[child.pk])).content.decode()
    assert "Nothing was recorded. The clocks went forward that night" in html


def test_a_label_is_typed_in(client, child, mother, clock_at_now):
    label = {"name": "Levetiracetam", "dose": "5 mL", "kind": "times", "times": "8:00, 8 pm"}
    assert post(client, mother, "medicine-new", child.pk, **label).status_code == 303
    medicine = child.medicines.get()
    assert medicine.times == ["08:00", "20:00"]
    label |= {"kind": "needed", "gap_hours": "6"}
    post(client, mother, "medicine", child.pk, medicine.pk, **label)
    medicine.refresh_from_db()
    assert medicine.as_needed
    assert medicine.gap_hours == 6
    assert medicine.times == []


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"kind": "times", "times": ""}, "times"),
        ({"kind": "times", "times": "25:00"}, "times"),
        ({"kind": "times", "times": "morning"}, "times"),
        ({"kind": "needed", "gap_hours": ""}, "gap_hours"),
        ({"kind": "needed", "gap_hours": "0"}, "gap_hours"),
        ({"kind": "needed", "gap_hours": "6", "name": ""}, "name"),
    ],
)
def test_a_label_that_cannot_be_kept_is_asked_about(typed, wrong):
    form = MedicineForm({"name": "A", "dose": "1", **typed})
    assert not form.is_valid()
    assert list(form.errors) == [wrong]


def test_the_page_costs_the_same_whatever_the_history(
    client, child, fixed, needed, mother, clock_at_now, django_assert_max_num_queries
):
    for number in range(40):
        give(needed, mother, at=NOW - timedelta(hours=number), even_so=True)
    client.force_login(mother)
    with django_assert_max_num_queries(15):
        client.get(reverse("doses", args=[child.pk]))


def test_a_fever_medicine_shows_on_the_form_the_answer_and_in_what_to_say(
    client, child, mother, father, log, clock_at_now
):
    medicine = add_medicine(child=child, label=NEEDED | {"name": "Paracetamol"}, by=mother, now=NOW)
    give(medicine, father, at=NOW - timedelta(hours=1))
    recorded = log(temperature=37.6)
    client.force_login(mother)
    form = client.get(reverse("log-new", args=[child.pk])).content.decode()
    assert "Paracetamol, given at 01:14 by Father, can hide a fever." in form
    answer = client.get(reverse("answer", args=[recorded.log.pk])).content.decode()
    assert "can hide a fever" in answer
    assert "Paracetamol was given at 01:14." in answer


@pytest.mark.hazard("H28")
@pytest.mark.parametrize("said", [None, False, True])
@pytest.mark.parametrize("earlier", [timedelta(hours=1), timedelta(hours=5, minutes=59)])
def test_the_rules_know_of_a_recorded_fever_medicine_whatever_the_log_says(child, mother, log, said, earlier):
    seen = {"temperature": 36.9, "felt_hot": None} | ({} if said is None else {"antipyretic_given": said})
    medicine = add_medicine(child=child, label=NEEDED | {"name": "Paracetamol"}, by=mother, now=NOW)
    give(medicine, mother, at=NOW - earlier)
    recorded = log(**seen)
    assert recorded.assessment.urgency == "now"
    assert recorded.assessment.basis["recorded"] == {"antipyretic_given": True}
    assert "antipyretic_given" not in queries.told_in(recorded.log) or said is not None


def test_a_dose_of_too_long_ago_later_or_taken_back_is_not_told_to_the_rules(child, mother, log):
    medicine = add_medicine(child=child, label=NEEDED | {"name": "Paracetamol"}, by=mother, now=NOW)
    give(medicine, mother, at=NOW - timedelta(hours=6))
    take_back_dose(dose=give(medicine, mother, at=NOW - timedelta(hours=1), even_so=True), by=mother, now=NOW)
    assessment = log(temperature=36.9, felt_hot=None, antipyretic_given=False).assessment
    assert assessment.urgency == "today"
    assert "recorded" not in assessment.basis


def test_what_to_say_does_not_deny_a_medicine_that_was_recorded(client, child, mother, log, clock_at_now):
    medicine = add_medicine(child=child, label=NEEDED | {"name": "Paracetamol"}, by=mother, now=NOW)
    give(medicine, mother, at=NOW - timedelta(hours=1))
    client.force_login(mother)
    recorded = log(temperature=38.6, antipyretic_given=False)
    page = client.get(reverse("answer", args=[recorded.log.pk])).content.decode()
    assert "My child had a fever medicine in the last 6 hours." in page
    assert "had no fever medicine" not in page

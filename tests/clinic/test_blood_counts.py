"""Low blood counts, from some day until somebody ends it: by the family and by a nurse, for the rules at once."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.support.pages import text
from tests.support.personas import NOW
from therapies.schedule import Event
from tracker.assessment.courses import counts_low_since, courses_of, of_the_child_beside
from tracker.core.pages import day_label
from tracker.families.actions.treatment import record_event, start_course
from tracker.models import Child, TreatmentEvent, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_at_now")]
DAY = timedelta(days=1)


def as_(client: Client, who: User) -> Client:
    client.force_login(who)
    return client


def sent(client: Client, child: Child, kind: str, day: str) -> Any:
    return client.post(reverse("nurse-counts", args=[child.pk]), {"kind": kind, "at": day}, follow=True)


def fresh(child: Child) -> Child:
    return Child.objects.get(pk=child.pk)


def asked(child: Child, days_ago: int = 0) -> Any:
    """What the rules are told of the blood counts, as of some day."""
    courses = courses_of(fresh(child))
    running = courses[-1]
    return running.context_at(NOW - days_ago * DAY, of_the_child_beside(running, courses)).get(
        "low_counts_known"
    )


def test_a_nurse_records_from_which_day_and_a_parent_ends_it(
    client: Client, nurse: User, mother: User, ward_child: Child
) -> None:
    page = as_(client, nurse).get(reverse("nurse-counts", args=[ward_child.pk]))
    assert "Nobody has recorded that they are low." in text(page)
    page = sent(client, ward_child, "low-counts", "2026-11-18")
    assert page.redirect_chain == [(reverse("nurse-child", args=[ward_child.pk]), 303)]
    assert "Blood counts low since 18 November" in text(page)
    assert (asked(ward_child), asked(ward_child, days_ago=3)) == (True, None)
    row = TreatmentEvent.objects.get(kind="low-counts")
    assert row.recorded_by == nurse

    treatment = reverse("treatment", args=[ward_child.pk])
    shown = text(as_(client, mother).get(treatment))
    assert "Blood counts low since 18 November" in shown
    assert "The blood counts have recovered" in shown
    client.post(treatment, {"kind": "counts-recovered", "at": "2026-11-20"})
    assert (asked(ward_child), asked(ward_child, days_ago=1)) == (None, True)
    assert "The blood counts are low" in text(client.get(treatment))


@pytest.mark.parametrize(
    ("kind", "day", "said"),
    [
        ("low-counts", "2026-11-22", "still to come"),
        ("low-counts", "", "Say when"),
        ("counts-recovered", "2026-11-19", "Somebody has recorded this meanwhile"),
        ("transplant", "2026-11-19", "Somebody has recorded this meanwhile"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_recorded(
    client: Client, nurse: User, ward_child: Child, kind: str, day: str, said: str
) -> None:
    before = TreatmentEvent.objects.count()
    page = sent(as_(client, nurse), ward_child, kind, day)
    assert page.status_code == 422
    assert said in text(page)
    assert TreatmentEvent.objects.count() == before


def test_they_have_not_recovered_before_they_were_low(client: Client, nurse: User, ward_child: Child) -> None:
    sent(as_(client, nurse), ward_child, "low-counts", "2026-11-18")
    page = sent(client, ward_child, "counts-recovered", "2026-11-10")
    assert "they were not low then" in text(page)
    assert asked(ward_child) is True


def test_they_hold_under_the_next_therapy_too(mother: User, ward_child: Child) -> None:
    low = Event("low-counts", NOW - 2 * DAY)
    record_event(course=ward_child.running_course, event=low, by=mother, now=NOW)
    start_course(
        child=ward_child, therapy="blinatumomab", events=[Event("start", NOW - DAY)], by=mother, now=NOW
    )
    assert asked(ward_child) is True
    assert counts_low_since(fresh(ward_child), NOW) == NOW - 2 * DAY
    assert "Blood counts low since" in str(day_label(fresh(ward_child), NOW))


def test_without_a_therapy_the_page_says_what_is_missing(
    client: Client, nurse: User, ward_child: Child
) -> None:
    ward_child.courses.update(ended_at=NOW, ended_by=nurse)
    page = as_(client, nurse).get(reverse("nurse-counts", args=[ward_child.pk]))
    assert "The family has to enter the therapy first." in text(page)

"""Who looked at a child is on record, once per person, child and quarter of an hour."""

from datetime import timedelta
from typing import Any

from tests.personas import NOW
from tracker.actions.audit import READ, record_read
from tracker.models import AuditEvent, Child, User


def reads() -> list[tuple[Any, Any]]:
    return list(AuditEvent.objects.filter(verb=READ).order_by("pk").values_list("who", "child"))


def test_a_read_is_on_record(nurse: User, ward_child: Child) -> None:
    record_read(child=ward_child, by=nurse, now=NOW)
    assert reads() == [(nurse.pk, ward_child.pk)]


def test_the_next_page_within_a_quarter_of_an_hour_costs_one_query_and_no_row(
    nurse: User, ward_child: Child, django_assert_num_queries: Any
) -> None:
    record_read(child=ward_child, by=nurse, now=NOW)
    with django_assert_num_queries(1):
        record_read(child=ward_child, by=nurse, now=NOW + timedelta(minutes=14, seconds=59))
    assert len(reads()) == 1


def test_after_a_quarter_of_an_hour_it_counts_again(nurse: User, ward_child: Child) -> None:
    for minutes in (0, 15, 29, 30):
        record_read(child=ward_child, by=nurse, now=NOW + timedelta(minutes=minutes))
    assert len(reads()) == 3


def test_each_person_and_each_child_counts_on_its_own(
    nurse: User, lead: User, ward_child: Child, stranger: User
) -> None:
    mila = Child.objects.get(nickname="Mila")
    for by, child in ((nurse, ward_child), (lead, ward_child), (nurse, mila)):
        record_read(child=child, by=by, now=NOW)
    assert reads() == [(nurse.pk, ward_child.pk), (lead.pk, ward_child.pk), (nurse.pk, mila.pk)]

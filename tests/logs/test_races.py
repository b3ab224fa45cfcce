"""Two at once: on SQLite and on PostgreSQL, with real threads and real transactions."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from tests.support.personas import NOW, NUMBERS, answers, join, person
from tracker.alerts.actions import resolve_alert
from tracker.core.refused import Refused
from tracker.families.actions.children import begin_child
from tracker.families.actions.memberships import accept_invitation, end_membership, invite
from tracker.logs.actions.calls import record_call
from tracker.logs.actions.record import record_log
from tracker.models import (
    Alert,
    AlertEvent,
    Call,
    CareTeam,
    Child,
    Membership,
    Outcome,
    Role,
    SymptomLog,
    User,
)

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*tasks: Callable[[], Any]) -> list[Any]:
    """Runs them at the same moment, each on a connection of its own. An exception is a result, too."""
    start = threading.Barrier(len(tasks))

    def run(task: Callable[[], Any]) -> Any:
        try:
            start.wait()
            return task()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def sending(child: Child, caregiver: User, seen: dict[str, Any], **more: Any) -> Callable[[], Any]:
    told = {"observed_at": NOW, "client_uuid": uuid4(), "now": NOW} | more
    return lambda: record_log(child=child, caregiver=caregiver, answers=seen, **told)


def test_eight_taps_are_one_log(child: Child, mother: User) -> None:
    tap = uuid4()
    results = at_once(*[sending(child, mother, answers(temperature=38.4), client_uuid=tap) for _ in range(8)])
    assert len({result.log.pk for result in results}) == 1
    assert sorted(result.created for result in results) == [False] * 7 + [True]
    assert SymptomLog.objects.count() == Alert.objects.count() == 1


@pytest.mark.hazard("H20")
def test_two_parents_with_one_danger_raise_one_alert(child: Child, mother: User, father: User) -> None:
    results = at_once(
        *[sending(child, who, answers(temperature=38.4)) for who in (mother, father, mother, father)]
    )
    assert [result.assessment.urgency for result in results] == ["now"] * 4
    assert Alert.objects.count() == 1
    assert sorted(AlertEvent.objects.values_list("verb", flat=True)) == [
        "joined",
        "joined",
        "joined",
        "raised",
    ]


@pytest.mark.hazard("H20")
def test_logs_at_once_know_of_each_other(child: Child, mother: User, father: User) -> None:
    """Vomiting on two days: whichever log comes first, the answer for today ends as call now."""
    for _ in range(5):
        yesterday = sending(child, father, answers(vomiting="mild"), observed_at=NOW - timedelta(hours=24))
        results = at_once(sending(child, mother, answers(vomiting="mild")), yesterday)
        assert results[0].log.assessment.urgency == "now"
        child = begin_child(
            about={"nickname": "Next"}, numbers=NUMBERS, therapy=child.course.therapy, by=mother, now=NOW
        )


def test_of_two_who_close_an_alert_one_wins(child: Child, mother: User, father: User) -> None:
    sending(child, mother, answers(temperature=38.4))()
    alert = Alert.objects.get()
    closing = [
        lambda: resolve_alert(alert=alert, outcome=Outcome.ADVISED, note="", by=mother, now=NOW),
        lambda: resolve_alert(alert=alert, outcome=Outcome.FALSE_ALARM, note="Misread", by=father, now=NOW),
    ]
    assert sorted(at_once(*closing * 2)) == [False, False, False, True]
    assert AlertEvent.objects.filter(verb="resolved").count() == 1


def test_a_log_and_a_closing_leave_no_danger_without_an_alert(child: Child, mother: User) -> None:
    """A log either joins the alert before it is closed, or begins a new one."""
    sending(child, mother, answers(temperature=38.4))()
    alert = Alert.objects.get()
    at_once(
        lambda: resolve_alert(alert=alert, outcome=Outcome.ADVISED, note="", by=mother, now=NOW),
        sending(child, mother, answers(temperature=38.6)),
    )
    joined = AlertEvent.objects.filter(verb="joined").values_list("pk", flat=True)
    closed = AlertEvent.objects.get(verb="resolved").pk
    assert Alert.objects.open().count() == 1 or all(event < closed for event in joined)


def test_two_taps_on_i_have_called_are_one_call(child: Child, mother: User) -> None:
    tap = uuid4()
    told = {"called_at": NOW, "reached": True, "told": "Come in", "client_uuid": tap, "now": NOW}
    at_once(*[lambda: record_call(child=child, caregiver=mother, **told)] * 4)
    assert Call.objects.count() == 1


def test_of_two_who_use_one_link_one_gets_in(child: Child, mother: User) -> None:
    invitation, _token = invite(child=child, role=Role.HELPER, by=mother, now=NOW)
    people = [person(f"person{number}") for number in range(4)]
    results = at_once(
        *[lambda who=who: accept_invitation(invitation=invitation, by=who, now=NOW) for who in people]
    )
    assert sorted(type(result).__name__ for result in results) == [
        "Membership",
        "Refused",
        "Refused",
        "Refused",
    ]
    assert Membership.objects.filter(child=child, role=Role.HELPER).count() == 1


def test_one_person_with_two_links_is_a_member_once(child: Child, mother: User) -> None:
    links = [invite(child=child, role=Role.HELPER, by=mother, now=NOW)[0] for _ in range(3)]
    helper = person("helper")
    at_once(*[lambda link=link: accept_invitation(invitation=link, by=helper, now=NOW) for link in links])
    assert Membership.objects.filter(user=helper, ended_at=None).count() == 1


def test_two_parents_who_remove_each_other_leave_one(child: Child, mother: User) -> None:
    father = person("father")
    join(father, Role.PARENT, child=child, by=mother)
    hers, his = mother.memberships.get(), father.memberships.get()
    results = at_once(
        lambda: end_membership(membership=hers, by=father, now=NOW),
        lambda: end_membership(membership=his, by=mother, now=NOW),
    )
    assert sum(isinstance(result, Refused) for result in results) == 1
    assert Membership.objects.filter(child=child, ended_at=None).count() == 1


def test_two_taps_begin_one_child(mother: User) -> None:
    given = uuid4()
    form = {
        "about": {"nickname": "Juno"},
        "numbers": NUMBERS,
        "therapy": "blinatumomab",
        "by": mother,
        "now": NOW,
    }
    results = at_once(*[lambda: begin_child(**form, child_id=given)] * 4)
    assert {result.pk for result in results} == {given}
    assert (Child.objects.count(), CareTeam.objects.count()) == (1, 1)

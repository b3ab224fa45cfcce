"""The rules are asked before anybody is kept out; whoever writes meanwhile is in the answer all the same."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.support.personas import NOW, answers
from tracker.alerts.taking import take_alert
from tracker.clinic.actions.policy import change_policy
from tracker.core.child_lock import claim_child, lock_child, look_at_child
from tracker.families.actions.children import update_child
from tracker.home_care.actions.doses import add_medicine, give_dose, take_back_dose
from tracker.logs.actions import record
from tracker.logs.actions.record import TRIES, Recorded, record_log
from tracker.models import Alert, AlertEvent, AlertVerb, Assessment, Child, SymptomLog, User

pytestmark = pytest.mark.django_db(transaction=True)
LABEL = {"name": "Paracetamol", "dose": "5 ml", "as_needed": True, "times": [], "days": "", "gap_hours": 6}
Judge = Callable[..., Any]


def log(child: Child, who: User, hours_ago: float = 0, **seen: Any) -> Recorded:
    at = NOW - timedelta(hours=hours_ago)
    told = {"answers": answers(**seen), "observed_at": at, "client_uuid": uuid4(), "now": NOW}
    return record_log(child=Child.objects.get(pk=child.pk), caregiver=who, **told)


def elsewhere(task: Callable[[], Any]) -> Any:
    """On another connection, to its end."""

    def run() -> Any:
        try:
            return task()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result(timeout=30)


@pytest.fixture
def while_judging(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[bool]]:
    """Something happens on another connection each time that a log has been judged and is not written yet."""
    real: dict[str, Judge] = {name: getattr(record, name) for name in ("check_new", "check_around")}

    def happens(*tasks: Callable[[], Any]) -> list[bool]:
        left, judged = list(tasks), []

        def judging(name: str, *asked: Any) -> Any:
            found = real[name](*asked)
            judged.append(not connection.in_atomic_block)
            if judged[-1] and left:
                task = left.pop(0)
                with monkeypatch.context() as meanwhile:
                    for each, judge in real.items():
                        meanwhile.setattr(record, each, judge)
                    elsewhere(task)
            return found

        for name in real:
            monkeypatch.setattr(record, name, partial(judging, name))
        return judged

    return happens


def test_nobody_is_kept_out_while_the_rules_are_asked(
    child: Child, mother: User, while_judging: Callable[..., list[bool]]
) -> None:
    def write() -> None:
        with transaction.atomic():
            Child.objects.filter(pk=other.pk).update(nickname="Anouk")

    other = Child.objects.create(care_team=child.care_team, nickname="Mila", begun_at=NOW, changed_at=NOW)
    judged = while_judging(write)
    assert log(child, mother, temperature=36.8).assessment.urgency == "note"
    other.refresh_from_db()
    assert (other.nickname, judged) == ("Anouk", [True])


@pytest.mark.hazard("H20")
def test_a_log_of_the_other_parent_meanwhile_is_in_the_answer(
    child: Child, mother: User, father: User, while_judging: Callable[..., list[bool]]
) -> None:
    """Vomiting on two days: neither of the two answers knew of the other when it was first judged."""
    judged = while_judging(lambda: log(child, father, 24, vomiting="mild"))
    assert log(child, mother, vomiting="mild").assessment.urgency == "now"
    assert judged == [True, True]
    assert Alert.objects.open().count() == 1


@pytest.mark.parametrize("late", [True, False])
def test_two_that_come_in_either_order_end_alike(
    child: Child, mother: User, father: User, while_judging: Callable[..., list[bool]], late: bool
) -> None:
    mine, his = (24, 0) if late else (0, 24)
    while_judging(lambda: log(child, father, his, vomiting="mild"))
    log(child, mother, mine, vomiting="mild")
    urgencies = {seen.observed_at: seen.assessment.urgency for seen in SymptomLog.objects.all()}
    assert urgencies == {NOW: "now", NOW - timedelta(hours=24): "today"}


def test_a_medicine_that_is_written_down_meanwhile_is_in_the_answer(
    child: Child, mother: User, father: User, while_judging: Callable[..., list[bool]]
) -> None:
    medicine = add_medicine(child=child, label=LABEL | {"lowers_fever": True}, by=mother, now=NOW)
    about = {"slot_at": None, "given_at": NOW - timedelta(hours=1), "client_uuid": uuid4(), "now": NOW}
    while_judging(lambda: give_dose(medicine=medicine, by=father, **about))
    assert log(child, mother, temperature=36.9, felt_hot=None).assessment.urgency == "now"


def test_a_medicine_that_is_taken_back_meanwhile_is_in_no_answer(
    child: Child, mother: User, father: User, while_judging: Callable[..., list[bool]]
) -> None:
    medicine = add_medicine(child=child, label=LABEL | {"lowers_fever": True}, by=mother, now=NOW)
    about = {"slot_at": None, "given_at": NOW - timedelta(hours=1), "client_uuid": uuid4(), "now": NOW}
    dose = give_dose(medicine=medicine, by=father, **about)
    judged = while_judging(lambda: take_back_dose(dose=dose, by=father, now=NOW))
    assert "recorded" not in log(child, mother, temperature=36.9).assessment.basis
    assert judged == [True, True]


def test_what_is_changed_about_the_child_meanwhile_is_in_the_answer(
    child: Child, mother: User, father: User, while_judging: Callable[..., list[bool]]
) -> None:
    about = {"baseline_weight_kg": 20}
    judged = while_judging(lambda: update_child(child=child, about=about, by=father, now=NOW))
    assert log(child, mother, weight_kg=21).assessment.urgency == "today"
    assert judged == [True, True]


def test_a_policy_that_is_changed_meanwhile_is_in_the_answer(
    child: Child, mother: User, nurse: User, while_judging: Callable[..., list[bool]]
) -> None:
    team, rules = child.care_team, {"fever_rule": "38.0-once", "sensitivity": "literal"}
    judged = while_judging(lambda: change_policy(care_team=team, by=nurse, now=NOW, **rules))
    assert log(child, mother, fatigue="mild").assessment.urgency == "now"
    assert judged == [True, True]


def test_a_child_that_was_read_before_a_change_is_judged_as_it_is_now(child: Child, mother: User) -> None:
    before = Child.objects.select_related("care_team").get(pk=child.pk)
    update_child(child=child, about={"baseline_weight_kg": 20}, by=mother, now=NOW)
    rules = {"fever_rule": "38.0-once", "sensitivity": "literal"}
    change_policy(care_team=child.care_team, by=mother, now=NOW, **rules)
    told = {"observed_at": NOW, "client_uuid": uuid4(), "now": NOW, "answers": answers(weight_kg=21)}
    basis = record_log(child=before, caregiver=mother, **told).assessment.basis
    assert basis["context"]["baseline_weight_kg"] == 20
    assert basis["policy"]["sensitivity"] == "literal"


@pytest.mark.hazard("H20")
def test_who_is_always_overtaken_is_judged_while_the_others_wait(
    child: Child, mother: User, father: User, while_judging: Callable[..., list[bool]]
) -> None:
    others = [lambda hours=hours: log(child, father, hours, temperature=36.8) for hours in range(1, 9)]
    others[TRIES - 1] = lambda: log(child, father, 24, vomiting="mild")
    judged = while_judging(*others)
    assert log(child, mother, vomiting="mild").assessment.urgency == "now"
    assert judged == [True] * TRIES + [False]


def said_for_two(child: Child, who: User, **seen: Any) -> list[str]:
    """The first word of each statement for the second of two logs that tell the same."""
    log(child, who, 3, **seen)
    child = Child.objects.select_related("care_team").get(pk=child.pk)
    told = {"answers": answers(**seen), "observed_at": NOW, "client_uuid": uuid4(), "now": NOW}
    with CaptureQueriesContext(connection) as queries:
        record_log(child=child, caregiver=who, **told)
    return [query["sql"].split()[0] for query in queries.captured_queries]


def test_what_is_locked_for_a_quiet_log_is_written_and_not_read(child: Child, mother: User) -> None:
    said = said_for_two(child, mother, temperature=36.8)
    assert said[said.index("BEGIN") :] == ["BEGIN", "UPDATE", "INSERT", "INSERT", "INSERT", "COMMIT"]
    assert len(said) == 8


def test_what_is_locked_for_a_log_that_joins_is_written_but_for_who_has_the_alert(
    ward_child: Child, mother: User
) -> None:
    """Whether it is worse than what was told was read, and decided, before."""
    said = said_for_two(ward_child, mother, temperature=38.4)
    written = ["BEGIN", "UPDATE", "INSERT", "INSERT", "SELECT", "INSERT", "INSERT", "COMMIT"]
    assert said[said.index("BEGIN") :] == written
    assert AlertEvent.objects.latest("pk").verb == AlertVerb.JOINED


@pytest.mark.hazard("H15")
def test_an_alert_that_a_nurse_takes_meanwhile_takes_in_no_emergency(
    ward_child: Child, mother: User, nurse: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of an alert in somebody's hands nobody else would hear. Free, the emergency joins it and all are told."""

    def decided(*asked: Any) -> Any:
        episode = real(*asked)
        elsewhere(lambda: take_alert(alert=first, by=nurse, now=NOW))
        return episode

    log(ward_child, mother, 3, seizure="severe")
    first, real = Alert.objects.get(), record.episode_of
    monkeypatch.setattr(record, "episode_of", decided)
    log(ward_child, mother, seizure="severe")
    first.refresh_from_db()
    assert first.taken_by == nurse
    assert first.taken_in_by == Alert.objects.open().get() != first


def test_two_logs_within_a_second_are_two_moments(child: Child, mother: User) -> None:
    first = log(child, mother, 0.0001, temperature=36.8).log
    second = log(child, mother, temperature=36.8).log
    assert second.observed_at - first.observed_at == timedelta(milliseconds=360)
    assert Assessment.objects.count() == 2


def test_the_last_log_and_the_version_are_written_with_the_lock(child: Child, mother: User) -> None:
    before = look_at_child(child)
    log(child, mother, temperature=36.8)
    after = look_at_child(child)
    assert (before.last_log_at, after.last_log_at) == (None, NOW)
    assert after.version == before.version + 1


def test_a_claim_fails_after_any_other_writer_and_after_a_log_that_moved_no_version(
    child: Child, mother: User
) -> None:
    seen = look_at_child(child)
    with transaction.atomic():
        lock_child(child)
    with transaction.atomic():
        assert not claim_child(child, seen)
    seen = look_at_child(child)
    Child.objects.filter(pk=child.pk).update(last_log_at=NOW)
    with transaction.atomic():
        assert not claim_child(child, seen)
        assert claim_child(child, look_at_child(child))


def test_a_lock_needs_a_transaction(child: Child) -> None:
    with pytest.raises(transaction.TransactionManagementError):
        lock_child(child)


def test_what_was_judged_before_is_what_is_judged_after(child: Child, mother: User) -> None:
    """The log that is not written yet is read as it will be, whatever was typed."""
    typed = {"temperature": 38.0, "note": "sick", "weight_kg": 20.25, "raw": {"fluids_kept": "?"}}
    told = [{}, typed, {"vomiting": "mild"}, {"headache": None, "handwriting": "worse"}]
    for hours, seen in zip((130, 3, 2, 2), told, strict=True):
        kept = log(child, mother, hours, **seen).log
        was = Assessment.objects.filter(log=kept).latest("pk")
        again = record.check_around(child, look_at_child(child).courses, {kept.observed_at}, NOW)
        [found] = [one for one in again if one.log_id == kept.pk]
        assert (found.response, found.basis) == (was.response, was.basis)

"""In whatever order logs arrive, each ends with the same answer."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.effort import tries
from tests.support.personas import NOW, answers, child_of
from therapies.schedule import Event
from tracker.assessment.past_logs import WINDOW
from tracker.families.actions.treatment import start_course
from tracker.logs.actions.record import correct_log, record_log
from tracker.models import Alert, Assessment, Child, SymptomLog, User
from tracker.models.append_only import erasing

seen = st.fixed_dictionaries(
    {},
    optional={
        "temperature": st.sampled_from([36.8, 37.4, 37.6, 38.0, 38.4]),
        "vomiting": st.sampled_from(["mild", "moderate"]),
        "nosebleed": st.none(),
        "headache": st.sampled_from(["mild", "severe"]),
        "weight_kg": st.sampled_from([20, 20.3, 20.6, 21.2]),
        "handwriting": st.sampled_from(["same", "worse"]),
        "raw": st.just({"temperature": "?"}),
    },
)
Logs = list[tuple[int, dict[str, Any]]]
four_logs = st.lists(st.tuples(st.integers(0, 130), seen), min_size=4, max_size=4)


def arrive(child: Child, mother: User, logs: Logs, order: Sequence[int], *, late: bool) -> dict[int, Any]:
    """Logs them in that order, each at once or all of them late; gives the answers that count in the end."""
    recorded = {}
    for minute, place in enumerate(order):
        hours_ago, what = logs[place]
        seen_at = NOW - timedelta(hours=hours_ago)
        recorded[place] = record_log(
            child=child,
            caregiver=mother,
            answers=answers(**what),
            observed_at=seen_at,
            client_uuid=uuid4(),
            now=NOW + timedelta(minutes=minute) if late else seen_at,
        ).log
    return {place: final(log) for place, log in recorded.items()}


def final(log: SymptomLog) -> tuple[Any, ...]:
    response = log.assessment.response
    flags = sorted((flag["id"], flag["urgency"], "reported_hours_ago" in flag) for flag in response["flags"])
    return response["urgency"], flags, response["could_not_check"], response["unanswered"]


def forget() -> None:
    with erasing():
        SymptomLog.objects.all().delete()


@pytest.fixture
def blinatumomab_child(mother: User) -> Child:
    return child_of(mother, "Theo", "blinatumomab")


@pytest.mark.hazard("H18")
@settings(
    max_examples=tries(8, 15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(logs=four_logs, order=st.permutations(range(4)))
def test_four_logs_in_any_order_end_with_the_same_answers(
    blinatumomab_child: Child, mother: User, logs: Logs, order: list[int]
) -> None:
    in_time = sorted(range(4), key=lambda place: -logs[place][0])
    at_once = arrive(blinatumomab_child, mother, logs, in_time, late=False)
    forget()
    assert arrive(blinatumomab_child, mother, logs, order, late=True) == at_once
    forget()


def test_all_orders_of_a_rising_story_end_alike(blinatumomab_child: Child, mother: User) -> None:
    story: Logs = [
        (30, {"vomiting": "mild", "weight_kg": 20}),
        (10, {"temperature": 37.0}),
        (4, {"temperature": 37.6, "headache": "mild"}),
        (0, {"vomiting": "mild"}),
    ]
    at_once = arrive(blinatumomab_child, mother, story, range(4), late=False)
    assert at_once[3][0] == "now"
    for order in permutations(range(4)):
        forget()
        assert arrive(blinatumomab_child, mother, story, order, late=True) == at_once


def late(child: Child, mother: User, hours_ago: float, **what: Any) -> Any:
    return record_log(
        child=child,
        caregiver=mother,
        answers=answers(**what),
        observed_at=NOW - timedelta(hours=hours_ago),
        client_uuid=uuid4(),
        now=NOW,
    )


def test_a_late_log_changes_the_answer_to_the_one_after_it_and_raises_its_alert(
    child: Child, mother: User
) -> None:
    later = late(child, mother, 0, vomiting="mild")
    assert later.assessment.urgency == "today"
    late(child, mother, 24, vomiting="mild")
    assert final(later.log)[0] == "now"
    assert Alert.objects.open().get().urgency == "now"
    assert Alert.objects.open().get().log == later.log


def test_a_late_log_does_not_ring_again_for_an_answer_that_stays(child: Child, mother: User) -> None:
    late(child, mother, 0, temperature=38.4)
    alert = Alert.objects.get()
    late(child, mother, 5, temperature=36.8)
    assert Alert.objects.get() == alert
    assert alert.events.count() == 1


def test_a_log_from_before_the_window_leaves_later_answers_alone(child: Child, mother: User) -> None:
    later = late(child, mother, 0, temperature=36.8)
    late(child, mother, WINDOW / timedelta(hours=1) + 1, temperature=36.8)
    assert later.log.assessments.count() == 1


def test_a_correction_changes_the_answers_after_it(child: Child, mother: User) -> None:
    first = late(child, mother, 10, temperature=38.5)
    second = late(child, mother, 0, temperature=36.8)
    assert final(second.log)[0] == "now"
    correct_log(
        log=first.log,
        caregiver=mother,
        answers=answers(temperature=36.5),
        observed_at=first.log.observed_at,
        client_uuid=uuid4(),
        now=NOW,
    )
    assert final(second.log)[0] == "note"
    assert Assessment.objects.filter(log=first.log).count() == 1


@pytest.mark.hazard("H18")
@pytest.mark.parametrize("days_ago", [10, 6])
def test_a_late_log_from_before_a_course_leaves_the_weight_of_that_course_alone(
    mother: User, days_ago: int
) -> None:
    child = child_of(mother, "Theo", "blinatumomab", Event("start", NOW - timedelta(days=20)))
    begun = Event("infusion", NOW - timedelta(hours=30))
    start_course(child=child, therapy="tisagenlecleucel", events=[begun], by=mother, now=begun.at)
    story: Logs = [
        (24 * days_ago, {"weight_kg": 25}),
        (48, {"temperature": 36.6}),
        (20, {"weight_kg": 20}),
        (0, {"weight_kg": 21.2}),
    ]
    in_time = arrive(child, mother, story, range(4), late=True)
    assert in_time[3][0] == "today"
    forget()
    assert arrive(child, mother, story, (0, 2, 3, 1), late=True) == in_time

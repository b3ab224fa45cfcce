"""A danger that a note may mean is asked about; left unanswered for ten minutes it is "call now" and an alert."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.support.personas import NOW
from tracker.alerts import notes_unanswered
from tracker.alerts.notes_unanswered import call_for_notes
from tracker.assessment.follow_up import confirmed
from tracker.logs import queries
from tracker.logs.actions.record import Recorded, correct_log
from tracker.models import Alert, AlertEvent, Assessment, Child, Message, User
from tracker.operations.sweep import sweep

pytestmark = pytest.mark.django_db
Log = Callable[..., Recorded]
MINUTE = timedelta(minutes=1)
LATER = NOW + 10 * MINUTE
QUIET = {"temperature": 36.8}


def replied(recorded: Recorded, by: User, at: Any, **reply: str) -> Recorded:
    answers = confirmed(queries.told_in(recorded.log), reply)
    assert answers is not None
    about = {"observed_at": recorded.log.observed_at, "client_uuid": uuid4(), "now": at}
    return correct_log(log=recorded.log, caregiver=by, answers=answers, **about)


@pytest.mark.hazard("H21")
def test_left_unanswered_it_is_an_alert_for_now(mother: User, child: Child, log: Log) -> None:
    recorded = log(**QUIET, note="lips look purple")
    assert recorded.assessment.urgency == "note"
    assert recorded.assessment.note_due_at == LATER
    assert not call_for_notes(now=LATER - timedelta(seconds=1))
    assert not Alert.objects.exists()
    assert call_for_notes(now=LATER) == 1
    newest = recorded.log.assessment
    assert (newest.urgency, newest.response["could_not_check"], newest.note_due_at) == ("now", ["note"], None)
    alert = Alert.objects.get()
    assert (alert.log_id, alert.urgency, alert.raised_at) == (recorded.log.pk, "now", LATER)
    assert AlertEvent.objects.get().by == mother


def test_once_however_often_and_late_it_is_looked(child: Child, log: Log) -> None:
    log(**QUIET, note="lips look purple")
    assert [call_for_notes(now=LATER + n * MINUTE) for n in range(3)] == [1, 0, 0]
    assert (Alert.objects.count(), Assessment.objects.count()) == (1, 2)


@pytest.mark.parametrize(
    ("note", "reply"),
    [
        ("lips look purple", {"not_meant": "blue_lips"}),
        ("temp 39.2 earlier", {"temperature": "39.2|C"}),
        ("the pump is beeping", {"answer": "pump.alarm"}),
        ("a seizure", {"sign": "seizure"}),
    ],
)
def test_a_reply_in_time_ends_the_waiting(
    child: Child, mother: User, log: Log, note: str, reply: dict[str, str]
) -> None:
    recorded = log(**QUIET, note=note)
    after = replied(recorded, mother, NOW + MINUTE, **reply)
    assert after.assessment.note_due_at is None
    assert (after.assessment.urgency == "note") is ("not_meant" in reply)
    assert not call_for_notes(now=LATER)


def test_what_is_not_meant_stays_said_when_another_reply_comes(child: Child, mother: User, log: Log) -> None:
    first = log(**QUIET, note="lips look purple, a seizure")
    second = replied(first, mother, NOW, not_meant="seizure")
    third = replied(second, mother, NOW, not_meant="blue_lips")
    assert queries.told_in(third.log)["not_meant"] == ["seizure", "blue_lips"]
    assert third.assessment.response["needs_confirmation"] == []


def corrected(recorded: Recorded, by: User, **told: Any) -> Recorded:
    """By the whole form, which asks nothing about the note."""
    answers = {"temperature": {"value": 36.8, "unit": "C"}, "symptoms": [], **told}
    about = {"observed_at": recorded.log.observed_at, "client_uuid": uuid4(), "now": NOW + MINUTE}
    return correct_log(log=recorded.log, caregiver=by, answers=answers, **about)


def asked(recorded: Recorded) -> list[str]:
    return [question["code"] for question in recorded.assessment.response["needs_confirmation"]]


@pytest.mark.hazard("H21")
@pytest.mark.parametrize(
    ("before", "after", "again"),
    [
        ("lips look purple", "lips look purple", []),
        ("lips look purple", "Lips look purple. Slept well since", []),
        ("lips look purple", "slept well", []),
        ("lips look purple", "lips look very purple", ["blue_lips"]),
        ("lips look purple. ate well", "ate well. Her lips look purple", ["blue_lips"]),
        ("lips look purple", "lips look purple. Now a seizure", ["seizure"]),
        ("lips look purple", "lips look purple. They are blue lips", ["blue_lips"]),
        ("no seizure", "a seizure", ["seizure"]),
        ("worried she might have a seizure", "she had a seizure", ["seizure"]),
    ],
)
def test_a_correction_asks_again_only_where_the_words_are_others(
    child: Child, mother: User, log: Log, before: str, after: str, again: list[str]
) -> None:
    first = log(**QUIET, note=before)
    denied = replied(first, mother, NOW, not_meant=asked(first)[0])
    assert asked(corrected(denied, mother, note=after)) == again


def test_what_a_correction_takes_out_is_asked_about_when_it_comes_back(
    child: Child, mother: User, log: Log
) -> None:
    denied = replied(log(**QUIET, note="lips look purple"), mother, NOW, not_meant="blue_lips")
    without = corrected(denied, mother, note="slept well")
    assert "not_meant" not in queries.told_in(without.log)
    assert asked(corrected(without, mother, note="lips look purple")) == ["blue_lips"]


def test_a_form_that_comes_twice_is_the_same_whatever_was_said_of_its_note_since(
    child: Child, mother: User, log: Log
) -> None:
    first = log(**QUIET, note="lips look purple, a seizure")
    answers = queries.told_in(first.log)
    about = {"caregiver": mother, "observed_at": first.log.observed_at, "client_uuid": uuid4(), "now": NOW}
    sent = correct_log(log=first.log, answers=answers, **about)
    since = replied(sent, mother, NOW, not_meant="seizure")
    again = correct_log(log=since.log, answers=answers, **about)
    assert (again.log, again.created, again.differs) == (sent.log, False, False)


@pytest.mark.parametrize(
    "told",
    [
        {**QUIET, "note": "no seizure"},
        {**QUIET, "note": "slept well"},
        {"temperature": 39.5, "note": "lips look purple"},
    ],
)
def test_nothing_waits_where_a_no_precedes_it_or_the_answer_is_to_call(
    child: Child, log: Log, told: dict[str, Any]
) -> None:
    assert log(**told).assessment.note_due_at is None
    assert not call_for_notes(now=LATER)


def test_one_that_fails_keeps_no_other_waiting_and_is_tried_again(
    child: Child, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = log(**QUIET, note="a seizure"), log(hours_ago=1, **QUIET, note="lips look purple")
    real = notes_unanswered.check_around

    def breaks(child: Child, courses: Any, moments: Any, now: Any) -> Any:
        if first.log.observed_at in moments:
            raise RuntimeError
        return real(child, courses, moments, now)

    monkeypatch.setattr(notes_unanswered, "check_around", breaks)
    assert call_for_notes(now=LATER) == 1
    assert second.log.assessment.urgency == "now"
    monkeypatch.undo()
    assert call_for_notes(now=LATER) == 1
    assert first.log.assessment.urgency == "now"


@pytest.mark.hazard("H21")
def test_the_sweep_does_it_and_tells_in_the_same_turn(ward_child: Child, nurse: User, log: Log) -> None:
    log(**QUIET, note="lips look purple")
    sweep(now=LATER)
    assert Message.objects.filter(alert=Alert.objects.get(), recipient=nurse).exists()


def test_with_nothing_due_it_is_one_query_into_the_index(child: Child, log: Log) -> None:
    for hours in range(5):
        log(hours_ago=hours, **QUIET, note="slept well")
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert not call_for_notes(now=LATER)
    assert len(seen) == 1
    if connection.vendor == "postgresql":  # five rows are quicker read one and all
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    assert "notes_to_be_answered" in notes_unanswered._due(LATER).explain()


def test_asked_again_after_that_it_stays_a_call(child: Child, mother: User, log: Log) -> None:
    """A dose that is written down later asks the rules again: time has not gone back."""
    from tracker.alerts.reassessing import reassess

    recorded = log(**QUIET, note="lips look purple")
    call_for_notes(now=LATER)
    reassess(child=child, since=recorded.log.observed_at, by=mother, now=LATER + MINUTE)
    assert recorded.log.assessment.urgency == "now"
    assert Alert.objects.count() == 1


@pytest.mark.hazard("H21")
def test_the_familys_page_asks_first_and_then_says_to_call(
    client: Any, child: Child, mother: User, log: Log
) -> None:
    client.force_login(mother)
    recorded = log(**QUIET, note="lips look purple")
    page = client.get(f"/logs/{recorded.log.pk}/answer/").content.decode()
    assert "Your note may say something urgent: answer this" in page
    assert page.index("Blue or grey lips") < page.index("Nightlight can miss things")
    assert 'name="not_meant"' in page
    call_for_notes(now=LATER)
    page = client.get(f"/logs/{recorded.log.pk}/answer/").content.decode()
    assert "ten minutes have passed without an answer" in page
    assert "Your note may say something urgent: answer this" not in page


def test_what_a_no_precedes_is_asked_below_the_answer_and_not_in_red(
    client: Any, child: Child, mother: User, log: Log
) -> None:
    client.force_login(mother)
    recorded = log(**QUIET, note="no seizure")
    page = client.get(f"/logs/{recorded.log.pk}/answer/").content.decode()
    assert page.index("Nothing documented as urgent") < page.index("Your note speaks of: Seizure, fit.")
    assert "danger-title" not in page


def test_no_is_one_tap(client: Any, child: Child, mother: User, log: Log) -> None:
    client.force_login(mother)
    recorded = log(**QUIET, note="lips look purple")
    answer = client.post(f"/logs/{recorded.log.pk}/confirm/", {"not_meant": "blue_lips"}, follow=True)
    page = answer.content.decode()
    assert "Nothing documented as urgent" in page
    assert "Blue or grey lips?" not in page


@pytest.mark.hazard("H21")
def test_whoever_comes_second_finds_nothing_to_call_for(child: Child, log: Log) -> None:
    """Both had read that it is due; the lock lets one after the other in."""
    asked = log(**QUIET, note="lips look purple").log
    assert notes_unanswered._call(asked, LATER)
    assert not notes_unanswered._call(asked, LATER)
    assert Assessment.objects.filter(log=asked).count() == 2

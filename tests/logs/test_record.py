"""A log is saved whatever happens, assessed at once, and never counted twice."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import OperationalError

from tests.support.personas import NOW, answers, child_of
from therapies.catalogue import load
from therapies.request import RequestError
from therapies.rules import COULD_NOT_CHECK
from therapies.schedule import Event
from tracker.assessment import assess
from tracker.families.actions.children import update_child
from tracker.families.actions.treatment import end_course, start_course
from tracker.logs.actions.record import Recorded, correct_log, record_log
from tracker.models import Alert, Assessment, Child, LogKind, Observation, SymptomLog, User

Log = Callable[..., Recorded]


def send(
    child: Child, caregiver: User, seen: dict[str, Any], client_uuid: UUID | None = None, **more: Any
) -> Recorded:
    told = {"observed_at": NOW, "now": NOW, "client_uuid": client_uuid or uuid4()} | more
    return record_log(child=child, caregiver=caregiver, answers=seen, **told)


def test_a_fever_after_car_t_cells_is_call_now(log: Log, child: Child) -> None:
    recorded = log(temperature=38.4, chills="moderate")
    assert recorded.assessment.urgency == "now"
    assert "crs" in recorded.assessment.response["syndromes"]
    assert Alert.objects.get().log == recorded.log


def test_a_seizure_is_an_emergency(log: Log) -> None:
    assert log(seizure=None).assessment.urgency == "emergency"


def test_an_uneventful_log_raises_no_alert(log: Log) -> None:
    assert log(temperature=36.8).assessment.urgency == "note"
    assert not Alert.objects.exists()


def test_a_log_says_who_saw_what_when_and_when_it_came(child: Child, mother: User) -> None:
    update_child(child=child, about={"time_zone": "America/New_York"}, by=mother, now=NOW)
    seen = answers(temperature=Decimal("38.4"), headache="mild", note="since supper", worried=True)
    log = send(child, mother, seen, observed_at=NOW - timedelta(hours=2), kind=LogKind.NEURO).log
    log.refresh_from_db()
    assert (log.caregiver, log.kind, log.observed_zone) == (mother, "neuro", "America/New_York")
    assert (log.observed_at, log.received_at) == (NOW - timedelta(hours=2), NOW)
    assert {
        row.code: row.value_number or row.value_code or row.value_text for row in log.observations.all()
    } == {
        "temperature": Decimal("38.4"),
        "headache": "present",
        "note": "since supper",
        "worried": "yes",
    }
    assert {row.observed_at for row in Observation.objects.all()} == {log.observed_at}


@pytest.mark.hazard("H08")
def test_the_assessment_keeps_the_answer_what_it_rests_on_and_its_version(log: Log) -> None:
    log(temperature=38.4)
    assessment = Assessment.objects.get()
    assert assessment.response["urgency"] == assessment.urgency == "now"
    assert assessment.knowledge_version == assessment.response["knowledge_version"] != ""
    assert assessment.basis == {
        "therapy": "tisagenlecleucel",
        "context": {"age_years": 8, "age_months": 101, "days_since_infusion": 6, "writes": True},
        "policy": {"fever": "38.0-once", "sensitivity": "calibrated"},
    }


class TestADoubleTap:
    def test_is_one_log(self, child: Child, mother: User) -> None:
        tap, seen = uuid4(), answers(temperature=38.4, note="hot")
        first, second = send(child, mother, seen, tap), send(child, mother, seen, tap)
        assert (first.created, second.created, second.differs) == (True, False, False)
        assert second.log == first.log
        assert second.assessment == first.assessment
        assert SymptomLog.objects.count() == Assessment.objects.count() == Alert.objects.count() == 1

    def test_a_day_later_is_still_the_first_log(self, child: Child, mother: User) -> None:
        tap, later = uuid4(), NOW + timedelta(days=1)
        first = send(child, mother, answers(temperature=37), tap)
        again = send(child, mother, answers(temperature=37), tap, now=later, observed_at=later)
        assert again.log == first.log
        assert not again.differs

    def test_with_other_answers_says_so(self, child: Child, mother: User) -> None:
        tap = uuid4()
        first = send(child, mother, answers(temperature=37), tap)
        again = send(child, mother, answers(temperature=37, seizure=None), tap)
        assert again.log == first.log
        assert again.differs
        assert first.log.observations.count() == 1

    def test_on_anothers_childs_form_is_anothers_childs_log(self, child: Child, mother: User) -> None:
        tap, sister = uuid4(), child_of(mother, "Anouk")
        first, second = send(child, mother, {}, tap), send(sister, mother, {}, tap)
        assert first.log != second.log
        assert second.log.child == sister


class TestWhatCannotBeRead:
    def test_is_saved_and_is_call_now(self, child: Child, mother: User) -> None:
        recorded = send(child, mother, {"symptoms": [], "raw": {"temperature": "38,,5"}})
        response = recorded.assessment.response
        assert (response["urgency"], response["headline"]) == ("now", COULD_NOT_CHECK)
        assert response["could_not_check"] == ["temperature"]
        assert [asked["field"] for asked in response["needs_confirmation"]] == ["temperature"]
        assert "temperature" not in response["unanswered"]
        assert recorded.log.observations.get().raw == "38,,5"
        assert Alert.objects.get().urgency == "now"

    def test_lowers_no_emergency(self, child: Child, mother: User) -> None:
        response = send(
            child, mother, {"raw": {"temperature": "?"}} | answers(seizure=None)
        ).assessment.response
        assert response["urgency"] == "emergency"
        assert response["headline"] != COULD_NOT_CHECK
        assert "temperature" in response["could_not_check"]

    def test_is_answered_by_a_correction(self, child: Child, mother: User) -> None:
        first = send(child, mother, {"raw": {"temperature": "3 7"}, "symptoms": []})
        corrected = correct_log(
            log=first.log,
            caregiver=mother,
            answers=answers(temperature=37),
            observed_at=NOW,
            client_uuid=uuid4(),
            now=NOW,
        )
        assert corrected.assessment.urgency == "note"

    @pytest.mark.parametrize(
        "value", [38, 385, 3.85, 0, -1, Decimal("1e9"), Decimal("NaN"), float("inf"), "38", None]
    )
    @pytest.mark.parametrize("unit", ["F", "C", "K", None])
    def test_an_odd_temperature_never_blocks_saving(
        self, child: Child, mother: User, value: Any, unit: Any
    ) -> None:
        recorded = send(child, mother, {"temperature": {"value": value, "unit": unit}, "symptoms": []})
        assert recorded.log.pk
        assert recorded.assessment.urgency == ("note" if value is None else "now")


class TestWhateverTheRulesDo:
    @pytest.mark.hazard("H16")
    @pytest.mark.parametrize(
        "failing",
        [
            lambda request, look_at: {}["urgency"],
            lambda request, look_at: {"urgency": "fine"},
            lambda request, look_at: None,
            lambda request, look_at: (_ for _ in ()).throw(RequestError("reports[0]", "headache is unknown")),
            lambda request, look_at: (_ for _ in ()).throw(RecursionError()),
        ],
    )
    def test_the_log_is_saved_and_the_answer_is_call_now(
        self, log: Log, monkeypatch: pytest.MonkeyPatch, failing: Callable[[Any, Any], Any]
    ) -> None:
        monkeypatch.setattr(assess, "assess", failing)
        recorded = log(temperature=36.8)
        assert recorded.assessment.urgency == "now"
        assert recorded.assessment.response["headline"] == COULD_NOT_CHECK
        assert recorded.assessment.response["could_not_check"]
        assert Alert.objects.get().log == recorded.log

    def test_a_history_that_cannot_be_understood_hides_no_emergency(self, child: Child, mother: User) -> None:
        send(child, mother, {"pump": "gone"}, observed_at=NOW - timedelta(hours=1))
        response = send(child, mother, answers(seizure=None)).assessment.response
        assert response["urgency"] == "emergency"
        assert response["could_not_check"] == ["history"]
        assert send(child, mother, answers(temperature=37)).assessment.response["headline"] == COULD_NOT_CHECK

    def test_nothing_that_was_seen_is_written_to_the_log_files(
        self, log: Log, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(request: Any, look_at: Any) -> Any:
            raise RequestError("reports[0]", str(request))

        monkeypatch.setattr(assess, "assess", fail)
        with caplog.at_level(logging.DEBUG):
            recorded = log(headache="severe")
        assert str(recorded.log.pk) in {str(getattr(line, "log_id", "")) for line in caplog.records}
        assert "RequestError" in str([line.exc_info for line in caplog.records])
        for word in ("headache", "Juno", "tisagenlecleucel", "severe"):
            assert word not in caplog.text

    def test_an_answer_that_the_database_refuses_is_not_lost_either(
        self, log: Log, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*args: Any) -> Any:
            raise OperationalError("the history cannot be read")

        monkeypatch.setattr("tracker.logs.actions.record.check_new", refuse)
        recorded = log(temperature=36.8)
        assert recorded.created
        assert recorded.assessment.urgency == "now"
        assert SymptomLog.objects.count() == Alert.objects.count() == 1

    @pytest.mark.parametrize(
        "seen",
        [{}, {"surprise": 1}, {"symptoms": [{}]}, {"symptoms": 1}, {"neuro": []}, {"note": "\ud800\x00"}],
    )
    def test_answers_that_no_form_gives_are_saved(
        self, child: Child, mother: User, seen: dict[str, Any]
    ) -> None:
        assert send(child, mother, seen).assessment.urgency in ("note", "now")

    @pytest.mark.hazard("H18")
    @pytest.mark.parametrize(
        "observed_at",
        [
            datetime.max.replace(tzinfo=UTC),
            datetime.min.replace(tzinfo=UTC),
            datetime.max,  # noqa: DTZ901
            NOW.replace(tzinfo=None),
            NOW + timedelta(days=400),
            datetime(1, 1, 1, 3, tzinfo=UTC),
            datetime(2001, 1, 1, tzinfo=UTC),
        ],
    )
    def test_a_time_that_cannot_be_never_blocks_saving(
        self, child: Child, mother: User, observed_at: datetime
    ) -> None:
        update_child(child=child, about={"time_zone": "Pacific/Auckland"}, by=mother, now=NOW)
        recorded = send(child, mother, answers(seizure=None), observed_at=observed_at)
        assert recorded.assessment.urgency in ("emergency", "now")

    @pytest.mark.hazard("H28")
    def test_a_child_without_a_course_is_call_now(self, child: Child, mother: User) -> None:
        child.courses.all().delete()
        assert send(child, mother, answers(temperature=37)).assessment.response["headline"] == COULD_NOT_CHECK


class TestACorrection:
    def test_stands_in_for_the_first_and_leaves_it(self, log: Log, mother: User) -> None:
        first = log(temperature=39.2).log
        correction = correct_log(
            log=first,
            caregiver=mother,
            answers=answers(temperature=37.2),
            observed_at=NOW,
            client_uuid=uuid4(),
            now=NOW,
        ).log
        assert correction.corrects == first
        assert list(SymptomLog.objects.standing()) == [correction]
        assert first.observations.get().value_number == Decimal("39.2")

    @pytest.mark.hazard("H09")
    def test_leaves_the_alert(self, log: Log, mother: User) -> None:
        first = log(temperature=39.2).log
        calm = correct_log(
            log=first,
            caregiver=mother,
            answers=answers(temperature=37.2),
            observed_at=NOW,
            client_uuid=uuid4(),
            now=NOW,
        )
        assert calm.assessment.urgency == "note"
        assert Alert.objects.get().is_open

    def test_can_raise_one(self, log: Log, mother: User) -> None:
        first = log(temperature=37.2).log
        correct_log(
            log=first,
            caregiver=mother,
            answers=answers(temperature=39.2),
            observed_at=NOW,
            client_uuid=uuid4(),
            now=NOW,
        )
        assert Alert.objects.get().urgency == "now"

    @pytest.mark.hazard("H20")
    def test_by_both_parents_at_once_keeps_both(self, log: Log, mother: User, father: User) -> None:
        first = log(temperature=37.2).log
        for person, seen in (
            (mother, answers(temperature=37.4)),
            (father, answers(temperature=37.2, chills="mild")),
        ):
            correct_log(
                log=first, caregiver=person, answers=seen, observed_at=NOW, client_uuid=uuid4(), now=NOW
            )
        assert SymptomLog.objects.standing().count() == 2
        assert Alert.objects.get().urgency == "now"

    def test_is_taken_once(self, log: Log, mother: User) -> None:
        first, tap = log(temperature=37.2).log, uuid4()
        told = {
            "log": first,
            "caregiver": mother,
            "answers": answers(temperature=37),
            "observed_at": NOW,
            "now": NOW,
        }
        assert correct_log(**told, client_uuid=tap).log == correct_log(**told, client_uuid=tap).log

    def test_of_the_time_moves_the_log(self, log: Log, mother: User) -> None:
        """Vomiting on a second day is call now: the log of today follows the one that is moved away."""
        first = log(hours_ago=24, vomiting="mild").log
        second = log(vomiting="mild").log
        assert second.assessment.urgency == "now"
        correct_log(
            log=first,
            caregiver=mother,
            answers=answers(vomiting="mild"),
            observed_at=NOW - timedelta(days=30),
            client_uuid=uuid4(),
            now=NOW,
        )
        assert second.assessment.urgency == "today"


class TestTheHistory:
    def test_of_a_danger_keeps_the_answer_until_the_team_has_advised(self, log: Log) -> None:
        log(hours_ago=3, temperature=38.5)
        assert log(temperature=36.8).assessment.urgency == "now"

    def test_is_that_of_this_child_alone(self, log: Log, mother: User) -> None:
        sister = child_of(mother, "Anouk")
        send(sister, mother, answers(temperature=39), observed_at=NOW - timedelta(hours=1))
        assert log(temperature=36.8).assessment.urgency == "note"

    def test_is_seen_from_the_time_of_the_log(self, log: Log) -> None:
        """A fever two days ago, logged late and after a calm morning, is assessed as of then."""
        log(hours_ago=30, temperature=36.8)
        late = log(hours_ago=50, temperature=38.5)
        assert late.assessment.urgency == "now"
        assert "50 hours" in late.assessment.response["headline"]

    def test_of_weights_begins_with_the_course(self, mother: User) -> None:
        child = child_of(mother, "Ravi", "inotuzumab-ozogamicin", Event("dose", NOW - timedelta(days=40)))

        def weigh(kg: float, days: int) -> str:
            at = NOW + timedelta(days=days)
            return send(child, mother, answers(weight_kg=kg), observed_at=at, now=at).assessment.urgency

        assert weigh(20, -39) == "note"
        assert weigh(20.9, -20) == "note"
        assert weigh(21, 0) == "now"  # 5 % over the oldest, 39 days before
        start_course(child=child, therapy="inotuzumab-ozogamicin", by=mother, now=NOW + timedelta(days=1))
        assert weigh(21, 9) == "note"

    def test_of_an_old_weight_is_no_daily_rise(self, mother: User) -> None:
        """Slow growth since weeks ago is not three days of quick gain."""
        child = child_of(mother, "Ravi", "inotuzumab-ozogamicin", Event("dose", NOW - timedelta(days=40)))
        for days, kg in ((-39, 20), (-2, 20.3), (-1, 20.4), (0, 20.5)):
            at = NOW + timedelta(days=days)
            recorded = send(child, mother, answers(weight_kg=kg), observed_at=at, now=at)
        assert recorded.assessment.urgency == "note"

    def test_of_weights_leaves_out_a_corrected_one(self, mother: User) -> None:
        child = child_of(mother, "Ravi", "inotuzumab-ozogamicin", Event("dose", NOW - timedelta(days=9)))
        early = NOW - timedelta(days=8)
        wrong = send(child, mother, answers(weight_kg=Decimal(12)), observed_at=early, now=early).log
        correct_log(
            log=wrong,
            caregiver=mother,
            answers=answers(weight_kg=Decimal(21)),
            observed_at=early,
            client_uuid=uuid4(),
            now=early,
        )
        assert send(child, mother, answers(weight_kg=Decimal(21))).assessment.urgency == "note"

    def test_of_a_given_baseline_counts_before_the_oldest_weight(self, child: Child, mother: User) -> None:
        update_child(child=child, about={"baseline_weight_kg": Decimal("19.5")}, by=mother, now=NOW)
        recorded = send(child, mother, answers(weight_kg=Decimal(21)))
        assert recorded.assessment.basis["context"]["baseline_weight_kg"] == 19.5


def test_a_log_is_assessed_by_the_course_of_its_time(child: Child, mother: User) -> None:
    end_course(course=child.course, by=mother, now=NOW - timedelta(days=3))
    start_course(child=child, therapy="blinatumomab", by=mother, now=NOW - timedelta(days=1))
    assert send(child, mother, {}).assessment.basis["therapy"] == "blinatumomab"
    before = send(child, mother, {}, observed_at=NOW - timedelta(days=2))
    assert before.assessment.basis["therapy"] == "tisagenlecleucel"
    long_before = send(child, mother, {}, observed_at=NOW - timedelta(days=200))
    assert long_before.assessment.basis["therapy"] == "tisagenlecleucel"


def test_whatever_the_form_can_ask_is_understood(child: Child, mother: User) -> None:
    """Every sign of the vocabulary, as bad as it gets, with every detail, and every other answer."""
    vocabulary = load()
    signs = [
        {"code": code, "severity": "severe", "duration_hours": 3, "episodes_24h": 2}
        for code in vocabulary.symptoms
    ]
    told = answers(
        temperature=Decimal("36.8"), weight_kg=20, note="all of it", worried=True, antipyretic_given=True
    )
    neuro: dict[str, str] = {}
    for code, asked in vocabulary.observations.items():
        if asked.choices:
            group, _dot, part = code.rpartition(".")
            (neuro if group else told)[part] = asked.choices[-1].code
    response = send(child, mother, told | {"symptoms": signs, "neuro": neuro}).assessment.response
    assert (response["urgency"], response["could_not_check"]) == ("emergency", [])
    assert len(neuro) == 4
    assert Observation.objects.count() == len(signs) + len(neuro) + len(told) - 1
